"""What is measured side by side: every tool's command for one and the same work."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.bench import farms

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.farms import Place

__all__ = ["FAMILIES", "TOOLS", "Subject", "Tool"]

_CACHE = f"{os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')}/dotstream"
_BARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bare.py")
_PYTHON_STOW = f"{_CACHE}/stow-python-2.4.1/bin/stow"
_DOTBOT = f"{_CACHE}/dotbot-1.24.1/bin/dotbot"
_DOTDROP = f"{_CACHE}/dotdrop-1.18.0/bin/dotdrop"


class Tool(NamedTuple):
    """A program, where it is, and where it comes from."""

    program: str
    source: str = "make bench-tools"

    @property
    def is_there(self) -> bool:
        """Whether it can be measured."""
        return shutil.which(self.program) is not None


TOOLS = {
    "bare": Tool(sys.executable),
    "cp": Tool("cp"),
    "dotstream": Tool(farms.DOTSTREAM, "pip install -e ."),
    "GNU Stow": Tool("/usr/bin/stow"),
    "stow-python": Tool(_PYTHON_STOW),
    "dotbot": Tool(_DOTBOT),
    "dotdrop": Tool(_DOTDROP),
}


def _nothing(_: Place) -> None:
    pass


class Subject(NamedTuple):
    """One tool's way of doing the work: its command line, and what must be there before."""

    name: str
    tool: str
    line: Callable[[Place], list[str]]
    before: Callable[[Place], None] = _nothing
    links: Callable[[Place], list[str]] | None = None
    """The command that makes the links that must be there."""
    ends: int = 0
    mark: bytes = b""
    """What is waited for in its output, instead of its end."""


def _bare(verb: str) -> Callable[[Place], list[str]]:
    def line(place: Place) -> list[str]:
        fold = ["--fold"] if place.farm.shape.folds else []
        return [sys.executable, _BARE, verb, *fold, place.target, *place.farm.sources]

    return line


def _cp(place: Place) -> list[str]:
    return ["cp", "-rs", *(f"{source}/." for source in place.farm.sources), place.target]


def _ours(*words: str) -> Callable[[Place], list[str]]:
    return lambda place: place.ours(*words)


def _planned(*words: str, folding: bool = True) -> Callable[[Place], list[str]]:
    def line(place: Place) -> list[str]:
        flags = place.farm.folding if folding else []
        return place.ours(*words, *flags, *place.farm.packages)

    return line


def _stow(program: str, *actions: str) -> Callable[[Place], list[str]]:
    def line(place: Place) -> list[str]:
        where = ["-d", place.farm.directory, "-t", place.target]
        return [program, *where, *place.farm.folding, *actions, *place.farm.packages]

    return line


def _dotbot(*flags: str) -> Callable[[Place], list[str]]:
    """Return its command, with one pattern for each package; a list of links costs the same."""

    def line(place: Place) -> list[str]:
        config = f"{place.root}/dotbot.json"
        found: list[object] = [{"defaults": {"link": {"create": True, "relative": True}}}]
        for name in place.farm.packages:
            links = {f"{place.target}/": {"path": f"{name}/**", "glob": True}}
            found.append({"link": links})
        with open(config, "w", encoding="utf-8") as file:
            json.dump(found, file)
        return [_DOTBOT, "-q", *flags, "-d", place.farm.directory, "-c", config]

    return line


def _dotdrop(*words: str) -> Callable[[Place], list[str]]:
    """Return its command, with an entry for each directory whose files it is to link."""

    def line(place: Place) -> list[str]:
        config = f"{place.root}/dotdrop.toml"
        head = "[config]\nbackup = false\ncreate = true\nkeepdot = true\n"
        entries = (
            f"[dotfiles.f{number}]\n"
            f'src = "{branch.package}/{branch.directory}"\n'
            f'dst = "{place.target}/{branch.directory}"\n'
            'link = "link_children"\n'
            for number, branch in enumerate(place.farm.shape.branches(place.farm.links))
        )
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'{head}dotpath = "{place.farm.directory}"\n')
            file.writelines(entries)
            file.write('[profiles.bench]\ndotfiles = ["ALL"]\n')
        return [_DOTDROP, *words, "-f", "-b", "-c", config, "-p", "bench"]

    return line


