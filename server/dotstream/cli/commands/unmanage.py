"""``dotstream unmanage``: remove the links of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.cli.arguments import add_dry_run, add_preferences, add_selection
from dotstream.cli.change import change_packages

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Removes the links into the packages, and the directories that dotstream made for them once
they are empty. Real files, links of anybody else and directories that were there before are
never touched. The packages themselves stay as they are."""

EXAMPLES = """\
  dotstream unmanage vim               remove the links of one package
  dotstream unmanage -n --all          show what removing all links would do"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    add_dry_run(parser)
    add_preferences(parser)


def run(session: Session) -> int:
    """Unmanage the packages that were asked for."""
    return change_packages(session, "unmanage")
