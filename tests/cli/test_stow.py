from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.snapshot import snapshot
from tests.systems import any_bytes

from dotstream.cli.stow.chkstow import HELP as CHKSTOW_HELP
from dotstream.cli.stow.stow import HELP
from dotstream.config.stow_arguments import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = os.path.join(os.path.dirname(__file__), "../../docs/reference/stow.md")
SIMULATED = "WARNING: in simulation mode so not modifying filesystem."


class Place:
    """A package directory ``dots`` inside of a target, and ``stow`` run in it."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.dots = target / "dots"
        self.dots.mkdir(parents=True)
        self.environ = dict(os.environ)

    def package(self, name: str, *files: str) -> None:
        (self.dots / name).mkdir(exist_ok=True)
        for file in files:
            path = self.dots / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def stow(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dotstream", "stow", *words],
            cwd=cwd or self.dots,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def told(self, *words: str) -> list[str]:
        """Run it, expect success, and return the lines on standard error."""
        done = self.stow(*words)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        return done.stderr.splitlines()

    def links(self) -> dict[str, str]:
        """Return every link in the target but outside of the package directory."""
        tree = snapshot(self.target, prune=frozenset({"dots"}))
        return {path: node.text for path, node in tree.items() if node.kind == "link"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "target")
    place.package("vim", ".vimrc")
    place.package("zsh", ".zshrc")
    place.package("git", "bin/git-it")
    return place


# What is told


def test_nothing_is_told_of_a_run_that_goes_well(place: Place) -> None:
    assert place.told("vim", "git") == []
    assert place.links() == {".vimrc": "dots/vim/.vimrc", "bin": "dots/git/bin"}


def test_a_simulation_only_says_that_it_is_one(place: Place) -> None:
    assert place.told("-n", "vim") == [SIMULATED]
    assert place.links() == {}


def test_a_verbose_simulation_tells_what_would_be_done(place: Place) -> None:
    assert place.told("-nv", "vim") == ["LINK: .vimrc => dots/vim/.vimrc", SIMULATED]
    assert place.links() == {}


def test_what_is_told_is_what_is_done(place: Place) -> None:
    place.package("tools", "bin/tool")
    place.told("git", "tools")
    # GNU Stow tells of folding bin and opening it again.
    assert place.told("-v", "-R", "git", "tools") == []


def test_opening_a_fold_is_an_unlink_and_a_mkdir(place: Place) -> None:
    place.package("tools", "bin/tool")
    place.told("git")
    assert place.told("-v", "tools") == [
        "UNLINK: bin",
        "MKDIR: bin",
        "LINK: bin/git-it => ../dots/git/bin/git-it",
        "LINK: bin/tool => ../dots/tools/bin/tool",
    ]


def test_folding_ends_with_the_link(place: Place) -> None:
    place.package("tools", "bin/tool")
    place.told("git", "tools")
    told = place.told("-v", "-D", "tools")
    assert sorted(told[:-2]) == ["UNLINK: bin/git-it", "UNLINK: bin/tool"]
    assert told[-2:] == ["RMDIR: bin", "LINK: bin => dots/git/bin"]


def test_taking_a_link_over_is_an_unlink_and_a_link(place: Place) -> None:
    place.package("vi", ".vimrc")
    place.told("vim")
    assert place.told("-v", "--override=.vim", "vi") == [
        "UNLINK: .vimrc",
        "LINK: .vimrc => dots/vi/.vimrc",
    ]


def test_adopting_tells_of_both_files(place: Place) -> None:
    (place.target / ".vimrc").write_text("mine")
    assert place.told("-v", "--adopt", "vim") == [
        f"BACKUP: {place.dots}/vim/.vimrc",
        "MV: .vimrc -> dots/vim/.vimrc",
        "LINK: .vimrc => dots/vim/.vimrc",
    ]
    assert (place.dots / "vim/.vimrc").read_text() == "mine"


def test_more_verbosity_names_directories_packages_and_links_that_are_there(
    place: Place,
) -> None:
    place.told("zsh")
    heading = [f"package directory: {place.dots}", f"target: {place.target}"]
    assert place.told("-nvv", "zsh") == [*heading, "stow: zsh", SIMULATED]
    assert place.told("-nvvv", "-R", "zsh") == [
        *heading,
        "unstow: zsh",
        "stow: zsh",
        "KEEP: .zshrc => dots/zsh/.zshrc",
        SIMULATED,
    ]


@any_bytes
def test_names_cannot_drive_the_terminal(place: Place) -> None:
    place.package("odd", "a\x1b[2Jb", "caf\udce9")
    assert place.told("-v", "odd") == [
        r"LINK: a\x1b[2Jb => dots/odd/a\x1b[2Jb",
        r"LINK: caf\xe9 => dots/odd/caf\xe9",
    ]


# Conflicts


def test_conflicts_are_told_by_package_and_nothing_is_changed(place: Place) -> None:
    place.package("vim", "a", "c")
    place.package("zsh", "b")
    for name in ("a", "b", "c"):
        (place.target / name).touch()
    before = snapshot(place.target)
    done = place.stow("zsh", "vim")
    reason = "since neither a link nor a directory and --adopt not specified"
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "WARNING! stowing zsh would cause conflicts:",
        f"  * cannot stow dots/zsh/b over existing target b {reason}",
        "WARNING! stowing vim would cause conflicts:",
        f"  * cannot stow dots/vim/a over existing target a {reason}",
        f"  * cannot stow dots/vim/c over existing target c {reason}",
        "All operations aborted.",
    ]
    assert snapshot(place.target) == before


def test_a_simulation_with_conflicts_fails_in_the_same_way(place: Place) -> None:
    (place.target / ".vimrc").touch()
    done = place.stow("-n", "vim")
    assert done.returncode == 1
    assert "would cause conflicts" in done.stderr
    assert done.stderr.endswith(f"All operations aborted.\n{SIMULATED}\n")


def test_a_thousand_conflicts_are_shown_and_the_rest_counted(place: Place) -> None:
    names = [f"f{number:04}" for number in range(1100)]
    place.package("many", *names)
    for name in names:
        (place.target / name).touch()
    lines = place.stow("many").stderr.splitlines()
    assert len([line for line in lines if line.startswith("  * ")]) == 1000
    assert lines[-2:] == ["  and 100 more", "All operations aborted."]


def test_defer_goes_before_override(place: Place) -> None:
    place.package("vi", ".vimrc")
    place.told("vim")
    assert place.told("-v", "--override=.vim", "--defer=.vim", "vi") == []


def test_patterns_may_be_written_for_perl(place: Place) -> None:
    place.package("vi", ".vimrc")
    place.told("vim")
    place.told(r"--override=\.vimrc\z", "vi")
    assert place.links() == {".vimrc": "dots/vi/.vimrc"}


# Where


@pytest.mark.parametrize("named", [".", "../dots", "../dots/", "./", "vim/.."])
def test_the_default_target_is_the_parent_of_the_package_directory(
    place: Place, named: str
) -> None:
    place.told("-d", named, "vim")
    assert place.links() == {".vimrc": "dots/vim/.vimrc"}


def test_the_default_target_is_where_a_linked_package_directory_is_named(
    place: Place, tmp_path: Path
) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "dots").symlink_to(place.dots)
    place.told("-d", str(home / "dots"), "vim")
    assert os.readlink(home / ".vimrc") == "../target/dots/vim/.vimrc"
    assert place.links() == {}


def test_stow_dir_names_the_package_directory_unless_it_is_empty(
    place: Place, tmp_path: Path
) -> None:
    place.environ["STOW_DIR"] = str(place.dots)
    assert place.stow("vim", cwd=tmp_path).returncode == 0
    place.environ["STOW_DIR"] = ""
    assert place.stow("zsh").returncode == 0
    assert place.links() == {".vimrc": "dots/vim/.vimrc", ".zshrc": "dots/zsh/.zshrc"}


def test_the_package_directory_itself_can_be_the_package(place: Place, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    place.told("-t", str(there), ".")
    assert sorted(os.listdir(there)) == ["git", "vim", "zsh"]
    assert os.readlink(there / "vim") == "../target/dots/vim"


def test_a_home_may_have_any_name(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "home (old"
    home.mkdir()
    (home / ".stow-global-ignore").write_text("skipped\n")
    place.environ["HOME"] = str(home)
    place.package("vim", "skipped")
    place.told("vim")
    assert place.links() == {".vimrc": "dots/vim/.vimrc"}


# Resource files


def test_resource_files_come_before_the_command_line(
    place: Place, scratch_home: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    place.package("vim", "x1", "x2", "x3")
    (scratch_home / ".stowrc").write_text("--ignore=x1 -t $WHERE/one\n")
    (place.dots / ".stowrc").write_text("--ignore=x2 -t $WHERE/two zsh\n")
    place.environ["WHERE"] = str(tmp_path)
    place.told("vim", "--ignore=x3")
    assert os.listdir(tmp_path / "one") == []
    assert os.listdir(tmp_path / "two") == [".vimrc"]
    place.told("vim", "-t", str(tmp_path / "one"))
    assert sorted(os.listdir(tmp_path / "one")) == [".vimrc", "x3"]


def test_a_comment_in_a_resource_file_does_not_act(place: Place) -> None:
    (place.dots / ".stowrc").write_text("# --adopt\n")
    (place.target / ".vimrc").write_text("mine")
    assert place.stow("vim").returncode == 1
    assert (place.dots / "vim/.vimrc").read_text() == ""


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_is_there_when_a_resource_file_is_wrong(place: Place, words: list[str]) -> None:
    (place.dots / ".stowrc").write_text("--bogus\n")
    done = place.stow(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "stow" in done.stdout


def test_a_resource_file_that_cannot_be_read_is_fatal(place: Place) -> None:
    (place.dots / ".stowrc").mkdir()
    done = place.stow("vim")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"stow: ERROR: {place.dots}/.stowrc: it is a directory, not a file"
    )


# What goes wrong


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 1, "no packages to stow or unstow"),
        (["--bogus", "vim"], 1, "unknown option --bogus"),
        (["vim", "-d"], 1, "option -d needs a value"),
        (["-d", "nowhere", "vim"], 1, "--dir value 'nowhere' is not a valid directory"),
        (["-t", "nowhere", "vim"], 1, "--target value 'nowhere' is not a valid directory"),
        (["-t", "", "vim"], 1, "--target value '' is not a valid directory"),
        (["--ignore=(", "vim"], 1, "Failed to compile regexp '('"),
        (["--defer=(", "vim"], 1, "Failed to compile regexp '('"),
        (["--override=[", "vim"], 1, "Failed to compile regexp '['"),
        (["vim", "emacs"], 2, "does not contain package emacs"),
        (["-D", "emacs"], 2, "does not contain package emacs"),
        (["vim", ""], 2, "does not contain package"),
        (["vim", ".."], 2, "does not contain package .."),
        (["vim", "vim/.vimrc"], 2, "slashes are not permitted in package names"),
        (["vim", "../dots/vim"], 2, "slashes are not permitted in package names"),
        (["/"], 2, "slashes are not permitted in package names"),
    ],
)
def test_a_request_that_makes_no_sense_changes_nothing(
    place: Place, words: list[str], code: int, message: str
) -> None:
    done = place.stow(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert place.links() == {}


def test_an_ignore_list_that_is_wrong_is_named_by_line(place: Place) -> None:
    (place.dots / "vim/.stow-local-ignore").write_text("fine\nbroken|*!\n")
    done = place.stow("vim")
    assert done.returncode == 2
    assert f"{place.dots}/vim/.stow-local-ignore:2:1: Failed to compile regexp" in done.stderr


def test_ctrl_c_ends_with_130(place: Place) -> None:
    place.package("many", *(f"a-rather-long-name-{number:05}" for number in range(5000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "dotstream", "stow", "-v", "many"],
        cwd=place.dots,
        env=place.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("LINK: a-rather-long-name-00000 => ")
    # It has more to tell than a pipe holds, so it is still at it.
    process.send_signal(signal.SIGINT)
    rest = process.communicate()[1]
    assert process.returncode == 130
    assert "cancelling" in rest
    assert rest.splitlines()[-1].startswith("stow: cancelled")
    assert place.links() == {}


# What is written down


def test_help_names_every_option() -> None:
    for names, _ in OPTIONS:
        for name in names:
            assert f"--{name}" in HELP if len(name) > 1 else f"-{name}," in HELP


def test_the_reference_carries_the_help_texts() -> None:
    with open(REFERENCE, encoding="utf-8") as file:
        reference = file.read()
    assert f"```text\n{HELP}```" in reference
    assert f"```text\n{CHKSTOW_HELP}```" in reference
