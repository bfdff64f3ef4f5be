"""What is not a package's: what dotstream keeps for itself, and what links out of it lead to."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, Link, lines

from dotstream.client import Client
from dotstream.model.items import Conflict
from dotstream.model.options import FOLDINGS, Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.model.options import Folding


def _client(farm: Farm, state: str, cache: str = "cache") -> Client:
    environ = {"XDG_CACHE_HOME": f"{farm.root}/{cache}"}
    return Client(
        farm.directory,
        target=farm.target,
        state=f"{farm.root}/{state}",
        home=farm.target,
        environ=environ,
    )


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("inside", ["bin/x", "state/x", "state/other/x"])
@pytest.mark.parametrize("missing", [False, True])
def test_a_plan_from_before_there_is_a_state_directory_holds_once_there_is_one(
    farm: Farm, inside: str, folding: Folding, *, missing: bool
) -> None:
    farm.make({f"stow/a/dot-local/{inside}": "a", "stow/a/dot-cache/dotstream/b": "b"})
    client, prefer = _client(farm, "home/.local/state/dotstream"), Preferences(folding=folding)
    if missing:
        os.rmdir(farm.target)
    before = client.plan_manage("a", prefer=prefer)
    assert not os.path.lexists(f"{farm.target}/.local")
    farm.make({"home/.local/state/dotstream": DIR})
    assert client.plan_manage("a", prefer=prefer).summary.digest == before.summary.digest
    shutil.rmtree(f"{farm.target}/.local")
    client.apply(before)
    assert all(os.path.islink(link.path) for link in client.links())
    assert client.plan_manage("a", prefer=prefer).items == ()


def test_no_link_shows_what_dotstream_will_keep_for_itself(farm: Farm) -> None:
    farm.make({"stow/a/.cache/x": "x"})
    client = _client(farm, "state", "home/.cache")
    client.apply(client.plan_manage("a", prefer=Preferences(folding="always")))
    assert farm.home() == {".cache": "dir", ".cache/x": "-> ../../stow/a/.cache/x"}


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize(
    "state",
    [
        "stow/state",
        "stow/state/dotstream",
        "stow/a/state",
        "stow/a/dot-d/state",
        "stow/a/dot-d/[s]*?",
        "home/.d/state",
    ],
)
def test_the_state_directory_is_neither_linked_nor_looked_into(
    farm: Farm, state: str, folding: Folding
) -> None:
    farm.make({"stow/a/dot-d/e": "e", "stow/a/dot-d/state/f": "f", "stow/b/g": "g"})
    farm.make({f"{state}/x": "x"})
    client, prefer = _client(farm, state), Preferences(folding=folding)
    client.apply(client.plan("manage", everything=True, prefer=prefer))
    client.apply(client.plan("remanage", everything=True, prefer=prefer))
    inside = f"{farm.root}/{state}"
    for link in client.links():
        assert f"{link.path}/".startswith(f"{farm.target}/")
        assert not f"{link.path}/".startswith(f"{inside}/")
    assert not any(found.severity == "error" for found in client.doctor())
    assert client.plan("remanage", everything=True, prefer=prefer).summary.operations == 0
    client.apply(client.stream_undo())
    assert next(iter(client.history())).action == "undo"


def test_nor_is_the_cache(farm: Farm) -> None:
    farm.make({"stow/a/f": "f", "stow/dotstream/page": "p"})
    assert [each.name for each in _client(farm, "state", "stow").packages()] == ["a"]


def test_a_directory_with_the_state_in_it_is_not_moved_out_of_the_way(farm: Farm) -> None:
    farm.make({"stow/a/d": "f", "home/d/state/x": "x"})
    plan = _client(farm, "home/d/state").plan(
        "manage", ["a"], prefer=Preferences(on_conflict="backup")
    )
    (conflict,) = plan.items
    assert isinstance(conflict, Conflict)
    assert conflict.choices == ("skip",)
    assert "dotstream keeps what is its own in it" in conflict.message


@pytest.mark.parametrize("folding", FOLDINGS)
def test_no_plan_goes_through_a_members_link_out_of_the_package_directory(
    farm: Farm, folding: Folding
) -> None:
    farm.make(
        {
            "out/private": "p",
            "stow/a/one": Link("../../out"),
            "stow/b/one": Link("../../out"),
            "stow/a/two": Link("../../out"),
            "home/two": DIR,
        }
    )
    plan = farm.plan("manage", prefer=Preferences(folding=folding))
    assert not any("private" in line for line in lines(plan.items, farm.root))
    assert {conflict.name for conflict in plan.conflicts} == {"one", "two"}
