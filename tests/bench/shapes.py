"""The farms that are measured: how so many links are spread over packages and directories.

Names are short: a link of 60 bytes and more takes a block of its own on ext4, and neither the
relative one of ours nor the absolute one of ``cp`` is to be the only one that does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SHAPES", "Shape", "grow", "names"]

_FILES_IN_A_FOLD = 2
_PACKAGES = 100


class Branch(NamedTuple):
    """A directory of a package, and the numbers of the files in it."""

    package: str
    directory: str
    files: range


class Shape(NamedTuple):
    """How a farm looks: in words, and its branches for so many links."""

    words: str
    branches: Callable[[int], Iterator[Branch]]
    packages: int = 1
    folds: bool = False
    """Whether each branch becomes one link, in an area that the target has already."""


def names(shape: Shape) -> list[str]:
    """Return the names of the packages."""
    return [f"vendor-{number:03d}" for number in range(shape.packages)]


def grow(shape: Shape, links: int, directory: str) -> None:
    """Make the packages, every file of them empty, and a configuration that says nothing."""
    for name in names(shape):
        os.makedirs(f"{directory}/{name}")
    for branch in shape.branches(links):
        place = f"{directory}/{branch.package}/{branch.directory}"
        os.makedirs(place)
        here = os.open(place, os.O_RDONLY)
        for number in branch.files:
            os.close(os.open(file(number), os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
        os.close(here)
    with open(f"{directory}/dotstream.toml", "w", encoding="utf-8"):
        pass


def file(number: int) -> str:
    """Return a file's name."""
    return f"f{number:07d}"


def _abreast(files: int) -> Callable[[int], Iterator[Branch]]:
    """Return branches of so many files each, a hundred of them in an area."""

    def branches(links: int) -> Iterator[Branch]:
        for number, start in enumerate(range(0, links, files)):
            directory = f"a{number // 100:05d}/d{number:07d}"
            yield Branch("vendor-000", directory, range(start, min(start + files, links)))

    return branches


def _flat(links: int) -> Iterator[Branch]:
    yield Branch("vendor-000", "all", range(links))


def _deep(links: int) -> Iterator[Branch]:
    """Return chains of twenty directories, with five files in each."""
    for start in range(0, links, 5):
        chain, depth = divmod(start // 5, 20)
        below = "/".join(f"l{level:02d}" for level in range(depth + 1))
        directory = f"a{chain // 100:05d}/c{chain:05d}/{below}"
        yield Branch("vendor-000", directory, range(start, min(start + 5, links)))


def _folded(links: int) -> Iterator[Branch]:
    for number in range(links):
        start = number * _FILES_IN_A_FOLD
        directory = f"a{number // 100:05d}/d{number:07d}"
        yield Branch("vendor-000", directory, range(start, start + _FILES_IN_A_FOLD))


def _shared(links: int) -> Iterator[Branch]:
    """Return a hundred packages with files in the same ten directories, as below ``share``."""
    each = max(1, links // (_PACKAGES * 10))
    for number, start in enumerate(range(0, links, each)):
        package, directory = divmod(number, 10)
        yield Branch(
            f"vendor-{package:03d}",
            f"share/d{directory}",
            range(start, min(start + each, links)),
        )


SHAPES = {
    "wide": Shape("100 files in each directory", _abreast(100)),
    "few": Shape("5 files in each directory", _abreast(5)),
    "single": Shape("1 file in each directory", _abreast(1)),
    "flat": Shape("all in one directory", _flat),
    "deep": Shape("20 levels of directories, 5 files in each", _deep),
    "folded": Shape("folded: a link for each directory of 2 files", _folded, folds=True),
    "packages": Shape("100 packages in the same 10 directories", _shared, packages=_PACKAGES),
}
"""By the name that a figure has them under."""
