"""``.stowrc``: Stow options that hold for every run (Stow manual, "Resource Files").

A resource file holds the words of a command line, split as a shell splits them.  ``~``,
``$NAME`` and ``${NAME}`` are expanded in the values of ``--dir`` and ``--target`` only.
"""

from __future__ import annotations

import re

from dotstream.config.discover import STOWRC_NAME
from dotstream.config.reading import read_config
from dotstream.config.stow_arguments import Parser, StowArguments
from dotstream.errors import ConfigError, UsageError
from dotstream.fs.process import home_of
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BLANK = re.compile(r"[ \t\r\f\v]+")
_PLAIN = re.compile(r"[^ \t\r\f\v'\"\\]+")
_QUOTED = {"'": re.compile(r"[^']*"), '"': re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_VARIABLE = re.compile(r"\\([~$])|\$(?:(\w+)|\{([^{}]+)\})|\A~([^/]*)")


def read_stowrc(directory: str, *, home: str, environ: Mapping[str, str]) -> StowArguments | None:
    """Read the resource file in a directory; ``None`` if there is none.

    Raises:
        ConfigError: it is wrong.
        PermissionRefused: it may not be read.
    """
    path = f"{directory.rstrip('/')}/{STOWRC_NAME}"
    text = read_config(path)
    if text is None:
        return None
    return parse_stowrc(text, path=path, environ=environ, home=home, home_of=home_of)


def parse_stowrc(
    text: str,
    *,
    path: str,
    environ: Mapping[str, str],
    home: str,
    home_of: Callable[[str], str | None],
    stays: Callable[[str, str], bool] = lambda _option, _value: False,
) -> StowArguments:
    """Read the contents of one resource file.

    Packages in it are dropped, and with them the action flags, as in Stow.

    Args:
        text: the contents.
        path: where they came from, for messages.
        environ: the variables that may be referred to.
        home: what ``~`` stands for.
        home_of: finds what ``~user`` stands for, or ``None``.
        stays: whether the value of an option is not expanded.

    Raises:
        ConfigError: a quotation does not end, an option is wrong, or a directory refers
            to a variable that is not set.
    """
    words: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words += split_words(line, path=path, line=number)
        lines += [number] * (len(words) - len(lines))
    parser = Parser(words)
    try:
        found = parser.parse().options_only()
    except UsageError as error:
        raise ConfigError(str(error), path=path, line=lines[parser.position - 1]) from None

    def expanded(option: str, value: str | None) -> str | None:
        if value is None or stays(option, value):
            return value
        try:
            return expand(value, environ=environ, home=home, home_of=home_of)
        except KeyError as error:
            raise ConfigError(
                f"--{option} references undefined environment variable ${error.args[0]}",
                path=path,
            ) from None

    return found._replace(
        directory=expanded("dir", found.directory),
        target=expanded("target", found.target),
    )


def require_expressions(read: StowArguments, path: str) -> None:
    """Refuse a file that has an expression to ignore names by which cannot be used.

    Raises:
        ConfigError: it has one.
    """
    if not read.ignore:
        return
    from dotstream.planner.ignore import compile_rules

    try:
        compile_rules(options=read.ignore)
    except UsageError as error:
        raise ConfigError(str(error), path=path) from None


def split_words(text: str, *, path: str, line: int) -> list[str]:
    """Split one line into words: quotes, backslashes, ``#`` comments.

    A backslash keeps the next character, also inside double quotes; inside single
    quotes it is an ordinary character.  A word that begins with ``#`` starts a comment.

    Raises:
        ConfigError: a quotation does not end on the line, or nothing follows a backslash.
    """
    words: list[str] = []
    position = 0
    while True:
        blank = _BLANK.match(text, position)
        position = blank.end() if blank else position
        if position == len(text) or text[position] == "#":
            return words
        word, position = _word(text, position, path=path, line=line)
        words.append(word)


def _word(text: str, position: int, *, path: str, line: int) -> tuple[str, int]:
    parts: list[str] = []
    while position < len(text):
        char = text[position]
        if char in _QUOTED:
            inner = _QUOTED[char].match(text, position + 1)
            end = inner.end() if inner else position
            if inner is None or text[end : end + 1] != char:
                raise ConfigError(
                    "this quotation does not end on its line",
                    path=path,
                    line=line,
                    column=position + 1,
                )
            raw = inner.group()
            parts.append(_ESCAPE.sub(r"\1", raw) if char == '"' else raw)
            position = end + 1
        elif char == "\\":
            if position + 1 == len(text):
                raise ConfigError(
                    "nothing follows this backslash", path=path, line=line, column=position + 1
                )
            parts.append(text[position + 1])
            position += 2
        elif plain := _PLAIN.match(text, position):
            parts.append(plain.group())
            position = plain.end()
        else:
            break
    return "".join(parts), position


def expand(
    value: str,
    *,
    environ: Mapping[str, str],
    home: str,
    home_of: Callable[[str], str | None],
) -> str:
    r"""Expand ``~``, ``~user``, ``$NAME`` and ``${NAME}``; ``\~`` and ``\$`` stay as they are.

    Raises:
        KeyError: a variable is not set; its argument is the name.
    """

    def replacement(match: re.Match[str]) -> str:
        kept, bare, braced, user = match.groups()
        if kept is not None:
            return str(kept)
        if user is not None:
            return (home_of(user) if user else home) or str(match.group())
        return environ[bare or braced]

    return _VARIABLE.sub(replacement, value)
