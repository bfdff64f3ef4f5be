"""Undo: every kind of change is undone; what came since is named and never lost."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, Farm, File, Link, apply
from tests.snapshot import difference
from tests.transaction.stories import STORIES, Story

from dotstream.errors import ConflictError, UsageError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Entry

    from dotstream.model.events import Result
    from dotstream.model.items import Conflict

_NEVER = Preferences(folding="never")
_SKIP = Preferences(on_conflict="skip")
_each = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)


def _undo(farm: Farm, number: int | None = None, *, skip: bool = False) -> Result:
    """Undo a transaction, by default the last one, whatever it was."""
    client = farm.client()
    if number is None:
        number = next(iter(client.history(1))).id
    return client.apply(client.stream_undo(number, prefer=_SKIP if skip else Preferences()))


def _refused(farm: Farm, *paths: str, number: int | None = None) -> list[Conflict]:
    """Have an undo refused because of these paths, with nothing changed."""
    before = farm.tree()
    with pytest.raises(ConflictError) as caught:
        _undo(farm, number)
    assert difference(before, farm.tree()) == []
    assert farm.client().unfinished() is None
    assert {conflict.path for conflict in caught.value.conflicts} == {
        f"{farm.target}/{path}" for path in paths
    }
    return caught.value.conflicts


# Every kind --------------------------------------------------------------------------


@_each
@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
def test_undo_restores_the_whole_tree(farm: Farm, story: Story, stream: bool) -> None:
    story.begin(farm)
    before, kept = farm.tree(), farm.backups()
    number = apply(story.plan(farm), state=farm.state, stream=stream).transaction
    client = farm.client()
    client.apply(client.stream_undo(number), stream=stream)
    assert difference(before, farm.tree()) == []
    assert farm.backups() == kept


@_each
def test_undo_of_the_undo_brings_it_back(farm: Farm, story: Story) -> None:
    story.begin(farm)
    before = farm.tree()
    apply(story.plan(farm), state=farm.state)
    after = farm.tree()
    for wanted in (before, after, before):
        _undo(farm)
        assert difference(wanted, farm.tree()) == []


@_each
def test_history_says_what_undid_what(farm: Farm, story: Story) -> None:
    story.begin(farm)
    number = apply(story.plan(farm), state=farm.state).transaction
    undo = _undo(farm, number).transaction
    newest, older = list(farm.client().history(2))
    assert (newest.id, newest.action, newest.undoes, newest.state) == (
        undo, "undo", number, "committed",
    )  # fmt: skip
    assert (older.id, older.undone_by, older.state) == (number, undo, "undone")
    with pytest.raises(UsageError, match="undone"):
        farm.client().stream_undo(number)


@pytest.mark.parametrize("mine", ["mine", Link("nowhere")], ids=["file", "link"])
def test_undo_brings_back_what_a_made_directory_took_the_place_of(
    farm: Farm, mine: Entry
) -> None:
    farm.make({"stow/zsh/d/x": "z", "stow/zsh/d/e/y": "z", "home/d": mine})
    before = farm.tree()
    farm.run("manage", prefer=Preferences(on_conflict="overwrite", folding="never"))
    _undo(farm)
    assert difference(before, farm.tree()) == []


def test_undo_keeps_modes_and_times_of_what_was_set_aside(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "home/x": File("mine", 0o600)})
    os.utime(f"{farm.target}/x", ns=(1_000_000_001, 2_000_000_002))
    before = farm.tree()
    farm.run("manage", prefer=Preferences(on_conflict="overwrite"))
    _undo(farm)
    assert difference(before, farm.tree()) == []
    assert os.stat(f"{farm.target}/x").st_mtime_ns == 2_000_000_002


@pytest.mark.parametrize(
    ("old", "new"),
    [("stow/zsh/m", "stow/zsh/m/x"), ("stow/zsh/m/x", "stow/zsh/m/y"), ("stow/zsh/m", None)],
)
@pytest.mark.parametrize("folding", ["safe", "always", "never"])
def test_undo_of_a_remanage_after_a_member_changed_its_kind(
    farm: Farm, old: str, new: str | None, folding: str
) -> None:
    prefer = Preferences(folding=folding)  # type: ignore[arg-type]
    farm.make({old: "z", "stow/zsh/other": "z"}).run("manage", prefer=prefer)
    os.unlink(f"{farm.root}/{old}")
    if new:
        farm.make({new: "z"})
    before = farm.tree()
    if farm.run("remanage", prefer=prefer).transaction is not None:
        _undo(farm)
    assert difference(before, farm.tree()) == []


def test_undo_of_restore_keeps_the_backup_again(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "home/x": File("mine", 0o600)})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    farm.run("unmanage")
    client = farm.client()
    listed = list(client.backups())
    client.apply(client.stream_restore(*[backup.id for backup in listed]))
    assert farm.read("home/x") == "mine"
    _undo(farm)
    assert not os.path.lexists(f"{farm.target}/x")
    assert [backup.path for backup in client.backups()] == [f"{farm.target}/x"]
    assert farm.backups() == {"mine": "600"}


# Which one ---------------------------------------------------------------------------


def test_undo_without_a_number_goes_back_step_by_step(farm: Farm) -> None:
    farm.make({"stow/git/g": "g", "stow/zsh/z": "z", "stow/vim/v": "v"})
    trees = [farm.tree()]
    for package in ("git", "zsh", "vim"):
        farm.run("manage", package)
        trees.append(farm.tree())
    client = farm.client()
    for wanted in reversed(trees[:-1]):
        client.apply(client.stream_undo())
        assert difference(wanted, farm.tree()) == []
    with pytest.raises(UsageError, match="nothing to undo"):
        client.stream_undo()


def test_an_older_transaction_can_be_undone_alone(farm: Farm) -> None:
    farm.make({"stow/git/g": "g", "stow/zsh/z": "z"})
    first = farm.run("manage", "git").transaction
    farm.run("manage", "zsh")
    _undo(farm, first)
    assert farm.home() == {"z": "-> ../stow/zsh/z"}


@pytest.mark.parametrize("number", [7, 0, -1])
def test_a_transaction_that_never_was_cannot_be_undone(farm: Farm, number: int) -> None:
    farm.make({"stow/zsh/z": "z"}).run("manage")
    with pytest.raises(UsageError, match=f"no transaction {number}"):
        farm.client().stream_undo(number)


def test_a_rolled_back_transaction_cannot_be_undone(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"})
    plan = farm.plan("manage")
    farm.make({"home/b": "theirs"})
    with pytest.raises(Exception, match="is there now"):
        apply(plan, state=farm.state)
    (only,) = farm.client().history()
    with pytest.raises(UsageError, match="rolled back"):
        farm.client().stream_undo(only.id)


# What changed since ------------------------------------------------------------------


@pytest.mark.parametrize("theirs", ["theirs", Link("nowhere"), DIR], ids=["file", "link", "dir"])
def test_undo_of_manage_refuses_where_a_link_was_replaced(farm: Farm, theirs: Entry) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"}).run("manage")
    os.unlink(f"{farm.target}/a")
    farm.make({"home/a": theirs})
    (conflict,) = _refused(farm, "a")
    assert conflict.kind == "changed_since"
    assert conflict.choices == ("skip",)


def test_what_several_steps_meet_at_one_path_is_one_conflict(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    os.unlink(f"{farm.target}/a")
    farm.make({"home/a": "later"})
    (conflict,) = farm.client().stream_undo().collect().conflicts
    assert conflict.kind == "changed_since"


def test_undo_of_manage_does_not_mind_a_link_that_is_gone(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"}).run("manage")
    os.unlink(f"{farm.target}/a")
    _undo(farm)
    assert farm.home() == {}


@pytest.mark.parametrize("theirs", ["theirs", Link("nowhere"), DIR], ids=["file", "link", "dir"])
def test_undo_of_unmanage_refuses_where_something_came_in_its_place(
    farm: Farm, theirs: Entry
) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"}).run("manage")
    farm.run("unmanage")
    farm.make({"home/a": theirs})
    _refused(farm, "a")


def test_undo_of_a_backup_refuses_where_the_link_was_replaced(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    os.unlink(f"{farm.target}/a")
    farm.make({"home/a": "theirs"})
    _refused(farm, "a")
    assert farm.backups() == {"mine": "644"}


def test_undo_of_a_backup_refuses_where_something_took_the_place_of_the_file(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"})
    number = farm.run("manage", prefer=Preferences(on_conflict="backup")).transaction
    farm.run("unmanage")
    farm.make({"home/a": "theirs"})
    _refused(farm, "a", number=number)


def test_undo_of_adopt_says_that_the_file_changed_since_but_takes_it_back_as_it_is(
    farm: Farm,
) -> None:
    """An adopted file is edited through its link: the edit goes back with it."""
    farm.make({"home/.zshrc": File("mine", 0o600)}).adopt(".zshrc", package="zsh")
    with open(f"{farm.target}/.zshrc", "a", encoding="utf-8") as file:
        file.write(", edited")
    _undo(farm)
    assert farm.read("home/.zshrc") == "mine, edited"
    assert farm.tree()["home/.zshrc"].mode == 0o600


def test_undo_of_adopt_refuses_where_the_package_lost_the_file(farm: Farm) -> None:
    farm.make({"home/.zshrc": "mine", "stow/zsh/other": "z"}).adopt(".zshrc", package="zsh")
    os.rename(f"{farm.directory}/zsh/dot-zshrc", f"{farm.root}/elsewhere")
    before = farm.tree()
    with pytest.raises(ConflictError):
        _undo(farm)
    assert difference(before, farm.tree()) == []


def test_undo_opens_a_fold_that_was_made_again_since(farm: Farm) -> None:
    farm.make({"stow/git/c/x": "g", "stow/zsh/c/y": "z"}).run("manage", "git")
    farm.run("manage", "zsh")
    before = farm.home()
    number = farm.run("unmanage", "git").transaction
    farm.run("unmanage", "zsh")
    farm.run("manage", "zsh")  # c is one link now, the same as that run had left
    assert farm.home() == {"c": "-> ../stow/zsh/c"}
    client = farm.client()
    client.apply(client.stream_undo(number))
    assert farm.home() == before


def test_undo_with_skip_passes_over_what_changed_and_does_the_rest(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z"}).run("manage")
    os.unlink(f"{farm.target}/a")
    farm.make({"home/a": "theirs"})
    _undo(farm, skip=True)
    assert farm.home() == {"a": "file"}
    assert farm.read("home/a") == "theirs"


def test_undo_of_a_backup_with_skip_keeps_theirs_and_the_backup(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "mine", "home/b": "mine too"})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    os.unlink(f"{farm.target}/a")
    farm.make({"home/a": "theirs"})
    _undo(farm, skip=True)
    assert (farm.read("home/a"), farm.read("home/b")) == ("theirs", "mine too")
    assert farm.backups() == {"mine": "644"}


def test_undo_with_skip_passes_over_a_backup_that_was_pruned(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "mine"})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    farm.client().prune_backups()
    before = farm.tree()
    with pytest.raises(ConflictError):
        _undo(farm)
    assert difference(before, farm.tree()) == []
    _undo(farm, skip=True)
    assert not os.path.lexists(f"{farm.target}/b")


# Directories -------------------------------------------------------------------------


def test_undo_keeps_a_made_directory_that_holds_what_is_not_ours(farm: Farm) -> None:
    farm.make({"stow/zsh/d/e/x": "z"}).run("manage", prefer=_NEVER)
    farm.make({"home/d/e/mine": "m"})
    _undo(farm)
    assert farm.home() == {"d": "dir", "d/e": "dir", "d/e/mine": "file"}


def test_undo_removes_the_inner_directory_and_keeps_the_outer_one(farm: Farm) -> None:
    farm.make({"stow/zsh/d/e/x": "z"}).run("manage", prefer=_NEVER)
    farm.make({"home/d/mine": "m"})
    _undo(farm)
    assert farm.home() == {"d": "dir", "d/mine": "file"}


def test_undo_takes_a_made_directory_before_what_is_in_it_and_links_in_a_row(farm: Farm) -> None:
    files = {f"stow/zsh/d/{name}": "z" for name in ("a", "b", "e/c", "e/d", "f/g")}
    farm.make(files).run("manage", prefer=_NEVER)
    with farm.client().stream_undo() as plan:
        told = [f"{item.kind} {item.directory.join(item.name)}" for item in plan.operations]
    assert told == [
        "remove_dir d", "remove_link d/a", "remove_link d/b",
        "remove_dir d/e", "remove_link d/e/c", "remove_link d/e/d",
        "remove_dir d/f", "remove_link d/f/g",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_undo_takes_what_is_ours_and_leaves_what_came_since_wherever_that_is(
    farm: Farm, seed: int
) -> None:
    chance = random.Random(seed)
    paths = {"/".join(chance.choices("abc", k=chance.randint(1, 5))) + ".x" for _ in range(30)}
    there = [path for path in paths if path.startswith("a")]
    farm.make({f"home/{path.partition('/')[0]}/mine": "m" for path in there if "/" in path})
    before = farm.home()
    farm.make({f"stow/zsh/{path}": "z" for path in paths}).run("manage", prefer=_NEVER)
    made = {path for path, what in farm.home().items() if what == "dir"} - set(before)
    theirs = {}
    for path in chance.sample(sorted(paths), 4):
        os.unlink(f"{farm.target}/{path}")
        if chance.random() < 0.5:
            theirs[path] = "m"
    for place in chance.sample(sorted(made), min(len(made), chance.randint(0, 2))):
        theirs[f"{place}/new"] = "m"
    farm.make({f"home/{path}": text for path, text in theirs.items()})
    _undo(farm, skip=True)
    wanted = before | dict.fromkeys(theirs, "file")
    for path in theirs:
        wanted |= dict.fromkeys((path[:at] for at, sign in enumerate(path) if sign == "/"), "dir")
    assert farm.home() == wanted


def test_undo_of_more_than_a_chunk_holds_goes_around_what_came_since(farm: Farm) -> None:
    paths = [
        f"{area}/{place}/{name}" for area in "ab" for place in range(70) for name in range(30)
    ]
    farm.make({f"stow/zsh/{path}": "z" for path in paths}).run("manage", prefer=_NEVER)
    before = farm.tree()
    farm.make({"home/a/40/mine": "m", "home/b/mine": "m"})
    _undo(farm)
    assert farm.home() == {
        "a": "dir", "a/40": "dir", "a/40/mine": "file", "b": "dir", "b/mine": "file",
    }  # fmt: skip
    os.unlink(f"{farm.target}/a/40/mine")
    os.unlink(f"{farm.target}/b/mine")
    _undo(farm)
    assert difference(before, farm.tree()) == []


def test_undo_of_an_unfold_refuses_where_the_directory_holds_what_is_not_ours(
    farm: Farm,
) -> None:
    farm.make({"stow/git/c/x": "g", "stow/zsh/c/y": "z"}).run("manage", "git")
    farm.run("manage", "zsh")
    farm.make({"home/c/mine": "m"})
    (conflict,) = _refused(farm, "c")
    assert conflict.kind == "changed_since"


def test_undo_of_an_unfold_with_skip_leaves_a_directory_that_works(farm: Farm) -> None:
    farm.make({"stow/git/c/x": "g", "stow/zsh/c/y": "z", "stow/zsh/z": "z"}).run("manage", "git")
    farm.run("manage", "zsh")
    farm.make({"home/c/mine": "m"})
    _undo(farm, skip=True)
    home = farm.home()
    assert home["c/mine"] == "file"
    assert home["c/x"] == "-> ../../stow/git/c/x"
    assert "z" not in home


def test_undo_of_an_unmanage_makes_the_directories_again_with_their_modes(farm: Farm) -> None:
    farm.make({"stow/git/c/x": "g", "stow/zsh/c/y": "z"}).run("manage", "git")
    farm.run("manage", "zsh")
    os.chmod(f"{farm.target}/c", 0o700)
    before = farm.tree()
    farm.run("unmanage", "zsh")
    _undo(farm)
    assert difference(before, farm.tree()) == []


def test_a_dry_run_of_an_undo_changes_nothing_and_predicts_it(farm: Farm) -> None:
    farm.make({"stow/git/c/x": "g", "stow/zsh/c/y": "z"}).run("manage", "git")
    farm.run("manage", "zsh")
    before = farm.tree()
    client = farm.client()
    plan = client.stream_undo().collect()
    assert difference(before, farm.tree()) == []
    result = client.apply(client.stream_undo(), digest=plan.summary.digest)
    assert result.applied == len(plan.operations) > 0
