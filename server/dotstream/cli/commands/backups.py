"""``dotstream backups``: what was backed up, and putting it back or deleting it."""

from __future__ import annotations

from functools import partial

from dotstream.cli.change import change
from dotstream.cli.flags import add_rehearsal, add_wait, days
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.history import Backup

DESCRIPTION = """\
What a change moved out of the way (--on-conflict backup, overwrite or adopt) is kept, with
contents, modes and times as they were, until it is pruned. This lists it, oldest first;
restore puts some of it back where it was; prune deletes it for good. On a terminal the
last two show what they would do and ask first."""

EXAMPLES = """\
  dotstream backups                    what there is, with its numbers
  dotstream backups restore 17         put number 17 back
  dotstream backups prune --older-than 90
                                       delete what was backed up over 90 days ago"""

_UNITS = ("kB", "MB", "GB", "TB")


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("list", "restore", "prune"),
        default="list",
        metavar="ACTION",
        help="list (the default), restore or prune",
    )
    parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="for restore: which")
    group = parser.add_argument_group("for prune")
    group.add_argument(
        "--older-than", metavar="DAYS", type=days, help="what was backed up longer ago"
    )
    group.add_argument("--all", action="store_true", help="everything")
    group = parser.add_argument_group("execution")
    add_rehearsal(group)
    add_wait(group)
    group.add_argument("-y", "--yes", action="store_true", help="do not ask first")
    parser.set_defaults(stream=False)


def run(session: Session) -> int:
    """List, restore or prune backups."""
    arguments = session.arguments
    which = arguments.older_than is not None or arguments.all
    if bool(arguments.ids) != (arguments.action == "restore"):
        raise UsageError("restore, and only restore, needs numbers; 'dotstream backups' has them")
    if which != (arguments.action == "prune"):
        raise UsageError("prune, and only prune, needs --older-than DAYS or --all")
    if arguments.action == "restore":
        return change(session, lambda _: session.client.stream_restore(*arguments.ids))
    if arguments.action == "prune":
        return _prune(session)
    session.mention_unfinished()
    if not tell(session, session.client.backups()):
        session.say("nothing is backed up")
    return 0


def _prune(session: Session) -> int:
    if session.dry_run or session.interactive:
        found = tell(session, _due(session))
        if session.dry_run or not found:
            session.say(f"prune: {plural(found, 'backup')} to delete")
            return 0
        if not session.ask("Delete these for good?"):
            session.say("Nothing was changed.")
            return 130
    run = session.client.stream_prune_backups(
        session.arguments.older_than, wait=session.arguments.wait
    )
    pruned = session.follow(run)
    session.say(f"prune: {plural(len(pruned), 'backup')} deleted")
    return 0


def _due(session: Session) -> Iterable[Backup]:
    """Return what prune would delete; what is of unknown age stays."""
    from time import time

    client, age = session.client, session.arguments.older_than
    if age is None:
        return client.backups()
    return (backup for backup in client.backups() if 0 < backup.began <= time() - age)


def tell(session: Session, backups: Iterable[Backup]) -> int:
    """Show backups, and return how many there are."""
    count = 0
    for backup in session.while_read(backups):
        count += 1
        line = None if session.quiet else partial(_line, session, backup)
        session.report.backup(backup, line)
    return count


def _line(session: Session, backup: Backup) -> str:
    what = f"file, {_size(backup.size)}" if backup.kind == "file" else backup.kind
    remark = session.style.paint(f"({what}, backed up by {backup.transaction})", "dim")
    where = backup.path or backup.kept
    return f"{backup.id:>4}  {session.style.path(where)}  {remark}"


def _size(count: int) -> str:
    """Return a number of bytes as a person reads it: ``13 bytes``, ``4.2 MB``."""
    if count < 1000:
        return plural(count, "byte")
    size, units = count / 1000, iter(_UNITS)
    unit = next(units)
    while size >= 1000 and (larger := next(units, None)):
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}"
