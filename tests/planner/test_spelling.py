"""Names on a volume that takes README and readme for one name, as most Macs do.

``DOTSTREAM_FOLDING_VOLUME`` names a directory on one, if there is one; else root on Linux gets
one from FUSE, ``tests/darwin/folding.py``.  What is decided without a volume is tried everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT

from dotstream.client import Client
from dotstream.fs.listing import DIR, FILE, Files
from dotstream.fs.look import folds_names
from dotstream.model.options import Preferences
from dotstream.planner.merging import as_wanted, one_spelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.plan import Plan


FOLDING = str(ROOT / "tests/darwin/folding.py")


def test_an_ordinary_volume_of_linux_holds_names_apart(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "ONE").mkdir(exist_ok=True)
    folds = len(list(tmp_path.iterdir())) == 1
    assert folds_names(str(tmp_path / "one")) == folds
    assert not folds_names(str(tmp_path / "gone"))


def test_members_that_would_be_at_one_path_get_one_name() -> None:
    composed, taken_apart = "\u00e9", "e\u0301"
    found = one_spelling(
        [Files(["Conf", "a"]), [("b", FILE, "b"), ("conf", DIR, "conf")], [(composed, DIR, "x")]]
    )
    assert found == [
        [("Conf", FILE, "Conf"), ("a", FILE, "a")],
        [("Conf", DIR, "conf"), ("b", FILE, "b")],
        [(composed, DIR, "x")],
    ]
    assert as_wanted([(taken_apart, DIR, "")], found) == [(composed, DIR, "")]
    assert as_wanted(Files(["CONF", "z"]), found[:1]) == [
        ("Conf", FILE, "CONF"),
        ("z", FILE, "z"),
    ]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Such a volume from FUSE, where that can be had."""
    place = tmp_path_factory.mktemp("volume")
    backing, mounted = place / "backing", place / "mounted"
    backing.mkdir()
    mounted.mkdir()
    serving = subprocess.Popen(
        [sys.executable, FOLDING, backing, mounted],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while serving.poll() is None and not os.path.ismount(mounted):
        time.sleep(0.01)
    yield str(mounted) if os.path.ismount(mounted) else None
    if os.path.ismount(mounted):
        subprocess.run(["umount", mounted], check=True)
    serving.wait()


@pytest.fixture
def volume(tmp_path: Path, served: str | None) -> Iterator[Path]:
    """A directory on a volume that does not hold names apart."""
    named = os.environ.get("DOTSTREAM_FOLDING_VOLUME") or served
    place = Path(tempfile.mkdtemp(prefix="names-", dir=named)) if named else tmp_path / "names"
    place.mkdir(exist_ok=True)
    if not folds_names(str(place)):
        pytest.skip("this volume holds names apart; DOTSTREAM_FOLDING_VOLUME may name another")
    yield place
    shutil.rmtree(place, ignore_errors=True)


class Household:
    """A home with the packages vim and zsh, whose records are on another volume."""

    def __init__(self, volume: Path, state: Path) -> None:
        self.home, self.root = volume / "home", volume / "home/dots"
        for name in ("vim", "zsh"):
            (self.root / name).mkdir(parents=True)
        self._state = str(state)

    def client(self) -> Client:
        return Client(
            self.root, target=self.home, state=self._state, home=str(self.home), environ={}
        )

    def write(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(path)

    def rename(self, old: str, new: str) -> None:
        (self.root / old).rename(self.root / "away")
        (self.root / "away").rename(self.root / new)

    def plan(self) -> Plan:
        return self.client().stream("manage", ["vim", "zsh"]).collect()

    def links(self) -> dict[str, str]:
        return {path.name: os.readlink(path) for path in self.home.iterdir() if path.is_symlink()}


@pytest.fixture
def household(volume: Path, tmp_path: Path) -> Household:
    return Household(volume, tmp_path / "state")


@pytest.mark.parametrize("action", ["manage", "remanage"])
def test_what_is_renamed_in_case_only_keeps_its_link(household: Household, action: str) -> None:
    household.write("vim/Notes", "vim/Conf/a", "vim/other")
    client = household.client()
    client.apply(client.stream("manage", ["vim"]))
    before = household.links()
    household.rename("vim/Notes", "vim/NOTES")
    household.rename("vim/Conf", "vim/conf")
    done = client.apply(client.stream(action, ["vim"]))  # type: ignore[arg-type]
    assert sorted(household.links().values()) == [
        "dots/vim/NOTES",
        "dots/vim/conf",
        "dots/vim/other",
    ]
    assert (household.home / "Notes").read_text() == "vim/Notes"
    client.correct()
    assert list(client.doctor()) == []
    assert household.plan().operations == []
    assert done.transaction is not None
    client.apply(client.stream_undo(done.transaction))
    assert sorted(household.links().values()) == sorted(before.values())


def test_two_files_that_are_one_name_there_are_a_conflict_of_the_plan(
    household: Household,
) -> None:
    household.write("vim/Rc", "zsh/rc")
    (conflict,) = household.plan().conflicts
    assert conflict.kind == "same_path"
    assert (conflict.package, conflict.other) == ("zsh", "vim")


def test_two_directories_that_are_one_name_there_are_one_directory(household: Household) -> None:
    household.write("vim/Conf/a", "zsh/conf/b")
    client = household.client()
    client.apply(client.stream("manage", ["vim", "zsh"], prefer=Preferences()))
    assert sorted(path.name for path in (household.home / "CONF").iterdir()) == ["a", "b"]
    assert household.plan().operations == []
