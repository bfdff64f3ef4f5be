"""``dotstream history``: what was done, newest first."""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from typing import TYPE_CHECKING

from dotstream.cli.report.summary import sentence
from dotstream.cli.report.text import title
from dotstream.model.plan import Summary

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Colour
    from dotstream.cli.session import Session
    from dotstream.model.history import Transaction, TransactionState

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Lists what was done to the target, newest first: its number, when, what was asked for, and
what came of it. What was undone, rolled back or cut short says so."""

EXAMPLES = """\
  dotstream history                    everything
  dotstream history -n 5               the last five
  dotstream undo 12                    undo number 12"""

_MARKS: dict[TransactionState, tuple[str, Colour]] = {
    "active": ("under way", "cyan"),
    "rolling_back": ("being rolled back", "cyan"),
    "stuck": ("rolled back in part", "alarm"),
    "rolled_back": ("rolled back", "yellow"),
    "undone": ("undone", "dim"),
}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "-n", "--limit", metavar="N", type=_count, help="the last N only (default: all)"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def run(session: Session) -> int:
    """List the transactions of the target."""
    unfinished = session.mention_unfinished()
    none = True
    for transaction in session.client.history(session.arguments.limit):
        none = False
        session.tell(
            "transaction",
            partial(_line, session, transaction, cut_short=transaction == unfinished),
            id=transaction.id,
            state=transaction.state,
            action=transaction.action,
            packages=transaction.packages,
            root=transaction.directory,
            target=transaction.target,
            began=transaction.moment,
            counts=transaction.counts,
            digest=transaction.digest,
            undoneBy=transaction.undone_by,
            undoes=transaction.undoes,
        )
        if session.out.failure is not None:
            break
    if none:
        session.say(nothing_recorded(session))
    return 0


def nothing_recorded(session: Session) -> str:
    """Say where nothing is recorded: with another state directory there may be something."""
    target, state = map(session.style.path, (session.client.target, session.client.state))
    return f"nothing is recorded of {target} in the state directory {state}"


def _line(session: Session, transaction: Transaction, *, cut_short: bool) -> str:
    from time import localtime, strftime

    when = strftime("%Y-%m-%d %H:%M", localtime(transaction.began))
    what = title(transaction.action, transaction.packages, transaction.undoes)
    done = transaction.state in {"committed", "undone"}
    if transaction.counts:
        what += f": {sentence(Summary(transaction.counts), done=done)}"
    mark = ""
    if cut_short:
        mark = "  " + session.style.paint("(cut short)", "alarm")
    elif transaction.state in _MARKS:
        word, colour = _MARKS[transaction.state]
        if transaction.undone_by is not None:
            word += f" by {transaction.undone_by}"
        mark = "  " + session.style.paint(f"({word})", colour)
    return f"{transaction.id:>4}  {session.style.paint(when, 'dim')}  {what}{mark}"
