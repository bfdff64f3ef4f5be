"""A run that is stopped and keeps what it did may be killed at any moment of that.

The process is killed before and after every call of the journal, and every step that is taken
back.  After recovery the target is as it was, or what was kept is committed, with nothing for
doctor to find and an undo that restores.  ``DOTSTREAM_LONG=1`` cuts it at four places.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from tests.snapshot import snapshot

from dotstream import Applied, Preferences
from dotstream.store.journal import Journal
from dotstream.transaction.reverter import Reverter

if TYPE_CHECKING:
    from tests.farm import Farm

_CUT_AFTER = (2, 4, 6, 8) if os.environ.get("DOTSTREAM_LONG") else (4,)
_POINTS = ("append", "advance", "turn", "cut", "part", "commit", "activate")


def _cut_and_kept(farm: Farm, after: int) -> None:
    """Carry a plan out with unfolds in it, and stop with what was done kept."""
    client = farm.client()
    plan = client.stream_manage("b", prefer=Preferences(folding="never"))
    with client.execute(plan.operations, stream=True, batch=3) as run:
        for event in run:
            after -= isinstance(event, Applied)
            if not after:
                run.cancel(keep=True)


def _dying_at(point: int, farm: Farm, after: int) -> bool:
    """Run it in a child that is killed at a point; return whether there was such a point."""
    child = os.fork()
    if child == 0:
        left = point

        def seam(kind: type, name: str) -> None:
            real = getattr(kind, name)

            def call(*given: Any, **named: Any) -> Any:
                nonlocal left
                found: Any = None
                for step in (lambda: None, lambda: real(*given, **named)):
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    found = step()
                return found

            setattr(kind, name, call)

        for name in _POINTS:
            seam(Journal, name)
        seam(Reverter, "undo")
        try:
            _cut_and_kept(farm, after)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("after", _CUT_AFTER)
def test_keeping_may_be_killed_at_any_moment(farm: Farm, after: int) -> None:
    farm.make({f"stow/a/d/x{number:02}": "" for number in range(40)})
    farm.make({"stow/b/d/y": "", "stow/b/a0": "", "stow/b/e/z": ""})
    client, point, ended = farm.client(), 0, {"before", "kept"}
    seen = set()
    killed = True
    while killed:
        point += 1
        client.apply(client.stream_manage("a"))
        before = snapshot(farm.target)
        killed = _dying_at(point, farm, after)
        client.recover()
        latest = next(client.history())
        kept = latest.state == "committed" and latest.packages == ("b",)
        assert kept or snapshot(farm.target) == before, point
        assert list(client.doctor()) == [], point
        if kept:
            client.apply(client.stream_undo(latest.id))
            assert snapshot(farm.target) == before, point
        seen.add("kept" if kept else "before")
        client.apply(client.stream_unmanage("a"))
    assert seen == ended
    assert point > 20
