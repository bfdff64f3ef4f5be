"""A file in the way that is byte for byte the package's is said to be so, and settled as one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import Link
from tests.snapshot import difference

from dotstream.errors import ConflictError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

_SAME = Preferences(same=True)


@pytest.mark.parametrize(
    ("there", "same"), [("one\n", True), ("two\n", False), ("one\nmore", False), ("", False)]
)
def test_the_conflict_says_whether_the_contents_are_the_same(
    farm: Farm, there: str, same: bool
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "one\n", "home/.zshrc": there})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.same == same
    assert ("with the same content" in conflict.message) == same


def test_a_long_file_that_differs_in_its_last_byte_is_not_the_same(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "a" * 600_000 + "b", "home/x": "a" * 600_000 + "c"})
    (conflict,) = farm.plan("manage").conflicts
    assert not conflict.same


def test_a_member_that_is_a_link_is_compared_by_what_it_leads_to(farm: Farm) -> None:
    farm.make({"stow/zsh/x": Link("y"), "stow/zsh/y": "1", "home/x": "1"})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.same


def test_what_the_package_already_has_is_compared_when_it_is_adopted(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "1", "home/.zshrc": "1"})
    (conflict,) = farm.client().plan_adopt(f"{farm.target}/.zshrc", package="zsh").conflicts
    assert conflict.same


def test_twenty_of_them_are_linked_at_once_and_undo_brings_them_back(farm: Farm) -> None:
    for number in range(20):
        farm.make({f"stow/zsh/d/{number}": f"{number}", f"home/d/{number}": f"{number}"})
    before = farm.tree()
    result = farm.run("manage", prefer=_SAME)
    assert result.applied == 40
    assert {kind[:2] for path, kind in farm.home().items() if path != "d"} == {"->"}
    client = farm.client()
    client.apply(client.stream_undo())
    assert difference(before, farm.tree()) == []


def test_what_differs_still_refuses_the_run_and_a_single_path_has_its_own_policy(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/a": "1", "home/a": "1", "stow/zsh/b": "2", "home/b": "other"})
    before = farm.tree()
    with pytest.raises(ConflictError) as caught:
        farm.run("manage", prefer=_SAME)
    assert [conflict.name for conflict in caught.value.conflicts] == ["b"]
    assert difference(before, farm.tree()) == []
    skipping = _SAME._replace(resolutions={f"{farm.target}/a": "skip"}, on_conflict="skip")
    assert farm.plan("manage", prefer=skipping).operations == []


def test_no_plan_reads_what_is_too_large_for_a_setting(farm: Farm) -> None:
    farm.make({"stow/a/film": "", "home/film": ""})
    for path in (f"{farm.directory}/a/film", f"{farm.target}/film"):
        os.truncate(path, 1 << 40)  # reading a terabyte would take minutes
    (conflict,) = farm.plan("manage").conflicts
    assert not conflict.same
