"""What cannot be read is not nothing: links to what is out of reach stay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import lines
from tests.rights import nobody

from dotstream.client import Client
from dotstream.model.items import Operation, ScanError
from dotstream.model.options import FOLDINGS, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

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


_BAD: dict[str, Callable[[str], None]] = {
    "may not be entered": lambda path: os.chmod(path, 0),
    "may not be searched": lambda path: os.chmod(path, 0o444),
    "has a pipe for an ignore list": lambda path: os.mkfifo(f"{path}/.stow-local-ignore"),
    "has a directory for an ignore list": lambda path: os.mkdir(f"{path}/.stow-local-ignore"),
    "has an ignore list that is wrong": lambda path: _write(f"{path}/.stow-local-ignore", "((("),
    "is a link that leads nowhere": lambda path: _replace(path, "nowhere"),
    "is a link to itself": lambda path: _replace(path, "b"),
}


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _replace(path: str, text: str) -> None:
    os.rename(path, f"{path}.away")
    os.rename(f"{path}.away", f"{os.path.dirname(os.path.dirname(path))}/away")
    os.symlink(text, path)


@pytest.mark.parametrize("bad", _BAD)
def test_one_package_that_cannot_be_read_costs_the_others_nothing(shared: Farm, bad: str) -> None:
    shared.run("manage", prefer=Preferences(folding="never"))
    _open_to_all(shared)
    links = sorted(link.path for link in shared.client().links())
    _BAD[bad](f"{shared.directory}/b")
    with nobody():
        client = _client(shared)
        states = {each.name: (each.state, each.errors) for each in client.status()}
        assert states.pop("a") == ("managed", 0)
        told = [each.name for each in client.unwanted() if each.away]
        assert states == ({} if told else {"b": ("partial", 1)})
        assert sorted(link.path for link in client.links()) == links
        assert any(f"{shared.directory}/b" in each.path for each in client.doctor())
        for plan in (
            client.plan("remanage"),
            client.plan("manage", ["a", *states]),
            client.stream_fix().collect(),
        ):
            assert not [item for item in plan.items if isinstance(item, Operation)]
        refused = any(
            isinstance(item, ScanError) and item.path == f"{shared.directory}/b"
            for item in client.plan("remanage").items
        )
        assert refused == bool(states)
        pages = list(client.children("manage", ["a", *states]))
        assert [item for page in pages if not page.name for item in page.items] == (
            list(client.plan("manage", ["a", "b"]).items) if states else []
        )
        assert client.locate(f"{shared.target}/.z").state == "linked"
        assert client.locate(f"{shared.target}/.nothing").state == "other"


def test_a_package_that_is_gone_is_nothing(shared: Farm) -> None:
    shared.run("manage", prefer=Preferences(folding="never"))
    os.unlink(f"{shared.directory}/b/dot-d/e/q")
    os.rmdir(f"{shared.directory}/b/dot-d/e")
    plan = shared.plan("remanage", prefer=Preferences(folding="never"))
    assert "remove_link home/.d/e/q" in lines(plan.items, shared.root)
