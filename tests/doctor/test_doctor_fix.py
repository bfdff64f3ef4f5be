"""Fixing a farm: nothing is lost by it, and undo reverses it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.doctor.checkup import checkup, correct, fix, found, raw, rebuilt, records
from tests.doctor.test_doctor import DAMAGES, HOUSEHOLD, contents, managed, spoil, state_of
from tests.farm import Farm, Link, apply, follow, lines
from tests.snapshot import difference
from tests.transaction.faulty import Watched

from dotstream.doctor.fix import fixing
from dotstream.errors import JournalError, OperationFailed, TargetLocked
from dotstream.fs.lock import Lock
from dotstream.model.history import Recovery
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.model.events import Event
    from dotstream.model.options import Action


__all__ = ["managed"]

_NEVER = Preferences(folding="never")

MENDED: dict[str, list[str]] = {
    "a member is gone": ["remove_link home/.zshrc"],
    "a package is gone": [
        "remove_link home/.vimrc",
        "remove_link home/.vim/after/x.vim",
        "remove_link home/.vim/colors/dusk.vim",
    ],
    "a link is gone": ["create_link home/.zshrc -> ../stow/zsh/dot-zshrc"],
    "a directory of links is gone": [
        "make_dir home/.vim",
        "make_dir home/.vim/after",
        "create_link home/.vim/after/x.vim -> ../../../stow/vim/dot-vim/after/x.vim",
        "make_dir home/.vim/colors",
        "create_link home/.vim/colors/dusk.vim -> ../../../stow/vim/dot-vim/colors/dusk.vim",
    ],
    "a link and its member are gone": [],
    "a file is in a link's place, and the member is gone": [],
    "a fold of ours is in a directory's place": [],
    "a link of ours leads to what never was": [
        "replace_link home/.zshrc -> ../stow/zsh/dot-zshrc"
    ],
    "a link says the same in other words": [],
    "a broken link of ours that nobody recorded": ["remove_link home/.config/old"],
    "a link of a package that nobody recorded and that is gone": ["remove_link home/.config/old"],
    "a link to a removed link, left by a run": ["remove_link home/.~dotstream-9-1"],
    "a directory of links, left by a run": [
        "remove_dir home/.config/.~dotstream-9-aside",
        "remove_dir home/.config/.~dotstream-9-aside/d",
        "remove_link home/.config/.~dotstream-9-aside/d/x",
    ],
}
"""What is done about each damage that needs no decision; about the others, nothing."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_needs_no_decision_is_mended_and_the_rest_is_left_alone(
    managed: Farm, damage: str
) -> None:
    hurt, expected = DAMAGES[damage]
    hurt(managed)
    kept, before = contents(managed), managed.tree()
    plan = fixing(checkup(managed)).collect()
    assert lines(plan.items, managed.root) == MENDED.get(damage, [])
    assert difference(before, managed.tree()) == []
    fix(managed)
    assert found(managed) == ([] if damage in MENDED else expected)
    assert contents(managed) >= kept
    if damage not in MENDED:
        assert difference(before, managed.tree()) == []


@pytest.mark.parametrize("damage", MENDED)
def test_mending_what_is_mended_does_nothing(managed: Farm, damage: str) -> None:
    DAMAGES[damage][0](managed)
    fix(managed)
    before, recorded = managed.tree(), records(managed)
    result, corrected = fix(managed)
    assert (result.applied, result.transaction, corrected) == (0, None, 0)
    assert difference(before, managed.tree()) == []
    assert records(managed) == recorded


@pytest.mark.parametrize("damage", [name for name, changes in MENDED.items() if changes])
def test_undo_takes_the_mending_back(managed: Farm, damage: str) -> None:
    DAMAGES[damage][0](managed)
    before = managed.tree()
    fix(managed)
    client = managed.client()
    client.apply(client.stream_undo())
    assert difference(before, managed.tree()) == []


@pytest.mark.parametrize("damage", [name for name, changes in MENDED.items() if changes])
def test_a_mending_that_fails_half_way_is_taken_back(managed: Farm, damage: str) -> None:
    DAMAGES[damage][0](managed)
    managed.make({"home/.config/zsh/.~dotstream-9-2": Link("../../../stow/zsh/gone")})
    before = managed.tree()

    def fail(_: int, __: str, name: str) -> None:
        if name == ".~dotstream-9-2":
            raise PermissionError(13, "Permission denied")

    with pytest.raises(OperationFailed):
        apply(fixing(checkup(managed)), state=managed.state, changes=Watched(fail))
    assert difference(before, managed.tree()) == []


