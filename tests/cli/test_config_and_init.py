from __future__ import annotations

import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def test_config_shows_every_setting_and_the_line_it_comes_from(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text(
        '# mine\nfolding = "never"\nignore = ["*.bak"]\n\n[packages.zsh]\nhosts = ["*"]\n\n'
        '[profiles.laptop]\npackages = ["vim"]\n'
    )
    file = f"{root}/dotstream.toml"
    done = dotstream("config", cwd=root)
    shown = {
        tuple(line.split("  # ")[0].split(" = ")): line.split("  # ")[-1].strip()
        for line in done.out.splitlines()
        if " = " in line
    }
    assert {tuple(part.strip() for part in key): where for key, where in shown.items()} == {
        ("directory", f'"{root}"'): "found",
        ("target", f'"{scratch_home}"'): "default",
        ("layout", '"mirror"'): "default",
        ("include", "[]"): "default",
        ("exclude", "[]"): "default",
        ("dotfiles", "true"): "default",
        ("folding", '"never"'): f"{file}:2",
        ("never-fold", "[]"): "default",
        ("ignore", '["*.bak"]'): f"{file}:3",
        ("ignore-regex", "[]"): "default",
        ("on-conflict", '"fail"'): "default",
        ("link", '"relative"'): "default",
        ("hosts", '["*"]'): f"{file}:6",
        ("packages", '["vim"]'): f"{file}:9",
    }
    assert tomllib.loads(done.out)["packages"]["zsh"] == {"hosts": ["*"]}


def test_config_says_what_the_flags_decide(scratch_home: Path, root: Path) -> None:
    stream = events("config", "-d", str(root), "-t", "/", cwd=scratch_home)
    origins = {tuple(event["key"]): event["origin"] for event in stream if "key" in event}
    assert origins["directory",] == "-d"
    assert origins["target",] == "-t"


def test_config_of_a_stow_directory_comes_from_its_stowrc(scratch_home: Path, root: Path) -> None:
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").write_text("--no-folding\n")
    stream = events("config", cwd=root)
    settings = {event["key"][0]: event for event in stream if "key" in event}
    assert settings["folding"]["value"] == "never"
    assert settings["folding"]["origin"] == f"{root}/.stowrc"
    assert settings["target"]["value"] == str(scratch_home)
    assert settings["layout"]["origin"] == "default"


def test_check_names_every_problem_with_its_place_and_the_nearest_right_key(root: Path) -> None:
    (root / "dotstream.toml").write_text('foldign = "safe"\nlink = "hard"\n')
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 2
    first, second = done.out.splitlines()
    assert first.startswith(f"{root}/dotstream.toml:1:1: unknown key 'foldign'")
    assert "did you mean 'folding'?" in first
    assert second.startswith(f"{root}/dotstream.toml:2:8: ")
    problems = [e for e in events("config", "--check", cwd=root) if e["type"] == "problem"]
    assert [(e["line"], e["column"]) for e in problems] == [(1, 1), (2, 8)]
    (root / "dotstream.toml").write_text("")
    assert dotstream("config", "--check", cwd=root).code == 0


def test_check_takes_local_overrides_with_the_file_that_they_override(root: Path) -> None:
    (root / "dotstream.toml").write_text('[profiles.base]\npackages = ["zsh"]\n')
    local = root / "dotstream.local.toml"
    local.write_text('[profiles.here]\nextends = "base"\n')
    assert dotstream("config", "--check", cwd=root).code == 0
    local.write_text('[profiles.here]\nextends = "bsae"\n')
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 2
    assert done.out.startswith(f"{local}:2:11: there is no profile 'bsae' (did you mean 'base'?)")


def test_check_warns_of_patterns_that_can_never_match(root: Path) -> None:
    (root / "zsh/.stow-local-ignore").write_text("fine\n^cache/x\n")
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 0
    assert done.out.startswith(f"{root}/zsh/.stow-local-ignore:2:1: ^cache/x: it can never match")


def test_init_writes_a_file_that_checks_and_never_replaces_one(scratch_home: Path) -> None:
    place = scratch_home / "new"
    place.mkdir()
    printed = dotstream("init", "-n", cwd=place)
    assert list(place.iterdir()) == []
    assert dotstream("init", cwd=place).code == 0
    assert (place / "dotstream.toml").read_text() == printed.out
    assert dotstream("config", "--check", cwd=place).code == 0
    before = snapshot(place)
    again = dotstream("init", cwd=place)
    assert again.code == 2
    assert "already exists" in again.err
    assert difference(before, snapshot(place)) == []


def test_init_takes_the_target_from_the_command_line(scratch_home: Path) -> None:
    (scratch_home / "dots").mkdir()
    done = dotstream("init", "-n", "-t", "/srv/www", cwd=scratch_home / "dots")
    assert tomllib.loads(done.out)["target"] == "/srv/www"


def test_init_from_stow_keeps_every_tree_as_it_is(root: Path) -> None:
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").write_text("--dotfiles\n--ignore='\\.bak'\n")
    (root / "zsh/dot-zshrc.bak").touch()
    assert dotstream("manage", "--all", cwd=root).code == 0
    assert dotstream("init", "--from-stow", cwd=root).code == 0
    done = dotstream("manage", "--all", cwd=root)
    assert "nothing to do" in done.out


def test_init_takes_no_home_for_a_package_directory(scratch_home: Path) -> None:
    done = dotstream("init", "--from-stow", cwd=scratch_home)
    assert (done.code, done.out) == (2, "")
    assert "is your home, not a package directory" in done.err


@pytest.mark.parametrize("words", [("init",), ("plan", "manage", "--all", "-d", ".")])
def test_what_programs_keep_in_the_config_home_is_linked_nowhere(
    scratch_home: Path, words: tuple[str, ...]
) -> None:
    for path in ("zsh/.zshrc", "git/config", "bin/.x"):
        (scratch_home / ".config" / path).parent.mkdir(parents=True)
        (scratch_home / ".config" / path).touch()
    before = snapshot(scratch_home)
    done = dotstream(*words, cwd=scratch_home / ".config")
    assert (done.code, done.out) == (2, "")
    assert "/.config is where programs keep their files" in done.err
    assert difference(before, snapshot(scratch_home)) == []


@pytest.mark.parametrize("home", ["", "relative"])
@pytest.mark.parametrize(
    "words", [("plan", "manage", "vim"), ("init", "-n"), ("stow", "-n", "vim"), ("doctor",)]
)
def test_without_a_home_nothing_is_planned(
    root: Path, monkeypatch: pytest.MonkeyPatch, home: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOME", home)
    before = snapshot(root.parent)
    done = dotstream(*words, cwd=root)
    assert done.code == (1 if words[0] == "stow" else 2)
    assert "no home directory is known: HOME is" in done.err
    assert difference(before, snapshot(root.parent)) == []


def test_what_init_advises_in_a_new_directory_works_when_it_is_followed(
    scratch_home: Path,
) -> None:
    root = scratch_home / "dots"
    root.mkdir()
    (scratch_home / ".zshrc").touch()
    advice = dotstream("init", cwd=root).out.partition("next: dotstream ")[2]
    words = advice.partition(" moves")[0].replace("FILE", "~/.zshrc").replace("NAME", "zsh")
    assert dotstream(*words.split(), cwd=root).code == 0
    assert dotstream("status", "--check", cwd=root).code == 0


def test_init_says_what_it_found_and_takes_a_stowrc_over(root: Path) -> None:
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").write_text("--dotfiles --defer=man\n")
    (root / "docs").mkdir()
    kept = (
        "--defer=man: which package wins is decided by which are managed, or give --defer on "
        "the command line"
    )
    done = dotstream("init", cwd=root)
    assert done.out.splitlines() == [
        f"wrote {root}/dotstream.toml, made from .stowrc",
        "  no packages: docs",
        f"  not carried over: {kept}",
        "next: dotstream plan manage --all",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="the groups are for Linux, and for others")
def test_what_init_writes_for_a_source_of_tuckr_links_what_tuckr_would(
    scratch_home: Path,
) -> None:
    root = scratch_home / ".dotfiles"
    for path in (
        "Configs/zsh/.zshrc",
        "Configs/zsh_macos/.zshrc",
        "Configs/zsh_linux/.zshenv",
        "Configs/vim_windows/_vimrc",
        "Configs/vim_unix/.vimrc",
        "Configs/git_wsl/.gitconfig",
        "Configs/git_#work/.gitconfig",
        "Configs/xorg/^etc/X11/xorg.conf",
        "Configs/xorg/.xinitrc",
        "Configs/mail/%MAIL_HOME/mail.conf",
        "Configs/mail/.mailrc",
        "Hooks/zsh/pre_install.sh",
        "Secrets/.netrc",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    done = dotstream("init", cwd=root)
    assert done.code == 0
    assert "on some systems only, by their names: " in done.out
    assert "no packages: git_#work, git_wsl" in done.out
    assert done.out.splitlines()[-1] == "next: dotstream plan manage --all"
    assert dotstream("config", "--check", cwd=root).code == 0
    stream = events("plan", "manage", "--all", cwd=root)
    planned = {event["path"] for event in stream if event["type"] == "operation"}
    shown = (".zshrc", ".zshenv", ".vimrc", ".xinitrc", ".mailrc")
    assert planned == {f"{scratch_home}/{name}" for name in shown}


def test_a_directory_without_packages_says_so(scratch_home: Path) -> None:
    root = scratch_home / "dots"
    root.mkdir()
    (root / ".stowrc").write_text("--target=~\n")
    (root / ".zshrc").touch()
    for words in (("status",), ("list",), ("packages",), ("manage", "--all")):
        done = dotstream(*words, cwd=root)
        assert f"there are no packages in {root}: it looks like one itself" in done.out + done.err
        assert "dotstream init" in done.out + done.err
    assert dotstream("manage", "--all", cwd=root).code == 2


def test_config_shows_which_file_says_it_where_there_are_two(root: Path) -> None:
    (root / "dotstream.toml").write_text('folding = "never"\n[packages.zsh]\nlink = "absolute"\n')
    (root / "dotstream.local.toml").write_text('\n[packages.zsh]\ntarget = "~/here"\n')
    shown = dotstream("config", cwd=root).out
    assert f"# {root}/dotstream.local.toml:3\n" in shown
    assert shown.count(f"# {root}/dotstream.toml:") == 2


def test_check_finds_a_name_in_include_that_is_no_package(root: Path) -> None:
    (root / "dotstream.toml").write_text('include = ["zsh", "zhs", "n*"]\n')
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 2
    hint = "there is no package 'zhs' (did you mean 'zsh'?)"
    assert done.out == f"{root}/dotstream.toml:1:19: {hint}\n"


@pytest.mark.parametrize("marker", ["dotstream.toml", ".stowrc"])
def test_check_warns_of_lists_that_nobody_reads(root: Path, marker: str) -> None:
    (root / "dotstream.toml").unlink()
    (root / marker).write_text("")
    for name in (".stow-local-ignore", ".stow-global-ignore"):
        (root / name).write_text("README.*\n")
    done = dotstream("config", "--check", cwd=root)
    assert done.code == 0
    assert f"{root}/.stow-local-ignore: this list is not read" in done.out
    assert f"{root}/.stow-global-ignore: this list is not read" in done.out
    (root / "dotstream.toml").write_text('layout = "single"\n')
    assert ".stow-local-ignore" not in dotstream("config", "--check", cwd=root).out
