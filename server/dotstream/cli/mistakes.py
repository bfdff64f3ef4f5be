"""What a person may have meant by words that fit nowhere; only mistakes import this."""

from __future__ import annotations

from dotstream.cli.registry import COMMANDS, PROGRAMS, load, parser_of
from dotstream.config.names import nearest, quoted
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from dotstream.cli.arguments import Parser

_ELSEWHERE = {
    "add": "adopt",
    "apply": "manage",
    "check": "doctor",
    "delete": "unmanage",
    "destow": "unmanage",
    "install": "manage",
    "log": "history",
    "ls": "list",
    "pull": "update",
    "remove": "unmanage",
    "restow": "remanage",
    "revert": "undo",
    "rm": "unmanage",
    "rollback": "undo",
    "sync": "remanage",
    "uninstall": "unmanage",
    "unstow": "unmanage",
    "verify": "status --check",
    "version": "--version",
}
"""Words of other programs, and what is called so here."""

_OF_STOW = ("-S", "-D", "-R", "--stow", "--delete", "--restow", "--simulate", "--no", "--adopt")
"""Flags of GNU Stow that are those of no command here."""

_OPENERS = {"plan": "plan manage", "backups": "backups restore", "completion": "manage"}
"""What a word that is a package, or a number, probably was to follow."""


def unknown_command(name: str, rest: Sequence[str], top: Namespace) -> str:
    """Say that there is no such command, and which was meant."""
    near = [_ELSEWHERE[name]] if name in _ELSEWHERE else nearest(name, [*COMMANDS, *PROGRAMS])
    if name in _packages(getattr(top, "dir", None)):
        verb = next((word for word in rest if word in COMMANDS), "manage")
        return f"{quoted(name)} is a package; did you mean 'dotstream {verb} {display(name)}'?"
    return f"no command {quoted(name)}" + (
        f"; did you mean {near[0]!r}?" if near else "; 'dotstream help' lists them"
    )


def unknown_words(parser: Parser, words: Sequence[str], directory: str | None) -> str:
    """Say of all words that a command does not take what was meant by each."""
    known = [name for flag in parser.flags() for name in flag.names]
    told = [_unknown(word, known, directory) for word in words]
    return f"'{parser.prog}' does not take {', '.join(told)}"


def _unknown(word: str, known: Sequence[str], directory: str | None) -> str:
    word = word.partition("=")[0] if word.startswith("--") else word
    if word.startswith("-"):
        others = [name for name in COMMANDS if word in _flags(name)][:3]
        if others:
            where = " and ".join(f"'dotstream {name}'" for name in others)
            return f"{quoted(word)} (a flag of {where})"
        if word in _OF_STOW:
            return f"{quoted(word)} (a flag of 'dotstream stow')"
        near = nearest(word.strip("-"), [name[2:] for name in known if name[:2] == "--"])
        if near:
            return f"{quoted(word)} (did you mean '--{near[0]}'?)"
    elif f"--{word}" in known:
        return f"{quoted(word)} (did you mean '--{word}'?)"
    elif word in _packages(directory):
        return f"{quoted(word)} (a package, and it looks at all of them)"
    return quoted(word)


def _flags(name: str) -> list[str]:
    return [each for flag in parser_of(name, load(name)).flags() for each in flag.names]


def wrong_choice(
    prog: str, what: str, value: str, choices: Iterable[str], directory: str | None
) -> str:
    """Say what a value may be, and what this one was probably meant to be."""
    choices = list(map(str, choices))
    near = nearest(value, choices)
    command = prog.rpartition(" ")[2]
    hint = f"it can be {', '.join(choices)}"
    if near:
        hint = f"did you mean {near[0]!r}?"
    elif what.startswith("-"):
        pass
    elif f"--{value}" in _flags(command):
        hint = f"did you mean '--{value}'?"
    elif (command == "backups" and value.isdecimal()) or value in _packages(directory):
        hint = f"did you mean 'dotstream {_OPENERS.get(command, command)} {display(value)}'?"
    return f"{what} cannot be {quoted(value)}; {hint}"


def _packages(directory: str | None) -> Sequence[str]:
    """Return the packages that there are, as far as that can be told."""
    from dotstream.client import Client
    from dotstream.errors import DotstreamError

    try:
        return Client(directory).settings.available()
    except (DotstreamError, OSError):
        return ()
