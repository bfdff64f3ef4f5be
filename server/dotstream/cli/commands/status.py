"""``dotstream status``: how far each package is linked."""

from __future__ import annotations

from functools import partial

from dotstream.cli.change import OUT_OF_STEP
from dotstream.cli.places import apart
from dotstream.cli.report.style import columns_of, padded
from dotstream.doctor.shell_commands import FIX, REMANAGE, quoted
from dotstream.errors import ConflictError, UsageError
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
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
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Shows for each package whether it is managed, partial, unmanaged, in conflict or empty, how
many links it has, and what managing it would change. It only looks. With --check the exit
code says whether this machine is in step: 0 if it is, 6 if remanage would change anything,
3 if something is in its way."""

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


class _Lacking(NamedTuple):
    """What keeps something from being in step."""

    due: int
    conflicts: int
    errors: int


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
    with session.cancellable() as cancel:
        found = [_locate(session, path) for path in paths]
        failed = left = 0
        if names or not paths:
            failed, left = _tell_packages(session, names, cancel)
        if not session.arguments.check:
            return 0
        others = [each for each in found if each.package not in names]  # of those, it is all
        lacking = [_lacking_at(session.client, each, cancel) for each in others]
        if names or not paths:
            lack, meant = _lacking_in(session.client, names, cancel)
            lacking.append((lack._replace(errors=max(lack.errors, failed)), meant))
        return _checked(session, lacking, left)


def _tell_packages(
    session: Session, names: Sequence[str], cancel: CancellationToken
) -> tuple[int, int]:
    """Tell the state of packages: those named, or all for this machine.

    Returns:
        How many errors there were, and how many packages have no link.
    """
    client = session.client
    shown = names or [info.name for info in client.packages() if info.active]
    width = max((columns_of(display(name)) for name in shown), default=0)
    unwanted = [each for each in client.unwanted() if not names or each.name in names]
    gone = {each.name for each in unwanted if not each.moved}
    linked = failed = left = 0
    for status in session.while_read(_statuses(client, names, gone, cancel) if shown else ()):
        linked += status.links
        failed += status.errors
        left += status.state == "unmanaged"
        _tell(session, status, width)
    if not (shown or unwanted):
        session.say(client.settings.why_empty() or "no package is enabled on this machine")
    for each in session.while_read(unwanted):
        _tell_unwanted(session, each, width)
    if not linked:
        _tell_why(session, names, shown)
    return failed, left


def _tell_why(session: Session, names: Sequence[str], shown: Sequence[str]) -> None:
    """Say why nothing may be linked here: it is elsewhere, or these are no packages."""
    session.mention_elsewhere("status", names or None)
    if shown and not names and (why := session.client.settings.why_foreign()) is not None:
        session.say(why)


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
    links, command = sum(package.links.values()), session.completed(_removing(package))
    session.tell(
        "unwanted",
        partial(_unwanted_line, session, package, width),
        package=package.name,
        reason=package.reason,
        links=links,
        command=command,
    )


def _locate(session: Session, path: str) -> Located:
    """Tell what one path has to do with the packages, and return it."""
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
    return found


def _path_line(session: Session, found: Located) -> str:
    style = session.style
    state = style.paint(found.state, _COLOURS.get(found.state, "dim"))
    told = display(found.message).removeprefix(f"{found.state} ")
    line = f"{style.path(found.path)}  {state}  {told}"
    other = found.source if found.role == "target" else found.target
    return line if other is None else f"{line}: {style.path(other)}"


def _lacking_at(
    client: Client, found: Located, cancel: CancellationToken
) -> tuple[_Lacking, Sequence[str]]:
    """As ``_lacking_in``, of one path; a directory may be of several packages."""
    if found.state == "directory":
        return _lacking_in(client, (), cancel, path=found.target)
    due = found.state == "unlinked" or (found.state == "linked" and not found.exists)
    named = () if found.package is None else (found.package,)
    return _Lacking(int(due), int(found.state == "conflict"), 0), named


def _lacking_in(
    client: Client, names: Sequence[str], cancel: CancellationToken, *, path: str | None = None
) -> tuple[_Lacking, Sequence[str]]:
    """Return what keeps packages from being in step, and what to call them in a command.

    That is about what is managed here; where nothing is, about all there is for this machine.

    Args:
        path: what of them is meant, if not all.
    """
    try:
        return _lack_of(client.stream("remanage", names, path=path, cancel=cancel)), names
    except UsageError as error:
        if error.remedy != "name_packages":
            raise
    plan = client.stream("remanage", everything=True, path=path, cancel=cancel)
    return _lack_of(plan), ["--all"]


def _lack_of(plan: StreamingPlan) -> _Lacking:
    with plan:
        for _ in plan:
            pass
    return _Lacking(plan.summary.operations, plan.summary.conflicts, plan.summary.errors)


def _checked(
    session: Session, lacking: Sequence[tuple[_Lacking, Sequence[str]]], left: int
) -> int:
    """Return the exit code that says whether anything is to be done.

    Args:
        left: how many packages are not managed here; unless they were named, nothing is due.
    """
    due, conflicts, errors = map(sum, zip(*(lack for lack, _ in lacking), strict=True))
    meant = dict.fromkeys(quoted(name) for _, names in lacking for name in names)
    more = session.completed(" ".join(("dotstream plan remanage", *meant)))
    told = partial(_verdict, due, conflicts, errors, more, left)
    session.tell("check", told, due=due, conflicts=conflicts)
    if conflicts:
        return ConflictError.exit_code
    return OUT_OF_STEP if due or errors else 0


def _verdict(due: int, conflicts: int, errors: int, more: str, left: int) -> str:
    if not due and not conflicts and not errors:
        are = "is" if left == 1 else "are"
        return f"in step; {plural(left, 'package')} {are} not managed here" if left else "in step"
    told = [f"{plural(due, 'change')} due"] if due else []
    told += [plural(conflicts, "conflict")] if conflicts else []
    told += [plural(errors, "error")] if errors else []
    return f"out of step: {', '.join(told)}; see {more}"


def _removing(package: Unwanted) -> str:
    return f"dotstream unmanage {quoted(package.name)}" if package.away else REMANAGE


def _unwanted_line(session: Session, package: Unwanted, width: int) -> str:
    state = session.style.paint("unwanted".ljust(9), "yellow")
    links, command = sum(package.links.values()), session.completed(_removing(package))
    what, them = "moves" if package.moved else "removes", "it" if links == 1 else "them"
    back = " bring that back, or" if package.away else ""
    told = f"{plural(links, 'link')}; {display(package.reason)}:{back} {command} {what} {them}"
    if package.reason == GONE:
        told += f", or {session.completed(FIX)} relinks {them} if the package was renamed"
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
    if status.errors:
        command = session.completed(f"dotstream plan manage {quoted(status.name)}")
        counts += [f"{plural(status.errors, 'error')}, see {command}"]
    return f"{padded(display(status.name), width)}  {state}  {', '.join(counts)}".rstrip()
