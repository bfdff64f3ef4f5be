"""``dotstream watch``: keep the links in step while files come and go."""

from __future__ import annotations

from time import monotonic, sleep

from dotstream.cli.change import apply, refuse_all_and_more, selected
from dotstream.cli.flags import add_preferences, add_rehearsal, add_selection, seconds
from dotstream.cli.report.advice import with_flags
from dotstream.errors import Cancelled, DotstreamError, PackageNotFound, UsageError
from dotstream.fs.files import present
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Conflict, ScanError

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken

DESCRIPTION = """\
Looks at the packages again and again until Ctrl-C, and brings the links up to date, as
remanage does, whenever files were added, removed or moved. Each change is shown, and has its
own entry in the history. What is in the way is reported once, and nothing is changed until
it is gone. With -n it only shows."""

EXAMPLES = """\
  dotstream watch                      keep what is managed here in step
  dotstream watch -n zsh               show what would be done, as files come and go"""

_SHARE = 20
"""It rests so many times as long as a look takes: a large repository costs no more."""

_TICK = 0.1
"""Seconds until Ctrl-C is heeded."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    parser.add_argument(
        "--every",
        type=seconds,
        default=1.0,
        metavar="SECONDS",
        help="how often to look (default: 1)",
    )
    add_rehearsal(parser)
    add_preferences(parser, rivals=True)
    parser.set_defaults(yes=True, stream=False, wait=True)  # nobody is asked


def run(session: Session) -> int:
    """Look, and bring up to date, until it is cancelled."""
    refuse_all_and_more(session)
    session.arguments.dir = session.client.root  # wherever it is from, for every look
    configured = session.client.settings.path
    told: str | None = None
    session.say("watching; Ctrl-C ends it")
    with session.cancellable() as cancel:
        while not cancel.cancelled and session.out.failure is None:
            began = monotonic()
            told = _look(session, cancel, told, configured)
            session.report.pause()
            _rest(began + max(session.arguments.every, _SHARE * (monotonic() - began)), cancel)
    return 0


def _rest(until: float, cancel: CancellationToken) -> None:
    while not cancel.cancelled and monotonic() < until:
        sleep(_TICK)


def _look(
    session: Session, cancel: CancellationToken, told: str | None, configured: str | None
) -> str | None:
    """Bring up to date what is not; return what this look found, to tell it only once.

    Args:
        configured: the file of settings that was there first. Where it is gone, so may be all
            of the repository, as from a disk that is not mounted, and no package was removed.

    Raises:
        UsageError: at the first look, what was asked for makes no sense.
        PackageNotFound: at the first look, there is no such package.
    """
    try:
        session.forget()
        if configured is not None and not present(configured):
            raise DotstreamError(f"{configured} is gone; nothing is changed until it is back")
        found, due = _state(session, cancel)
        if found == told or not due:
            return found
        if session.dry_run:
            with selected(session, "remanage", cancel) as plan:
                session.report.begin(plan.metadata, listing=True)
                for item in plan:
                    session.report.item(item)
            session.report.planned(plan.summary)
            return found
        after = apply(session, selected(session, "remanage", cancel), None, cancel, listing=True)
        if after is not None:
            after.run()
    except Cancelled:
        return told
    except DotstreamError as error:
        if told is None and isinstance(error, UsageError | PackageNotFound):
            raise
        message = with_flags(error, session.completed)
        if message != told:
            session.report.failed(error, message)
        return message
    else:
        return ""


def _state(session: Session, cancel: CancellationToken) -> tuple[str, bool]:
    """Return what tells this plan from another, and whether there is anything in it."""
    with selected(session, "remanage", cancel) as plan:
        problems = [item.path for item in plan if isinstance(item, Conflict | ScanError)]
    summary = plan.summary
    return "\0".join((summary.digest, *problems)), bool(summary.operations or problems)
