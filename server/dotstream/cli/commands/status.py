"""``dotstream status``: how far each package is linked."""

from __future__ import annotations

from functools import partial

from dotstream.cli.change import OUT_OF_STEP
from dotstream.cli.places import apart
from dotstream.cli.report.style import columns_of, padded
from dotstream.doctor.shell_commands import FIX, REMANAGE, quoted
from dotstream.errors import ConflictError, UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.status import GONE
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Colour
    from dotstream.cli.session import Session
    from dotstream.client import Client
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.located import Located
    from dotstream.model.status import PackageStatus, Unwanted

DESCRIPTION = """\
Says for each package whether it is managed, partial, unmanaged, in conflict or empty, and
how many links are there, and what managing it would change. It only looks. With --check the
exit code says whether this machine is in step: 0 if it is, 6 if remanage would change
anything, 3 if something is in its way."""

EXAMPLES = """\
  dotstream status                     every package enabled on this machine
  dotstream status zsh                 one package
  dotstream status ~/.zshrc            one path: whose it is, and whether it is linked
  dotstream status --check -q          is this machine in step? for scripts
  dotstream status --json              for a program to read"""

_COLOURS: dict[str, Colour] = {
    "managed": "green",
    "partial": "yellow",
    "unmanaged": "dim",
    "conflict": "alarm",
    "empty": "dim",
    "linked": "green",
    "unlinked": "yellow",
}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "packages",
        nargs="*",
        metavar="PACKAGE|PATH",
        help="packages (default: all), or paths from either side",
    )
    parser.add_argument(
        "--check", action="store_true", help="end with 6 if anything is out of step"
    )


def run(session: Session) -> int:
    """Show the state of the packages that were asked for."""
    session.mention_unfinished()
    names, paths = apart(session, session.arguments.packages)
    for path in paths:
        _locate(session, path)
    if paths and not names:
        return 0
    with session.cancellable() as cancel:
        failed = _tell_packages(session, names, cancel)
        return _checked(session, names, failed, cancel) if session.arguments.check else 0


def _tell_packages(session: Session, names: Sequence[str], cancel: CancellationToken) -> int:
    """Tell the state of packages: those named, or all for this machine.

    Returns:
        How many errors there were.
    """
    client = session.client
    shown = names or [info.name for info in client.packages() if info.active]
    width = max((columns_of(display(name)) for name in shown), default=0)
    unwanted = [each for each in client.unwanted() if not names or each.name in names]
    gone = {each.name for each in unwanted if not each.moved}
    linked = failed = 0
    for status in session.while_read(_statuses(client, names, gone, cancel) if shown else ()):
        linked += status.links
        failed += status.errors
        _tell(session, status, width)
    if not (shown or unwanted):
        session.say(client.settings.why_empty() or "no package is enabled on this machine")
    for each in session.while_read(unwanted):
        _tell_unwanted(session, each, width)
    if not linked:
        session.mention_elsewhere("status", names or None)
        if shown and not names and (why := client.settings.why_foreign()) is not None:
            session.say(why)
    return failed


def _statuses(
    client: Client, names: Sequence[str], gone: Container[str], cancel: CancellationToken
) -> Iterator[PackageStatus]:
    """Yield the state of packages that are not gone: those named, or all for this machine."""
    asked = [name for name in names if name not in gone]
    if asked or not names:
        for status in client.status(*asked, cancel=cancel):
            if status.name not in gone:
                yield status


def _tell(session: Session, status: PackageStatus, width: int) -> None:
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


def _tell_unwanted(session: Session, package: Unwanted, width: int) -> None:
    links, command = sum(package.links.values()), session.completed("dotstream remanage")
    session.tell(
        "unwanted",
        partial(_unwanted_line, session, package, width),
        package=package.name,
        reason=package.reason,
        links=links,
        command=command,
    )


def _locate(session: Session, path: str) -> None:
    """Tell what one path has to do with the packages."""
    found = session.client.locate(path)
    session.tell(
        "path",
        partial(_path_line, session, found),
        path=found.path,
        state=found.state,
        package=found.package,
        source=found.source,
        target=found.target,
        message=display(found.message),
    )


def _path_line(session: Session, found: Located) -> str:
    style = session.style
    state = style.paint(found.state, _COLOURS.get(found.state, "dim"))
    told = display(found.message).removeprefix(f"{found.state} ")
    line = f"{style.path(found.path)}  {state}  {told}"
    other = found.source if found.role == "target" else found.target
    return line if other is None else f"{line}: {style.path(other)}"


def _checked(
    session: Session, names: Sequence[str], failed: int, cancel: CancellationToken
) -> int:
    """Return the exit code that says whether anything is to be done.

    That is about what is managed here; where nothing is, about all there is for this machine.

    Args:
        failed: how many errors the packages have by themselves: a plan of several leaves
            those out whose target cannot be made.
    """
    client, which = session.client, "".join(f" {quoted(name)}" for name in names)
    try:
        plan = client.stream("remanage", names, cancel=cancel)
    except UsageError as error:
        if error.remedy != "name_packages":
            raise
        plan, which = client.stream("remanage", everything=True, cancel=cancel), " --all"
    with plan:
        for _ in plan:
            pass
    summary = plan.summary
    failed = max(failed, summary.errors)
    due, ways = summary.operations, summary.conflicts
    more = session.completed(f"dotstream plan remanage{which}")
    told = partial(_verdict, due, ways, failed, more)
    session.tell("check", told, due=due, conflicts=ways)
    if ways:
        return ConflictError.exit_code
    return OUT_OF_STEP if due or failed else 0


def _verdict(due: int, conflicts: int, errors: int, more: str) -> str:
    if not due and not conflicts and not errors:
        return "in step"
    told = [f"{plural(due, 'change')} due"] if due else []
    told += [plural(conflicts, "conflict")] if conflicts else []
    told += [plural(errors, "error")] if errors else []
    return f"out of step: {', '.join(told)}; see {more}"


def _unwanted_line(session: Session, package: Unwanted, width: int) -> str:
    state = session.style.paint("unwanted".ljust(9), "yellow")
    links, command = sum(package.links.values()), session.completed("dotstream remanage")
    what = "moves" if package.moved else "removes"
    told = f"{plural(links, 'link')}; {display(package.reason)}: {command} {what} them"
    if package.reason == GONE:
        told += f", {session.completed(FIX)} relinks them if it has another name now"
    return f"{padded(display(package.name), width)}  {state}  {told}"


def _line(session: Session, status: PackageStatus, width: int) -> str:
    state = session.style.paint(status.state.ljust(9), _COLOURS.get(status.state, "dim"))
    counts = [plural(status.links, "link")] if status.links else []
    counts += [f"{plural(status.relinks, 'link')} to relink"] if status.relinks else []
    changes = status.changes - status.relinks
    counts += [f"{plural(changes, 'change')} due"] if changes else []
    if status.removals:
        command = session.completed(f"{REMANAGE} {quoted(status.name)}")
        counts += [f"{plural(status.removals, 'link')} left that {command} removes"]
    counts += [plural(status.conflicts, "conflict")] if status.conflicts else []
    counts += [plural(status.errors, "error")] if status.errors else []
    return f"{padded(display(status.name), width)}  {state}  {', '.join(counts)}".rstrip()
