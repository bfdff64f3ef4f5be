"""The order of a plan can be carried out as it comes, and is the same every time."""

from __future__ import annotations

import random
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.farm import DIR, QUICK, Entry, Farm, Link, lines
from tests.transaction.stories import STORIES, Story

from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.options import FOLDINGS, Folding, Preferences
from dotstream.planner.stream import Digest

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.model.items import OperationKind

_MAKES = {"make_dir", "unfold", "refold"}


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts))]


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_parents_come_first_when_making_and_are_emptied_at_once_when_removed(
    farm: Farm, story: Story
) -> None:
    story.begin(farm)
    operations = story.plan(farm).collect().operations
    when: dict[tuple[str, str], int] = {}
    when.update(((item.path, item.kind), index) for index, item in enumerate(operations))
    for index, item in enumerate(operations):
        for above in _above(item.path):
            for kind in _MAKES:
                assert when.get((above, kind), -1) < index, item
            removed = when.get((above, "remove_dir"), len(operations))
            # Either it is empty by then, or it was moved aside and is being emptied there.
            emptied = operations[removed + 1 : index + 1]
            assert index < removed or all(f"{above}/" in each.path for each in emptied), item


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_same_farm_gives_the_same_plan(scratch: Path, story: Story) -> None:
    plans = []
    for number in (1, 2):
        farm = Farm(scratch / str(number))
        story.begin(farm)
        plans += [lines(story.plan(farm).collect().items, farm.root) for _ in range(2)]
    assert plans[0] == plans[1] == plans[2] == plans[3]


_WIDE = {
    f"stow/{package}/{name}": package
    for package in ("git", "zsh")
    for name in ("b", "a", "B", "é", "\udcff", "z/1", "z/0", "y", "dot-k", "~x", "c d")
} | {
    "stow/zsh/.k2": "1",
    "stow/zsh/dot-k2": "2",
    "stow/zsh/été/.k3": "1",
    "stow/zsh/été/dot-k3": "2",
}


def test_the_plan_does_not_depend_on_the_order_in_which_files_were_made(scratch: Path) -> None:
    rng = random.Random(5)
    plans = set()
    for number in range(12):
        farm = Farm(scratch / str(number))
        tree = list(_WIDE.items())
        rng.shuffle(tree)
        farm.make(dict[str, Entry](tree))
        for prefer in (Preferences(folding="never"), Preferences(on_conflict="skip")):
            plan = farm.plan("manage", "git", "zsh", prefer=prefer)
            plans.add("\n".join([str(prefer), *lines(plan.items, farm.root)]))
    assert len(plans) == 2


def test_names_are_in_the_order_of_their_bytes(farm: Farm) -> None:
    names = ["B", "a", "é", "\udcff", "~x", "z", "Z", "-", "日", "\U0001f600", "\uffee"]
    farm.make({f"stow/zsh/{name}": "z" for name in names})
    found = [item.name for item in farm.plan("manage").operations]
    assert found == sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))


def test_translated_names_are_in_the_order_of_the_target(farm: Farm) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in ("dot-a", "b", "-", ".c")})
    assert [item.name for item in farm.plan("manage").operations] == ["-", ".a", ".c", "b"]


def test_packages_are_met_in_the_order_they_are_asked_for(farm: Farm) -> None:
    farm.make({"stow/git/x": "g", "stow/zsh/x": "z"})
    for packages in (("git", "zsh"), ("zsh", "git")):
        plan = farm.plan("manage", *packages)
        assert [conflict.package for conflict in plan.conflicts] == [packages[1]]
        assert plan.metadata.packages == packages


_kinds: st.SearchStrategy[OperationKind] = st.sampled_from(
    ["make_dir", "create_link", "remove_link", "replace_link", "move_file"]
)
_words = st.text(st.sampled_from("ab/"), max_size=3)
_operation = st.tuples(
    _kinds,
    st.sampled_from(["", "a", "a/b"]),
    st.sampled_from("ab"),
    st.none() | _words.filter(bool),
    st.none() | _words.filter(bool),
)


def _digest(fields: list[tuple[OperationKind, str, str, str | None, str | None]]) -> str:
    digest, root = Digest(), Directory("/r")
    places = {path: root.descend(path) for path in ("", "a", "a/b")}
    for kind, path, name, text, before in fields:
        digest.add(Operation(kind, places[path], name, "zsh", text, before))
    return digest.hexdigest()


@example([("create_link", "a", "b", "b", None)], [("create_link", "a", "b", None, "b")])
@given(st.lists(_operation, max_size=4), st.lists(_operation, max_size=4))
def test_digests_are_equal_if_and_only_if_the_operations_are(
    some: list[tuple[OperationKind, str, str, str | None, str | None]],
    others: list[tuple[OperationKind, str, str, str | None, str | None]],
) -> None:
    assert (_digest(some) == _digest(others)) == (some == others)


def test_a_digest_does_not_depend_on_which_objects_stand_for_a_directory() -> None:
    shared, alike = Directory("/r").child("a"), Directory("/r").child("a")
    digests = []
    for second in (shared, alike):
        digest = Digest()
        digest.add(Operation("create_link", shared, "x", "zsh", "t"))
        digest.add(Operation("create_link", second, "y", "zsh", "t"))
        digests.append(digest.hexdigest())
    assert digests[0] == digests[1]


_members = st.dictionaries(
    st.tuples(
        st.sampled_from(["git", "zsh"]),
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join),
    ).map("/".join),
    st.sampled_from(["text", DIR, Link("a")]),
    min_size=1,
    max_size=8,
)


@given(members=_members, folding=st.sampled_from(FOLDINGS))
@settings(max_examples=60)
def test_what_is_planned_and_applied_leaves_nothing_to_plan(
    members: dict[str, Entry], folding: Folding
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = Farm(f"{root}/farm").make({"stow/git": DIR, "stow/zsh": DIR})
        for path, entry in members.items():
            try:
                farm.make({f"stow/{path}": entry})
            except OSError:
                continue  # a file is above it already
        prefer = Preferences(folding=folding, on_conflict="skip")
        farm.run("manage", prefer=prefer)
        assert lines(farm.plan("manage", prefer=prefer).operations, farm.root) == []
        farm.run("unmanage")
        assert not any(kind.startswith("->") for kind in farm.home().values())
