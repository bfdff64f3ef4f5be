"""``dotstream status``: how far each package is linked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dotstream.cli.report.summary import plural
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Colour
    from dotstream.cli.session import Session
    from dotstream.model.status import PackageStatus

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Says for each package whether it is managed, partial, unmanaged, in conflict or empty, and
how many links are there, and what managing it would change. It only looks."""

EXAMPLES = """\
  dotstream status                     every package enabled on this machine
  dotstream status zsh                 one package
  dotstream status --json              for a program to read"""

_COLOURS: dict[str, Colour] = {
    "managed": "green",
    "partial": "yellow",
    "unmanaged": "dim",
    "conflict": "alarm",
    "empty": "dim",
}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="packages (default: all)")


def run(session: Session) -> int:
    """Show the state of the packages that were asked for."""
    session.mention_unfinished()
    names = session.arguments.packages
    shown = names or [info.name for info in session.client.packages() if info.active]
    width = max((len(display(name)) for name in shown), default=0)
    with session.cancellable() as cancel:
        for status in session.client.status(*names, cancel=cancel):
            session.tell(
                "status",
                partial(_line, session, status, width),
                package=status.name,
                state=status.state,
                links=status.links,
                changes=status.changes,
                conflicts=status.conflicts,
                errors=status.errors,
            )
            if session.out.failure is not None:
                break
    if not shown:
        session.say(session.client.settings.why_empty() or "no package is for this machine")
    return 0


def _line(session: Session, status: PackageStatus, width: int) -> str:
    state = session.style.paint(status.state.ljust(9), _COLOURS.get(status.state, "dim"))
    counts = [plural(status.links, "link")] if status.links else []
    counts += [f"{plural(status.changes, 'change')} due"] if status.changes else []
    counts += [plural(status.conflicts, "conflict")] if status.conflicts else []
    counts += [plural(status.errors, "error")] if status.errors else []
    return f"{display(status.name).ljust(width)}  {state}  {', '.join(counts)}".rstrip()
