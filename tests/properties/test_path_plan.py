"""One path planned alone is exactly what the whole plan says about it."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from tests.farm import DIR, QUICK, Entry, Farm, Link, lines
from tests.long import by_length

from dotstream.errors import PartOfLink
from dotstream.model.items import Conflict, Item, Operation
from dotstream.model.options import ACTIONS, FOLDINGS, POLICIES, Action, Folding, Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGES = ("git", "vim", "zsh")
_NAMES = ("a", "b", ".c", "dot-c", "d~")

_inside = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3).map(
    "/".join
) | st.sampled_from(("k/.git/HEAD", "k/a"))
_member = st.tuples(st.sampled_from(_PACKAGES), _inside).map(
    lambda two: f"stow/{two[0]}/{two[1]}"
)
_packed: st.SearchStrategy[Entry] = st.sampled_from(("text", "text", DIR, Link("a"), Link("b/a")))
_found: st.SearchStrategy[Entry] = st.sampled_from(("mine", DIR, Link("nowhere"), Link("a")))
_actions: st.SearchStrategy[Action] = st.sampled_from([one for one in ACTIONS if one != "adopt"])
_preferences = st.builds(
    # Of a named tuple itself, every field would be made up that is not given here.
    lambda **chosen: Preferences(**chosen),  # noqa: PLW0108
    folding=st.sampled_from(FOLDINGS),
    on_conflict=st.sampled_from(POLICIES),
    dotfiles=st.booleans(),
    layout=st.sampled_from(["mirror", "mirror", "mirror", "named"]),
    report_kept=st.booleans(),
)
_some = st.lists(st.sampled_from(_PACKAGES), min_size=1, unique=True)
_farms = {
    "members": st.dictionaries(_member, _packed, min_size=1, max_size=10),
    "theirs": st.dictionaries(_inside.map(lambda path: f"home/{path}"), _found, max_size=4),
}
_lived = {
    "managed": st.none() | st.sampled_from(FOLDINGS),
    "before": st.tuples(_actions, _some, _preferences),
    "now": st.tuples(_actions, _some, _preferences),
}


def _laid_out(root: str, tree: dict[str, Entry]) -> Farm:
    """Make what of a random tree fits together."""
    farm = Farm(root).make({f"stow/{name}": DIR for name in _PACKAGES})
    for path, entry in tree.items():
        try:
            farm.make({path: entry})
        except OSError:
            continue  # something is there already, or a file or broken link is above it
    return farm


def _lived_in(
    farm: Farm, managed: Folding | None, before: tuple[Action, list[str], Preferences]
) -> None:
    """Give a farm a past: everything managed, or nothing, and then one more change."""
    if managed is not None:
        farm.run("manage", prefer=Preferences(folding=managed, on_conflict="skip"))
    action, packages, prefer = before
    past = farm.plan(action, *packages, prefer=prefer)
    if not past.conflicts and not past.errors:
        farm.client().apply(past)


def _moved_on(farm: Farm, other: dict[str, Entry], upheavals: set[str], gone: set[str]) -> None:
    """Link another repository's packages too, move this one, and remove packages from it."""
    second = Farm(f"{farm.root}-other")
    second.target, second.state = farm.target, farm.state
    second.make({f"stow/{name}": DIR for name in _PACKAGES})
    for path, entry in other.items():
        with suppress(OSError):
            second.make({path: entry})
    second.run("manage", prefer=Preferences(on_conflict="skip"))
    for name in gone:
        shutil.rmtree(f"{farm.directory}/{name}")
    if "moved" in upheavals:
        os.rename(farm.directory, f"{farm.root}/moved")
        farm.directory = f"{farm.root}/moved"


def _about(item: Item, farm: Farm, path: str) -> bool:
    """Whether an item is at the path of the target, above it or below it."""
    here = item.path.removeprefix(farm.target).strip("/")
    return not here or _near(here, path)


