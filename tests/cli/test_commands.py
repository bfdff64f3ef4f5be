"""Every command as a real process, on real directories, with whole-tree snapshots."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.snapshot import difference, snapshot

from dotstream.fs.process import host_name

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def link(path: Path) -> str | None:
    return os.readlink(path) if path.is_symlink() else None


def test_manage_links_the_packages_and_says_how_many(scratch_home: Path, root: Path) -> None:
    done = dotstream("manage", "vim", "git", cwd=root)
    assert done == (0, "manage vim git: 3 linked\n", "")
    assert link(scratch_home / ".vimrc") == "dotfiles/vim/dot-vimrc"
    assert (scratch_home / ".config/git/config").read_text() == "[user]\n"
    assert not (scratch_home / ".zshrc").exists()


def test_manage_again_does_nothing_and_changes_nothing(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "--all", cwd=root)
    before = snapshot(scratch_home, prune=STATE)
    done = dotstream("manage", "--all", cwd=root)
    assert done.code == 0
    assert "nothing to do" in done.out
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_unmanage_leaves_the_home_as_it_was_before_manage(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".config").mkdir()
    before = snapshot(scratch_home, prune=STATE)
    assert dotstream("manage", "--all", cwd=root).code == 0
    assert dotstream("unmanage", "--all", cwd=root).code == 0
    after = snapshot(scratch_home, prune=STATE)
    assert difference(before, after) == []


def test_remanage_makes_only_what_is_new_and_removes_only_what_is_gone(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "zsh", "vim", cwd=root)
    (root / "zsh/dot-zshenv").touch()
    (root / "vim/dot-vimrc").unlink()
    done = dotstream("remanage", "-v", "zsh", "vim", cwd=root)
    assert done.code == 0
    operations = done.out.splitlines()[:-1]
    assert [line.split()[:2] for line in operations] == [
        ["unlink", f"{scratch_home}/.vimrc"],
        ["link", f"{scratch_home}/.zshenv"],
    ]


@pytest.mark.parametrize("action", ["manage", "unmanage", "remanage"])
@pytest.mark.parametrize("how", ["plan", "dry run"])
def test_looking_changes_nothing_at_all(
    scratch_home: Path, root: Path, action: str, how: str
) -> None:
    if action != "manage":
        dotstream("manage", "--all", cwd=root)
        (root / "zsh/dot-zshenv").touch()
    before = snapshot(scratch_home)
    words = ("plan", action, "--all") if how == "plan" else (action, "--all", "--dry-run")
    done = dotstream(*words, cwd=root)
    assert done.code == 0
    assert len(done.out.splitlines()) > 1
    assert difference(before, snapshot(scratch_home)) == []


@pytest.mark.parametrize("flags", [(), ("--stream",)])
def test_what_plan_shows_is_what_manage_does(root: Path, flags: tuple[str, ...]) -> None:
    planned = dotstream("plan", "manage", "--all", "-v", cwd=root)
    done = dotstream("manage", "--all", "-v", *flags, cwd=root)
    assert planned.code == done.code == 0
    assert planned.out.splitlines()[:-1] == done.out.splitlines()[:-1] != []
    for line in planned.out.splitlines()[:-1]:
        assert os.path.lexists(line.split()[1].rstrip("/"))


def test_a_conflict_changes_nothing_and_names_both_sides_and_the_ways_out(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / ".zshrc").write_text("mine")
    before = snapshot(scratch_home, prune=STATE)
    done = dotstream("manage", "--all", cwd=root)
    assert done.code == 3
    assert done.out == ""
    assert "conflict ~/.zshrc" in done.err
    assert "package zsh wants a link here, but a file is in its place" in done.err
    assert "wanted: ~/dotfiles/zsh/dot-zshrc" in done.err
    assert "--on-conflict adopt|backup|overwrite|skip" in done.err
    assert "nothing was changed" in done.err
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_a_plan_with_conflicts_shows_them_in_their_place_and_ends_with_3(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / ".vimrc").mkdir()
    done = dotstream("plan", "manage", "--all", cwd=root)
    assert done.code == 3
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[-3:-1]] == ["conflict", "link"]
    assert done.err.startswith("dotstream: 1 conflict; nothing would be changed")
    # The explanation is for a terminal; what is advised here has to be here.
    (offered,) = re.findall(r"--on-conflict \S+", done.err)
    assert offered in on_terminal("plan", "manage", "--all", cwd=root).out


@pytest.mark.parametrize("policy", ["adopt", "backup", "overwrite", "skip"])
def test_a_policy_settles_the_conflict_as_it_says(
    scratch_home: Path, root: Path, policy: str
) -> None:
    (scratch_home / ".zshrc").write_text("mine")
    done = dotstream("manage", "zsh", "--on-conflict", policy, cwd=root)
    assert done.code == 0, done.err
    assert (link(scratch_home / ".zshrc") is None) == (policy == "skip")
    kept = (root / "zsh/dot-zshrc").read_text()
    assert kept == ("mine" if policy == "adopt" else "autoload -U compinit\n")


def test_twenty_conflicts_are_explained_and_the_rest_counted(
    scratch_home: Path, root: Path
) -> None:
    for number in range(25):
        (root / f"zsh/dot-rc{number}").touch()
        (scratch_home / f".rc{number}").touch()
    done = dotstream("manage", "zsh", cwd=root)
    assert done.err.count("conflict ~/.rc") == 20
    assert "and 5 more; -v shows them all" in done.err
    assert dotstream("manage", "-v", "zsh", cwd=root).out.count("conflict ") == 25


def test_adopt_moves_the_file_and_links_it_back_without_asking_in_a_pipe(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / ".inputrc").write_text("set bell-style none\n")
    (scratch_home / ".inputrc").chmod(0o600)
    done = dotstream("adopt", "../.inputrc", "--package", "zsh", cwd=root)
    assert done.code == 0, done.err
    adopted = root / "zsh/dot-inputrc"
    assert link(scratch_home / ".inputrc") == "dotfiles/zsh/dot-inputrc"
    assert adopted.read_text() == "set bell-style none\n"
    assert adopted.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("planned", [(), ("plan",)])
@pytest.mark.parametrize("folding", ["safe", "never"])
def test_where_all_that_is_to_be_adopted_stays_that_is_no_success(
    scratch_home: Path, root: Path, planned: tuple[str, ...], folding: str
) -> None:
    (scratch_home / ".vim/plug/.git").mkdir(parents=True)
    (scratch_home / ".vimrc2").touch()
    whole = ("--whole",) if folding == "never" else ()
    words = (*planned, "adopt", "-p", "vim", "--folding", folding, *whole, "~/.vim/plug")
    done = dotstream(*words, cwd=root)
    assert (done.code, done.out.splitlines()[-1]) == (3, "adopt vim: nothing to do")
    assert "left in place: " in done.out
    assert events(*words, cwd=root)[-1]["exit"] == 3
    assert dotstream(*words, "~/.vimrc2", cwd=root).code == 0


def test_plan_adopt_shows_what_adopt_does(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".inputrc").touch()
    words = (str(scratch_home / ".inputrc"), "-p", "zsh")
    planned = dotstream("plan", "adopt", *words, cwd=root)
    done = dotstream("adopt", "-v", *words, cwd=root)
    assert planned.code == done.code == 0
    assert planned.out.splitlines()[:-1] == done.out.splitlines()[:-1] != []


def test_status_tells_managed_partial_unmanaged_and_conflict_apart(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "vim", "zsh", cwd=root)
    (root / "zsh/dot-zshenv").touch()
    (scratch_home / ".gitconfig").touch()
    (root / "git/dot-gitconfig").touch()
    (root / "tmux").mkdir()
    done = dotstream("status", cwd=root)
    assert done.code == 0
    states = {line.split()[0]: line.split()[1] for line in done.out.splitlines()}
    assert states == {"git": "conflict", "tmux": "empty", "vim": "managed", "zsh": "partial"}
    assert "1 change due" in done.out
    assert dotstream("status", "vim", cwd=root).out.split()[:2] == ["vim", "managed"]


def test_list_shows_exactly_the_links_that_are_there(scratch_home: Path, root: Path) -> None:
    assert dotstream("list", cwd=root) == (0, "", "")
    dotstream("manage", "vim", cwd=root)
    done = dotstream("list", cwd=root)
    assert done.out.splitlines() == [
        f"{scratch_home}/.vim → dotfiles/vim/dot-vim",
        f"{scratch_home}/.vimrc → dotfiles/vim/dot-vimrc",
    ]


def test_packages_says_which_are_enabled_here_and_why_not(scratch_home: Path, root: Path) -> None:
    (root / "dotstream.toml").write_text('[packages.vim]\nhosts = ["elsewhere"]\n')
    done = dotstream("packages", cwd=root)
    lines = done.out.splitlines()
    assert lines[0] == f"git  → {scratch_home}"
    assert lines[1].startswith("vim  disabled: it is for the host elsewhere")
    assert dotstream("packages", "-q", cwd=root).out == "git\nzsh\n"


def test_what_a_package_is_not_for_is_worded_where_its_hosts_are_negated(root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    here = host_name()
    (root / "dotstream.toml").write_text(f'[packages.vim]\nhosts = ["!{here}", "!attic"]\n')
    why = f"it is for any host but {here} or attic, and this is {here}"
    assert f"vim  disabled: {why}" in dotstream("packages", cwd=root).out.splitlines()
    refused = dotstream("plan", "manage", "vim", cwd=root)
    assert (refused.code, why in refused.err) == (2, True)
    assert f'hosts = ["!{here}", "!attic"]' in dotstream("config", cwd=root).out
    # Its links are still there, and are said to be: for what, and what removes them.
    status = dotstream("status", cwd=root)
    assert [line.split()[:2] for line in status.out.splitlines()][:2] == [
        ["git", "unmanaged"],
        ["zsh", "unmanaged"],
    ]
    assert why in status.out + status.err
    (root / "dotstream.toml").write_text('[packages.vim]\nhosts = ["!attic"]\n')
    assert "vim  → " in dotstream("packages", cwd=root).out


def test_a_package_whose_own_fold_is_to_be_opened_is_linked_in_part(
    scratch_home: Path, root: Path
) -> None:
    (root / "vim/dot-vim/pack/one").mkdir(parents=True)
    (root / "vim/dot-vim/pack/one/x.vim").touch()
    dotstream("manage", "vim", cwd=root)
    assert (scratch_home / ".vim").is_symlink()
    target = '[packages.git]\ntarget = "~/.vim/pack/git"\n'
    (root / "dotstream.toml").write_text(target)
    states = {e["package"]: e["state"] for e in events("status", cwd=root) if "state" in e}
    assert states == {"git": "unmanaged", "vim": "partial", "zsh": "unmanaged"}


def test_the_package_directory_is_found_from_inside_of_it_or_named(
    scratch_home: Path, root: Path
) -> None:
    inside = dotstream("packages", "-q", cwd=root / "vim")
    named = dotstream("-d", str(root), "packages", "-q", cwd=scratch_home)
    after = dotstream("packages", "-q", "-d", str(root), cwd=scratch_home)
    assert inside.out == named.out == after.out == "git\nvim\nzsh\n"
    nowhere = dotstream("packages", cwd=scratch_home)
    assert nowhere.code == 2
    assert "no package directory here" in nowhere.err


def test_a_target_can_be_named_before_or_after_the_command(
    scratch_home: Path, root: Path
) -> None:
    elsewhere = scratch_home / "elsewhere"
    elsewhere.mkdir()
    assert dotstream("-t", str(elsewhere), "manage", "vim", cwd=root).code == 0
    assert link(elsewhere / ".vimrc") == "../dotfiles/vim/dot-vimrc"
    assert f"dotstream -t {elsewhere} list" in dotstream("list", cwd=root).out
    assert "elsewhere" not in dotstream("list", "zsh", cwd=root).out
    assert dotstream("unmanage", "vim", "-t", str(elsewhere), cwd=root).code == 0
    assert list(elsewhere.iterdir()) == []


def test_a_profile_selects_its_packages(scratch_home: Path, root: Path) -> None:
    (root / "dotstream.toml").write_text('[profiles.laptop]\npackages = ["zsh"]\n')
    assert dotstream("manage", "--profile", "laptop", cwd=root).code == 0
    assert link(scratch_home / ".zshrc") is not None
    assert link(scratch_home / ".vimrc") is None


@pytest.mark.parametrize(
    ("flags", "path", "text"),
    [
        (("--folding", "always"), ".vim", "dotfiles/vim/dot-vim"),
        (("--no-folding",), ".vim/colors/dusk.vim", "../../dotfiles/vim/dot-vim/colors/dusk.vim"),
        (("--ignore", "*.vim"), ".vim/colors/dusk.vim", None),
        (("--absolute",), ".vimrc", "{root}/vim/dot-vimrc"),
    ],
)
def test_flags_change_how_the_plan_is_made(
    scratch_home: Path, root: Path, flags: tuple[str, ...], path: str, text: str | None
) -> None:
    assert dotstream("manage", "vim", *flags, cwd=root).code == 0
    wanted = None if text is None else text.format(root=root)
    assert link(scratch_home / path) == wanted


@pytest.mark.parametrize(("flag", "owner"), [("--override", "vim"), ("--defer", "zsh")])
def test_defer_and_override_say_which_package_wins(
    scratch_home: Path, root: Path, flag: str, owner: str
) -> None:
    (root / "vim/dot-zshrc").touch()
    dotstream("manage", "zsh", cwd=root)
    assert dotstream("manage", "vim", cwd=root).code == 3
    assert dotstream("manage", "vim", flag, r"\.zshrc", cwd=root).code == 0
    assert link(scratch_home / ".zshrc") == f"dotfiles/{owner}/dot-zshrc"
