"""Reading arguments: the parser, and what it says of those that fit nowhere."""

from __future__ import annotations

import argparse
import sys
from itertools import product, takewhile

from dotstream.fs.process import columns
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar, cast

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


GLOBAL = "global options"
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
            if group.title == GLOBAL:
                formatter.add_text(f"{GLOBAL}: {_GLOBAL_FLAGS}")
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
