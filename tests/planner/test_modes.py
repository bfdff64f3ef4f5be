"""A directory that is made or opened is no more open than what it stands for."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.farm import Farm

_NEVER = Preferences(folding="never")


@pytest.fixture(params=[0o022, 0o002, 0o077, 0])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(farm: Farm, path: str) -> int:
    return stat.S_IMODE(os.lstat(f"{farm.target}/{path}").st_mode)


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755, 0o775, 0o777])
def test_a_directory_that_is_made_is_no_wider_than_the_package_has_it(
    farm: Farm, umask: int, mode: int
) -> None:
    farm.make({"stow/a/dir/x": "1"})
    os.chmod(f"{farm.directory}/a/dir", mode)
    farm.run("manage", prefer=_NEVER)
    assert _mode(farm, "dir") == mode & ~umask


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_a_fold_that_is_opened_is_no_wider_than_either_package_has_it(
    farm: Farm, umask: int, mode: int
) -> None:
    farm.make({"stow/a/dir/x": "1", "stow/b/dir/y": "2"})
    os.chmod(f"{farm.directory}/a/dir", mode)
    os.chmod(f"{farm.directory}/b/dir", 0o755)  # noqa: S103 - the wider of the two
    farm.run("manage", "a")
    before = farm.tree()
    farm.run("manage", "b")
    assert _mode(farm, "dir") == mode & 0o755 & ~umask
    client = farm.client()
    client.apply(client.stream_undo())
    assert difference(before, farm.tree()) == []


@pytest.mark.parametrize("name", ["ssh", "gnupg"])
def test_directories_of_ssh_and_gpg_are_their_owners_alone(
    farm: Farm, umask: int, name: str
) -> None:
    farm.make({f"stow/a/dot-{name}/x": "1", f"stow/b/dot-{name}/y": "2"})
    farm.run("manage", "a")
    farm.run("manage", "b")
    assert _mode(farm, f".{name}") == 0o700 & ~umask