def _make() -> tuple[Subject, ...]:
    return (
        Subject("cp -rs", "cp", _cp),
        Subject("bare loop", "bare", _bare("link")),
        Subject("dotstream manage", "dotstream", farms.manage),
        Subject("dotstream manage --stream", "dotstream", _planned("manage", "-q", "--stream")),
        Subject("stow", "GNU Stow", _stow("/usr/bin/stow", "-S")),
        Subject("stow-python", "stow-python", _stow(_PYTHON_STOW, "-S")),
        Subject("dotbot", "dotbot", _dotbot()),
        Subject("dotdrop install", "dotdrop", _dotdrop("install")),
    )


def _keep() -> tuple[Subject, ...]:
    ours, there = "dotstream", farms.manage
    return (
        Subject("bare loop", "bare", _bare("read"), links=there),
        Subject("bare loop, following", "bare", _bare("follow"), links=there),
        Subject("dotstream manage -n", ours, _planned("manage", "-n", "-q"), links=there),
        Subject("dotstream remanage", ours, _planned("remanage", "-q"), links=there),
        Subject("dotstream status", ours, _ours("status", "-q"), links=there),
        Subject("dotstream doctor", ours, _ours("doctor", "-q"), links=there),
        Subject("stow -R", "GNU Stow", _stow("/usr/bin/stow", "-R"), links=there),
        Subject("stow-python -R", "stow-python", _stow(_PYTHON_STOW, "-R"), links=there),
        Subject("dotbot, again", "dotbot", _dotbot(), links=there),
        Subject("dotdrop, again", "dotdrop", _dotdrop("install"), links=_dotdrop("install")),
    )


def _remove() -> tuple[Subject, ...]:
    ours, there = "dotstream", farms.manage
    unmanage = _planned("unmanage", "-q", folding=False)
    stream = _planned("manage", "-q", "--stream")
    return (
        Subject("bare loop", "bare", _bare("remove"), links=there),
        Subject("dotstream unmanage", ours, unmanage, links=there),
        Subject("dotstream undo", ours, _ours("undo", "-q"), links=there),
        Subject("dotstream, rolled back", ours, stream, farms.refused, ends=3),
        Subject("dotstream recover", ours, _ours("recover", "-q"), farms.killed),
        Subject("stow -D", "GNU Stow", _stow("/usr/bin/stow", "-D"), links=there),
        Subject("stow-python -D", "stow-python", _stow(_PYTHON_STOW, "-D"), links=there),
        Subject("dotdrop uninstall", "dotdrop", _dotdrop("uninstall"), links=_dotdrop("install")),
    )


def _plan() -> tuple[Subject, ...]:
    return (
        Subject("bare loop", "bare", _bare("list")),
        Subject("dotstream manage -n", "dotstream", _planned("manage", "-n")),
        Subject("stow -n", "GNU Stow", _stow("/usr/bin/stow", "-n", "-S")),
        Subject("stow-python -n", "stow-python", _stow(_PYTHON_STOW, "-n", "-S")),
        Subject("dotbot -n", "dotbot", _dotbot("-n")),
        Subject("dotdrop install -d", "dotdrop", _dotdrop("install", "-d")),
    )


def _first() -> tuple[Subject, ...]:
    plan = _planned("plan", "manage", "--json")
    mark = b'"type":"operation"'
    return (
        Subject("dotstream --version", "dotstream", _ours("--version")),
        Subject("dotstream plan", "dotstream", plan, mark=mark),
    )


FAMILIES: dict[str, tuple[Subject, ...]] = {
    "make": _make(),
    "keep": _keep(),
    "remove": _remove(),
    "plan": _plan(),
    "first": _first(),
}
"""Kinds of work, and who does them; what the others are compared with comes first."""
