"""``dotstream unmanage``: remove the links of packages."""

from __future__ import annotations

from dotstream.cli.change import change, change_packages
from dotstream.cli.commands.backups import tell
from dotstream.cli.flags import add_dry_run, add_preferences, add_selection
from dotstream.fs.files import is_directory, present
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.history import Backup

DESCRIPTION = """\
Removes the links into the packages, and the directories that dotstream made for them once
they are empty. Real files, links of anybody else and directories that were there before are
never touched. The packages themselves stay as they are. What was backed up when they were
linked can be put back."""

EXAMPLES = """\
  dotstream unmanage vim               remove the links of one package
  dotstream unmanage -n --all          show what removing all links would do"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    add_dry_run(parser)
    add_preferences(parser)


def run(session: Session) -> int:
    """Unmanage the packages that were asked for, and offer what their links had replaced."""
    if session.dry_run:
        return change_packages(session, "unmanage")
    if not is_directory(session.client.directory):  # it is gone, and all that can be put back
        return change_packages(session, "unmanage")
    linked = [each for each in session.client.backups() if present(each.path)]
    exit_code = change_packages(session, "unmanage")
    # Of several at one path, the newest is what was there last.
    replaced = {each.path: each for each in linked if not present(each.path)}
    if exit_code == 0 and replaced:
        _offer(session, list(replaced.values()))
    return exit_code


def _offer(session: Session, replaced: list[Backup]) -> None:
    """Say what was there before the links, and put it back if that is wanted."""
    numbers = [each.id for each in replaced]
    command = session.completed(f"dotstream backups restore {' '.join(map(str, numbers))}")
    if session.interactive:
        session.say("Before these links, something else was there:")
        change(
            session,
            lambda _: session.client.stream_restore(*numbers),
            declined=f"It stays backed up; to put it back: {command}",
        )
        return
    tell(session, replaced)
    session.say(f"this was there before; to put it back: {command}")
