"""``dotstream manage``: make the links of packages."""

from __future__ import annotations

from dotstream.cli.change import change_packages
from dotstream.cli.flags import add_dry_run, add_preferences, add_selection
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Makes a link in the target for every file of the packages. Links that are there already
stay. If anything is in the way, it is named and nothing is changed at all, unless
--on-conflict says otherwise."""

EXAMPLES = """\
  dotstream manage vim zsh             link two packages
  dotstream manage -n --all            show what linking every package would do
  dotstream manage --profile laptop    link the packages of a profile
  dotstream manage --on-conflict backup zsh
                                       back up what is in the way"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    add_dry_run(parser)
    add_preferences(parser, rivals=True)


def run(session: Session) -> int:
    """Manage the packages that were asked for."""
    return change_packages(session, "manage")
