"""What was moved out of the way is listed, restored and pruned; content and mode are kept."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from glob import glob
from typing import TYPE_CHECKING

import pytest
from tests.doctor.checkup import found, rebuilt
from tests.farm import Farm, File, Link
from tests.snapshot import difference

from dotstream.errors import ConflictError, OperationFailed, UsageError
from dotstream.fs.state import existing_state
from dotstream.model.options import Policy, Preferences

if TYPE_CHECKING:
    from dotstream.fs.state import TargetState
    from dotstream.model.history import Backup

_BACKUP = Preferences(on_conflict="backup")


def _listed(farm: Farm) -> dict[str, Backup]:
    """Return the backups by the path they were at, below the target."""
    return {
        backup.path.removeprefix(f"{farm.target}/"): backup for backup in farm.client().backups()
    }


def _restore(farm: Farm, *paths: str) -> None:
    client, listed = farm.client(), _listed(farm)
    client.apply(client.stream_restore(*[listed[path].id for path in paths]))


@pytest.fixture
def kept(farm: Farm) -> Farm:
    """Return a farm in which a file, a directory and a link were set aside."""
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/c": "z", "stow/zsh/d": "z", "stow/zsh/e/deep": "z",
            "home/a": File("private", 0o600), "home/c/x": File("inside", 0o755),
            "home/d": Link("nowhere"), "home/e/deep": "deep",
        }
    )  # fmt: skip
    farm.run("manage", prefer=_BACKUP)
    return farm


def test_everything_set_aside_is_listed_with_what_it_is(kept: Farm) -> None:
    listed = _listed(kept)
    assert {path: backup.kind for path, backup in listed.items()} == {
        "a": "file", "c": "directory", "d": "link", "e/deep": "file",
    }  # fmt: skip
    assert listed["a"].size == len("private")
    assert all(os.path.lexists(backup.kept) for backup in listed.values())
    assert {backup.transaction for backup in listed.values()} == {1}
    assert len({backup.id for backup in listed.values()}) == 4


@pytest.mark.parametrize("policy", ["backup", "overwrite"])
def test_what_is_overwritten_is_kept_like_what_is_backed_up(farm: Farm, policy: Policy) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": File("mine", 0o600)})
    farm.run("manage", prefer=Preferences(on_conflict=policy))
    assert farm.backups() == {"mine": "600"}
    assert sorted(_listed(farm)) == ["a"]


def test_the_package_file_that_was_adopted_over_is_kept(farm: Farm) -> None:
    farm.make({"stow/zsh/a": File("packaged", 0o640), "home/a": File("mine", 0o600)})
    farm.run("manage", prefer=Preferences(on_conflict="adopt"))
    assert farm.backups() == {"packaged": "640"}
    assert [backup.path for backup in farm.client().backups()] == [f"{farm.directory}/zsh/a"]
    assert farm.read("stow/zsh/a") == "mine"


def test_backups_are_restored_where_they_were(kept: Farm) -> None:
    kept.run("unmanage")
    _restore(kept, "a", "c", "d", "e/deep")
    assert kept.home() == {
        "a": "file", "c": "dir", "c/x": "file", "d": "-> nowhere", "e": "dir", "e/deep": "file",
    }  # fmt: skip
    tree = kept.tree()
    assert (tree["home/a"].mode, tree["home/c/x"].mode) == (0o600, 0o755)
    assert _listed(kept) == {}


def test_one_backup_of_several_is_restored(kept: Farm) -> None:
    kept.run("unmanage")
    _restore(kept, "a")
    assert kept.read("home/a") == "private"
    assert sorted(_listed(kept)) == ["c", "d", "e/deep"]


def test_restoring_never_replaces_anything(kept: Farm) -> None:
    before = kept.tree()
    with pytest.raises(ConflictError) as caught:
        _restore(kept, "a", "c")
    assert [conflict.path for conflict in caught.value.conflicts] == [
        f"{kept.target}/a", f"{kept.target}/c",
    ]  # fmt: skip
    assert difference(before, kept.tree()) == []
    assert len(_listed(kept)) == 4


def test_restoring_with_skip_passes_over_what_is_taken(kept: Farm) -> None:
    kept.run("unmanage")
    kept.make({"home/a": "new"})
    client, listed = kept.client(), _listed(kept)
    numbers = [backup.id for backup in listed.values()]
    client.apply(client.stream_restore(*numbers, prefer=Preferences(on_conflict="skip")))
    assert kept.read("home/a") == "new"
    assert kept.read("home/c/x") == "inside"
    assert sorted(_listed(kept)) == ["a"]


def test_a_backup_whose_directory_is_gone_is_kept_and_its_place_named(kept: Farm) -> None:
    kept.run("unmanage")
    os.rmdir(f"{kept.target}/e")
    with pytest.raises((OperationFailed, ConflictError)) as caught:
        _restore(kept, "e/deep")
    assert "e/deep" in str(caught.value) or isinstance(caught.value, ConflictError)
    assert kept.backups()["deep"] == "644"
    assert "e/deep" in _listed(kept)


def test_a_number_that_is_no_backup_is_a_usage_error(kept: Farm) -> None:
    with pytest.raises(UsageError, match="no backup 999"):
        kept.client().stream_restore(999)


def test_two_backups_of_one_path_are_two_and_both_come_back(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "first"}).run("manage", prefer=_BACKUP)
    farm.run("unmanage")
    farm.make({"home/a": "second"}).run("manage", prefer=_BACKUP)
    farm.run("unmanage")
    assert farm.backups() == {"first": "644", "second": "644"}
    first, second = farm.client().backups()
    client = farm.client()
    client.apply(client.stream_restore(first.id))
    assert farm.read("home/a") == "first"
    with pytest.raises(ConflictError):
        client.apply(client.stream_restore(second.id))
    assert farm.backups() == {"second": "644"}


def test_two_backups_of_one_path_at_once_are_refused_before_anything_moves(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "first"}).run("manage", prefer=_BACKUP)
    farm.run("unmanage")
    farm.make({"home/a": "second"}).run("manage", prefer=_BACKUP)
    farm.run("unmanage")
    client = farm.client()
    numbers = [backup.id for backup in client.backups()]
    with pytest.raises(ConflictError):
        client.apply(client.stream_restore(*numbers))
    assert farm.backups() == {"first": "644", "second": "644"}
    assert farm.home() == {}


def test_pruning_removes_all_or_only_the_old(kept: Farm) -> None:
    client = kept.client()
    assert client.prune_backups(older_than=3600) == []
    assert len(_listed(kept)) == 4
    pruned = client.prune_backups()
    assert sorted(os.path.relpath(backup.path, kept.target) for backup in pruned) == [
        "a", "c", "d", "e/deep",
    ]  # fmt: skip
    assert _listed(kept) == {}
    assert kept.backups() == {}


def test_pruning_touches_nothing_in_the_target(kept: Farm) -> None:
    before = kept.tree()
    kept.client().prune_backups()
    assert difference(before, kept.tree()) == []


def test_pruning_follows_no_link(farm: Farm) -> None:
    farm.make({"precious/x": "p", "stow/zsh/d": "z", "stow/zsh/e": "z", "home/e/f": "f"})
    farm.make({"home/d": Link("../precious"), "home/e/to": Link(f"{farm.root}/precious")})
    farm.run("manage", prefer=_BACKUP)
    farm.client().prune_backups()
    assert farm.read("precious/x") == "p"


def test_undo_after_pruning_says_what_is_missing_and_changes_nothing(kept: Farm) -> None:
    client = kept.client()
    client.prune_backups()
    before = kept.tree()
    with pytest.raises(ConflictError) as caught:
        client.apply(client.stream_undo())
    assert {conflict.kind for conflict in caught.value.conflicts} == {"missing_source"}
    assert difference(before, kept.tree()) == []


# What the journal does not know ------------------------------------------------------


def _place(farm: Farm) -> TargetState:
    place = existing_state(farm.state, farm.target)
    assert place is not None
    return place


def _lose_journal(farm: Farm) -> None:
    for path in glob(f"{_place(farm).journal}*"):
        os.unlink(path)


def _damage_journal(farm: Farm) -> None:
    for tail in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(f"{_place(farm).journal}{tail}")
    with open(_place(farm).journal, "r+b") as file:
        file.write(b"damaged" * 100)


def _truncate_journal(farm: Farm) -> None:
    os.truncate(_place(farm).journal, 0)
    for tail in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(f"{_place(farm).journal}{tail}")


def _lose_log(farm: Farm) -> None:
    """Have only what was in the database before the last run."""
    database = sqlite3.connect(_place(farm).journal, isolation_level=None)
    database.execute("DELETE FROM backup")
    database.close()


_LOSSES = {
    "lost": _lose_journal, "truncated": _truncate_journal, "an older one": _lose_log,
}  # fmt: skip


@pytest.mark.parametrize("loss", _LOSSES)
def test_without_its_journal_everything_is_still_listed_and_comes_back(
    kept: Farm, loss: str
) -> None:
    before = {path: backup[2:] for path, backup in _listed(kept).items()}
    _LOSSES[loss](kept)
    assert {path: backup[2:] for path, backup in _listed(kept).items()} == before
    assert [each for each in found(kept) if each.startswith("unlisted_backup ")]
    kept.run("unmanage")
    _restore(kept, "a", "c", "d", "e/deep")
    assert kept.read("home/a") == "private"
    assert kept.home()["d"] == "-> nowhere"
    assert _listed(kept) == {}
    assert not [each for each in found(kept) if each.startswith("unlisted_backup ")]


@pytest.mark.parametrize("loss", _LOSSES)
def test_after_the_journal_was_lost_more_is_set_aside_as_ever(kept: Farm, loss: str) -> None:
    _LOSSES[loss](kept)
    os.unlink(f"{kept.target}/a")
    kept.make({"home/a": "again"}).run("manage", prefer=_BACKUP)
    both = [backup for backup in kept.client().backups() if backup.path.endswith("/a")]
    assert len({backup.id for backup in both}) == 2
    assert len(list(kept.client().backups())) == 5
    kept.run("unmanage")
    client, latest = kept.client(), max(both, key=lambda backup: backup.transaction)
    client.apply(client.stream_restore(latest.id))
    assert kept.read("home/a") == "again"


def test_a_journal_that_was_made_anew_hides_nothing(kept: Farm) -> None:
    before = _listed(kept)
    _damage_journal(kept)
    assert len([each for each in found(kept) if each.startswith("unlisted_backup ")]) == 4
    rebuilt(kept)
    assert _listed(kept) == before
    assert sorted(before) == ["a", "c", "d", "e/deep"]
    assert found(kept) == []


def test_what_a_dotstream_before_set_aside_is_listed_with_where_it_lies(kept: Farm) -> None:
    """It wrote down nothing but the journal."""
    for path in glob(f"{_place(kept).backups}/.*.origin"):
        os.unlink(path)
    assert sorted(_listed(kept)) == ["a", "c", "d", "e/deep"]
    _lose_journal(kept)
    backups = list(kept.client().backups())
    assert [backup.path for backup in backups] == [""] * 4
    assert all(os.path.lexists(backup.kept) for backup in backups)
    with pytest.raises(UsageError, match="nothing says any more where"):
        kept.client().stream_restore(backups[0].id)


def test_what_is_written_down_of_files_is_gone_with_them(kept: Farm) -> None:
    assert os.listdir(_place(kept).backups)
    kept.client().prune_backups()
    assert os.listdir(_place(kept).backups) == []


def test_what_is_of_unknown_age_is_not_pruned_for_its_age(kept: Farm) -> None:
    for path in glob(f"{_place(kept).backups}/.*.origin"):
        os.unlink(path)
    _lose_journal(kept)
    assert kept.client().prune_backups(older_than=0.0) == []
    assert len(kept.client().prune_backups()) == 4


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2", b"\xff\n[]\n", b"9" * 5000 + b"\n"])
def test_a_damaged_line_of_where_things_were_hides_no_other(kept: Farm, damage: bytes) -> None:
    before = sorted(_listed(kept))
    (path,) = glob(f"{_place(kept).backups}/.*.origin")
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    for number in range(len(lines)):
        with open(path, "wb") as file:
            file.write(b"\n".join([*lines[:number], damage, *lines[number + 1 :]]))
        _lose_journal(kept) if number == 0 else None
        listed = [backup.path for backup in kept.client().backups()]
        assert len(listed) == len(before)
        assert sum(1 for each in listed if each) >= len(before) - 1
