"""Somebody else changes the target between the plan and its steps: nothing of theirs is lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm, File, Link, apply
from tests.snapshot import difference
from tests.transaction.faulty import Watched
from tests.transaction.stories import STORIES

from dotstream.errors import DotstreamError, OperationFailed, PreconditionFailed, StalePlan
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dotstream.model.plan import Plan

_NEVER = Preferences(folding="never")


def _write(path: str, content: str = "theirs") -> None:
    """Save as an editor does: a new file, renamed over the old name."""
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(content)
    os.replace(f"{path}.new", path)


def _refused(farm: Farm, plan: Plan) -> None:
    """Apply a plan that no longer holds; everything is as the outsider left it."""
    before = farm.tree()
    with pytest.raises(PreconditionFailed):
        apply(plan, state=farm.state)
    assert difference(before, farm.tree()) == []


@pytest.fixture
def linked(farm: Farm) -> Farm:
    """Return a farm with three links in place."""
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).run("manage")
    return farm


@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_a_path_that_was_free_is_not_taken(farm: Farm, kind: str) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"})
    plan = farm.plan("manage")
    theirs = {"file": "theirs", "link": Link("nowhere"), "directory": None}[kind]
    farm.make({"home/b": theirs} if theirs else {"home/b/x": "theirs"})
    _refused(farm, plan)


def test_a_directory_that_was_to_be_made_is_not_taken_over(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/d/x": "z"})
    plan = farm.plan("manage", prefer=_NEVER)
    farm.make({"home/d/mine": "theirs"})
    _refused(farm, plan)


def test_a_file_that_replaced_a_link_is_not_removed(linked: Farm) -> None:
    plan = linked.plan("unmanage")
    _write(f"{linked.target}/b")
    _refused(linked, plan)


def test_a_link_that_was_changed_is_not_removed(linked: Farm) -> None:
    plan = linked.plan("unmanage")
    os.unlink(f"{linked.target}/b")
    os.symlink("theirs", f"{linked.target}/b")
    _refused(linked, plan)


def test_a_link_that_is_gone_stops_the_run(linked: Farm) -> None:
    plan = linked.plan("unmanage")
    os.unlink(f"{linked.target}/b")
    _refused(linked, plan)


@pytest.mark.parametrize("how", ["rewritten", "replaced", "gone", "a link now"])
def test_a_file_that_is_not_as_it_was_is_not_moved_aside(farm: Farm, how: str) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/b": "mine"})
    plan = farm.plan("manage", prefer=Preferences(on_conflict="backup"))
    path = f"{farm.target}/b"
    if how == "rewritten":
        with open(path, "a", encoding="utf-8") as file:
            file.write("more")
    elif how == "replaced":
        _write(path, "mine")
    else:
        os.unlink(path)
        if how == "a link now":
            os.symlink("theirs", path)
    _refused(farm, plan)


@pytest.mark.parametrize("story", ["manage with unfold", "unmanage with refold", "replace"])
def test_a_link_or_directory_that_became_a_file_is_kept(farm: Farm, story: str) -> None:
    STORIES[story].begin(farm)
    plan = STORIES[story].plan(farm).collect()
    (first,) = [
        item for item in plan.operations if item.kind in {"unfold", "refold", "replace_link"}
    ][:1]
    os.rename(first.path, f"{farm.root}/was")
    _write(first.path)
    _refused(farm, plan)


def _undisturbed(farm: Farm, name: str, intrude: Callable[[str], None], when: str) -> str:
    """Apply a story while an outsider acts just before ``when``; return how it ended."""
    story = STORIES[name]
    plan = story.plan(farm).collect()

    def before(number: int, _call: str, _name: str) -> None:
        if f"{number}" == when:
            intrude(farm.target)

    try:
        apply(plan, state=farm.state, changes=Watched(before))
    except DotstreamError as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize("name", STORIES)
def test_a_file_saved_at_any_moment_is_never_lost(scratch: Path, name: str) -> None:
    """Before each change in turn, an editor saves one file over some paths of the plan."""
    probe = Farm(scratch / "probe")
    STORIES[name].begin(probe)
    called: list[str] = []
    plan = STORIES[name].plan(probe).collect()
    inside = {item.path for item in plan.operations if item.path.startswith(probe.target)}
    apply(plan, state=probe.state, changes=Watched(lambda _, __, name: called.append(name)))
    paths = sorted(path.removeprefix(probe.target) for path in inside)
    for number, call in enumerate(called, 1):
        at_hand = [path for path in paths if path.endswith(f"/{call}")]
        for path in {*at_hand, paths[number % len(paths)]}:
            farm = Farm(scratch / f"{number}{path.replace('/', '-')}")
            STORIES[name].begin(farm)
            saved: list[str] = []

            def save(target: str, path: str = path, saved: list[str] = saved) -> None:
                try:
                    _write(f"{target}{path}", "saved just now")
                except OSError:  # a directory, or its parent is gone: the editor cannot save
                    return
                saved.append(path)

            ended = _undisturbed(farm, name, save, str(number))
            if saved:
                kept = [
                    p
                    for p, node in farm.tree().items()
                    if node.kind == "file" and farm.read(p) == "saved just now"
                ]
                assert kept or "saved just now" in farm.backups(), (number, path, ended)


def test_a_rollback_leaves_what_somebody_put_in_its_way_and_says_so(farm: Farm) -> None:
    farm.make({"stow/zsh/a/x": "z", "stow/zsh/b": "z", "stow/zsh/c": "z"})
    plan = farm.plan("manage", prefer=_NEVER)

    def intrude(_number: int, _call: str, name: str) -> None:
        if name == "c":
            _write(f"{farm.target}/a/mine")
            _write(f"{farm.target}/c")

    with pytest.raises(DotstreamError) as caught:
        apply(plan, state=farm.state, changes=Watched(intrude))
    assert f"{farm.target}/a" in str(caught.value)
    assert farm.home() == {"a": "dir", "a/mine": "file", "c": "file"}


@pytest.mark.parametrize("moment", ["planned", "x", "y"])
def test_a_parent_swapped_for_a_link_never_redirects(farm: Farm, moment: str) -> None:
    farm.make({"stow/zsh/d/x": "z", "stow/zsh/d/y": "z", "home/d/mine": "m", "away/theirs": "t"})
    plan = farm.plan("manage")
    away = {path: node for path, node in farm.tree().items() if path.startswith("away")}

    def swap(_number: int, _call: str, name: str) -> None:
        if name == moment and not os.path.islink(f"{farm.target}/d"):
            os.rename(f"{farm.target}/d", f"{farm.target}/moved")
            os.symlink("../away", f"{farm.target}/d")

    if moment == "planned":
        swap(0, "", moment)
        with pytest.raises(OperationFailed):
            apply(plan, state=farm.state)
    else:
        apply(plan, state=farm.state, changes=Watched(swap))
    assert {path: node for path, node in farm.tree().items() if path.startswith("away")} == away
    assert farm.read("home/moved/mine") == "m"


def test_a_package_directory_swapped_for_a_link_never_redirects_an_adoption(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-d/x": "z", "home/.d/y": "mine", "away/theirs": "t"})
    plan = farm.client().plan_adopt(f"{farm.target}/.d/y", package="zsh")
    os.rename(f"{farm.directory}/zsh/dot-d", f"{farm.directory}/moved")
    os.symlink(f"{farm.root}/away", f"{farm.directory}/zsh/dot-d")
    with pytest.raises(OperationFailed):
        apply(plan, state=farm.state)
    assert farm.read("home/.d/y") == "mine"
    assert sorted(os.listdir(f"{farm.root}/away")) == ["theirs"]


def test_a_digest_that_no_longer_holds_is_refused_before_anything_is_changed(farm: Farm) -> None:
    client = farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"}).client()
    digest = client.plan_manage("zsh").summary.digest
    farm.make({"home/a": Link("../stow/zsh/a")})
    before = farm.tree()
    for stream in (False, True):
        with pytest.raises(StalePlan):
            client.apply(client.stream_manage("zsh"), digest=digest, stream=stream)
        assert difference(before, farm.tree()) == []


def test_a_private_file_that_is_put_back_is_still_private(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": File("secret", 0o600)})
    before = farm.tree()
    plan = farm.plan("manage", prefer=Preferences(on_conflict="backup"))

    def intrude(_number: int, _call: str, name: str) -> None:
        if name == "b":
            raise PermissionError(13, "Permission denied")

    with pytest.raises(OperationFailed):
        apply(plan, state=farm.state, changes=Watched(intrude))
    assert difference(before, farm.tree()) == []
