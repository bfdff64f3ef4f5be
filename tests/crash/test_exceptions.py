"""Whatever is raised, wherever: a run is rolled back before it is told, or by the next one."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from tests.crash.scenes import SCENES, check_manifest, world
from tests.farm import Farm, apply
from tests.snapshot import difference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from types import FrameType

    from tests.crash.scenes import Scene

_SCENES = {
    "manage with unfold": 61, "unmanage with refold": 61, "back up files in directories": 61,
    "manage, adopting": 89, "undo of: back up files in directories": 149,
}  # fmt: skip
"""And how many lines lie between two at which something is raised."""

_ENDING = {"_abandon", "_stop", "_keep", "steps", "undo", "turn"}
"""Functions of a rollback: what is raised in one of them leaves the rest to recovery."""


_COMMIT = {"_commit", "commit", "change", "explained", "fold", "flush"}
"""Functions in which a change is recorded as done: each of their lines is tried."""


class _Raised(BaseException):
    """Stands for ``KeyboardInterrupt``, ``MemoryError``, and bugs."""


def _raise_at(number: int, scene: Scene, farm: Farm, within: Collection[str]) -> int:
    """Apply in a process of its own, and raise at the ``number``-th line of ours.

    Args:
        within: only lines of functions of these names count, if any are given.

    Returns:
        0 if it never came to that; 1 if it was told; 2 if it was, in a rollback.
    """
    child = os.fork()
    if child == 0:
        code = 3
        try:
            code = _raised(number, scene, farm, within)
        finally:
            if code == 3:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, 1, 2}, f"the child failed at line {number}"
    return code


def _raised(number: int, scene: Scene, farm: Farm, within: Collection[str]) -> int:
    lines = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        path = frame.f_code.co_filename
        if not any(f"/dotstream/{room}/" in path for room in ("transaction", "store", "fs")):
            return None
        if event == "line" and (not within or frame.f_code.co_name in within):
            lines += 1
            if lines == number:
                sys.settrace(None)
                raise _Raised
        return trace

    plan = scene.plan(farm)
    sys.settrace(trace)
    try:
        apply(plan, state=farm.state)
    except BaseException as error:
        sys.settrace(None)
        chain: list[BaseException] = [error]
        while (above := chain[-1].__cause__ or chain[-1].__context__) is not None:
            chain.append(above)
        if not any(isinstance(each, _Raised) for each in chain):
            raise
        names = {
            frame.name for each in chain for frame in traceback.extract_tb(each.__traceback__)
        }
        return 2 if names & _ENDING else 1
    finally:
        sys.settrace(None)
    return 0


@pytest.mark.parametrize("name", _SCENES)
def test_whatever_is_raised_at_any_line_leaves_before_or_after(scratch: Path, name: str) -> None:
    _raise_everywhere(scratch, SCENES[name], every=_SCENES[name])


def test_whatever_is_raised_while_it_is_recorded_leaves_before_or_after(scratch: Path) -> None:
    _raise_everywhere(scratch, SCENES["manage with unfold"], every=1, within=_COMMIT)


def _raise_everywhere(
    scratch: Path, scene: Scene, *, every: int, within: Collection[str] = ()
) -> None:
    number, told = 1, 1
    befores: list[int] = []
    while told:
        farm = Farm(scratch / str(number))
        scene.begin(farm)
        before = world(farm)
        told = _raise_at(number, scene, farm, within)
        if told == 1:  # it did not even need to be recovered
            assert farm.client().unfinished() is None, f"line {number}"
        farm.client().recover()
        if told and not difference(before, world(farm)):
            befores.append(number)
        elif told:  # raised after the commit
            assert next(farm.client().history()).state == "committed", number
        check_manifest(farm)
        number += every
    assert befores


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", [RecursionError, MemoryError, KeyError, SystemExit])
def test_what_an_iterator_of_the_user_raises_is_raised_after_all_was_taken_back(
    farm: Farm, stream: bool, kind: type[BaseException]
) -> None:
    farm.make({f"stow/zsh/{number:05}": "z" for number in range(5_000)})
    before = farm.tree()
    client = farm.client()
    plan = client.stream_manage("zsh")

    def some() -> Iterator[Any]:
        for count, item in enumerate(plan):
            if count == 4_500:
                raise kind
            yield item

    with pytest.raises(kind):
        client.execute(some(), stream=stream).drain()
    assert difference(before, farm.tree()) == []
    assert client.unfinished() is None
