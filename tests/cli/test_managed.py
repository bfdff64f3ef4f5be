"""What is managed on this machine: remembered, brought up to date, and told of."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STATE = frozenset({".local"})

PROFILES = """
[profiles.default]
packages = ["git"]

[profiles.laptop]
packages = ["vim", "zsh"]
"""


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def linked(home: Path) -> set[str]:
    """Return the packages that have links in a home."""
    found = set()
    for above, directories, names in os.walk(home):
        directories[:] = [each for each in directories if each not in {"dotfiles", ".local"}]
        for name in (*directories, *names):
            if os.path.islink(f"{above}/{name}"):
                text = os.path.relpath(
                    os.path.join(above, os.readlink(f"{above}/{name}")), home / "dotfiles"
                )
                found.add(text.split("/")[0])
    return found


# Remanage without names -----------------------------------------------------------------


def test_remanage_without_names_is_what_was_managed(scratch_home: Path, root: Path) -> None:
    assert dotstream("remanage", cwd=root).code == 2
    dotstream("manage", "zsh", "vim", cwd=root)
    (root / "zsh/dot-zshenv").touch()
    (root / "vim/dot-vimrc").unlink()
    done = dotstream("remanage", cwd=root)
    assert done.out == "remanage zsh vim: 1 linked, 1 unlinked; 3 unchanged\n"
    assert linked(scratch_home) == {"zsh", "vim"}
    dotstream("unmanage", "vim", cwd=root)
    assert dotstream("remanage", cwd=root).out == "remanage zsh: nothing to do; 3 unchanged\n"


def test_a_profile_is_remembered_with_what_comes_to_it_and_what_leaves(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text(PROFILES)
    dotstream("manage", "--profile", "laptop", cwd=root)
    (root / "dotstream.toml").write_text(PROFILES.replace('["vim", "zsh"]', '["git", "zsh"]'))
    told = dotstream("status", cwd=root).out
    assert "vim  unwanted   2 links; no profile includes it any more: dotstream remanage" in told
    done = dotstream("remanage", cwd=root)
    assert f"note {root}/vim: package vim: no profile includes it any more" in done.out
    assert linked(scratch_home) == {"git", "zsh"}
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert linked(scratch_home) == {"vim", "zsh"}
    assert dotstream("remanage", cwd=root).code == 0
    assert linked(scratch_home) == {"git", "zsh"}


def test_a_profile_that_is_gone_or_renamed_strips_no_home(scratch_home: Path, root: Path) -> None:
    (root / "dotstream.toml").write_text(PROFILES)
    dotstream("manage", "--profile", "laptop", cwd=root)
    (root / "dotstream.toml").write_text(PROFILES.replace("laptop", "portable"))
    assert "unwanted" not in dotstream("status", cwd=root).out
    assert dotstream("remanage", cwd=root).out.startswith("remanage vim zsh: nothing to do")
    assert linked(scratch_home) == {"vim", "zsh"}


def test_the_one_package_of_a_repository_stays_managed_however_often_it_is_remanaged(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text('layout = "single"\n')
    for command in ("remanage", "manage", "remanage"):
        assert dotstream(command, cwd=root).code == 0
        assert linked(scratch_home) == {"git", "vim", "zsh"}
        assert "unwanted" not in dotstream("status", cwd=root).out
    assert dotstream("remanage", cwd=root).out == "remanage .: nothing to do; 5 unchanged\n"


def test_links_in_a_target_that_changed_are_named_by_whoever_looks(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    before = sorted(dotstream("list", "vim", cwd=root).out.splitlines())
    (root / "dotstream.toml").write_text('[packages.vim]\ntarget = "~/other"\n')
    assert sorted(dotstream("list", "vim", cwd=root).out.splitlines()) == before
    assert set(before) < set(dotstream("list", cwd=root).out.splitlines())
    told = dotstream("status", cwd=root).out
    assert f"vim  unwanted   2 links; its target is {scratch_home}/other now" in told
    assert "dotstream remanage" in dotstream("doctor", cwd=root).out
    assert dotstream("remanage", cwd=root).code == 0
    assert "unwanted" not in dotstream("status", cwd=root).out


def test_a_link_of_a_package_that_left_its_profile_is_listed_once(root: Path) -> None:
    (root / "dotstream.toml").write_text(PROFILES)
    dotstream("manage", "--profile", "laptop", cwd=root)
    before = dotstream("list", cwd=root).out
    (root / "dotstream.toml").write_text(PROFILES.replace('["vim", "zsh"]', '["zsh"]'))
    listed = dotstream("list", cwd=root).out.splitlines()
    assert sorted(listed) == sorted(before.splitlines())
    lines = dotstream("status", cwd=root).out.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("vim")] == [["vim", "unwanted"]]


def test_the_last_packages_that_go_are_named_and_their_links_removed(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    before = dotstream("list", cwd=root).out
    for name in ("git", "vim", "zsh"):
        shutil.rmtree(root / name)
    told = dotstream("status", cwd=root)
    assert told.code == 0
    states = {tuple(line.split()[:2]) for line in told.out.splitlines()}
    assert states == {(name, "unwanted") for name in ("git", "vim", "zsh")}
    listed = dotstream("list", cwd=root).out.splitlines()
    assert set(before.splitlines()) <= set(listed)
    assert dotstream("doctor", cwd=root).out.count("is gone") == len(before.splitlines())
    assert dotstream("remanage", cwd=root).code == 0
    assert linked(scratch_home) == set()


def test_what_was_unmanaged_stays_so_though_a_profile_has_it(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text(PROFILES)
    dotstream("manage", "--profile", "laptop", cwd=root)
    dotstream("unmanage", "vim", cwd=root)
    dotstream("remanage", cwd=root)
    assert linked(scratch_home) == {"zsh"}
    dotstream("undo", "--yes", cwd=root)
    assert linked(scratch_home) == {"vim", "zsh"}
    dotstream("remanage", cwd=root)
    assert linked(scratch_home) == {"vim", "zsh"}
    dotstream("unmanage", "--profile", "laptop", cwd=root)
    assert dotstream("remanage", cwd=root).out.startswith("remanage git: ")  # the default


def test_everything_is_remembered_with_packages_that_come_later(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    (root / "tmux").mkdir()
    (root / "tmux/dot-tmux.conf").touch()
    shutil.rmtree(root / "git")
    dotstream("remanage", cwd=root)
    assert linked(scratch_home) == {"tmux", "vim", "zsh"}
    dotstream("unmanage", "--all", cwd=root)
    assert linked(scratch_home) == set()
    assert dotstream("remanage", cwd=root).code == 2


def test_a_farm_that_was_there_already_is_remembered_with_no_operation(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "zsh", "vim", cwd=root)
    shutil.rmtree(scratch_home / ".local")
    assert "nothing to do" in dotstream("manage", "zsh", "vim", cwd=root).out
    (root / "zsh/dot-zshenv").touch()
    assert dotstream("remanage", cwd=root).out.startswith("remanage zsh vim: 1 linked")


@pytest.mark.parametrize(
    ("key", "meant"),
    [("platforms", {"git", "zsh"}), ("hosts", {"git", "zsh"}), ("nobody", {"git"})],
)
def test_a_profile_may_be_a_machines_own(
    scratch_home: Path, root: Path, key: str, meant: set[str]
) -> None:
    chosen = {"platforms": 'platforms = ["linux", "darwin"]', "hosts": 'hosts = ["*"]'}
    limits = chosen.get(key, 'hosts = ["nobody-has-this-name"]')
    text = PROFILES.replace(
        "[profiles.laptop]", f'[profiles.laptop]\nextends = "default"\n{limits}'
    )
    (root / "dotstream.toml").write_text(text.replace('"vim", ', ""))
    assert dotstream("manage", cwd=root).code == 0
    assert linked(scratch_home) == meant
    assert "nothing to do" in dotstream("remanage", cwd=root).out
    dotstream("unmanage", cwd=root)
    assert linked(scratch_home) == set()


# Packages that are gone, or disabled ----------------------------------------------------


GONE: dict[str, Callable[[Path], object]] = {
    "gone": lambda root: shutil.rmtree(root / "vim"),
    "disabled": lambda root: (root / "dotstream.toml").write_text(
        '[packages.vim]\nhosts = ["elsewhere"]\n'
    ),
    "excluded": lambda root: (root / "dotstream.toml").write_text('exclude = ["v*"]\n'),
}


@pytest.mark.parametrize("way", GONE)
@pytest.mark.parametrize("command", ["remanage", "remanage --all", "unmanage vim"])
def test_links_of_a_package_that_is_not_there_any_more_go(
    scratch_home: Path, root: Path, way: str, command: str
) -> None:
    before = snapshot(scratch_home, prune=STATE)
    dotstream("manage", "--all", cwd=root)
    GONE[way](root)
    changed = snapshot(scratch_home, prune=STATE)
    assert [line for line in dotstream("status", cwd=root).out.splitlines() if "vim" in line]
    assert "vim" in dotstream("list", cwd=root).out
    assert dotstream("list", "vim", cwd=root).out.count("\n") == 2
    assert "vim  unwanted   2 links" in dotstream("status", "vim", cwd=root).out
    assert "vim" in dotstream("doctor", cwd=root).out
    assert dotstream(*command.split(), cwd=root).code == 0
    assert linked(scratch_home) == {"git", "zsh"}
    assert not (scratch_home / ".vim").exists()
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert difference(changed, snapshot(scratch_home, prune=STATE)) == []
    assert dotstream("unmanage", "--all", cwd=root).code == 0
    assert linked(scratch_home) == set()
    after = snapshot(scratch_home, prune=STATE)
    assert {line for line in difference(before, after) if "dotfiles" not in line} == set()


def test_naming_other_packages_leaves_those_that_are_gone_alone(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    shutil.rmtree(root / "vim")
    assert "nothing to do" in dotstream("remanage", "zsh", cwd=root).out
    assert (scratch_home / ".vimrc").is_symlink()
    refused = dotstream("unmanage", "nothing-of-that-name", cwd=root)
    assert (refused.code, refused.out) == (5, "")


def test_links_into_a_package_directory_that_is_gone_can_be_removed(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    shutil.rmtree(root)
    other = scratch_home / "other"
    (other / "tmux").mkdir(parents=True)
    (other / "tmux/dot-tmux.conf").touch()
    (other / "dotstream.toml").touch()
    dotstream("manage", "tmux", cwd=other)
    told = dotstream("doctor", cwd=other)
    assert told.code == 1
    command = told.out.partition("gone for good, '")[2].partition("'")[0]
    assert command == f"dotstream -d {root} -t {scratch_home} unmanage --all"
    assert dotstream(*command.split()[1:], cwd=other).code == 0
    assert os.readlink(scratch_home / ".tmux.conf") == "other/tmux/dot-tmux.conf"
    assert not (scratch_home / ".zshrc").is_symlink()
    assert dotstream("doctor", cwd=other).out == "no problems found\n"
    nothing = dotstream("-d", str(root), "unmanage", "--all", cwd=other)
    assert (nothing.code, "no package directory at" in nothing.err) == (2, True)


# Targets --------------------------------------------------------------------------------


def test_a_target_that_changed_takes_its_links_along(scratch_home: Path, root: Path) -> None:
    for command in ("manage", "remanage"):
        (root / "dotstream.toml").write_text(f'[packages.git]\ntarget = "~/{command}/one"\n')
        dotstream("manage", "--all", cwd=root)
        assert (scratch_home / command / "one/.config").is_symlink()
        (root / "dotstream.toml").write_text(f'[packages.git]\ntarget = "~/{command}/two"\n')
        before = snapshot(scratch_home, prune=STATE)
        words = (command, "git") if command == "manage" else (command,)
        assert dotstream(*words, cwd=root).code == 0
        assert not (scratch_home / command / "one").exists()
        assert (scratch_home / command / "two/.config").is_symlink()
        dotstream("undo", "--yes", cwd=root)
        assert difference(before, snapshot(scratch_home, prune=STATE)) == []
        assert dotstream("unmanage", "git", cwd=root).code == 0
        assert not (scratch_home / command).exists()


def test_what_is_linked_in_another_target_is_said_to_be_there(
    scratch_home: Path, root: Path
) -> None:
    other = scratch_home / "other"
    other.mkdir()
    dotstream("-t", "../other", "manage", "zsh", cwd=root)
    for words in (("history",), ("status",), ("unmanage", "zsh"), ("unmanage", "--all")):
        told = dotstream(*words, cwd=root)
        assert f"package zsh is linked in another target, {other}: " in told.out, words
        (said,) = [each for each in events(*words, cwd=root) if each["type"] == "elsewhere"]
        assert (said["target"], said["packages"]) == (str(other), ["zsh"])
    command = dotstream("unmanage", "zsh", cwd=root).out.splitlines()[-1].partition(": ")[2]
    assert dotstream(*command.split()[1:], cwd=root).code == 0
    assert not (other / ".zshrc").is_symlink()
    assert "another target" not in dotstream("status", cwd=root).out


def test_checking_the_file_finds_names_of_packages_that_do_not_exist(root: Path) -> None:
    (root / "dotstream.toml").write_text(
        '[packages.zhs]\nrequired = true\n[profiles.default]\npackages = ["git", "vmi"]\n'
    )
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 2
    assert done.out.splitlines() == [
        f"{root}/dotstream.toml:1:11: there is no package 'zhs' (did you mean 'zsh'?)",
        f"{root}/dotstream.toml:4:20: there is no package 'vmi' (did you mean 'vim'?)",
    ]
    (root / "dotstream.toml").write_text('[profiles.default]\npackages = ["git", "vim"]\n')
    assert dotstream("config", "--check", cwd=root).code == 0


def test_a_run_that_does_nothing_says_why(root: Path, scratch_home: Path) -> None:
    (scratch_home / ".nonstow").touch()
    done = dotstream("manage", "zsh", cwd=root)
    why = "nothing here is linked or unlinked while it has a file .nonstow"
    assert done.out == f"note {scratch_home}: protected: {why}\nmanage zsh: nothing to do\n"
    names = [path.name for path in root.iterdir() if path.is_dir()]
    limits = "".join(f'[packages.{name}]\nhosts = ["other"]\n' for name in names)
    (root / "dotstream.toml").write_text(limits)
    done = dotstream("manage", "--all", cwd=root)
    why = "no package is enabled on this machine: 'dotstream packages' says why"
    assert (done.code, done.out) == (0, f"manage: nothing to do; {why}\n")


# A target that changed -------------------------------------------------------------------


@pytest.mark.parametrize("marker", [".stow", "dotstream.toml"])
def test_a_target_that_is_itself_taken_for_a_package_directory_is_no_success(
    root: Path, scratch_home: Path, marker: str
) -> None:
    (scratch_home / marker).touch()
    for words in (["manage", "zsh"], ["plan", "remanage", "zsh"]):
        done = dotstream(*words, cwd=root)
        assert done.code == 1
        told = done.out + done.err
        assert ": nothing can be linked in this target: a package directory" in told
    assert "1 error" in dotstream("status", "zsh", cwd=root).out
    assert not (scratch_home / ".zshrc").exists()


@pytest.mark.parametrize("where", ["dotfiles/.stowrc", ".stowrc"])
def test_an_expression_that_cannot_be_used_is_told_of_with_its_file(
    root: Path, scratch_home: Path, where: str
) -> None:
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").touch()
    (scratch_home / where).write_text("--ignore=(\n")
    refused = dotstream("plan", "manage", "zsh", cwd=root)
    assert refused.code == 2
    assert f"{scratch_home / where}: --ignore: Failed to compile regexp '('" in refused.err


def moved(root: Path, target: str) -> None:
    """Have the configuration name another main target."""
    (root / "dotstream.toml").write_text(f'target = "{target}"\n')


@pytest.fixture
def at_first(scratch_home: Path, root: Path) -> Path:
    """Return a repository whose packages are linked, but for one, in ``~/first``."""
    for name in ("first", "second"):
        (scratch_home / name).mkdir()
    moved(root, "~/first")
    dotstream("manage", "--all", cwd=root)
    dotstream("unmanage", "git", cwd=root)
    return root


def test_a_main_target_that_changed_takes_its_links_along_and_they_come_back(
    scratch_home: Path, at_first: Path
) -> None:
    before = snapshot(scratch_home, prune=STATE)
    moved(at_first, "~/second")
    told = dotstream("status", cwd=at_first).out
    assert f"vim  unwanted   2 links; its target is {scratch_home}/second now" in told
    assert dotstream("list", cwd=at_first).out.count("/first/") == 4
    assert "dotstream remanage" in dotstream("doctor", cwd=at_first).out
    done = dotstream("remanage", cwd=at_first)
    assert done.out == "remanage vim zsh: 4 linked, 4 unlinked\n"
    assert list((scratch_home / "first").iterdir()) == []
    assert dotstream("status", "--check", cwd=at_first).code == 0
    assert dotstream("doctor", cwd=at_first).out == "no problems found\n"
    assert dotstream("remanage", cwd=at_first).out.startswith("remanage vim zsh: nothing to do")
    assert dotstream("undo", "--yes", cwd=at_first).code == 0
    moved(at_first, "~/first")
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    assert dotstream("remanage", cwd=at_first).out.startswith("remanage vim zsh: nothing to do")


def test_what_is_done_to_one_package_of_a_target_that_changed_leaves_the_others(
    scratch_home: Path, at_first: Path
) -> None:
    moved(at_first, "~/second")
    assert dotstream("manage", "zsh", cwd=at_first).out == "manage zsh: 2 linked, 2 unlinked\n"
    assert sorted(path.name for path in (scratch_home / "first").iterdir()) == [".vim", ".vimrc"]
    assert dotstream("unmanage", "vim", cwd=at_first).out == "unmanage vim: 2 unlinked\n"
    assert dotstream("remanage", cwd=at_first).out.startswith("remanage zsh: nothing to do")


def test_a_target_that_was_named_in_a_request_keeps_its_links(
    scratch_home: Path, root: Path
) -> None:
    for name in ("first", "second"):
        (scratch_home / name).mkdir()
    dotstream("-t", "../first", "manage", "zsh", cwd=root)
    moved(root, "~/second")
    told = dotstream("doctor", cwd=root)
    assert (told.code, "linked in another target" in told.out) == (0, True)
    dotstream("manage", "--all", cwd=root)
    assert dotstream("doctor", cwd=root).out == "no problems found\n"
    dotstream("-t", "../first", "remanage", cwd=root)
    dotstream("remanage", cwd=root)
    assert len(list((scratch_home / "first").iterdir())) == 2
    assert len(list((scratch_home / "second").iterdir())) == 4


def test_the_target_of_another_home_keeps_its_links(
    scratch_home: Path, at_first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scratch_home / "other"
    other.mkdir()
    moved(at_first, "~")
    monkeypatch.setenv("HOME", str(other))  # the state directory is the same
    assert (
        dotstream("manage", "--all", cwd=at_first).out
        == "manage git vim zsh: 5 linked, 1 directory made\n"
    )
    assert sorted(path.name for path in (scratch_home / "first").iterdir()) == [
        ".config", ".vim", ".vimrc", ".zshrc"
    ]  # fmt: skip


# Links that are there, and lead nowhere or elsewhere --------------------------------------


def test_links_that_only_remanage_removes_are_named_with_that_command(root: Path) -> None:
    dotstream("manage", "vim", "zsh", cwd=root)
    (root / "vim/dot-vimrc").unlink()
    told = "1 link left that dotstream remanage vim removes"
    assert f"vim  partial    1 link, {told}" in dotstream("status", "vim", cwd=root).out
    done = dotstream("manage", "vim", cwd=root)
    assert "1 link left with nothing to lead to, which dotstream remanage vim removes" in done.out
    assert dotstream("remanage", "vim", cwd=root).out.startswith("remanage vim: 1 unlinked")
    assert dotstream("status", "vim", cwd=root).out == "vim  managed    1 link\n"
    assert "remanage" not in dotstream("manage", "vim", cwd=root).out


def test_the_links_of_a_repository_that_moved_are_there_for_whoever_looks(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "vim", "git", cwd=root)
    links = dotstream("list", "vim", cwd=root).out
    here = scratch_home / "elsewhere"
    root.rename(here)
    assert dotstream("list", "vim", cwd=here).out == links
    told = dotstream("status", cwd=here).out
    assert "vim  partial    2 links to relink\n" in told
    path = str(scratch_home / ".vimrc")
    assert "this link leads to dotfiles/vim/dot-vimrc, and managing" in (
        dotstream("status", path, cwd=here).out
    )
    assert dotstream("remanage", cwd=here).code == 0
    assert "vim  managed    2 links" in dotstream("status", cwd=here).out


def _into_stow(root: Path) -> Path:
    (root / "stow").mkdir()
    for name in ("vim", "zsh", "git"):
        (root / name).rename(root / "stow" / name)
    (root / "dotstream.toml").write_text('directory = "stow"\n')
    return root


def test_what_packages_that_moved_left_behind_is_in_the_way_by_its_own_name(
    scratch_home: Path, root: Path
) -> None:
    """As git leaves a submodule in its old place."""
    (root / "vim/dot-plugin").mkdir()
    (root / "vim/dot-plugin/a").touch()
    dotstream("manage", "vim", cwd=root)
    _into_stow(root)
    (root / "vim/dot-plugin").mkdir(parents=True)
    (root / "vim/dot-plugin/b").touch()
    assert dotstream("remanage", cwd=root).code == 0
    links = {os.readlink(path) for path in (scratch_home / ".plugin").iterdir()}
    kept = "../dotfiles/vim/dot-plugin/b"
    assert links == {"../dotfiles/stow/vim/dot-plugin/a", kept}


def _out_of_stow(root: Path) -> Path:
    for path in (root / "stow").iterdir():
        path.rename(root / path.name)
    (root / "stow").rmdir()
    (root / "dotstream.toml").write_text("")
    return root


@pytest.mark.parametrize(
    ("below", "moved"),
    [(False, False), (True, False), (False, True)],
    ids=["into a directory", "out of it", "into it, and the repository too"],
)
def test_packages_that_moved_within_their_repository_stay_managed(
    scratch_home: Path, root: Path, below: bool, moved: bool
) -> None:
    if below:
        _into_stow(root)
    dotstream("manage", "--all", cwd=root)
    root = (_out_of_stow if below else _into_stow)(root)
    packages = root if below else root / "stow"
    shutil.rmtree(packages / "git")
    if moved:
        root = root.rename(f"{root}-moved")
    assert "git  unwanted" in dotstream("status", cwd=root).out
    done = dotstream("remanage", cwd=root)
    assert (done.code, "4 relinked, 1 unlinked" in done.out) == (0, True), done.out
    assert dotstream("status", "--check", cwd=root).code == 0
    assert dotstream("doctor", cwd=root).out == "no problems found\n"
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert "git  unwanted" in dotstream("status", cwd=root).out
    assert dotstream("remanage", cwd=root).code == 0
    dotstream("unmanage", "--all", cwd=root)
    assert not [path for path in scratch_home.rglob("*") if path.is_symlink()]


# Targets that cannot be ------------------------------------------------------------------


def test_a_machine_is_not_in_step_where_a_target_cannot_be_made(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / "file").touch()
    (root / "dotstream.toml").write_text('[packages.vim]\ntarget = "~/file/x"\n')
    assert dotstream("manage", "--all", cwd=root).code == 0
    done = dotstream("status", "--check", cwd=root)
    assert (done.code, done.out.splitlines()[-1]) == (
        6,
        "out of step: 1 error; see dotstream plan remanage",
    )


def test_a_variable_of_one_package_stops_no_other_and_takes_no_links_away(
    scratch_home: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "dotstream.toml").write_text('[packages.vim]\ntarget = "$VIM_HOME"\n')
    monkeypatch.setenv("VIM_HOME", str(scratch_home / "vim"))
    assert dotstream("manage", "--all", cwd=root).code == 0
    before = snapshot(scratch_home, prune=STATE)
    monkeypatch.delenv("VIM_HOME")
    assert dotstream("remanage", cwd=root).out.startswith("remanage git zsh: nothing to do")
    assert dotstream("manage", "--all", cwd=root).code == 0
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    assert "vim  disabled: its target cannot be told" in dotstream("packages", cwd=root).out
    assert "dotstream.toml:2:10: the variable" in dotstream("config", "--check", cwd=root).out
    assert dotstream("unmanage", "vim", cwd=root).out.startswith("unmanage vim: 2 unlinked")


def test_the_command_that_makes_a_package_directory_makes_it(scratch_home: Path) -> None:
    told = dotstream("-d", "new", "status", cwd=scratch_home).err
    command = told.partition("or make one with 'dotstream ")[2].rstrip("'\n").split()
    assert dotstream(*command, cwd=scratch_home).code == 0
    assert (scratch_home / "new/dotstream.toml").is_file()


def test_an_exclusion_is_named_with_the_file_that_has_it(root: Path) -> None:
    (root / "dotstream.local.toml").write_text('exclude = ["vim"]\n')
    assert f"exclude in {root}/dotstream.local.toml" in dotstream("manage", "vim", cwd=root).err


def test_the_source_of_another_tool_is_not_linked_as_if_it_had_packages(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").unlink()
    (root / "install.conf.yaml").touch()
    done = dotstream("-d", ".", "manage", "--all", cwd=root)
    assert (done.code, "laid out for dotbot" in done.err, "init'" in done.err) == (2, True, True)
    assert linked(scratch_home) == set()
    assert dotstream("-d", ".", "manage", "zsh", cwd=root).code == 0


def test_a_package_directory_that_is_gone_is_told_of_with_what_removes_its_links(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "--all", cwd=root)
    shutil.rmtree(root)
    told = [
        dotstream("-d", str(root), command, cwd=scratch_home)
        for command in ("status", "doctor", "list", "remanage")
    ]
    assert all(each.code == 2 for each in told)
    assert all("is gone, and links into it are left" in each.err for each in told)
    words = told[0].err.rpartition("'dotstream ")[2].partition("'")[0].split()
    assert dotstream(*words, "-n", cwd=scratch_home).code == 0
    assert dotstream(*words, cwd=scratch_home).code == 0
    assert linked(scratch_home) == set()


@pytest.mark.parametrize("key", ["hosts", "platforms"])
def test_where_no_profile_is_for_this_machine_any_more_what_came_of_one_stays_and_that_is_said(
    scratch_home: Path, root: Path, key: str
) -> None:
    here = {"hosts": '"*"', "platforms": '"linux", "darwin"'}[key]
    text = f'[profiles.laptop]\n{key} = [{here}]\npackages = ["vim", "zsh"]\n'
    (root / "dotstream.toml").write_text(text)
    dotstream("manage", cwd=root)
    away = text.replace(here, {"hosts": '"elsewhere"', "platforms": '"windows"'}[key])
    (root / "dotstream.toml").write_text(away)
    done = dotstream("remanage", cwd=root)
    assert "no profile is for this machine" in done.out
    assert "these stay linked: vim zsh" in done.out
    assert linked(scratch_home) == {"vim", "zsh"}
    (root / "dotstream.toml").write_text(f'{away}[profiles.default]\npackages = ["git"]\n')
    assert "no profile is" not in dotstream("remanage", cwd=root).out
    assert linked(scratch_home) == {"git"}


def test_a_profile_that_was_named_stays_chosen_whatever_its_hosts_say(
    root: Path,
) -> None:
    (root / "dotstream.toml").write_text(
        '[profiles.laptop]\nhosts = ["elsewhere"]\npackages = ["vim"]\n'
    )
    dotstream("manage", "--profile", "laptop", cwd=root)
    done = dotstream("remanage", cwd=root)
    assert done.out == "remanage vim: nothing to do; 2 unchanged\n"


def _renamed(root: Path) -> None:
    (root / "zsh").rename(root / "shell")


@pytest.mark.parametrize("moves", [1, 3])
@pytest.mark.parametrize("change", ["gone", "renamed"])
def test_what_is_gone_from_a_repository_that_moved_is_not_taken_for_another_repositorys(
    scratch_home: Path, root: Path, moves: int, change: str
) -> None:
    dotstream("manage", "--all", cwd=root)
    for number in range(moves):
        if number:
            assert dotstream("remanage", cwd=root).code == 0
        root = root.rename(scratch_home / f"dots-{number}")
    shutil.rmtree(root / "zsh") if change == "gone" else _renamed(root)
    found = dotstream("doctor", cwd=root).out
    assert "package zsh is gone" in found
    assert "not there" not in found
    assert ("dot-zshrc" in dotstream("unmanage", "zsh", "-n", cwd=root).out) is True
    assert "no problems found" in dotstream("doctor", "--fix", cwd=root).out
    assert "unwanted" not in dotstream("status", cwd=root).out
    assert (scratch_home / ".zshrc").exists() == (change == "renamed")


def test_a_link_of_a_package_that_is_gone_is_listed_once_though_another_wants_its_path(
    root: Path,
) -> None:
    dotstream("manage", "zsh", cwd=root)
    shutil.copytree(root / "zsh", root / "shell")
    shutil.rmtree(root / "zsh")
    shown = dotstream("list", cwd=root).out.splitlines()
    assert len(shown) == len(set(shown)) == 2


def test_a_fold_of_stows_that_waits_to_be_opened_is_listed_and_its_package_partly_managed(
    scratch_home: Path,
) -> None:
    root = scratch_home / "dots"
    for path in ("app/.config/app/rc", "plug/x"):
        (root / path).parent.mkdir(parents=True)
        (root / path).touch()
    (scratch_home / ".config").symlink_to("dots/app/.config")
    (root / "dotstream.toml").write_text('[packages.plug]\ntarget = "~/.config/plug"\n')
    assert "app   partial    2 changes due\n" in dotstream("status", cwd=root).out
    assert dotstream("list", cwd=root).out == f"{scratch_home}/.config → dots/app/.config\n"
    assert dotstream("list", "plug", cwd=root).out == ""
    assert dotstream("manage", "app", "plug", cwd=root).code == 0
    assert "app   managed    1 link\n" in dotstream("status", cwd=root).out


@pytest.mark.parametrize("marker", [".stowrc", None])
def test_a_repository_that_mirrors_a_home_is_not_linked_as_if_its_directories_were_packages(
    scratch_home: Path, marker: str | None
) -> None:
    root = scratch_home / "dots"
    for path in (".zshrc", ".config/nvim/init.lua", "docs/guide.md", "screenshots/one.png"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    if marker:
        (root / marker).write_text("--target=~\n")
    refused = dotstream("-d", ".", "manage", "--all", cwd=root)
    assert (refused.code, "'dotstream -d" in refused.err) == (2, True)
    assert 'as with "stow ."' in dotstream("-d", ".", "status", cwd=root).out
    assert dotstream("init", cwd=root).code == 0
    assert dotstream("manage", cwd=root).code == 0
    assert sorted(os.listdir(scratch_home)) == [".config", ".local", ".zshrc", "dots"]


def test_what_is_excluded_is_in_no_profile_and_nothing_that_is_asked_for(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text(
        '[packages.vim]\nrequired = true\n[profiles.default]\npackages = ["vim", "zsh"]\n'
    )
    (root / "dotstream.local.toml").write_text('exclude = ["vim"]\n')
    assert dotstream("manage", cwd=root).out == "manage zsh: 2 linked\n"
    assert dotstream("remanage", cwd=root).out.startswith("remanage zsh: nothing to do")
    assert dotstream("manage", "--all", cwd=root).code == 0
    assert linked(scratch_home) == {"git", "zsh"}
    checked = dotstream("config", "--check", cwd=root).out
    assert "'vim' is no package: exclude names it: vim" in checked


def test_a_directory_that_is_named_and_is_not_there_is_told_of_with_its_line(root: Path) -> None:
    (root / "dotstream.toml").write_text('# packages\ndirectory = "nope"\n')
    refused = dotstream("status", cwd=root)
    assert refused.code == 2
    assert f"{root}/dotstream.toml:2:13: there is no directory {root}/nope" in refused.err


@pytest.mark.parametrize("named", ["/proc", "..", "link", "../dotfiles-too"])
def test_a_repository_cannot_have_what_is_elsewhere_taken_for_its_packages(
    scratch_home: Path, root: Path, named: str
) -> None:
    (scratch_home / "dotfiles-too").mkdir()
    (root / "link").symlink_to("/proc")
    (root / "dotstream.toml").write_text(f'directory = "{named}"\n')
    for words in (["status"], ["plan", "manage", "--all"], ["doctor"]):
        refused = dotstream(*words, cwd=root)
        assert refused.code == 2
        assert f"{root}/dotstream.toml:1:13: the package directory " in refused.err
        assert f"is not in {root} (name one in there" in refused.err


@pytest.mark.parametrize("up", ["/", "..", "."])
def test_a_link_to_a_directory_above_is_no_package(
    root: Path, scratch_home: Path, up: str
) -> None:
    (root / "up").symlink_to(up)
    assert "up" not in dotstream("status", cwd=root).out.split()
    assert dotstream("manage", "--all", cwd=root).code == 0
    assert linked(scratch_home) == {"git", "vim", "zsh"}
    refused = dotstream("manage", "up", cwd=root)
    assert (refused.code, "which this is in itself" in refused.err) == (2, True)


STRAY: dict[str, Callable[[Path], object]] = {
    "gone": str,  # nothing comes in its place
    "replaced by a file": lambda path: path.write_text("mine\n"),
    "replaced by another link": lambda path: path.symlink_to("/etc/hostname"),
}


@pytest.mark.parametrize("way", STRAY)
@pytest.mark.parametrize("words", ["vim", "--all"])
def test_what_was_unmanaged_does_not_come_back_for_a_record_of_what_is_not_there(
    scratch_home: Path, root: Path, way: str, words: str
) -> None:
    dotstream("manage", "vim", cwd=root)
    (scratch_home / ".vimrc").unlink()
    STRAY[way](scratch_home / ".vimrc")
    dotstream("unmanage", words, cwd=root)
    dotstream("manage", "zsh", cwd=root)
    assert dotstream("remanage", cwd=root).out == "remanage zsh: nothing to do; 2 unchanged\n"
    assert "unwanted" not in dotstream("status", cwd=root).out
    found = dotstream("doctor", cwd=root)
    assert (found.code, "it was unmanaged" in found.out) == (0, True)
    assert "no problems found" in dotstream("doctor", "--fix", cwd=root).out
    assert dotstream("manage", "vim", "--on-conflict", "backup", cwd=root).code == 0
    assert linked(scratch_home) == {"vim", "zsh"}
    assert dotstream("remanage", cwd=root).out.startswith("remanage zsh vim: nothing to do")


def test_a_directory_in_the_place_of_one_link_is_linked_in_by_what_the_doctor_names(
    scratch_home: Path, root: Path
) -> None:
    dotstream("manage", "vim", cwd=root)
    place = scratch_home / ".vim"
    assert place.is_symlink()
    place.unlink()
    (place / "own").mkdir(parents=True)
    line = dotstream("doctor", cwd=root).out.splitlines()[0]
    words = line.rpartition("dotstream ")[2].split()
    assert dotstream(*words, cwd=root).code == 0
    assert (place / "colors").is_symlink()
    assert dotstream("doctor", cwd=root).code == 0
    assert "no problems found" in dotstream("doctor", "--fix", cwd=root).out


@pytest.mark.parametrize("command", ["manage", "remanage"])
def test_who_names_a_package_that_is_gone_is_told_what_removes_its_links(
    root: Path, command: str
) -> None:
    dotstream("manage", "vim", cwd=root)
    shutil.rmtree(root / "vim")
    refused = dotstream(command, "vim", cwd=root)
    assert (refused.code, "it is gone, and unmanage removes its links" in refused.err) == (
        5,
        True,
    )
    assert dotstream("unmanage", "vim", cwd=root).code == 0
    assert "it is gone" not in dotstream(command, "vim", cwd=root).err
