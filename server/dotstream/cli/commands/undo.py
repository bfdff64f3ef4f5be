"""``dotstream undo``: undo a finished change."""

from __future__ import annotations

from argparse import ArgumentTypeError

from dotstream.cli.change import change
from dotstream.cli.flags import add_dry_run
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import Policy
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Undoes a finished change: removes the links it made, makes those it removed, and moves
files back to where they were. Without ID, the last change that is not undone, not counting
undos and restored backups. Where something changed since then, it is named and nothing is
changed at all, unless --on-conflict skip says to leave that as it is. An undo can be undone
too, by its number. On a terminal it shows the plan and asks first."""

EXAMPLES = """\
  dotstream undo                       the last change
  dotstream undo -n 12                 what undoing number 12 would do
  dotstream history                    the numbers"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "id",
        nargs="?",
        type=_number,
        metavar="ID",
        help="a number from history (default: the last)",
    )
    add_dry_run(parser)
    parser.add_argument(
        "--on-conflict",
        type=_policy,
        metavar="POLICY",
        help="what to do where something changed since: fail, so that nothing changes (the "
        "default), or skip it",
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number; 'dotstream history' has them")
    return int(text)


def _policy(text: str) -> Policy:
    # Not choices: completion would offer these two for the flag of other commands as well.
    policies: dict[str, Policy] = {"fail": "fail", "skip": "skip"}
    if text not in policies:
        raise ArgumentTypeError(f"{text!r} is neither fail nor skip")
    return policies[text]


def run(session: Session) -> int:
    """Undo the change that was named, or the last one."""
    arguments = session.arguments

    def opening(cancel: CancellationToken) -> StreamingPlan:
        prefer = Preferences(on_conflict=arguments.on_conflict)
        return session.client.stream_undo(arguments.id, prefer=prefer, cancel=cancel)

    return change(session, opening)
