"""What a shell may offer for a word: one ``VALUE<TAB>DESCRIPTION`` a line.

The scripts of ``completion_scripts`` ask ``dotstream __complete WORDS``, of which the last is
the word at the cursor.  Exit code 1 means: complete names of files.  Nothing is ever said about
what goes wrong; whoever presses TAB wants no message.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress

from dotstream.cli.arguments import Parser
from dotstream.cli.flags import add_common
from dotstream.cli.registry import COMMANDS, PROGRAMS, helps, load, parser_of
from dotstream.errors import DotstreamError
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import display
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from argparse import Action
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dotstream.client import Client

FILES = 1
"""Exit code: names of files belong here."""

_MOST = 200  # transactions and backups; nobody looks through more


class _Line(NamedTuple):
    """A command line up to the word at the cursor.

    Attributes:
        command: the command's name, once there is one.
        parser: of that command, or of what stands before.
        positionals: the words that are neither flags nor their values.
        flag: the flag whose value the word is.
        word: the word itself, or what stands behind ``=``.
        before: what stands before that in the same word.
        plain: whether it is behind ``--``.
        directory: what ``-d`` says.
        client: makes the client that the line is about.
    """

    command: str | None
    parser: Parser
    positionals: list[str]
    flag: Action | None
    word: str
    before: str
    plain: bool
    directory: str | None
    client: Callable[[], Client]


def main(words: Sequence[str]) -> int:
    """Print what may stand in place of the last word; return the exit code.

    Args:
        words: behind ``--bash`` as that hands them over, else without their quotes.
    """
    written: Callable[[str], str] = str
    if words[:1] == ["--bash"]:
        line_typed = typed(words[1:])
        words, written = line_typed.words, line_typed.offered
    try:
        line = _read(words)
        found = _of_program(line) if line.command in PROGRAMS else _offered(line)
        lines = [] if found is None else list(found)
    except (DotstreamError, OSError):
        return 0
    shown = (
        f"{written(line.before + value)}\t{display(about)}\n"
        for value, about in lines
        if value.startswith(line.word) and value.isprintable()
    )
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    with suppress(OSError):  # the shell has seen enough
        sys.stdout.write("".join(shown))
        sys.stdout.flush()
    return FILES if found is None else 0


def _read(words: Sequence[str]) -> _Line:
    *given, word = words[1:] or [""]
    parser = Parser("dotstream", "")
    add_common(parser)
    command: str | None = None
    positionals: list[str] = []
    flag: Action | None = None
    plain = False
    places: dict[str, str] = {}
    for each in given:
        if flag is not None:
            places[flag.dest] = each
            flag = None
        elif each == "--" and not plain:
            plain = True
        elif each.startswith("-") and not plain:
            name, told, value = each.partition("=")
            flag = _flag(parser, name)
            if told and flag is not None:
                places[flag.dest], flag = value, None
        elif command is None:
            command = each
            parser = parser_of(each, load(each)) if each in COMMANDS else parser
        else:
            positionals.append(each)
    before = ""
    if word.startswith("--") and "=" in word and not plain:
        name, _, word = word.partition("=")
        flag, before = _flag(parser, name), f"{name}="

    def client() -> Client:
        from dotstream.client import Client

        return Client(places.get("dir"), target=places.get("target"))

    return _Line(
        command, parser, positionals, flag, word, before, plain, places.get("dir"), client
    )


def _flag(parser: Parser, name: str) -> Action | None:
    """Return a flag that takes a value."""
    return next(
        (each for each in parser.actions() if name in each.option_strings and each.nargs != 0),
        None,
    )


def _offered(line: _Line) -> Iterable[tuple[str, str]] | None:
    """Return what may stand there; ``None``: names of files."""
    if line.flag is not None:
        return _values(line, line.flag)
    if line.word.startswith("-") and not line.plain:
        return _flags(line.parser)
    if line.command in (None, "help"):
        return helps().items()
    places = [each for each in line.parser.actions() if not each.option_strings]
    at = len(line.positionals)
    more = bool(places) and places[-1].nargs in ("*", "+")
    if at >= len(places) and not more:
        return ()
    place = places[min(at, len(places) - 1)]
    if place.choices is not None:
        return ((str(choice), "") for choice in place.choices)
    return _named(line, str(place.metavar))


def _named(line: _Line, metavar: str) -> Iterable[tuple[str, str]] | None:
    """Return what a word of a command is, by what its help calls it."""
    adopts = line.command == "adopt" or line.positionals[:1] == ["adopt"]
    if adopts:
        return _dotfiles(line)
    if "PATH" in metavar and (line.word[:1] in ("~", ".", "/") or "/" in line.word):
        return None
    if "PACKAGE" in metavar:
        known = set(line.positionals)
        return (each for each in _packages(line.client()) if each[0] not in known)
    if metavar == "ID":
        return _backups(line) if line.command == "backups" else _transactions(line)
    return None


def _values(line: _Line, flag: Action) -> Iterable[tuple[str, str]] | None:
    """Return what a flag may be set to; ``None``: names of files."""
    if flag.dest == "on_conflict":
        return _policies(line)
    if flag.choices is not None:
        return ((str(choice), "") for choice in flag.choices)
    if flag.dest == "package":
        return _packages(line.client())
    if flag.dest == "profile":
        profiles = line.client().settings.profiles
        return ((name, " ".join(members)) for name, members in profiles.items())
    return None if flag.dest in ("dir", "target") else ()


def _policies(line: _Line) -> Iterable[tuple[str, str]] | None:
    """Return policies, also for a single path once it is there."""
    if line.command == "undo":
        return ((name, POLICY_WORDS[name].meaning) for name in ("fail", "skip"))
    path, told, _ = line.word.rpartition("=")
    if not told and line.word[:1] in ("~", ".", "/"):
        return None
    return ((f"{path}{told}{name}", words.meaning) for name, words in POLICY_WORDS.items())


def _flags(parser: Parser) -> Iterator[tuple[str, str]]:
    for flag in parser.flags():
        for name in flag.names:
            yield name, flag.help


def _packages(client: Client) -> Iterator[tuple[str, str]]:
    for info in client.packages():
        if info.active:
            yield info.name, f"to {display(info.target)}"


def _transactions(line: _Line) -> Iterator[tuple[str, str]]:
    from time import localtime, strftime

    for found in line.client().history(_MOST):
        if found.state == "committed":
            when = strftime("%Y-%m-%d %H:%M", localtime(found.began))
            yield str(found.id), f"{when} {found.action} {' '.join(found.packages)}"


def _backups(line: _Line) -> Iterator[tuple[str, str]]:
    if line.positionals[:1] == ["restore"]:
        for found in line.client().backups():
            yield str(found.id), found.path or found.kept


def _dotfiles(line: _Line) -> Iterable[tuple[str, str]] | None:
    """Return the user's own dotfiles, which no link of ours leads to."""
    from dotstream.fs.files import entries, is_link
    from dotstream.fs.process import environment, home_directory

    target = line.client().target
    prefix = "~/" if target == home_directory(environment()) else f"{target}/"
    if not prefix.startswith(line.word) and not line.word.startswith(f"{prefix}."):
        return None
    if "/" in line.word[len(prefix) :]:
        return None
    found = sorted(entries(target, _MOST * 10))
    return [
        (f"{prefix}{name}", "directory" if is_dir else "file")
        for name, is_dir in found
        if name.startswith(".") and not is_link(f"{target}/{name}")
    ]


