"""``dotstream remanage``: bring links up to date with the smallest change."""

from __future__ import annotations

from dotstream.cli.change import change_packages
from dotstream.cli.flags import add_dry_run, add_preferences, add_selection
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Brings the links up to date after files were added to the packages, removed or moved: makes
what is missing, removes what no longer leads anywhere, and leaves the rest alone. Where
nothing changed, nothing is done."""

EXAMPLES = """\
  dotstream remanage zsh               after files were added to a package or removed
  dotstream remanage --all             after pulling a new version of everything"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    add_dry_run(parser)
    add_preferences(parser, rivals=True)


def run(session: Session) -> int:
    """Remanage the packages that were asked for."""
    return change_packages(session, "remanage")
