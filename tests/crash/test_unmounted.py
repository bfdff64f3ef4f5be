"""A file system of the target that is not mounted while a killed run is recovered."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.crash.mounts import elsewhere
from tests.farm import Farm, File, apply
from tests.snapshot import difference

from dotstream.errors import RollbackIncomplete
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dotstream.fs.change import Changes

_PREFER = Preferences(folding="never", on_conflict="backup")


@contextmanager
def _bound(disk: str, place: str) -> Iterator[None]:
    """Have a directory of another file system be at a place while the block runs."""
    if subprocess.run(
        ["mount", "--bind", disk, place], capture_output=True, check=False
    ).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def away() -> Iterator[str]:
    with elsewhere() as place:
        if place is None:
            pytest.skip("there is no second file system here")
        yield place


def test_nothing_is_put_below_a_file_system_that_is_not_mounted(scratch: Path, away: str) -> None:
    waited = 0
    for number in count(1):
        farm = Farm(scratch / str(number))
        place, disk = f"{farm.target}/d", f"{away}/{number}"
        os.mkdir(place)
        os.mkdir(disk)
        with _bound(disk, place):
            farm.make(
                {
                    "stow/zsh/d/a": "z", "stow/zsh/d/e/b": "z", "stow/zsh/d/new": "z",
                    "home/d/a": File("private", 0o600), "home/d/e/b": "mine",
                }
            )  # fmt: skip
            before = farm.tree()
            died = die_at(number, partial(_manage, farm))
        below = farm.tree()
        with suppress(RollbackIncomplete):
            farm.client().recover()
        unfinished = farm.client().unfinished()
        if unfinished is not None:
            assert unfinished.state == "stuck"
            assert os.listdir(place) == []
            waited += 1
        assert {path for path in below if path.startswith("home/")} == {"home/d"}
        with _bound(disk, place):
            farm.client().recover()
            assert not died or difference(before, farm.tree()) == [] or _done(farm), number
        if not died:
            break
    assert waited


def _manage(farm: Farm, changes: Changes) -> None:
    apply(
        farm.client().stream("manage", ["zsh"], prefer=_PREFER), state=farm.state, changes=changes
    )


def _done(farm: Farm) -> bool:
    return next(farm.client().history()).state == "committed"


@pytest.mark.parametrize("where", ["home/d", "home"])
def test_a_file_system_that_held_only_links_is_waited_for(
    scratch: Path, away: str, where: str
) -> None:
    """What is left is an empty directory, which looks as if nothing had been done in it."""
    waited = 0
    for number in count(1):
        farm = Farm(scratch / str(number))
        place, disk = f"{farm.root}/{where}", f"{away}/links-{number}"
        os.makedirs(place, exist_ok=True)
        os.mkdir(disk)
        with _bound(disk, place):
            os.makedirs(f"{farm.target}/d", exist_ok=True)
            farm.make({"stow/zsh/d/a": "z", "stow/zsh/d/b": "z", "stow/zsh/d/new/c": "z"})
            before = farm.tree()
            died = die_at(number, partial(_manage, farm))
            unfinished = farm.client().unfinished() is not None
            links = _links(farm)
        if not died:
            break
        if unfinished:
            with suppress(RollbackIncomplete):
                farm.client().recover(resume=True)
            assert _links(farm) == []
            if links:
                with pytest.raises(RollbackIncomplete, match="is missing"):
                    farm.client().recover()
                waited += 1
            with suppress(RollbackIncomplete):
                farm.client().recover()
        with _bound(disk, place):
            farm.client().recover()
            assert difference(before, farm.tree()) == [] or _done(farm), number
    assert waited


def _links(farm: Farm) -> list[str]:
    return [path for path, node in farm.tree().items() if node.kind == "link"]
