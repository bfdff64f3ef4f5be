"""``dotstream undo``: a finished change is undone, and nothing that came later is lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.snapshot import Tree

STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    root = household(scratch_home)
    (scratch_home / ".inputrc").write_text("mine\n")
    (scratch_home / ".inputrc").chmod(0o600)
    return root


def home(scratch_home: Path) -> Tree:
    return snapshot(scratch_home, prune=STATE)


@pytest.mark.parametrize("flags", [(), ("--stream",)])
@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        ((), ("manage", "--all")),
        ((), ("manage", "--all", "--no-folding")),
        (("manage", "--all"), ("unmanage", "zsh", "vim")),
        (("manage", "git"), ("manage", "zsh")),  # unfolds ~/.config
        (("manage", "vim"), ("remanage", "vim", "--absolute")),
        ((), ("adopt", "~/.inputrc", "-p", "zsh")),
        ((), ("adopt", "~/.inputrc", "-p", "readline")),
    ],
)
def test_undo_leaves_everything_as_it_was_before(
    scratch_home: Path,
    root: Path,
    prepare: tuple[str, ...],
    words: tuple[str, ...],
    flags: tuple[str, ...],
) -> None:
    if prepare:
        assert dotstream(*prepare, cwd=root).code == 0
    before = home(scratch_home)
    assert dotstream(*words, cwd=root).code == 0
    after = home(scratch_home)
    assert difference(before, after) != []
    done = dotstream("undo", *flags, cwd=root)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"undo {2 if prepare else 1}: ")
    assert difference(before, home(scratch_home)) == []
    # An undo is a change too.
    undone = 3 if prepare else 2
    assert dotstream("undo", str(undone), *flags, cwd=root).code == 0
    assert difference(after, home(scratch_home)) == []


@pytest.mark.parametrize("policy", ["backup", "overwrite", "adopt"])
def test_what_made_way_comes_back_with_contents_and_mode(
    scratch_home: Path, root: Path, policy: str
) -> None:
    (scratch_home / ".zshrc").write_text("mine\n")
    (scratch_home / ".zshrc").chmod(0o640)
    before = home(scratch_home)
    assert dotstream("manage", "zsh", "--on-conflict", policy, cwd=root).code == 0
    assert (scratch_home / ".zshrc").is_symlink()
    shown = dotstream("undo", "-n", cwd=root).out
    assert "move   the backup area/" in shown
    assert ".local" not in shown
    assert dotstream("undo", cwd=root).code == 0
    assert difference(before, home(scratch_home)) == []


def test_an_earlier_change_can_be_undone_by_its_number(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    dotstream("manage", "git", cwd=root)
    done = dotstream("undo", "1", cwd=root)
    assert (done.code, done.out) == (0, "undo 1: 2 unlinked\n")
    assert not os.path.lexists(scratch_home / ".vimrc")
    assert (scratch_home / ".config/git/config").read_text() == "[user]\n"


def test_without_a_number_it_is_the_last_change_that_is_not_undone(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "vim", cwd=root)
    dotstream("manage", "git", cwd=root)
    dotstream("undo", "2", cwd=root)
    assert dotstream("undo", cwd=root).out == "undo 1: 2 unlinked\n"
    assert sorted(os.listdir(scratch_home)) == [".inputrc", ".local", "dotfiles"]
    assert dotstream("undo", cwd=root).code == 2


def test_looking_changes_nothing_and_shows_what_undo_does(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "--all", cwd=root)
    before = home(scratch_home)
    planned = dotstream("undo", "-n", cwd=root)
    assert planned.code == 0
    assert difference(before, home(scratch_home)) == []
    assert "to unlink" in planned.out.splitlines()[-1]
    done = dotstream("undo", "-v", cwd=root)
    assert planned.out.splitlines()[:-1] == done.out.splitlines()[:-1] != []


@pytest.mark.parametrize("dry_run", [(), ("-n",)])
def test_where_a_later_change_would_be_lost_it_refuses_and_names_the_path(
    scratch_home: Path, root: Path, dry_run: tuple[str, ...]
) -> None:
    dotstream("manage", "vim", cwd=root)
    (scratch_home / ".vimrc").unlink()
    (scratch_home / ".vimrc").write_text("theirs")
    before = home(scratch_home)
    done = dotstream("undo", *dry_run, cwd=root)
    assert done.code == 3
    told = done.out + done.err
    assert "/.vimrc" in told
    assert "this changed since: a file is here now, and undoing would lose it" in told
    assert ("nothing would be changed" if dry_run else "nothing was changed") in done.err
    assert difference(before, home(scratch_home)) == []


def test_skip_leaves_what_changed_and_takes_back_the_rest(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    (scratch_home / ".vimrc").unlink()
    (scratch_home / ".vimrc").write_text("theirs")
    done = dotstream("undo", "--on-conflict", "skip", cwd=root)
    assert done.code == 0
    assert (scratch_home / ".vimrc").read_text() == "theirs"
    assert not os.path.lexists(scratch_home / ".vim")


def test_a_file_that_was_edited_after_it_was_adopted_is_not_lost(
    scratch_home: Path, root: Path
) -> None:
    dotstream("adopt", "~/.inputrc", "-p", "zsh", cwd=root)
    (root / "zsh/dot-inputrc").write_text("edited\n")
    done = dotstream("undo", cwd=root)
    assert done.code == 0
    assert not (scratch_home / ".inputrc").is_symlink()
    assert (scratch_home / ".inputrc").read_text() == "edited\n"


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        (("undo",), 2, "nothing to undo"),
        (("undo", "99"), 2, "99"),
        (("undo", "x"), 2, "'x' is not a number"),
        (("undo", "--on-conflict", "backup"), 2, "neither fail nor skip"),
    ],
)
def test_what_cannot_be_undone_is_told(
    root: Path, words: tuple[str, ...], exit_code: int, message: str
) -> None:
    done = dotstream(*words, cwd=root)
    assert done.code == exit_code
    assert message in done.err
    assert "Traceback" not in done.err


def test_nothing_is_undone_twice(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    dotstream("undo", "1", cwd=root)
    after = home(scratch_home)
    done = dotstream("undo", "1", cwd=root)
    assert done.code == 2
    assert "undone" in done.err
    assert difference(after, home(scratch_home)) == []


def test_on_a_terminal_it_shows_the_plan_and_asks(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    managed = home(scratch_home)
    refused = on_terminal("undo", "--color=never", cwd=root, typed="n\n")
    assert refused.code == 130
    assert "unlink .vimrc" in refused.out
    assert "Undo this? [y/N]" in refused.out
    assert difference(managed, home(scratch_home)) == []
    agreed = on_terminal("undo", cwd=root, typed="y\n")
    assert agreed.code == 0
    assert not os.path.lexists(scratch_home / ".vimrc")


def test_yes_is_not_asked(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    done = on_terminal("undo", "--yes", cwd=root)
    assert (done.code, "[y/N]" in done.out) == (0, False)
    assert not os.path.lexists(scratch_home / ".vimrc")


def test_programs_are_told_what_is_undone(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    planned = events("undo", "-n", cwd=root)
    done = events("undo", cwd=root)
    for stream in (planned, done):
        check(stream)
        (plan,) = of(stream, "plan")
        assert (plan["action"], plan["undoes"]) == ("undo", 1)
        paths = sorted(event["path"] for event in of(stream, "operation"))
        assert paths == [f"{scratch_home}/.vim", f"{scratch_home}/.vimrc"]
    (applied,) = of(done, "applied")
    assert applied["transaction"] == 2
    assert of(planned, "summary")[0]["digest"] == applied["digest"] != ""


def test_programs_are_told_what_changed_since(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    (scratch_home / ".vimrc").unlink()
    (scratch_home / ".vimrc").symlink_to("elsewhere")
    stream = events("undo", cwd=root)
    check(stream)
    (conflict,) = of(stream, "conflict")
    assert (conflict["conflict"], conflict["choices"]) == ("changed_since", ["skip"])
    assert (conflict["path"], conflict["before"]) == (f"{scratch_home}/.vimrc", "elsewhere")
    assert (stream[-1]["exit"], stream[-1]["reason"]) == (3, "conflicts")
    assert os.readlink(scratch_home / ".vimrc") == "elsewhere"


def test_a_link_that_is_gone_already_is_no_loss(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    (scratch_home / ".vimrc").unlink()
    done = dotstream("undo", cwd=root)
    assert done.code == 0
    assert not os.path.lexists(scratch_home / ".vim")
