"""The flags that commands share, in groups."""

from __future__ import annotations

import argparse

from dotstream.cli.arguments import GLOBAL
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import FOLDINGS, POLICIES

if TYPE_CHECKING:
    from argparse import Namespace


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes, before its name or after it."""
    group = parser.add_argument_group(GLOBAL, argument_default=argparse.SUPPRESS)
    group.add_argument("-h", "--help", action="help", help="print this text")
    group.add_argument(
        "-d",
        "--dir",
        metavar="DIR",
        help="package directory (default: the nearest one, from here upwards)",
    )
    group.add_argument(
        "-t",
        "--target",
        metavar="DIR",
        help="where links are made (default: as configured, else ~)",
    )
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        help="colours: auto follows the terminal and NO_COLOR",
    )
    group.add_argument("-q", "--quiet", action="store_true", help="errors and warnings only")
    group.add_argument("-v", "--verbose", action="store_true", help="every step")
    group.add_argument("--json", action="store_true", help="one JSON event a line, as it happens")


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Add ``-n``, ``--stream`` and ``--yes``: how far to go, and when."""
    group = parser.add_argument_group("execution")
    add_rehearsal(group)
    group.add_argument(
        "--stream", action="store_true", help="start before everything has been looked at"
    )
    _add_asking(group)


def add_rehearsal(group: argparse._ActionsContainer) -> None:
    """Add ``-n``."""
    group.add_argument(
        "-n", "--dry-run", action="store_true", help="show what would be done and change nothing"
    )


def add_wait(group: argparse._ActionsContainer) -> None:
    """Add ``--wait``."""
    group.add_argument(
        "--wait", action="store_true", help="wait while another dotstream changes the target"
    )


def add_asking(parser: argparse.ArgumentParser) -> None:
    """Add ``--wait`` and ``--yes``, for what is shown and asked about in any case."""
    _add_asking(parser.add_argument_group("execution"))
    parser.set_defaults(stream=False)


def _add_asking(group: argparse._ArgumentGroup) -> None:
    add_wait(group)
    group.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="do not ask, and agree to what the repository asks for",
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add which packages are meant."""
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="packages, by name")
    add_sets(parser)


def add_sets(parser: argparse.ArgumentParser) -> None:
    """Add packages that are meant together."""
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
    add_on_conflict(group)
    group.add_argument(
        "--absolute", action="store_true", help="make links that hold absolute paths"
    )


def add_on_conflict(group: argparse._ActionsContainer) -> None:
    """Add what becomes of conflicts: of all of them, and of single paths."""
    group.add_argument(
        "--on-conflict",
        metavar="[PATH=]POLICY",
        action=_OnConflict,
        help="what to do where something is in the way, or at PATH alone: fail, so that nothing "
        "changes (a terminal asks about each); skip it; backup, overwrite or adopt what is there",
    )
    group.add_argument(
        "--same",
        action="store_true",
        help="back up what is byte for byte the package's, and link it",
    )
    group.set_defaults(resolutions=())


class _OnConflict(argparse.Action):
    """Takes ``POLICY`` for all conflicts, and ``PATH=POLICY`` for one, as often as wanted."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        path, told, policy = str(values).rpartition("=")
        if policy not in POLICIES:
            from dotstream.cli.mistakes import wrong_choice

            parser.error(wrong_choice(parser.prog, "--on-conflict", policy, POLICIES, None))
        if told:
            namespace.resolutions = (*namespace.resolutions, (path, policy))
        else:
            namespace.on_conflict = policy


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


def days(text: str) -> float:
    """Read a number of days; return it in seconds.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    return _number(text, "days") * 24 * 60 * 60


def seconds(text: str) -> float:
    """Read a number of seconds.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    return _number(text, "seconds")


def _number(text: str, unit: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of {unit}")
    return number
