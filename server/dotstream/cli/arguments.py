"""Reading arguments: the parser, the groups of flags commands share, and what they mean."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from dotstream.fs.process import columns
from dotstream.model.options import FOLDINGS, POLICIES, Preferences

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = [
    "Flag",
    "Parser",
    "add_common",
    "add_dry_run",
    "add_preferences",
    "add_selection",
    "days",
    "preferences",
]


_WIDTH = max(40, min(columns(1), 92) - 2)


class Flag(NamedTuple):
    """One flag of a command, for completion scripts."""

    names: tuple[str, ...]
    help: str
    valued: bool
    choices: tuple[str, ...]
    packages: bool


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, up to a point.

    Told the width, argparse does not import what it would measure it with; it makes a
    formatter for every flag, so that is paid for by every run.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=_WIDTH)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """Name the value once, after the last name, as Python does from 3.13 on."""
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line and where to read more."""

    def __init__(self, prog: str, description: str, examples: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"examples:\n{examples}" if examples else None,
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def flags(self) -> list[Flag]:
        """Return every flag of this command."""
        return [
            Flag(
                tuple(action.option_strings),
                (action.help or "").split(" (")[0],
                action.nargs != 0,
                tuple(action.choices or ()),
                action.dest == "package",
            )
            for action in self._actions
            if action.option_strings
        ]

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        sys.stderr.write(f"dotstream: {message}\nSee: {self.prog} --help\n")
        raise SystemExit(2)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes, before its name or after it."""
    group = parser.add_argument_group("global options")
    group.add_argument(
        "-d",
        "--dir",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="package directory (default: the nearest one, from here upwards)",
    )
    group.add_argument(
        "-t",
        "--target",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="where links are made (default: as configured, else ~)",
    )
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default=argparse.SUPPRESS,
        help="colours: auto heeds the terminal and NO_COLOR",
    )
    group.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        default=argparse.SUPPRESS,
        help="errors and warnings only",
    )
    group.add_argument(
        "-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="every step"
    )
    group.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="one JSON event a line, as it happens",
    )


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Add ``-n``, ``--stream`` and ``--yes``: how far to go, and when."""
    group = parser.add_argument_group("execution")
    group.add_argument(
        "-n", "--dry-run", action="store_true", help="show what would be done and change nothing"
    )
    group.add_argument(
        "--stream", action="store_true", help="start before everything has been looked at"
    )
    group.add_argument(
        "--wait", action="store_true", help="wait while another dotstream changes the target"
    )
    group.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="do not ask, and agree to what the repository asks for",
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add which packages are meant."""
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="packages, by name")
    parser.add_argument("--profile", metavar="NAME", help="the packages of [profiles] NAME")
    parser.add_argument(
        "--all", action="store_true", help="every package enabled on this machine"
    )


def add_preferences(parser: argparse.ArgumentParser, *, rivals: bool = False) -> None:
    """Add how a plan is made, on top of the configuration.

    ``rivals`` adds who wins a path that another package has; only linking asks that.
    """
    group = parser.add_argument_group("linking")
    group.add_argument(
        "--folding",
        choices=FOLDINGS,
        help="one link for a whole directory: where nothing inside would be hidden (safe), "
        "wherever possible (always), or never",
    )
    group.add_argument(
        "--no-folding",
        dest="folding",
        action="store_const",
        const="never",
        help="the same as never",
    )
    group.add_argument(
        "--ignore", metavar="GLOB", action="append", default=[], help="leave out what matches"
    )
    if rivals:
        _add_rivals(group)
    group.add_argument(
        "--on-conflict",
        metavar="POLICY",
        choices=POLICIES,
        help="what to do where something is in the way: fail, so that nothing changes (the "
        "default); skip it; backup, overwrite or adopt what is there",
    )
    group.add_argument("--absolute", action="store_true", help="make links with absolute texts")


def _add_rivals(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--defer",
        metavar="REGEX",
        action="append",
        default=[],
        help="leave matching paths to the package that has them",
    )
    group.add_argument(
        "--override",
        metavar="REGEX",
        action="append",
        default=[],
        help="take matching paths from the package that has them",
    )


def preferences(arguments: Namespace) -> Preferences:
    """Return what the flags ask for."""
    return Preferences(
        folding=arguments.folding,
        link="absolute" if arguments.absolute else None,
        ignore=tuple(arguments.ignore),
        defer=tuple(getattr(arguments, "defer", ())),
        override=tuple(getattr(arguments, "override", ())),
        on_conflict=arguments.on_conflict,
    )


def days(text: str) -> float:
    """Read a number of days; return it in seconds.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return number * 24 * 60 * 60
