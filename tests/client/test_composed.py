"""Stages put together by hand: scanned, planned, resolved, filtered, carried out."""

from __future__ import annotations

import asyncio
import os
import threading
import tracemalloc
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference, snapshot

import dotstream
from dotstream.errors import (
    Cancelled,
    ConflictsUnsettled,
    OperationFailed,
    OperationRefused,
    PreconditionFailed,
    UsageError,
)
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Operation
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.farm import Farm

    from dotstream.model.items import Conflict as Met
    from dotstream.model.items import Item
    from dotstream.model.options import Policy

_REAL = Preferences(folding="never")


@pytest.fixture
def wide(farm: Farm) -> Farm:
    """Return a farm of 5 directories of 700 files each."""
    for d in range(5):
        os.makedirs(f"{farm.directory}/zsh/d{d}")
        for number in range(700):
            os.close(os.open(f"{farm.directory}/zsh/d{d}/f{number}", os.O_CREAT))
    return farm


def _names(farm: Farm) -> set[str]:
    return {
        os.path.relpath(f"{here}/{name}", farm.target)
        for here, _, files in os.walk(farm.target)
        for name in files
    }


def test_operations_come_without_what_stands_in_the_way(wide: Farm) -> None:
    wide.make({"home/d1/f1": "mine"})
    with wide.client().stream_manage("zsh", prefer=_REAL) as plan:
        operations = list(plan.operations)
        assert all(isinstance(each, Operation) for each in operations)
        assert [error.path for error in plan.errors] == [f"{wide.target}/d1/f1"]
        assert plan.done
        assert plan.wait(0)
        assert plan.summary.operations == len(operations) == 3499 + 4


def test_errors_read_first_leave_every_operation(wide: Farm) -> None:
    wide.make({"home/d4/f1": "mine"})
    with wide.client().stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        assert len(list(errors)) == 1
        assert len(list(operations)) == 3503


def test_operations_that_went_by_are_not_silently_missing(wide: Farm) -> None:
    plan = wide.client().stream_manage("zsh", prefer=_REAL)
    list(plan.errors)
    with pytest.raises(UsageError, match="3505 operations went by"):
        list(plan.operations)


def test_two_threads_read_one_plan(wide: Farm) -> None:
    wide.make({f"home/d{d}/f{n}": "mine" for d in range(5) for n in range(0, 700, 2)})
    with wide.client().stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        found: list[object] = []
        reader = threading.Thread(target=lambda: found.extend(errors))
        reader.start()
        count = sum(1 for _ in operations)
        reader.join(10)
    assert (count, len(found)) == (1750, 1750)


def test_leaving_early_stops_the_scan(wide: Farm) -> None:
    with wide.client().stream_manage("zsh", prefer=_REAL) as plan:
        next(plan.operations)
        wide.make({"stow/zsh/d9/later": "z"})
    assert not plan.done
    assert list(plan.errors) == []


def test_a_filtered_plan_is_carried_out_and_recorded_as_what_it_is(wide: Farm) -> None:
    client, before = wide.client(), snapshot(wide.target)
    plan = client.stream_manage("zsh", prefer=_REAL)
    wanted = (op for op in plan.operations if not op.path.endswith("7"))
    result = client.execute(wanted).drain()
    made = list(_names(wide))
    assert len(made) == 3150
    assert not any(name.endswith("7") for name in made)
    assert result.applied == 3155
    (change,) = client.history()
    assert dict(change.counts) == {"make_dir": 5, "create_link": 3150}
    assert change.digest == result.summary.digest != ""
    assert len(list(client.links("zsh"))) == 3150
    assert list(client.doctor()) == []
    client.apply(client.stream_undo())
    assert difference(before, snapshot(wide.target)) == []


def test_all_of_a_plan_has_the_plans_own_digest(wide: Farm) -> None:
    client = wide.client()
    plan = client.stream_manage("zsh", prefer=_REAL)
    result = client.execute(plan.operations).drain()
    assert result.summary.digest == plan.summary.digest
    assert dict(result.summary.counts) == dict(plan.summary.counts)


def test_a_directory_that_was_left_out_takes_what_is_in_it_along(wide: Farm) -> None:
    client, before = wide.client(), snapshot(wide.target)
    plan = client.stream_manage("zsh", prefer=_REAL)
    wanted = (op for op in plan.operations if op.name != "d2")
    with pytest.raises(OperationRefused, match=r"belongs to 'make_dir .*/d2'"):
        client.execute(wanted).drain()
    assert difference(before, snapshot(wide.target)) == []
    assert list(client.history()) == []


