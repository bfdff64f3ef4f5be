"""From arguments to exit code: finds the command, runs it, and meets what goes wrong.

This is the command line's error boundary: every error ends here as one message on standard
error and an exit code.  A traceback is only shown with ``-v``, for errors that are ours.
"""

from __future__ import annotations

import argparse
import signal
import sys

from dotstream import __version__
from dotstream.cli.arguments import Parser, tell
from dotstream.cli.flags import add_common
from dotstream.cli.registry import COMMANDS, GROUPS, PROGRAMS, helps, load, parser_of
from dotstream.cli.report.output import not_written
from dotstream.cli.session import Session
from dotstream.errors import Cancelled, DotstreamError
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.process import end_process
from dotstream.light_typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dotstream.cli.registry import Command

_INTRODUCTION = (
    "Manage your dotfiles with symlinks: preview every change, apply all or nothing, undo."
)

_PLACES = {"-d": "dir", "-t": "target"}

_NOTHING = "cancelled; nothing was changed"


class _Top(Parser):
    """The parser of what stands before a command's name."""

    def format_help(self) -> str:
        """Return the first page of help: every command in a line, by what it is for."""
        parts = ["usage: dotstream [OPTION]... COMMAND ...\n", f"{self.description}\n"]
        for title, names in GROUPS.items():
            table = (f"  {name:11} {helps()[name]}" for name in names)
            parts.append("\n".join((f"{title}:", *table, "")))
        return "\n".join((*parts, _EPILOGUE))


class _Version(argparse.Action):
    """Prints the version, whatever else is said."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(
        self, parser: argparse.ArgumentParser, *_: object, option_string: str | None = None
    ) -> None:
        tell(f"dotstream {__version__}\n")
        parser.exit()


_EPILOGUE = """\
examples:
  dotstream plan manage --all     what linking every package would do
  dotstream manage vim zsh        link two packages
  dotstream undo                  undo the last change

global options, before a command or after it:
  -d, --dir DIR     package directory (default: the nearest one, from here upwards)
  -t, --target DIR  where links are made (default: as configured, else ~)
  --color WHEN      auto, always or never; auto follows the terminal, NO_COLOR, FORCE_COLOR
  -q, --quiet       errors and warnings only
  -v, --verbose     every step
  --json            one JSON event a line, as it happens
  -h, --help        print this help, or a command's; so does 'dotstream help COMMAND'
  -V, --version     print the version
  --                end of flags: what follows is a name, even if it begins with a dash

exit codes: 0 done, 1 error, 2 usage, 3 conflicts, 4 permission, 5 no such package,
            6 out of step (status --check, plan --exit-code), 130 cancelled
"""


def top_parser() -> Parser:
    """Return the parser of the arguments before a command, and of the command's name."""
    parser = _Top("dotstream", _INTRODUCTION)
    add_common(parser)
    parser.add_argument("-V", "--version", action=_Version, help="print the version")
    # PARSER: the name, and everything after it unread.
    parser.add_argument("command", nargs=argparse.PARSER, metavar="COMMAND")
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
    if arguments[0] == "__complete":
        from dotstream.cli.completing import main

        end_process(main(arguments[1:]))
    top, name, rest = _split(arguments)
    if name in PROGRAMS:
        return _program(name, top, rest, programs)
    command = load(name)
    session = Session(name, parser_of(name, command).read(rest, top))
    session.report.hello(__version__, name, dry_run=session.dry_run)
    # Nothing is left in buffers; to take the interpreter apart takes as long as a small run.
    end_process(_ended(session, _guarded(session, command)))


def _split(arguments: Sequence[str]) -> tuple[argparse.Namespace, str, list[str]]:
    """Return what stands before a command, its name, and what comes after it."""
    top, at = _places(arguments)
    if at < len(arguments) and arguments[at] in COMMANDS:  # all that is before it is read
        return top, arguments[at], list(arguments[at + 1 :])
    if arguments[0] == "help":
        arguments = [*(word for word in arguments[1:2] if word != "help"), "--help"]
    parser = top_parser()
    top = parser.read_before([word for word in arguments[:1] if word != "--"] + [*arguments[1:]])
    name, *rest = cast("list[str]", top.command)
    del top.command
    if name not in helps():
        from dotstream.cli.mistakes import unknown_command

        parser.error(unknown_command(name, rest, top))
    return top, name, rest


def _places(arguments: Sequence[str]) -> tuple[argparse.Namespace, int]:
    """Read what mostly stands before a command, without a parser; return where it ends."""
    found, at = argparse.Namespace(), 0
    while at + 1 < len(arguments) and arguments[at] in _PLACES:
        if arguments[at + 1].startswith("-"):
            break
        setattr(found, _PLACES[arguments[at]], arguments[at + 1])
        at += 2
    return found, at


def _guarded(session: Session, command: Command) -> int:
    try:
        return command.run(session)
    except Cancelled as error:
        return _failed(session, error, str(error) if session.changed else _NOTHING, 130)
    except DotstreamError as error:
        from dotstream.cli.report.advice import with_flags

        return _failed(session, error, with_flags(error, session.completed), error.exit_code)
    except KeyboardInterrupt:
        told = "cancelled; the links stay as they are" if session.changed else _NOTHING
        return _failed(session, Cancelled(), told, 130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(session, error, where + reason(error), 4 if is_permission(error) else 1)
    except Exception as error:  # noqa: BLE001 - the boundary; what comes here is a bug of ours
        if session.verbose:
            import traceback

            session.err.write(traceback.format_exc())
        message = f"{type(error).__name__}: {error}; this is a bug, please report what -v shows"
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
        done = (
            "; everything was done, but could not be reported"
            if session.changed and exit_code == 0
            else ""
        )
        session.err.write(f"{not_written(failure)}{done}\n")
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
