"""From arguments to exit code: finds the command, runs it, and meets what goes wrong.

This is the command line's error boundary: every error ends here as one message on standard
error and an exit code.  A traceback is only shown with ``-v``, for errors that are ours.
"""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING, cast

from dotstream import __version__
from dotstream.cli.arguments import Parser, add_common
from dotstream.cli.registry import COMMANDS, PROGRAMS, load, parser_of
from dotstream.cli.session import Session
from dotstream.errors import Cancelled, DotstreamError
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.process import end_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dotstream.cli.registry import Command

__all__ = ["run", "top_parser"]

_INTRODUCTION = (
    "Manage your dotfiles with symlinks: preview every change, apply all or nothing, undo."
)


class _Top(Parser):
    """The parser of what stands before a command's name."""

    def format_help(self) -> str:
        """Return the first page of help: every command in a line."""
        names = {name: entry.help for name, entry in COMMANDS.items()} | PROGRAMS
        table = "\n".join(f"  {name:12}{text}" for name, text in names.items())
        return (
            "usage: dotstream [-d DIR] [-t DIR] COMMAND ...\n\n"
            f"{self.description}\n\ncommands:\n{table}\n\n"
            "Every command explains itself: dotstream COMMAND --help\n\n"
            "  -d DIR        package directory (default: the nearest one, from here upwards)\n"
            "  -t DIR        where links are made (default: as configured, else ~)\n"
            "  --color WHEN  auto, always or never\n"
            "  --version     print the version\n\n"
            "exit codes: 0 done, 1 error, 2 usage, 3 conflicts, 4 permission,\n"
            "            5 no such package, 130 cancelled\n"
        )


def top_parser() -> Parser:
    """Return the parser of the arguments before a command, and of the command's name."""
    parser = _Top("dotstream", _INTRODUCTION)
    add_common(parser)
    parser.add_argument("--version", action="store_true")
    # PARSER: the name, and everything after it unread.
    parser.add_argument("command", nargs=argparse.PARSER, default=[])
    return parser


def run(  # noqa: RET503 - it does not return from ``end_process``
    arguments: Sequence[str], programs: Mapping[str, Callable[[list[str]], int]]
) -> int:
    """Run the command line ``arguments``; a command of this package ends the process.

    Args:
        arguments: everything after the program's name.
        programs: commands that live elsewhere, called with their arguments.

    Returns:
        The exit code of anything else.
    """
    if not arguments:
        sys.stderr.write(top_parser().format_help())
        return 2
    if arguments[0] == "--version":
        print(f"dotstream {__version__}")
        return 0
    if arguments[0] in COMMANDS:  # nothing before the command: nothing to read it with
        top, (name, *rest) = argparse.Namespace(), arguments
    else:
        top = top_parser().parse_args(arguments)
        name, *rest = cast("list[str]", top.command)
        del top.command, top.version
    if name in PROGRAMS:
        return _program(name, top, rest, programs)
    if name not in COMMANDS:
        top_parser().error(f"no command {name!r}{_nearest(name)}")
    command = load(name)
    session = Session(name, parser_of(name, command).parse_intermixed_args(rest, top))
    session.report.hello(__version__, name, dry_run=session.dry_run)
    # Nothing is left in buffers; to take the interpreter apart takes as long as a small run.
    end_process(_ended(session, _guarded(session, command)))


def _guarded(session: Session, command: Command) -> int:
    try:
        return command.run(session)
    except DotstreamError as error:
        from dotstream.cli.report.advice import with_flags

        return _failed(session, error, with_flags(error), error.exit_code)
    except KeyboardInterrupt:
        return _failed(session, Cancelled(), "cancelled; nothing was changed", 130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(session, error, where + reason(error), 4 if is_permission(error) else 1)
    except Exception as error:  # noqa: BLE001 - the boundary; what comes here is a bug of ours
        if session.verbose:
            import traceback

            session.err.write(traceback.format_exc())
        message = f"{type(error).__name__}: {error}; this is a bug, please report it with -v"
        return _failed(session, error, message, 1)


def _failed(session: Session, error: BaseException, message: str, exit_code: int) -> int:
    session.report.failed(error, message)
    return exit_code


def _ended(session: Session, exit_code: int) -> int:
    session.report.finish(exit_code)
    failure = session.out.failure
    if failure is None:
        return exit_code
    if not isinstance(failure, BrokenPipeError):
        done = "; all was done, but not told" if session.changed and exit_code == 0 else ""
        session.err.write(f"dotstream: standard output: {reason(failure)}{done}\n")
        return exit_code if done else exit_code or 1
    if not session.changed:  # as any program whose reader has seen enough
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.raise_signal(signal.SIGPIPE)
    return exit_code


def _program(
    name: str,
    top: argparse.Namespace,
    rest: list[str],
    programs: Mapping[str, Callable[[list[str]], int]],
) -> int:
    before = [f"-d{top.dir}"] if hasattr(top, "dir") else []
    before += [f"-t{top.target}"] if hasattr(top, "target") else []
    if name in programs:
        return programs[name](before + rest)
    from importlib import import_module

    main = cast("Callable[[list[str]], int]", import_module(f"dotstream.cli.stow.{name}").main)
    return main(before + rest)


def _nearest(name: str) -> str:
    from dotstream.config.names import nearest

    near = nearest(name, [*COMMANDS, *PROGRAMS])
    return f"; did you mean {near[0]!r}?" if near else ""
