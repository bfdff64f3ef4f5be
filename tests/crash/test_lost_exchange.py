"""A power cut keeps what was moved into an opened fold, and not that it came to its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.crash.scenes import SCENES, Stage, world
from tests.farm import apply
from tests.snapshot import difference

from dotstream.transaction.names import aside_name

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.fs.change import Changes


@pytest.mark.parametrize("put_aside", [True, False], ids=["not begun", "half done"])
def test_what_was_moved_below_is_put_back(tmp_path: Path, put_aside: bool) -> None:
    scene = SCENES["undo of the undo of: move out of a package"]
    stage = Stage(scene, f"{tmp_path}/here", f"{tmp_path}/there")
    before, number, seen = world(stage.farm), 1, 0
    folded = f"{stage.farm.target}/.config/app"
    moved = f"{stage.farm.directory}/app/dot-config/app/rc"
    text = os.readlink(folded)

    def run(changes: Changes) -> None:
        apply(scene.plan(stage.farm), state=stage.farm.state, changes=changes)

    while die_at(number, run):
        unfinished = stage.farm.client().unfinished()
        if unfinished is not None and not os.path.lexists(moved):
            seen += 1
            _lose_exchange(folded, unfinished.id, text, put_aside=put_aside)
            assert stage.farm.client().recover().left == ()
            assert not difference(before, world(stage.farm)), number
        stage.reset()
        number += 1
    assert seen


def _lose_exchange(folded: str, transaction: int, text: str, *, put_aside: bool) -> None:
    """Have a fold closed again, or its link on its way, with what is opened of it beside."""
    above, name = os.path.split(folded)
    aside = f"{above}/{aside_name(transaction, name)}"
    if os.path.lexists(aside):
        os.unlink(aside)
    os.rename(folded, aside)
    os.symlink(text, folded if put_aside else f"{aside}-spare")
