"""The Python face: plans as streams, at once or in one go, cancelled from anywhere."""

from __future__ import annotations

import gc
import os
import threading
from typing import TYPE_CHECKING

import pytest
from tests.descriptors import opened
from tests.farm import FIFO, Farm, follow, lines
from tests.snapshot import difference

from dotstream.errors import Cancelled, PackageNotFound, TargetLocked, UsageError
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Applied, Event, Progress
from dotstream.model.items import Operation
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.model.options import Action

_ACTIONS: tuple[Action, ...] = ("manage", "unmanage", "remanage")


@pytest.fixture
def two(farm: Farm) -> Farm:
    """Return a farm of two packages, one of them managed."""
    return farm.make(
        {
            "stow/git/c/git/x": "g", "stow/git/c/y": "g", "stow/zsh/c/zsh": "z",
            "stow/zsh/dot-zshrc": "z",
        }
    )  # fmt: skip


def _open_files() -> int:
    gc.collect()  # what tests before this one left lying
    return len(opened())


def test_metadata_is_known_before_anything_is_looked_at(two: Farm) -> None:
    plan = two.client().stream("manage", ["zsh", "git"])
    assert plan.metadata.action == "manage"
    assert plan.metadata.packages == ("zsh", "git")
    assert (plan.metadata.directory, plan.metadata.target) == (two.directory, two.target)
    assert (plan.done, plan.summary.counts, plan.summary.digest) == (False, {}, "")


def test_nothing_is_computed_before_the_first_item_is_asked_for(two: Farm) -> None:
    before = _open_files()
    plan = two.client().stream_manage("zsh")
    assert _open_files() == before
    two.make({"stow/zsh/later": "z"})
    assert f"{two.target}/later" in [item.path for item in plan.collect().items]


def test_no_more_is_computed_than_was_asked_for(farm: Farm) -> None:
    farm.make({f"stow/zsh/d{number}/x~": "z" for number in range(9)})
    farm.make({f"stow/zsh/d{number}/x": "z" for number in range(9)})
    with farm.client().stream_manage("zsh") as plan:
        next(plan)
        farm.make({"stow/zsh/d8/later": "z"})
        assert f"{farm.target}/d8/later" in [item.path for item in plan]


def test_counts_run_along_and_the_digest_comes_at_the_end(two: Farm) -> None:
    with two.client().stream_manage("git", "zsh") as plan:
        for seen, _ in enumerate(plan, 1):
            assert plan.summary.operations == seen
            assert plan.summary.digest == ""
        assert plan.done
        assert len(plan.summary.digest) == 32