def _near(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _expected(items: Sequence[Item], farm: Farm, path: str) -> list[Item]:
    """Choose what a plan has about a path, and what is about no path.

    What makes room in a package is about what comes into its place, which follows.
    """
    chosen: list[Item] = []
    about = True
    for item in reversed(items):
        if not item.path.startswith(f"{farm.directory}/"):
            about = _about(item, farm, path)
        if about or not isinstance(item, Operation | Conflict):
            chosen.append(item)
    return chosen[::-1]


@given(
    **_farms,
    **_lived,
    other=st.dictionaries(_member, _packed, max_size=4),
    upheavals=st.sets(st.sampled_from(("moved", "gone"))),
    path=_inside,
)
@example(  # the package's own file makes room for the one that is adopted
    members={"stow/git/k/a": "text"},
    theirs={"home/k/a": "mine"},
    managed=None,
    before=("manage", ["git"], Preferences(folding="safe")),
    other={},
    upheavals={"moved"},
    now=("manage", ["git"], Preferences(folding="safe", on_conflict="adopt")),
    path="k/a",
)
@settings(
    max_examples=by_length(300, 6_000),
)
def test_a_path_planned_alone_is_what_the_whole_plan_says_about_it(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    managed: Folding | None,
    before: tuple[Action, list[str], Preferences],
    other: dict[str, Entry],
    upheavals: set[str],
    now: tuple[Action, list[str], Preferences],
    path: str,
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        _lived_in(farm, managed, before)
        action, packages, prefer = now
        gone = {name for name in _PACKAGES if name not in packages and "gone" in upheavals}
        if other or upheavals:
            _moved_on(farm, other, upheavals, gone)
        client = farm.client()
        whole = client.stream(action, packages, prefer=prefer).collect()
        above = {
            item.kind
            for item in whole.operations
            if f"{farm.target}/{path}".startswith(f"{item.path}/")
        }
        planned = client.stream(action, packages, prefer=prefer, path=f"{farm.target}/{path}")
        if action == "unmanage" and "remove_link" in above:
            with pytest.raises(PartOfLink):
                planned.collect()
            return
        alone = planned.collect()
        expected = _expected(whole.items, farm, path)
        told = lines(alone.items, farm.root)
        event(f"{len(told)} items")
        if any(each.whole for each in alone.conflicts) and prefer.on_conflict != "fail":
            return  # a policy for one path is none for the directory that it is in
        # What else is in a directory stays there, and so does the directory.
        if not above & {"remove_dir", "refold"}:
            assert [line for line in told if not _is_note(line)] == [
                line for line in lines(expected, farm.root) if not _is_note(line)
            ]
        notes = {line for line in lines(whole.items, farm.root) if _is_note(line)}
        assert {line for line in told if _is_note(line)} <= notes
        if not (alone.conflicts or alone.errors):
            client.apply(alone)  # a plan of one path holds without the rest


def _is_note(line: str) -> bool:
    """Whether a line may stand at a path of a package: a notice, an error, a member moved."""
    return line.startswith(("notice ", "error ", "move_file stow/"))


@given(
    members=st.dictionaries(_member, _packed, min_size=1, max_size=8),
    prefer=_preferences,
)
@settings(max_examples=by_length(60, 1_200))
def test_every_path_of_a_farm_planned_alone_adds_up_to_the_whole_plan(
    members: dict[str, Entry], prefer: Preferences
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members)
        client = farm.client()
        whole = client.stream("manage", _PACKAGES, prefer=prefer).collect()
        summed: set[str] = set()
        paths = {item.path for item in whole.items if isinstance(item, Operation | Conflict)}
        for path in paths:
            alone = client.stream("manage", _PACKAGES, prefer=prefer, path=path).collect()
            summed.update(lines(alone.items, farm.root))
        mattering = {line for line in lines(whole.items, farm.root) if not _is_note(line)}
        assert {line for line in summed if not _is_note(line)} == mattering
