"""Reading arguments: the parser, the groups of flags commands share, and what they mean."""

from __future__ import annotations

import argparse
import sys
from itertools import product, takewhile

from dotstream.fs.process import columns
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar, cast
from dotstream.model.options import FOLDINGS, POLICIES

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from _typeshed import SupportsWrite

argparse._ = str  # type: ignore[attr-defined]  # or each parser looks for translations on the disk
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


_GLOBAL = "global options"
_GLOBAL_FLAGS = (
    "-d/--dir, -t/--target, --color, -q/--quiet, -v/--verbose, --json; see dotstream -h"
)

_Action = TypeVar("_Action", bound=argparse.Action)

_PLAIN = "\0"
"""What stands before a word behind ``--`` while it is read; no argument can have it."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line and where to read more."""

    def __init__(self, prog: str, description: str, examples: str = "") -> None:
        self._needed: list[argparse.Action] = []
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"examples:\n{examples}" if examples else None,
            formatter_class=_Formatter,
            allow_abbrev=False,
            add_help=False,
            exit_on_error=False,
        )
        self._directory: str | None = None
        self._words: list[str] = []

    def read_before(self, words: Sequence[str]) -> Namespace:
        """Return what the words before a command's name say, its name, and what follows."""
        self._words = list(takewhile(lambda word: word.startswith("-"), words))
        return self._parsed(self.parse_known_args, words, argparse.Namespace())

    def read(self, words: Sequence[str], top: Namespace) -> Namespace:
        """Return what the words of a command say, on top of those before it.

        Flags may stand anywhere before ``--``; whatever comes after that is no flag.
        """
        self._directory = getattr(top, "dir", None)
        words = list(words)
        if "--" in words:
            end = words.index("--")
            words[end:] = [_PLAIN + word for word in words[end + 1 :]]
        self._words = words
        found = self._parsed(self.parse_known_intermixed_args, words, top)
        if getattr(found, "quiet", False) and getattr(found, "verbose", False):
            self.error("-q and -v cannot be combined")
        return found

    def _parsed(
        self,
        parse: Callable[[Sequence[str], Namespace], tuple[Namespace, list[str]]],
        words: Sequence[str],
        top: Namespace,
    ) -> Namespace:
        try:
            found, unknown = parse(words, top)
        except argparse.ArgumentError as error:
            self.error(self._complaint(error))
        if unknown:
            self._refuse([word.removeprefix(_PLAIN) for word in unknown], found)
        missing = [each for each in self._needed if getattr(found, each.dest, None) is None]
        if missing:
            self.error(f"missing: {', '.join(map(_missing, missing))}")
        return found

    def _complaint(self, error: argparse.ArgumentError) -> str:
        """Return what is wrong with a flag or a word, in words that need no explanation."""
        name = str(error.argument_name)
        flags = name.split("/")
        if getattr(self._option_string_actions.get(flags[0]), "nargs", None) == 0:
            for word, flag in product(self._words, flags):
                long, short = word.partition("="), word[1:].partition(flag[1])
                value = short[2] if word[:2] != "--" and len(flag) == 2 else ""
                value = long[2] if long[0] == flag else value
                if value:
                    return f"{name} takes no value, but got {value!r}"
        return f"{name}: {error.message}"

    def _match_argument(self, action: argparse.Action, arg_strings_pattern: str) -> int:
        try:
            return super()._match_argument(action, arg_strings_pattern)
        except argparse.ArgumentError:
            self.error(f"{'/'.join(action.option_strings)} needs a value")

    def _add_action(self, action: _Action) -> _Action:
        """Add a flag or a word; what is missing is told here, and not by argparse."""
        if action.required and not action.option_strings:
            action.required = False
            if action.nargs != "*":
                self._needed.append(action)
        return super()._add_action(action)

    def _get_value(self, action: argparse.Action, arg_string: str) -> object:
        value: object = super()._get_value(action, arg_string.removeprefix(_PLAIN))
        return value

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            from dotstream.cli.mistakes import wrong_choice

            flag = next((name for name in action.option_strings if name[1] == "-"), None)
            what = flag or str(action.metavar)
            choices = cast("Sequence[str]", action.choices)
            self.error(wrong_choice(self.prog, what, str(value), choices, self._directory))

    def format_usage(self) -> str:
        """Return one line: the flags are listed below it."""
        return f"usage: {(self.usage or self._usage()).rstrip()}\n"

    def _usage(self) -> str:
        shape = {"?": "[{}]", "*": "[{}]...", "+": "{}..."}
        words = (
            shape.get(str(action.nargs), "{}").format(action.metavar)
            for action in self._actions
            if not action.option_strings
        )
        return " ".join((f"{self.prog} [OPTION]...", *words))

    def format_help(self) -> str:
        """Return how it is called, what it is for, examples, and then its own flags."""
        formatter = self._get_formatter()
        formatter.add_text(self.description)
        formatter.add_text(self.epilog)
        for group in self._action_groups:
            if group.title == _GLOBAL:
                formatter.add_text(f"{_GLOBAL}: {_GLOBAL_FLAGS}")
            else:
                formatter.start_section(group.title)
                formatter.add_arguments(group._group_actions)  # noqa: SLF001 - our own
                formatter.end_section()
        return f"{self.format_usage()}\n{formatter.format_help().lstrip()}"

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help."""
        tell(self.format_help())

    def actions(self) -> list[argparse.Action]:
        """Return every word and flag of this command, in their order."""
        return self._actions

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

    def _refuse(self, words: Sequence[str], found: Namespace | None) -> NoReturn:
        from dotstream.cli.mistakes import unknown_words

        self.error(unknown_words(self, words, getattr(found, "dir", self._directory)))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        from dotstream.model.directory import display

        words, self._words = self._words, []
        unknown = [
            word
            for word in words
            if _is_flag(word) and word.partition("=")[0] not in self._option_string_actions
        ]
        if unknown:  # whatever else is wrong may come of that
            self._refuse(unknown, None)
        sys.stderr.write(f"dotstream: {display(message)}\nSee: {self.prog} --help\n")
        raise SystemExit(2)


def _is_flag(word: str) -> bool:
    """Whether a word is one flag for sure: no letters in a row, and no number."""
    return word[:2] == "--" != word or (len(word) == 2 and word[0] == "-" and word[1].isalpha())


def _missing(action: argparse.Action) -> str:
    choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
    return f"{action.metavar}{choices}"


def tell(text: str) -> None:
    """Write a text; where that fails, say so and leave, which argparse does not."""
    from dotstream.cli.report.output import Output, not_written

    output = Output.of(sys.stdout)
    output.write(text)
    failure = output.failure
    if failure is not None and not isinstance(failure, BrokenPipeError):
        sys.stderr.write(f"{not_written(failure)}\n")
        raise SystemExit(1)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes, before its name or after it."""
    group = parser.add_argument_group(_GLOBAL, argument_default=argparse.SUPPRESS)
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