def test_errors_and_notices_come_in_their_place(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": FIFO, "stow/zsh/c": "z", "home/c": "mine"})
    farm.make({"stow/zsh/d": "z"})
    kinds = [type(item).__name__ for item in farm.client().stream_manage("zsh")]
    assert kinds == ["Operation", "Notice", "Conflict", "Operation"]


@pytest.mark.parametrize("action", _ACTIONS)
def test_batch_and_stream_give_the_same_plan(two: Farm, action: Action) -> None:
    two.run("manage", "git")
    client = two.client()
    batch = {
        "manage": client.plan_manage,
        "unmanage": client.plan_unmanage,
        "remanage": client.plan_remanage,
    }[action]("git", "zsh")
    streamed = {
        "manage": client.stream_manage,
        "unmanage": client.stream_unmanage,
        "remanage": client.stream_remanage,
    }[action]("git", "zsh")
    assert lines(batch.items, two.root) == lines(list(streamed), two.root)
    assert batch.metadata == streamed.metadata
    assert batch.summary.digest == streamed.summary.digest
    assert batch.summary.counts == streamed.summary.counts


def test_two_plans_of_the_same_farm_are_equal(two: Farm) -> None:
    client = two.client()
    assert client.plan_manage("git").items == client.plan_manage("git").items


def test_adopt_streams_like_the_rest(two: Farm) -> None:
    two.make({"home/.x": "mine"})
    client = two.client()
    batch = client.plan_adopt(f"{two.target}/.x")
    with client.stream_adopt(f"{two.target}/.x") as streamed:
        assert lines(streamed, two.root) == lines(batch.items, two.root)
    assert streamed.summary.digest == batch.summary.digest


def test_a_batch_plan_and_a_stream_are_applied_alike(two: Farm) -> None:
    client = two.client()
    result = client.apply(client.plan_manage("git"))
    assert (result.applied, result.transaction) == (1, 1)
    result = client.apply(client.stream_manage("zsh"), stream=True)
    assert result.applied == result.summary.operations > 1


@pytest.mark.parametrize("items", [0, 1, 2, 3])
def test_leaving_the_block_gives_every_descriptor_back(two: Farm, items: int) -> None:
    two.run("manage", "git")
    before = _open_files()
    with two.client().stream("remanage", ["git", "zsh"]) as plan:
        for _ in range(items):
            next(plan)
    assert _open_files() == before
    assert list(plan) == []


def test_leaving_a_very_wide_directory_half_way_gives_everything_back(farm: Farm) -> None:
    os.makedirs(f"{farm.directory}/zsh/d")
    for number in range(20_500):
        os.close(os.open(f"{farm.directory}/zsh/d/{number}", os.O_CREAT))
    farm.make({"home/d/mine": "m", "stow/git/d/x": "g"})
    before = _open_files()
    for wanted in (1, 3, 40):
        with farm.client().stream_manage("git", "zsh") as plan:
            for _ in range(wanted):
                next(plan)
        del plan
        assert _open_files() == before


def test_applying_gives_every_descriptor_back(two: Farm) -> None:
    client = two.client()
    client.apply(client.stream_manage("git"))
    before = _open_files()
    client.apply(client.stream_manage("zsh"))
    with pytest.raises(UsageError):
        client.apply(client.stream_manage("zsh", "../x"))
    assert _open_files() == before


def test_a_token_cancelled_in_another_thread_stops_the_plan(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number}/x~": "z" for number in range(50)})
    farm.make({f"stow/zsh/{number}/x": "z" for number in range(50)})
    token = CancellationToken()
    before = _open_files()
    with farm.client().stream("manage", ["zsh"], cancel=token) as plan:
        next(plan)
        thread = threading.Thread(target=token.cancel)
        thread.start()
        thread.join()
        with pytest.raises(Cancelled):
            next(plan)
        assert list(plan) == []
    assert not plan.done
    assert _open_files() == before


def test_a_plan_cancels_itself(two: Farm) -> None:
    plan = two.client().stream_manage("zsh")
    plan.cancel()
    with pytest.raises(Cancelled):
        next(plan)


def test_a_cancelled_stream_is_not_applied(two: Farm) -> None:
    before = two.tree()
    plan = two.client().stream_manage("zsh")
    plan.cancel()
    with pytest.raises(Cancelled) as caught:
        two.client().apply(plan)
    assert (caught.value.rolled_back, caught.value.exit_code) == (0, 130)
    assert difference(before, two.tree()) == []


def test_cancelling_ends_the_wait_for_another_writer(two: Farm) -> None:
    client = two.client()

    def meanwhile(_event: object) -> None:
        token = CancellationToken()
        token.cancel()
        counts = []
        for _ in range(3):
            with pytest.raises(Cancelled):
                client.apply(client.stream_manage("git"), wait=True, cancel=token)
            counts.append(_open_files())
        # SQLite keeps a reader's file for the next one, while a writer of this process is on.
        assert counts[1:] == counts[:1] * 2

    follow(client.stream_apply(client.stream_manage("zsh")), meanwhile)


def test_progress_counts_planning_and_applying_in_batches(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(2_400)})
    seen: list[tuple[str, int, int | None]] = []

    client = farm.client()
    for event in client.stream_apply(client.stream_manage("zsh")):
        if isinstance(event, (Applied, Progress)):
            progress = event.progress if isinstance(event, Applied) else event
            seen.append((progress.phase, progress.done, progress.total))
    assert seen == [
        ("planning", 2_048, None),
        ("planning", 2_400, None),
        ("applying", 2_048, 2_400),
        ("applying", 2_400, 2_400),
    ]


