"""What cannot be read is not nothing: links to what is out of reach stay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import lines
from tests.rights import nobody

from dotstream.client import Client
from dotstream.model.items import Operation
from dotstream.model.options import FOLDINGS, Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.model.options import Folding


def _client(farm: Farm) -> Client:
    return Client(
        farm.directory, target=farm.target, state=farm.state, home=farm.target, environ={}
    )


def _open_to_all(farm: Farm) -> None:
    """Let anybody read, and the target and the state also be written."""
    path = farm.root
    while path not in {"/", "/tmp", "/dev/shm"}:
        os.chmod(path, 0o755)  # noqa: S103 - what pytest makes is private
        path = os.path.dirname(path)
    os.chmod(farm.target, 0o777)  # noqa: S103
    for above, _, names in os.walk(farm.state):
        for each in (above, *(f"{above}/{name}" for name in names)):
            os.chmod(each, 0o777)  # noqa: S103


@pytest.fixture
def shared(farm: Farm) -> Farm:
    """Return a farm that anybody may look at, with two packages."""
    farm.make({"stow/a/dot-z": "z", "stow/b/dot-b": "b", "stow/b/dot-d/e/q": "q"})
    _open_to_all(farm)
    return farm


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("hidden", ["b/dot-d", "b/dot-d/e"])
def test_no_link_of_it_is_removed_or_opened_though_errors_are_skipped(
    shared: Farm, hidden: str, folding: Folding
) -> None:
    prefer = Preferences(folding=folding, on_conflict="skip")
    shared.run("manage", prefer=prefer)
    _open_to_all(shared)
    os.chmod(f"{shared.directory}/{hidden}", 0)
    with nobody():
        for packages in ([], ["b"]):
            plan = _client(shared).plan(
                "remanage", packages, everything=not packages, prefer=prefer
            )
            changes = [item for item in plan.items if isinstance(item, Operation)]
            assert lines(changes, shared.root) == []
    os.chmod(f"{shared.directory}/{hidden}", 0o755)  # noqa: S103


def test_a_package_that_is_gone_is_nothing(shared: Farm) -> None:
    shared.run("manage", prefer=Preferences(folding="never"))
    os.unlink(f"{shared.directory}/b/dot-d/e/q")
    os.rmdir(f"{shared.directory}/b/dot-d/e")
    plan = shared.plan("remanage", prefer=Preferences(folding="never"))
    assert "remove_link home/.d/e/q" in lines(plan.items, shared.root)
