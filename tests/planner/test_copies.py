"""Where a file can only be copied, to another file system, it is said what it loses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import QUICK, Farm, lines

from dotstream.client import Client
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def away(tmp_path: Path, scratch: Path) -> Path:
    """Return a directory on another file system than the farm's."""
    if QUICK is None or os.stat(tmp_path).st_dev == os.stat(scratch).st_dev:
        pytest.skip("there is only one file system")
    return tmp_path


def _notices(farm: Farm, client: Client, *, adopted: bool) -> list[str]:
    plan = (
        client.plan_adopt(f"{farm.target}/.d", package="d")
        if adopted
        else client.plan_manage("zsh", prefer=Preferences(on_conflict="backup"))
    )
    return lines(plan.notices, farm.target)


def test_hard_links_are_told_of_when_a_directory_is_adopted(farm: Farm, away: Path) -> None:
    farm.make({"home/.d/one": "1", "home/.d/two": "2"})
    os.link(f"{farm.target}/.d/two", f"{farm.target}/second")
    client = Client(away, target=farm.target, state=farm.state, home=farm.target)
    (notice,) = _notices(farm, client, adopted=True)
    assert notice == (
        "notice .d/two: it is copied to another file system: "
        "it has 1 other name (hard links), which will be a file of their own from then on"
    )


def test_they_are_told_of_when_what_is_in_the_way_is_backed_up(farm: Farm, away: Path) -> None:
    farm.make({"stow/zsh/dot-zshrc": "1", "home/.zshrc": "2"})
    os.link(f"{farm.target}/.zshrc", f"{farm.target}/second")
    client = Client(farm.directory, target=farm.target, state=away, home=farm.target)
    (notice,) = _notices(farm, client, adopted=False)
    assert notice.startswith("notice .zshrc: it is copied to another file system: it has 1 other")


def test_within_one_file_system_nothing_is_lost_and_nothing_said(farm: Farm) -> None:
    farm.make({"home/.d/one": "1", "stow/zsh/dot-zshrc": "1", "home/.zshrc": "2"})
    os.link(f"{farm.target}/.d/one", f"{farm.target}/second")
    for adopted in (True, False):
        assert _notices(farm, farm.client(), adopted=adopted) == []
