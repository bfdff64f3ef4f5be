"""Where a farm stands that is measured, and the states that its target is brought into."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.measure import process
from tests.bench.shapes import Shape, file, grow, names

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DOTSTREAM", "QUICK", "Farm", "Place", "killed", "manage", "refused"]

QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A RAM disk, if there is one."""

DOTSTREAM = os.path.join(os.path.dirname(sys.executable), "dotstream")


class Place(NamedTuple):
    """A target of its own for the packages of a farm, in a home of its own."""

    farm: Farm
    root: str

    @property
    def target(self) -> str:
        """Where links are made."""
        return f"{self.root}/target"

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command that works here."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": self.root,
            "XDG_STATE_HOME": f"{self.root}/state",
            "LC_ALL": "C.UTF-8",
        }

    def configure(self) -> None:
        """Say in the farm's configuration what editors are not told: each file is a link here."""
        with open(f"{self.farm.directory}/dotstream.toml", "w", encoding="utf-8") as file:
            file.write(f'target = "{self.target}"\nfolding = "never"\n')

    def ours(self, *words: str) -> list[str]:
        """Return a command line of ours."""
        return [DOTSTREAM, "-d", self.farm.directory, "-t", self.target, *words]


class Farm:
    """Packages of one shape, and any number of places where they are linked."""

    def __init__(self, base: str, shape: Shape, links: int, *, deletes: bool = True) -> None:
        """On a disk nothing is deleted: for a while, links cost more after that."""
        self.shape, self.links, self.packages = shape, links, names(shape)
        self.directory = f"{base}/farm"
        self._base, self._deletes, self._places = base, deletes, 0
        grow(shape, links, self.directory)

    @property
    def sources(self) -> list[str]:
        """The packages' paths."""
        return [f"{self.directory}/{name}" for name in self.packages]

    @property
    def folding(self) -> list[str]:
        """What to tell ours, and both Stows, so that each makes the same links."""
        return [] if self.shape.folds else ["--no-folding"]

    def empty(self) -> Place:
        """Return a place without a link."""
        self._places += 1
        place = Place(self, f"{self._base}/place-{self._places}")
        os.makedirs(place.target)
        os.makedirs(place.env["XDG_STATE_HOME"])
        if self.shape.folds:
            for branch in self.shape.branches(self.links):
                os.makedirs(os.path.dirname(f"{place.target}/{branch.directory}"), exist_ok=True)
        return place

    def forget(self, place: Place) -> None:
        """Make room, where that costs the next one nothing."""
        if self._deletes:
            shutil.rmtree(place.root)


def manage(place: Place) -> list[str]:
    """Return the command that makes every link."""
    return place.ours("manage", "-q", *place.farm.folding, *place.farm.packages)


def refused(place: Place) -> None:
    """Put a file in the place of the last link, where a run that streams meets it last."""
    *_, last = place.farm.shape.branches(place.farm.links)
    path = f"{place.target}/{last.directory}"
    if not place.farm.shape.folds:
        path += f"/{file(last.files[-1])}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as written:
        written.write("in the way")


def killed(place: Place) -> None:
    """Have a run killed when all of its links but one are made."""
    folding = "safe" if place.farm.shape.folds else "never"
    state = f"{place.env['XDG_STATE_HOME']}/dotstream"
    words: Sequence[str] = (place.farm.directory, place.target, state, str(place.farm.links))
    command = [sys.executable, "-m", "tests.bench.killed", *words, folding]
    process([*command, *place.farm.packages], place.env, ends=-signal.SIGKILL)
