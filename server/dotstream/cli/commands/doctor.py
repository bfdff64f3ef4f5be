"""``dotstream doctor``: what is wrong with the links, and what fixes it."""

from __future__ import annotations

import argparse
from functools import partial

from dotstream.cli.flags import add_wait
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.finding import SCAN_MODES
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Colour
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.finding import Finding, ScanMode, Severity

DESCRIPTION = """\
Looks for what is wrong with the links and with the records about them, and shows for each
thing the command that fixes it without losing anything. It only looks, unless --fix or
--rebuild is given. The exit code is 1 if there is an error, and 0 if there are at most
warnings."""

EXAMPLES = """\
  dotstream doctor                     look where packages have files
  dotstream doctor --scan deep --depth 4 --skip 'src/*'
  dotstream doctor --fix -n            what --fix would do
  dotstream doctor --fix               fix what needs no decision; undo reverses it
  dotstream doctor --rebuild           after the state database was damaged"""

_COLOURS: dict[Severity, Colour] = {"error": "alarm", "warning": "yellow", "info": "dim"}
_NOUNS: dict[Severity, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    look = parser.add_argument_group("looking")
    look.add_argument(
        "--scan",
        choices=SCAN_MODES,
        default="scoped",
        help="off: only what is recorded; scoped: also every directory that packages or the "
        "records have (the default); deep: the whole target",
    )
    look.add_argument(
        "--depth", type=_depth, metavar="N", help="with deep, go down N levels of directories"
    )
    look.add_argument(
        "--skip",
        metavar="GLOB",
        action="append",
        default=[],
        help="with deep, pass over directories with this name, or this path in the target "
        "(always: .git, node_modules, caches, package directories, other file systems)",
    )
    fix = parser.add_argument_group("fixing")
    fix.add_argument(
        "--fix", action="store_true", help="fix what needs no decision, as a change of its own"
    )
    fix.add_argument(
        "--rebuild",
        action="store_true",
        help="make the records anew from the links there are; a database that cannot be used "
        "is renamed",
    )
    fix.add_argument(
        "-n", "--dry-run", action="store_true", help="show what --fix would do; change nothing"
    )
    add_wait(fix)


def _depth(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of levels")
    return number


def run(session: Session) -> int:
    """Look everything over, and fix it first if that is asked for."""
    arguments = session.arguments
    if arguments.scan != "deep" and (arguments.depth is not None or arguments.skip):
        raise UsageError("--depth and --skip need --scan deep")
    if arguments.rebuild and (arguments.fix or session.dry_run):
        raise UsageError("--rebuild stands alone; look with 'dotstream doctor' first")
    if session.dry_run and not arguments.fix:
        raise UsageError("--dry-run needs --fix")
    with session.cancellable() as cancel:
        if arguments.rebuild:
            _rebuild(session, cancel)
        elif arguments.fix:
            _fix(session, cancel)
        return _look(session, cancel)


def _scan(session: Session) -> tuple[ScanMode, int | None, tuple[str, ...]]:
    arguments = session.arguments
    return arguments.scan, arguments.depth, tuple(arguments.skip)


def _rebuild(session: Session, cancel: CancellationToken) -> None:
    mode, depth, skip = _scan(session)
    run = session.client.stream_rebuild(
        mode=mode, depth=depth, skip=skip, wait=session.arguments.wait, cancel=cancel
    )
    session.follow(run, asked=True)


def _fix(session: Session, cancel: CancellationToken) -> None:
    """Carry the fixing out, or show it, and then put the records right."""
    mode, depth, skip = _scan(session)
    report, client = session.report, session.client
    plan = client.stream_fix(mode=mode, depth=depth, skip=skip, cancel=cancel)
    with plan:
        report.begin(plan.metadata, listing=True)
        if session.dry_run:
            for item in plan:
                report.item(item)
            report.planned(plan.summary)
            return
        wait = session.arguments.wait
        session.follow(client.stream_apply(plan, wait=wait, cancel=cancel, planned=True))
    session.follow(
        client.stream_correct(mode=mode, depth=depth, skip=skip, wait=wait, cancel=cancel)
    )


def _look(session: Session, cancel: CancellationToken) -> int:
    """Show everything that is wrong now, and return the exit code."""
    mode, depth, skip = _scan(session)
    counts: dict[Severity, int] = dict.fromkeys(_NOUNS, 0)
    fixable = 0
    findings = session.client.doctor(mode=mode, depth=depth, skip=skip, cancel=cancel)
    for finding in session.while_read(findings):
        counts[finding.severity] += 1
        fixable += finding.fixable
        _show(session, finding)
    fix = _complete(session, "dotstream doctor --fix")
    session.tell("checkup", partial(_sum, counts, fixable, fix), **counts, fixable=fixable)
    return 1 if counts["error"] else 0


def _show(session: Session, finding: Finding) -> None:
    command = _complete(session, finding.command)
    shown = finding.severity != "info" or not session.quiet
    session.report.tell(
        "finding",
        partial(_lines, session, finding, command) if shown else None,
        kind=finding.kind,
        severity=finding.severity,
        path=finding.path,
        package=finding.package,
        message=display(finding.message),
        command=command,
        fixable=finding.fixable,
        count=finding.count,
    )


def _lines(session: Session, finding: Finding, command: str | None) -> str:
    style = session.style
    head = style.paint(finding.severity, _COLOURS[finding.severity])
    path, message = style.path(finding.path), display(finding.message)
    if not session.terminal:
        return f"{head} {path}: {message}" + (f"; to fix it: {command}" if command else "")
    lines = [f"{head} {style.paint(path, 'bold')}", *style.wrapped(message, "    ")]
    if command is not None:
        lines.append(f"    {style.dot} {command}")  # never broken, so that it can be copied
    return "\n".join(lines)


def _complete(session: Session, command: str | None) -> str | None:
    """Add what this run was told, so that the command is about the same."""
    if command is None:
        return None
    from dotstream.doctor.shell_commands import deeper

    arguments = session.arguments
    if command.startswith("dotstream doctor") and arguments.scan == "deep":
        command = deeper(command, arguments.depth, arguments.skip)
    return session.completed(command)


def _sum(counts: Mapping[Severity, int], fixable: int, command: str | None) -> str:
    parts = [plural(count, *_NOUNS[severity]) for severity, count in counts.items() if count]
    if not parts:
        return "no problems found"
    told = ", ".join(parts)
    return f"{told}; {command} fixes {fixable:,}" if fixable else told