def _of_program(line: _Line) -> Iterable[tuple[str, str]] | None:
    """Return what a command offers that reads its own arguments: its own flags alone."""
    if line.word.startswith("-"):
        from importlib import import_module

        if line.command == "lsp":
            serve = import_module("dotstream.lsp.transport.serve")
            return _in_help(serve.parser().format_help())
        return _in_help(import_module(f"dotstream.cli.stow.{line.command}").HELP)
    if line.command == "stow":
        return _stow_packages(line)
    return None


def _in_help(text: str) -> Iterator[tuple[str, str]]:
    """Yield the flags that a text lists, and what it says about them."""
    for row in text.splitlines():
        found = re.match(r"^ {2,6}(-.*?)(?: {2,}| )(?=[a-z])(.*)$", row)
        if found is None:
            continue
        for name in re.findall(r"(?<![\w-])--?\w[\w-]*", found[1]):
            yield name, found[2]


def _stow_packages(line: _Line) -> Iterable[tuple[str, str]]:
    """Return what Stow takes for packages: the directories in that of ``-d``, or here."""
    from dotstream.fs.files import subdirectories
    from dotstream.fs.process import environment, working_directory

    place = line.directory or environment().get("STOW_DIR") or working_directory()
    return ((name, "") for name in subdirectories(place))


_BREAKS = frozenset("=:")  # those of COMP_WORDBREAKS that make words of their own
_SPECIAL = re.compile(r"""[\s|&;<>()$`\\"'*?\[\]#!{}^]|^~(?!/)""")
_SPECIAL_IN_QUOTES = re.compile(r"""[$`\\"]""")


class Typed(NamedTuple):
    """A line up to the cursor.

    Attributes:
        words: what it means, the last word as far as it is typed.
        before: what of the last word bash does not replace.
        quote: the quote that is open at its end, or nothing.
    """

    words: list[str]
    before: str
    quote: str

    def offered(self, value: str) -> str:
        """Return what bash has to put in the place of the last word for a value."""
        text = value.removeprefix(self.before)
        if self.quote == "'":
            return text.replace("'", "'\\''")
        special = _SPECIAL_IN_QUOTES if self.quote else _SPECIAL
        return special.sub(lambda found: f"\\{found[0]}", text)


def typed(pieces: Sequence[str]) -> Typed:
    """Put the pieces of a line together again, and take their quotes away."""
    words: list[str] = []
    joins, before, quote = False, "", ""
    for piece in pieces:
        text, quote = _plain(piece)
        breaks = bool(piece) and _BREAKS.issuperset(piece)
        if words and piece and (joins or breaks):
            before = words[-1]
            words[-1] += text
        else:
            before = ""
            words.append(text)
        joins = breaks
    if joins and words:  # the cursor is just behind it
        before = words[-1]
    return Typed(words, before, quote)


def _plain(piece: str) -> tuple[str, str]:
    """Return what a piece means, and the quote that is still open at its end."""
    text, quote = "", ""
    rest = iter(piece)
    for char in rest:
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\" and quote != "'":
            meant = next(rest, "")
            text += meant if not quote or meant in '$`"\\' else f"\\{meant}"
        else:
            text += char
    return text, quote
