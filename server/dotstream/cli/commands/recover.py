"""``dotstream recover``: finish or roll back what was cut short."""

from __future__ import annotations

from dotstream.cli.flags import add_wait
from dotstream.errors import DotstreamError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Rolls back what a change had done when it was cut short: by a crash, a power cut, kill or a
second Ctrl-C. Every command that changes something does this first. With --resume the
change is finished instead, if all of it had been planned: one that was made with
--stream had not. Changes made by others since are left untouched and named. Ctrl-C stops
between two steps; the next run goes on from there."""

EXAMPLES = """\
  dotstream recover                    as if it had never begun
  dotstream recover --resume           as if it had never stopped"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    direction = parser.add_mutually_exclusive_group()
    direction.add_argument(
        "--rollback", action="store_true", help="roll back what was done (the default)"
    )
    direction.add_argument("--resume", action="store_true", help="do the rest")
    add_wait(parser)


def run(session: Session) -> int:
    """Recover the transaction that was cut short, if there is one."""
    with session.cancellable() as cancel:
        run = session.client.stream_recover(
            resume=session.arguments.resume, wait=session.arguments.wait, cancel=cancel
        )
        recovery = session.follow(run, asked=True)
    if session.arguments.resume and recovery.direction == "rolled_back":
        raise DotstreamError(
            "it could not be finished, because not all of it had been planned; it was "
            "rolled back instead"
        )
    return 0