def test_what_belongs_to_a_refold_is_not_removed_without_it(farm: Farm) -> None:
    farm.make({"stow/a/d/x": "", "stow/b/d/y": ""})
    farm.run("manage", "a", "b")
    client, before = farm.client(), snapshot(farm.target)
    plan = client.stream_unmanage("b")
    operations = list(plan.operations)
    assert operations[0].kind == "refold"
    with pytest.raises(OperationRefused, match="belongs to 'refold"):
        client.execute(operations[1:]).drain()
    assert difference(before, snapshot(farm.target)) == []


def test_a_fold_that_is_not_emptied_is_taken_back(farm: Farm) -> None:
    farm.make({"stow/a/d/x": "", "stow/b/d/y": ""})
    farm.run("manage", "a", "b")
    client, before = farm.client(), snapshot(farm.target)
    operations = list(client.stream_unmanage("b").operations)
    with pytest.raises(OperationFailed, match="not empty"):
        client.execute(operations[:1]).drain()
    assert difference(before, snapshot(farm.target)) == []


def test_names_in_another_order_are_recorded_in_the_right_one(wide: Farm) -> None:
    client, before = wide.client(), snapshot(wide.target)
    operations = list(client.stream_manage("zsh", prefer=_REAL).operations)
    mixed = [op for op in operations if op.kind == "make_dir"][:1]
    inside = [op for op in operations if op.directory.path == "d0"]
    client.execute([*mixed, *reversed(inside)]).drain()
    assert len(list(client.links("zsh"))) == 700
    assert list(client.doctor()) == []
    client.apply(client.stream_unmanage("zsh"))
    assert difference(before, snapshot(wide.target)) == []


def test_a_directory_that_was_left_is_not_entered_again(wide: Farm) -> None:
    client = wide.client()
    operations = list(client.stream_manage("zsh", prefer=_REAL).operations)
    operations.append(operations.pop(1))
    with pytest.raises(OperationRefused, match="does not come before it"):
        client.execute(operations).drain()


def test_operations_of_two_plans_are_refused(wide: Farm) -> None:
    wide.make({"stow/vim/v": ""})
    client = wide.client()
    both = chain(client.stream_manage("zsh").operations, client.stream_manage("vim").operations)
    with pytest.raises(OperationRefused, match="another plan"):
        client.execute(both).drain()


def test_a_stale_operation_takes_everything_back(wide: Farm) -> None:
    client = wide.client()
    operations = list(client.stream_manage("zsh", prefer=_REAL).operations)
    wide.make({"home/d4/f9": "came meanwhile"})
    before = snapshot(wide.target)
    with pytest.raises(PreconditionFailed):
        client.execute(operations).drain()
    assert difference(before, snapshot(wide.target)) == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": "/etc/passwd"}, "does not lead into package"),
        ({"text": "../stow/vim/x"}, "does not lead into package"),
        ({"name": "../x"}, "not a name in a directory"),
        ({"name": ".."}, "not a name in a directory"),
        ({"text": "../stow/zsh/a\0b"}, "NUL"),
        ({"kind": "format_disk"}, "not a kind of operation"),
        ({"before": "x"}, "nothing before it"),
        ({"directory": Directory("/etc")}, "neither the target nor"),
        ({"kind": "remove_link", "text": None, "before": "/etc/passwd"}, "is not ours"),
    ],
)
def test_operations_by_hand_are_checked(wide: Farm, fields: dict[str, object], why: str) -> None:
    made = Operation("create_link", Directory(wide.target), "x", "zsh", "../stow/zsh/d0")
    client, before = wide.client(), snapshot(wide.target)
    with pytest.raises(OperationRefused, match=why):
        client.execute([made._replace(**fields)]).drain()  # type: ignore[arg-type]
    assert difference(before, snapshot(wide.target)) == []
    assert client.execute([made]).drain().applied == 1
    assert os.readlink(f"{wide.target}/x") == "../stow/zsh/d0"
    client.apply(client.stream_undo())
    assert difference(before, snapshot(wide.target)) == []


def test_conflicts_that_nobody_settled_are_not_passed_over(wide: Farm) -> None:
    wide.make({"home/d4/f1": "mine"})
    client, before = wide.client(), snapshot(wide.target)
    with pytest.raises(ConflictsUnsettled):
        client.execute(client.stream_manage("zsh", prefer=_REAL).operations).drain()
    assert difference(before, snapshot(wide.target)) == []
    plan = client.stream_manage("zsh", prefer=_REAL)
    assert client.execute(plan.operations, partial=True).drain().applied == 3503