def test_a_link_that_became_a_file_in_the_meantime_is_not_removed(managed: Farm) -> None:
    os.unlink(f"{managed.directory}/zsh/dot-zshrc")
    plan = fixing(checkup(managed)).collect()
    os.unlink(f"{managed.target}/.zshrc")
    managed.make({"home/.zshrc": "saved just now"})
    with pytest.raises(OperationFailed):
        apply(plan, state=managed.state)
    assert managed.read("home/.zshrc") == "saved just now"


def test_everything_at_once_is_mended_at_once(managed: Farm) -> None:
    for damage in ("a link is gone", "a directory of links, left by a run"):
        DAMAGES[damage][0](managed)
    os.unlink(f"{managed.directory}/git/dot-config/git/config")
    fix(managed)
    assert found(managed, "deep") == []
    assert managed.home()[".zshrc"] == "-> ../stow/zsh/dot-zshrc"
    assert ".config/git/config" not in managed.home()


def test_leftovers_stay_while_a_transaction_is_unfinished(managed: Farm) -> None:
    managed.make({"home/.~dotstream-1-1": Link("../stow/zsh/dot-zshrc")})
    database = sqlite3.connect(state_of(managed))
    database.execute("UPDATE txn SET state = 'active'")
    database.commit()
    database.close()
    before = managed.tree()
    (notice,) = fixing(checkup(managed)).collect().items
    assert "was cut short and is settled first" in notice.message  # type: ignore[union-attr]
    with pytest.raises(JournalError, match="is unfinished"):
        correct(managed)
    assert difference(before, managed.tree()) == []


def test_what_a_killed_run_left_is_taken_back_first_and_then_the_rest_is_mended(
    managed: Farm,
) -> None:
    os.unlink(f"{managed.target}/.vimrc")
    before = managed.tree()
    child = os.fork()
    if child == 0:
        plan = managed.client().stream_unmanage("zsh")
        apply(plan, state=managed.state, changes=Watched(_die_at_the_third))
        os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert difference(before, managed.tree()) != []
    assert [kind.split()[0] for kind in found(managed, "deep")] == ["unfinished_transaction"]
    told: list[Event] = []
    follow(managed.client().stream_apply(fixing(checkup(managed))), told.append)
    assert [each.direction for each in told if isinstance(each, Recovery)] == ["rolled_back"]
    assert found(managed, "deep") == []
    assert difference(before, managed.tree()) == [
        "+ 'home/.vimrc' link to '../stow/vim/dot-vimrc'"
    ]


def _die_at_the_third(number: int, _: str, __: str) -> None:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)


# The records -----------------------------------------------------------------------------


def test_a_farm_made_by_hand_is_recorded_and_then_known(farm: Farm) -> None:
    farm.make(HOUSEHOLD).make(
        {
            "home/.zshrc": Link("../stow/zsh/dot-zshrc"),
            "home/.config/zsh": Link("../../stow/zsh/dot-config/zsh"),
            "home/.vim": Link("../stow/vim/dot-vim"),
            "home/mine": Link("../stow/zsh/dot-zshrc"),
        }
    )
    before = farm.tree()
    result, corrected = fix(farm)
    assert (result.applied, corrected) == (0, 3)
    assert difference(before, farm.tree()) == []
    assert records(farm) == {
        "home/.vim": "../stow/vim/dot-vim",
        "home/.zshrc": "../stow/zsh/dot-zshrc",
        "home/.config/zsh": "../../stow/zsh/dot-config/zsh",
    }
    assert found(farm) == []
    os.unlink(f"{farm.target}/.zshrc")
    assert found(farm) == ["missing_link home/.zshrc"]


def test_records_stay_sorted_when_others_come_in_between(farm: Farm) -> None:
    names = [f"{first}{second}" for first in "abcdefgh" for second in "0123456789-_.é"]
    farm.make({f"stow/zsh/{name}/x": "z" for name in names}).run("manage", prefer=_NEVER)
    for name in names[::2]:
        farm.make({f"stow/vim/{name}/y": "v", f"home/{name}/y": Link(f"../../stow/vim/{name}/y")})
    assert fix(farm)[1] == len(names[::2])
    assert found(farm) == []
    farm.run("unmanage")
    assert _links(farm) == {}
    assert found(farm) == []


