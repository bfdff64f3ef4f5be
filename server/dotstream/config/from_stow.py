"""A first ``dotstream.toml`` from a ``.stowrc``, such that every tree stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dotstream.config.discover import STOWRC_NAME
from dotstream.config.reading import read_config
from dotstream.config.starter import Answers, Value
from dotstream.config.stow_arguments import parse_stow_arguments
from dotstream.config.stowrc import split_words
from dotstream.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dotstream.config.stow_arguments import StowArguments

__all__ = ["answers_from_stow"]

_PLAIN = re.compile(r"(?:\.\*)?((?:[\w ~#@%,:=-]|\\[^\w\s/])+)\Z", re.ASCII)
_GLOB_SIGNS = re.compile(r"([*?\[\\])")


def answers_from_stow(directory: str) -> Answers:
    """Read the ``.stowrc`` in the package directory.

    Raises:
        UsageError: there is none.
        ConfigError: it is wrong.
        PermissionRefused: it may not be read.
    """
    path = f"{directory.rstrip('/')}/{STOWRC_NAME}"
    text = read_config(path)
    if text is None:
        raise UsageError(f"there is no {STOWRC_NAME} in {directory}")
    words: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words += split_words(line, path=path, line=number)
    try:
        found = parse_stow_arguments(words)
    except UsageError as error:
        raise ConfigError(str(error), path=path) from None
    globs, notes = _globs(found.ignore)
    notes += _left_out(found)
    top: dict[str, Value] = {
        "target": found.target or "..",
        "dotfiles": found.dotfiles,
        "folding": "never" if found.no_folding else "always",
    }
    if globs:
        top["ignore"] = globs
    return Answers(top=top, notes=notes, source=STOWRC_NAME)


def _globs(patterns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Turn ``--ignore`` patterns into globs where they mean the same; name the others."""
    globs: list[str] = []
    notes: list[str] = []
    for pattern in patterns:
        plain = _PLAIN.match(pattern)
        if plain is not None:
            # It matches at the end of a path, so also at the end of any name.
            literal = re.sub(r"\\(.)", r"\1", plain[1])
            globs.append("*" + _GLOB_SIGNS.sub(r"\\\1", literal))
        else:
            notes.append(f"--ignore={pattern} is a regular expression: write it as a glob")
    return globs, notes


def _left_out(found: StowArguments) -> list[str]:
    notes = [
        f"--{option}={pattern}: which package wins is decided by which are managed, or give "
        f"--{option} on the command line"
        for option, patterns in (("defer", found.defer), ("override", found.override))
        for pattern in patterns
    ]
    if found.directory is not None:
        notes.append(
            f"--dir={found.directory}: this file belongs at the top of the package directory "
            "itself; move it there if that is another one"
        )
    if found.adopt:
        notes.append('--adopt: set on-conflict = "adopt" if that is to hold for every run')
    return notes