def test_a_function_settles_each_conflict_as_it_is_met(wide: Farm) -> None:
    wide.make({"home/d1/f1": "mine", "home/d3/f1": "mine"})
    asked: list[str] = []

    def resolve(conflict: Met) -> Policy | None:
        asked.append(conflict.path)
        return "backup" if "/d1/" in conflict.path else "skip"

    client = wide.client()
    result = client.apply(client.stream_manage("zsh", prefer=_REAL._replace(resolve=resolve)))
    assert asked == [f"{wide.target}/d1/f1", f"{wide.target}/d3/f1"]
    assert result.summary.counts["move_file"] == 1


def test_an_answer_that_cannot_settle_is_an_error(wide: Farm) -> None:
    wide.make({"home/d1/f1/x": "mine"})
    prefer = _REAL._replace(resolve=lambda _: "adopt")
    with pytest.raises(UsageError, match="cannot settle"):
        wide.client().plan_manage("zsh", prefer=prefer)


def test_results_stream_while_operations_arrive(wide: Farm) -> None:
    client = wide.client()
    taken = 0

    def counted() -> object:
        nonlocal taken
        for operation in client.stream_manage("zsh", prefer=_REAL).operations:
            taken += 1
            yield operation

    with client.execute(counted(), stream=True, batch=100) as run:  # type: ignore[arg-type]
        for event in (next(run), next(run)):
            assert isinstance(event, dotstream.Applied)
        assert taken < 800
        assert len(_names(wide)) >= 90
    assert _names(wide) == set()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("cut", [1, 5, 17, 34])
def test_what_was_done_is_kept_if_asked(wide: Farm, stream: bool, cut: int) -> None:
    client, before = wide.client(), snapshot(wide.target)
    plan = client.stream_manage("zsh", prefer=_REAL)
    done = 0
    with client.execute(plan.operations, stream=stream, batch=100) as run:
        for event in run:
            if isinstance(event, dotstream.Applied):
                done += 1
                if done == cut:
                    run.cancel(keep=True)
    result = run.result
    if result.complete:
        assert result.applied == 3505
    else:
        assert 0 < result.applied < 3505
    (change,) = client.history()
    assert change.state == "committed"
    assert sum(change.counts.values()) == result.applied
    assert (
        len(_names(wide)) == change.counts.get("create_link", 0) == len(list(client.links("zsh")))
    )
    assert list(client.doctor()) == []
    client.apply(client.stream_undo())
    assert difference(before, snapshot(wide.target)) == []


def test_a_run_that_is_left_early_is_taken_back_or_kept(wide: Farm) -> None:
    client, before = wide.client(), snapshot(wide.target)
    with client.execute(
        client.stream_manage("zsh", prefer=_REAL).operations, stream=True, batch=100
    ) as run:
        next(run)
    assert difference(before, snapshot(wide.target)) == []
    run = client.execute(
        client.stream_manage("zsh", prefer=_REAL).operations, stream=True, batch=100
    )
    next(run)
    run.close(keep=True)
    assert not run.result.complete
    assert len(_names(wide)) == run.result.summary.counts.get("create_link", 0)
    assert list(client.doctor()) == []


def test_half_an_unfold_is_never_kept(farm: Farm) -> None:
    farm.make(
        {f"stow/a/d/x{n}": "" for n in range(50)} | {f"stow/b/d/y{n}": "" for n in range(9)}
    )
    farm.make({"stow/b/a": ""})
    farm.run("manage", "a")
    client = farm.client()
    with client.execute(client.stream_manage("b").operations, stream=True, batch=10) as run:
        for _, event in zip(range(3), run, strict=False):
            assert event
        run.cancel(keep=True)
        list(run)
    assert os.path.islink(f"{farm.target}/d")
    assert os.path.islink(f"{farm.target}/a")
    assert run.result.applied == 1
    assert list(client.doctor()) == []


def test_a_scan_has_what_a_plan_links(wide: Farm) -> None:
    wide.make({"stow/zsh/dot-config/x~": "", "stow/zsh/dot-config/y": ""})
    client = wide.client()
    files = {member.path for member in client.scan("zsh") if member.kind == "file"}
    client.apply(client.stream_manage("zsh", prefer=_REAL))
    assert files == _names(wide)
    assert ".config/y" in files


def test_what_is_not_wanted_is_no_part_of_a_fold(wide: Farm) -> None:
    client = wide.client()
    prefer = Preferences(where=lambda path: path != "d1/f5")
    client.apply(client.stream_manage("zsh", prefer=prefer))
    assert os.path.islink(f"{wide.target}/d0")
    assert not os.path.islink(f"{wide.target}/d1")
    assert not os.path.lexists(f"{wide.target}/d1/f5")