def test_the_records_of_adopted_files_and_directories_survive_a_correction(farm: Farm) -> None:
    farm.make({"home/.zshrc": "mine", **HOUSEHOLD})
    os.unlink(f"{farm.directory}/zsh/dot-zshrc")
    farm.adopt(".zshrc", package="zsh")
    farm.run("manage", "git", "vim", prefer=_NEVER)
    before = records(farm)
    os.unlink(f"{farm.target}/.vimrc")
    os.unlink(f"{farm.directory}/vim/dot-vimrc")
    assert fix(farm)[1] == 1
    assert records(farm) == {path: text for path, text in before.items() if ".vimrc" not in path}


def test_a_target_that_somebody_is_changing_is_not_corrected(managed: Farm) -> None:
    lock = f"{os.path.dirname(state_of(managed))}/lock"
    with Lock(lock, "process 7 (dotstream manage)"):
        with pytest.raises(TargetLocked, match="process 7"):
            correct(managed)
        with pytest.raises(TargetLocked):
            rebuilt(managed)


# A new database --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["foreign", "newer", "garbage", "torn"])
def test_a_bad_database_is_moved_aside_and_the_records_are_made_anew(
    managed: Farm, how: str
) -> None:
    path, links = state_of(managed), _links(managed)
    spoil(path, how)
    with open(path, "rb") as file:
        bad = file.read()
    before = managed.tree()
    aside, count = rebuilt(managed)
    assert aside == f"{path}.bad-1"
    with open(aside, "rb") as file:
        assert file.read() == bad
    assert count == len(links)
    assert records(managed) == links
    assert found(managed) == []
    assert difference(before, managed.tree()) == []
    managed.run("unmanage")
    assert _links(managed) == {}


def test_a_second_bad_database_does_not_replace_the_first(managed: Farm) -> None:
    path = state_of(managed)
    for number in (1, 2):
        with open(path, "wb") as file:
            file.write(b"bad %d" % number)
        assert rebuilt(managed)[0] == f"{path}.bad-{number}"
    for number in (1, 2):
        with open(f"{path}.bad-{number}", "rb") as file:
            assert file.read() == b"bad %d" % number


def test_a_new_database_does_not_take_the_old_ones_backups_for_its_own(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "mine"})
    backup = Preferences(on_conflict="backup")
    farm.run("manage", prefer=backup)
    spoil(state_of(farm), "garbage")
    rebuilt(farm)
    os.unlink(f"{farm.target}/b")
    farm.make({"home/b": "mine too"})
    result = farm.run("manage", prefer=backup)
    assert result.transaction == 2
    assert sorted(farm.backups()) == ["mine", "mine too"]


def test_a_database_that_is_in_order_keeps_its_history(managed: Farm) -> None:
    recorded = records(managed)
    os.unlink(f"{managed.target}/.zshrc")
    os.unlink(f"{managed.directory}/zsh/dot-zshrc")
    assert rebuilt(managed) == (None, 1)
    assert records(managed) == {
        path: text for path, text in recorded.items() if path != "home/.zshrc"
    }
    assert managed.client().stream_undo().metadata.undoes == 1


def test_records_are_made_where_there_never_were_any(farm: Farm) -> None:
    farm.make(HOUSEHOLD).make({"home/.zshrc": Link("../stow/zsh/dot-zshrc")})
    assert rebuilt(farm, "off") == (None, 1)
    assert records(farm) == {"home/.zshrc": "../stow/zsh/dot-zshrc"}


def _links(farm: Farm) -> dict[str, str]:
    return {
        f"home/{path}": text.removeprefix("-> ")
        for path, text in farm.home().items()
        if text.startswith("-> ")
    }


def test_a_farm_of_many_names_is_checked_at_flat_memory(scratch: Path) -> None:
    import tracemalloc

    peaks = []
    for count in (2_000, 20_000):
        farm = Farm(scratch / str(count))
        farm.make({f"stow/zsh/d{number % 50}/{number}": "" for number in range(count)})
        farm.run("manage", prefer=_NEVER)
        about = checkup(farm, "deep")
        raw(farm)  # what is imported and cached
        tracemalloc.start()
        assert found(farm, "deep") == []
        assert about.mode == "deep"
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


@pytest.mark.parametrize("command", ["remanage", "unmanage"])
def test_after_a_fix_the_next_command_still_removes_the_directories_that_were_made(
    farm: Farm, command: Action
) -> None:
    farm.make({"stow/p/d/e/a": "", "stow/p/keep": ""}).run("manage", prefer=_NEVER)
    shutil.rmtree(f"{farm.directory}/p/d")
    fix(farm)
    assert farm.home()["d/e"] == "dir"
    farm.run(command, "p", prefer=_NEVER)
    assert set(farm.home()) == ({"keep"} if command == "remanage" else set())
