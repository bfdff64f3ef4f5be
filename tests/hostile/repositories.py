"""Repositories of a hostile stranger: every kind of thing in every place that is read."""

from __future__ import annotations

import os
import random
import socket
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["COMMANDS", "KINDS", "Scene", "prepare", "scenes"]

COMMANDS = (
    ("plan", "manage", "z"),
    ("plan", "manage", "--profile", "p1"),
    ("manage", "z"),
    ("status",),
    ("list",),
    ("packages",),
    ("config",),
    ("config", "--check"),
    ("config", "--agree", "--json"),
    ("doctor",),
    ("adopt", "-n", "~/.mine"),
    ("init", "-n", "--from-stow"),
    ("init", "-n", "--from-dot"),
    ("stow", "-n", "z"),
    ("remanage", "--yes", "z"),
    ("unmanage", "z"),
    ("history",),
)

_PLACES = (
    "dots/dotstream.toml",
    "dots/.stowrc",
    "dots/.stow",
    "dots/.dotbootstrap.yaml",
    "dots/.config/dot/config.yaml",
    "dots/z/.stow-local-ignore",
    "dots/z/member",
    "dots/z",
    ".stow-global-ignore",
    ".stowrc",
    ".dot-manifest.json",
)

_SLOW = (
    "(a+)+b",
    "(a|a)*b",
    "(a*)*(a*)*b",
    "a?" * 200 + "b",
    "(?:a{1,30}){1,30}b",
    "(?=(a+)+b)(a+)+c",
    "(.*)*" * 20 + "b",
    "((a+)+)\\1b",
    "[[:" * 1000,
    "(?#" * 1000,
    "(" * 3000,
    "\\" * 3001,
    "(?i)" + "[\u0100-\uffff]" * 900,
    ".*a" * 100 + "b",
)


class Scene(NamedTuple):
    """A home to be made, and what is wrong in it."""

    name: str
    make: Callable[[Path], None]


def prepare(home: Path) -> None:
    """Make a home with a package ``z`` in ``dots``, before a scene is made in it."""
    package = home / "dots/z"
    (package / "x/y").mkdir(parents=True)
    for name in ("member", "a" * 60 + "b", "a" * 250, f"x/y/{'a' * 200}"):
        (package / name).write_text("x\n")
    (home / "dots/dotstream.toml").touch()
    (home / ".mine").touch()


def scenes() -> Iterator[Scene]:
    """Yield every scene."""
    for place in _PLACES:
        for kind, put in KINDS.items():
            yield Scene(f"{place} is {kind}", _with(place, put))
    for number, text in enumerate(_lists()):
        yield Scene(f"list {number}", _written("dots/z/.stow-local-ignore", text))
        yield Scene(f"global list {number}", _written(".stow-global-ignore", text))
    for number, text in enumerate(_stowrcs()):
        yield Scene(f"stowrc {number}", _written("dots/.stowrc", text, also=("dotstream.toml",)))
    for number, text in enumerate(_tomls()):
        yield Scene(f"toml {number}", _written("dots/dotstream.toml", text))
    yield Scene("names", _names)


def _lists() -> Iterator[str]:
    yield from _SLOW
    yield from (f"^/{slow}\nx/{slow}" for slow in _SLOW)
    yield "\n".join(_SLOW[:6]) * 200
    yield "a\n" * 300_000
    yield "a" + " " * 900_000 + "b"
    yield from (_pattern(random.Random(seed)) for seed in range(40))


def _pattern(chance: random.Random) -> str:
    """Return a pattern that is likely to be slow."""
    text = chance.choice(["a", ".", "[ab]", "a?", "(a|a)", "\\w"])
    for _ in range(chance.randrange(2, 9)):
        repeat = chance.choice(["*", "+", "{1,9}", "{3,}", "?", "*?"])
        other = chance.choice(["", "a", "a*", "(a|b)?", "|a", "(?=a*)", "(?<!b)"])
        text = f"(?:{text}){repeat}{other}"
    return text + chance.choice(["b", "$", "c|d", "(?!a)"])


def _stowrcs() -> Iterator[str]:
    for slow in _SLOW:
        quoted = "'" + slow.replace("'", "") + "'"
        yield f"--ignore={quoted} --defer={quoted} --override={quoted}"
    yield "--ignore=a " * 90_000
    yield "'" * 900_000
    yield "--target=" + "${A" * 300_000


def _tomls() -> Iterator[str]:
    stars = (
        "*a" * 100 + "c",
        "**/" * 60 + "*a*a*b",
        "*" * 3000,
        "[a" * 1000,
        "a*/**/" * 60 + "b",
    )
    for glob in stars:
        yield f'ignore = ["{glob}"]\nnever-fold = ["{glob}"]\n'
    yield "ignore = [" + '"*a*b*",' * 100_000 + "]"
    yield "ignore = [" + ",".join(f'"d{n}/**/x*{n}*"' for n in range(20_000)) + "]"
    yield "target = " + "9" * 5_000
    yield "target = " + "[" * 500_000
    yield "a." * 400_000 + "a = 1"
    yield "k" * 900_000 + " = 1"
    yield "= 1\n" * 200_000
    yield "[profiles.p0]\n" + "".join(
        f'[profiles.p{n}]\nextends = ["p{n - 1}", "p{n - 1}"]\n' for n in range(1, 60)
    )
    yield "".join(f'[profiles.p{n}]\nextends = "p{(n + 1) % 9_000}"\n' for n in range(9_000))
    yield "[profiles.p1]\npackages = [" + '"z",' * 100_000 + "]\n"
    yield "".join(f'[packages.x{n}]\nhosts = ["{stars[0]}"]\n' for n in range(500))
    yield 'x = "' + "\\u001b[2J" * 1000 + '"'
    yield 'on-conflict = "overwrite"\ntarget = "/"\n'


def _names(home: Path) -> None:
    for name in ("\x1b]0;x\x07", "a\nb", "`![x](y)`", "\udcff", "a" * 255, "-rf", "$(x)", "%s"):
        (home / "dots/z" / name).touch()


def _written(place: str, text: str, *, also: tuple[str, ...] = ()) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        for name in also:
            (home / "dots" / name).unlink()
        (home / place).write_text(text, errors="surrogateescape")

    return make


def _with(place: str, put: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        path = home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            path.rename(home / "moved")
        path.unlink(missing_ok=True)
        if place.endswith(".stowrc") and place.startswith("dots"):
            (home / "dots/dotstream.toml").unlink()
        put(path)

    return make


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket has a hundred characters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(here)


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 2 << 30)


def _link_to_a_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


def _filled(data: bytes) -> Callable[[Path], None]:
    def put(path: Path) -> None:
        path.write_bytes(data)

    return put


KINDS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a directory": lambda path: path.mkdir(),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link above": lambda path: path.symlink_to(".."),
    "a link to a pipe": _link_to_a_pipe,
    "two gigabytes": _sparse,
    "garbage": _filled(bytes(range(256)) * 50),
    "zeros": _filled(b"\0" * 1_000_000),
    "one line": _filled(b"a" * 1_000_000),
}