def test_one_stream_of_events_ends_with_the_result(wide: Farm) -> None:
    client = wide.client()
    with client.stream_apply(client.stream_manage("zsh", prefer=_REAL), planned=True) as run:
        kinds = [type(event).__name__ for event in run]
    assert kinds.count("Operation") == 3505
    assert kinds[-1] == "Result"
    assert run.result.applied == 3505


async def test_asyncio_reads_both_and_carries_out(wide: Farm) -> None:
    wide.make({"home/d1/f1": "mine"})
    client = dotstream.AsyncClient(wide.client())
    async with client.stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors

        async def count(stream: object) -> int:
            return len([one async for one in stream])  # type: ignore[attr-defined]

        assert [*await asyncio.gather(count(operations), count(errors))] == [3503, 1]
        assert await plan.wait(1)
    plan = client.stream_manage("zsh", prefer=_REAL)
    async with client.stream_apply(plan) as run:
        with pytest.raises(dotstream.ConflictError):
            _ = [event async for event in run]
    wanted = wide.client().stream_manage("zsh", prefer=_REAL).operations
    run = client.execute(wanted, partial=True)
    assert (await run.drain()).applied == 3503


async def test_leaving_an_asynchronous_run_takes_it_back(wide: Farm) -> None:
    before = snapshot(wide.target)
    client = dotstream.AsyncClient(wide.client())
    operations = wide.client().stream_manage("zsh", prefer=_REAL).operations
    # More events than the worker may be ahead, or it could be done before it is left.
    async with client.execute(operations, stream=True, batch=2) as run:
        async for _ in run:
            break
    assert difference(before, snapshot(wide.target)) == []


def test_cancelling_takes_back(wide: Farm) -> None:
    client, before = wide.client(), snapshot(wide.target)
    run = client.execute(
        client.stream_manage("zsh", prefer=_REAL).operations, stream=True, batch=100
    )
    next(run)
    run.cancel()
    with pytest.raises(Cancelled):
        list(run)
    assert difference(before, snapshot(wide.target)) == []
    assert isinstance(Conflict, type)


def test_part_of_an_undo_does_not_count_as_the_undo(wide: Farm) -> None:
    client = wide.client()
    client.apply(client.stream_manage("zsh", prefer=_REAL))
    client.execute(op for op in client.stream_undo().operations if op.name == "f5").drain()
    assert [change.state for change in client.history()] == ["committed", "committed"]
    client.execute(client.stream_undo(1).operations, partial=True).drain()
    assert [change.state for change in client.history()][-1] in {"undone", "committed"}


def test_operations_that_are_handed_to_apply_are_shown_the_way_to_execute(wide: Farm) -> None:
    client = wide.client()
    with client.stream_manage("zsh") as plan:
        some = (each for each in plan.operations)
        for verb in (client.apply, client.stream_apply):
            with pytest.raises(UsageError, match="use execute"):
                verb(some)  # type: ignore[arg-type]
    assert list(client.history()) == []


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
@pytest.mark.parametrize(
    "change",
    [
        lambda items: items[:2],
        lambda items: items[::-1],
        lambda items: (*items, items[-1]),
        lambda items: tuple(each for each in items if isinstance(each, Operation)),
    ],
    ids=["cut short", "reversed", "doubled", "conflict left out"],
)
def test_a_plan_whose_items_were_changed_is_shown_the_way_to_execute(
    farm: Farm, change: Callable[[tuple[Item, ...]], tuple[Item, ...]], stream: bool
) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abcdef"} | {"home/f": "mine"})
    client, before = farm.client(), snapshot(farm.target)
    plan = client.plan_manage("zsh")
    with pytest.raises(UsageError, match="use execute"):
        client.apply(
            dotstream.Plan(plan.metadata, change(plan.items), plan.summary), stream=stream
        )
    assert difference(before, snapshot(farm.target)) == []
    assert list(client.history()) == []


def test_a_batch_plan_holds_an_object_for_each_run_until_its_items_are_looked_at(
    farm: Farm,
) -> None:
    farm.make({f"stow/zsh/{number:05}": "" for number in range(5000)})
    client = farm.client()
    client.plan_manage("zsh", prefer=_REAL)  # imports are made
    tracemalloc.start()
    plan = client.plan_manage("zsh", prefer=_REAL)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 5000 * 100  # bytes; an operation each takes five times as much
    assert len(plan.operations) == len(plan.items) == 5000
    assert plan.items is plan.items
    assert repr(plan) == "<Plan to manage: 5000 operations, 0 conflicts, 0 errors>"
    assert client.apply(plan).applied == 5000