def test_an_error_of_who_follows_rolls_back(farm: Farm) -> None:
    before = farm.make({f"stow/zsh/{number}": "z" for number in range(9)}).tree()

    def listener(event: Event) -> None:
        if isinstance(event, Applied):
            raise ZeroDivisionError

    client = farm.client()
    for stream in (False, True):
        with pytest.raises(ZeroDivisionError):
            follow(client.stream_apply(client.stream_manage("zsh"), stream=stream), listener)
        assert difference(before, farm.tree()) == []


def test_operations_begin_before_the_plan_ends_when_streaming(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(4_800)})
    client = farm.client()
    run = client.stream_apply(client.stream_manage("zsh"), stream=True, planned=True)
    present = [len(os.listdir(farm.target)) for event in run if isinstance(event, Operation)]
    assert present[2_047] == 0
    assert present[4_700] >= 4_096


def test_links_are_listed_with_their_packages(two: Farm) -> None:
    two.run("manage")
    found = [(item.path.removeprefix(two.target), item.package) for item in two.client().links()]
    assert found == [
        ("/c/git", "git"),
        ("/c/y", "git"),
        ("/.zshrc", "zsh"),
        ("/c/zsh", "zsh"),
    ]


def test_status_tells_how_far_each_package_is(two: Farm) -> None:
    two.make({"stow/vim/x": "v", "home/x": "mine", "stow/none/d/e~": "n"}).run("manage", "git")
    states = {status.name: status.state for status in two.client().status()}
    assert states == {"git": "managed", "none": "empty", "vim": "conflict", "zsh": "unmanaged"}


def test_a_missing_package_is_named_with_the_nearest_right_name(two: Farm) -> None:
    with pytest.raises(PackageNotFound, match="did you mean zsh"):
        two.client().stream_manage("zhs")


def test_two_writers_on_one_target_through_two_clients_do_not_meet(two: Farm) -> None:
    first, second = two.client(), two.client()

    with first.stream_apply(first.stream_manage("zsh")) as run:
        next(run)
        with pytest.raises(TargetLocked):
            second.apply(second.stream_manage("git"))


def test_a_plan_of_one_path_is_what_concerns_it(two: Farm) -> None:
    two.run("manage", "git")
    client = two.client()
    plan = client.stream("manage", ["zsh"], path=f"{two.target}/c/zsh").collect()
    assert lines(plan.items, two.target) == [
        "unfold c",
        "create_link c/zsh -> ../../stow/zsh/c/zsh",
    ]


def test_a_path_below_a_fold_is_planned_where_it_stands(two: Farm) -> None:
    two.run("manage", "git")
    client = two.client()
    plan = client.stream("manage", ["zsh"], path=f"{two.target}/c/git").collect()
    assert lines(plan.items, two.target) == [
        "unfold c",
        "create_link c/git -> ../../stow/git/c/git",
    ]


def test_a_path_outside_of_every_target_has_an_empty_plan(two: Farm) -> None:
    plan = two.client().stream("manage", ["zsh"], path="/elsewhere").collect()
    assert plan.items == ()


def test_kept_links_are_only_reported_when_asked_for(two: Farm) -> None:
    two.run("manage")
    plan = two.plan("manage", prefer=Preferences(report_kept=True))
    assert {item.kind for item in plan.items if isinstance(item, Operation)} == {"keep_link"}
    assert (plan.summary.operations, plan.summary.unchanged) == (0, 4)
    assert two.plan("manage").items == ()
    assert plan.summary.digest == two.plan("manage").summary.digest


def test_a_plan_of_one_path_makes_room_for_what_is_adopted(farm: Farm) -> None:
    farm.make({"stow/zsh/rc": "theirs", "home/rc": "mine", "home/other": "x"})
    path = f"{farm.target}/rc"
    prefer = Preferences(resolutions={path: "adopt"})
    client = farm.client()
    client.apply(client.stream("manage", ["zsh"], path=path, prefer=prefer))
    assert farm.read("stow/zsh/rc") == "mine"
    assert farm.home()["rc"] == "-> ../stow/zsh/rc"
