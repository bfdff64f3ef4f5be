"""A home that is renamed, moved or copied: its state follows, and no two homes are mixed."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm
from tests.snapshot import difference

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BACKUP = Preferences(on_conflict="backup")


@pytest.fixture
def inside(scratch: Path) -> Farm:
    """Return a farm with packages and state in the home, as most have them; a file backed up."""
    farm = Farm(scratch / "farm")
    farm.directory, farm.state = f"{farm.target}/stow", f"{farm.target}/.local/state"
    farm.make({"home/stow/zsh/a": "z", "home/stow/zsh/d/b": "z", "home/a": "mine"})
    farm.run("manage", prefer=_BACKUP)
    return farm


def _as(farm: Farm, target: str) -> Farm:
    """Return the same farm, the home of which is elsewhere now."""
    for name in ("directory", "state"):
        setattr(farm, name, getattr(farm, name).replace(farm.target, target))
    farm.target = target
    return farm


def _copied(old: str, new: str) -> None:
    shutil.copytree(old, new, symlinks=True)
    shutil.rmtree(old)


@pytest.mark.parametrize("how", [os.rename, _copied])
def test_a_home_that_is_elsewhere_has_its_past_there(
    inside: Farm, how: Callable[[str, str], None]
) -> None:
    new = f"{inside.root}/moved"
    how(inside.target, new)
    farm = _as(inside, new)
    before = farm.tree()
    client = farm.client()
    assert [backup.path for backup in client.backups()] == [f"{new}/a"]
    assert [each.target for each in client.history()] == [new]
    assert difference(before, farm.tree()) == []  # whoever looks only looks
    client.apply(client.stream_undo())
    assert farm.read("moved/a") == "mine"
    assert [each.state for each in farm.client().history()] == ["committed", "undone"]
    farm.run("manage", prefer=_BACKUP)
    farm.run("unmanage")
    assert not os.path.lexists(f"{new}/d")


def test_a_home_that_is_copied_is_another_one(inside: Farm) -> None:
    new = f"{inside.root}/copy"
    shutil.copytree(inside.target, new, symlinks=True)
    before = inside.tree()["home/.local"]
    farm = _as(inside, new)
    assert list(farm.client().history()) == []
    assert farm.tree()["home/.local"] == before


def test_a_target_that_is_renamed_is_found_by_what_it_is(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"}).run("manage", prefer=_BACKUP)
    os.rename(farm.target, f"{farm.root}/moved")
    farm.target = f"{farm.root}/moved"
    client = farm.client()
    farm.run("unmanage")
    client.apply(client.stream_restore(*[each.id for each in client.backups()]))
    assert farm.read("moved/a") == "mine"
    assert len(os.listdir(farm.state)) == 1


def test_another_directory_at_another_path_is_not_taken_for_it(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"}).run("manage", prefer=_BACKUP)
    shutil.rmtree(farm.target)
    for number in range(20):  # one of them may well get the number of the old one
        farm.target = f"{farm.root}/home {number}"
        os.mkdir(farm.target)
        assert list(farm.client().history()) == []


def test_where_a_link_is_left_at_the_old_path_it_has_moved(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z"}).run("manage")
    os.rename(farm.target, f"{farm.root}/moved")
    os.symlink("moved", farm.target)
    farm.target = f"{farm.root}/moved"
    assert len(list(farm.client().history())) == 1
    farm.run("unmanage")
    assert os.listdir(farm.target) == []
