"""What puts the past or the records right: each is a stream of events, with a result."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from dotstream.errors import TargetLocked, UsageError
from dotstream.fs.lock import Lock
from dotstream.fs.state import existing_state
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.client import Client

_BACKUP = Preferences(on_conflict="backup")


@pytest.fixture
def client(farm: Farm) -> Client:
    """Return the client of a farm with two links, and one file that was backed up for them."""
    farm.make({"stow/zsh/dot-zshrc": "z", "stow/zsh/dot-zprofile": "z", "home/.zshrc": "mine"})
    client = farm.client()
    client.apply(client.stream_manage("zsh", prefer=_BACKUP))
    return client


def test_recover_ends_with_what_it_found(client: Client) -> None:
    run = client.stream_recover()
    with pytest.raises(UsageError, match="no result"):
        _ = run.result
    events = list(run)
    assert events[-1] == run.result
    assert run.result == client.recover()
    assert client.unfinished() is None


def test_prune_backups_tells_of_each_once_it_is_gone(farm: Farm, client: Client) -> None:
    (kept,) = client.backups()
    with client.stream_prune_backups() as run:
        events = [*run]
        assert farm.backups() == {}
    assert events == run.result == [kept]
    assert list(client.backups()) == []


def test_correct_tells_what_came_of_the_records(farm: Farm, client: Client) -> None:
    farm.make({"stow/git/dot-gitconfig": "g"})
    os.symlink("../stow/git/dot-gitconfig", f"{farm.target}/.gitconfig")  # as GNU Stow does
    with client.stream_correct() as run:
        events = [*run]
    assert events[-1] == run.result
    assert run.result.records == 1
    os.unlink(f"{farm.target}/.gitconfig")
    assert [each.kind for each in client.doctor()] == ["missing_link"]


def test_rebuild_makes_the_records_from_the_links_on_disk(farm: Farm, client: Client) -> None:
    shutil.rmtree(farm.state)
    with client.stream_rebuild() as run:
        events = [*run]
    assert events[-1] == run.result
    assert run.result.records == 2
    assert list(client.history()) == []


@pytest.mark.parametrize(
    "name", ["stream_recover", "stream_prune_backups", "stream_correct", "stream_rebuild"]
)
def test_nothing_is_locked_before_the_first_event_is_asked_for(
    farm: Farm, client: Client, name: str
) -> None:
    run = getattr(client, name)()
    place = existing_state(farm.state, farm.target)
    assert place is not None
    with Lock(place.lock, farm.target), pytest.raises(TargetLocked):
        list(run)
    assert list(getattr(client, name)())
