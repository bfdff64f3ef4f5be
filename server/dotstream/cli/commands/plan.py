"""``dotstream plan``: show what manage, unmanage, remanage or adopt would do."""

from __future__ import annotations

from dotstream.cli.change import change, change_packages
from dotstream.cli.commands.adopt import add_destination, adopting
from dotstream.cli.flags import add_preferences, add_selection
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import ACTIONS

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Shows every change that an action would make, in order, and changes nothing. The same as
the action with --dry-run. The exit code is 3 if there are conflicts, and with --exit-code
6 if there is anything to do."""

EXAMPLES = """\
  dotstream plan manage vim zsh        what linking two packages would do
  dotstream plan remanage --all        what is out of date, over all packages
  dotstream plan adopt ~/.zshrc -p zsh what adopting a file would do
  dotstream plan manage --all --json   the same as events, one a line
  dotstream plan remanage --all -q --exit-code
                                       is there anything to do? for scripts"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help=" ".join(ACTIONS))
    add_selection(parser)
    parser.add_argument(
        "--exit-code", action="store_true", help="end with 6 if there is anything to do"
    )
    add_destination(parser)
    add_preferences(parser, rivals=True)


def run(session: Session) -> int:
    """Show the plan of an action."""
    arguments = session.arguments
    if arguments.action == "adopt":
        return change(session, lambda cancel: adopting(session, arguments.packages, cancel))
    return change_packages(session, arguments.action)
