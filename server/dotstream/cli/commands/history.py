"""``dotstream history``: what was done, newest first."""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial

from dotstream.cli.flags import add_wait, days
from dotstream.cli.report.text import sentence, title
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.plan import Summary
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Colour
    from dotstream.cli.session import Session
    from dotstream.model.history import Transaction, TransactionState

DESCRIPTION = """\
Lists what was done to the target, newest first: its number, when, what was asked for, and
what came of it. What was undone, rolled back or cut short is marked so. The last 1,000 changes
are remembered, and their last 10,000,000 steps; prune forgets more. What is forgotten cannot
be undone. A change that has backups stays, and so does the last one."""

EXAMPLES = """\
  dotstream history                    everything
  dotstream history -n 5               the last five
  dotstream undo 12                    undo number 12
  dotstream history prune --keep 50    forget all but the last fifty"""

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
        "verb",
        nargs="?",
        choices=("list", "prune"),
        default="list",
        metavar="ACTION",
        help="list (the default) or prune",
    )
    parser.add_argument(
        "-n", "--limit", metavar="N", type=_count, help="only the last N (default: all)"
    )
    group = parser.add_argument_group("for prune")
    group.add_argument("--keep", metavar="N", type=_count, help="what is not among the last N")
    group.add_argument(
        "--older-than", metavar="DAYS", type=days, help="what was begun longer ago"
    )
    group.add_argument(
        "--dry-run", action="store_true", help="show what would be forgotten and change nothing"
    )
    add_wait(group)
    group.add_argument("-y", "--yes", action="store_true", help="do not ask first")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def run(session: Session) -> int:
    """List the transactions of the target, or forget old ones."""
    arguments = session.arguments
    which = arguments.keep is not None or arguments.older_than is not None
    if which != (arguments.verb == "prune"):
        raise UsageError("prune, and only prune, needs --keep N or --older-than DAYS")
    if arguments.verb == "prune":
        return _prune(session)
    unfinished = session.mention_unfinished()
    if not _tell(session, session.client.history(arguments.limit), unfinished):
        session.say(_nothing_recorded(session))
        session.mention_elsewhere("history")
    return 0


def _prune(session: Session) -> int:
    arguments = session.arguments
    prune = partial(
        session.client.prune_history, keep=arguments.keep, older_than=arguments.older_than
    )
    if session.dry_run or session.interactive:
        found = _tell(session, prune(dry_run=True))
        if session.dry_run or not found:
            session.say(f"prune: {plural(found, 'change')} to forget")
            return 0
        if not session.ask("Forget these for good?"):
            session.say("Nothing was changed.")
            return 130
    with session.cancellable() as cancel:
        pruned = prune(wait=arguments.wait, cancel=cancel)
    session.say(f"prune: {plural(len(pruned), 'change')} forgotten")
    return 0


def _tell(
    session: Session, transactions: Iterable[Transaction], unfinished: Transaction | None = None
) -> int:
    """Tell of each; return how many they are."""
    count = 0
    for transaction in session.while_read(transactions):
        count += 1
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
    return count


def _nothing_recorded(session: Session) -> str:
    """Say where nothing is recorded: with another state directory there may be something."""
    target, state = map(session.style.path, (session.client.target, session.client.state))
    return f"nothing is recorded for {target} in the state directory {state}"


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
