"""Small things of a command line: what was meant, how to ask for help, what colours heed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.cli.process import anew, dotstream, events, household
from tests.cli.test_events import check, of

from dotstream.cli.registry import COMMANDS, GROUPS, PROGRAMS


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("manage", "--folidng", "safe", "zsh"), "'--folidng' (did you mean '--folding'?)"),
        (("manage", "zsh", "--stram"), "did you mean '--stream'?"),
        (("manage", "zsh", "--agree"), "'--agree' (a flag of 'dotstream config')"),
        (("doctor", "fix"), "'fix' (did you mean '--fix'?)"),
        (("config", "check"), "'check' (did you mean '--check'?)"),
        (("manage", "--folding", "sfae"), "--folding cannot be 'sfae'; did you mean 'safe'?"),
        (("plan", "zsh"), "did you mean 'dotstream plan manage zsh'?"),
        (("plan", "mange", "zsh"), "did you mean 'manage'?"),
        (("zsh",), "'zsh' is a package; did you mean 'dotstream manage zsh'?"),
        (("zsh", "unmanage"), "did you mean 'dotstream unmanage zsh'?"),
        (("backups", "3"), "did you mean 'dotstream backups restore 3'?"),
        (("remove", "zsh"), "did you mean 'unmanage'?"),
        (("add", "~/.zshrc"), "did you mean 'adopt'?"),
        (("version",), "did you mean '--version'?"),
        (("frobnicate",), "'dotstream help' lists them"),
        (("--jsn", "status"), "'dotstream' does not take '--jsn' (did you mean '--json'?)"),
        (("--jsn",), "'dotstream' does not take '--jsn' (did you mean '--json'?)"),
        (("-S", "zsh"), "'-S' (a flag of 'dotstream stow')"),
        (("manage", "--simulate", "zsh"), "'--simulate' (a flag of 'dotstream stow')"),
        (("-x",), "'dotstream' does not take '-x'"),
        (("--all", "manage"), "'--all' (a flag of 'dotstream manage'"),
        (("manage", "-x"), "'dotstream manage' does not take '-x'"),
        (("completion",), "missing: SHELL (bash, fish, zsh)"),
        (("plan", "--all"), "missing: ACTION (manage, unmanage, remanage, adopt)"),
        (("-d", "dotfiles"), "missing: COMMAND"),
        (("status", "-t"), "-t/--target needs a value"),
        (("-qx", "status"), "-q/--quiet takes no value, but got 'x'"),
        (("help", "mange"), "did you mean 'manage'?"),
    ],
)
def test_a_word_that_fits_nowhere_is_answered_by_what_was_meant(
    root: Path, words: tuple[str, ...], hint: str
) -> None:
    done = dotstream(*words, cwd=root)
    assert (done.code, done.out) == (2, "")
    assert hint in done.err


def test_what_is_meant_is_found_in_the_directory_on_the_line(
    root: Path, scratch_home: Path
) -> None:
    done = dotstream("-d", str(root), "plan", "zsh", cwd=scratch_home)
    assert "did you mean 'dotstream plan manage zsh'?" in done.err


def test_all_unknown_names_are_told_at_once(root: Path) -> None:
    done = dotstream("manage", "zhs", "git", "vmi", cwd=root)
    assert done.code == 5
    assert "'zhs' (did you mean zsh?), 'vmi' (did you mean vim?)" in done.err
    done = dotstream("manage", "--stram", "zsh", "--wiat", cwd=root)
    assert "'--stram' (did you mean '--stream'?), '--wiat' (did you mean '--wait'?)" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("manage", "zsh", "-q", "-v"), "-q and -v cannot be combined"),
        (("-q", "manage", "zsh", "-v"), "-q and -v cannot be combined"),
        (("manage", "zsh", "--all"), "--all means every package"),
        (("plan", "manage", "zsh", "--all"), "--all means every package"),
    ],
)
def test_what_contradicts_itself_is_refused(
    root: Path, words: tuple[str, ...], message: str
) -> None:
    done = dotstream(*words, cwd=root)
    assert done.code == 2
    assert message in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("manage", "--", "-pkg"),
        ("manage", "-v", "zsh", "--", "-pkg"),
        ("--", "manage", "--", "-pkg"),
        ("plan", "manage", "--", "-pkg"),
        ("status", "--", "-pkg"),
        ("list", "--", "-pkg"),
    ],
)
def test_what_stands_behind_two_dashes_is_no_flag(root: Path, words: tuple[str, ...]) -> None:
    (root / "-pkg").mkdir()
    (root / "-pkg/dot-pkgrc").touch()
    assert dotstream(*words, cwd=root).code == 0


def test_files_that_begin_with_a_dash_are_adopted(scratch_home: Path, root: Path) -> None:
    (scratch_home / "-rc").touch()
    done = dotstream("adopt", "-p", "zsh", "--", "-rc", cwd=scratch_home / "dotfiles")
    assert done.code == 0
    assert (scratch_home / "-rc").is_symlink()
    assert (root / "zsh/-rc").is_file()


def test_policies_are_named_in_one_order(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".zshrc").symlink_to("/etc/passwd")  # cannot be adopted
    (scratch_home / ".vimrc").touch()
    told = dotstream("manage", "zsh", "vim", cwd=root).err
    assert "choose a policy with --on-conflict adopt|backup|overwrite|skip" in told
    meanings = [line.split()[0] for line in told.partition("policy with")[2].splitlines()[1:]]
    assert meanings == ["adopt", "backup", "overwrite", "skip"]


def test_a_package_may_be_named_as_a_shell_completes_it(root: Path) -> None:
    for name in ("./zsh", "zsh/", "./zsh/"):
        assert dotstream("plan", "manage", name, cwd=root).code == 0


def test_help_is_asked_for_by_name_as_well(root: Path) -> None:
    for words in (["help"], ["help", "help"], ["help", "--help"]):
        assert dotstream(*words, cwd=root) == dotstream("--help", cwd=root)
    for name in ("manage", "stow", "chkstow"):
        assert dotstream("help", name, cwd=root) == dotstream(name, "--help", cwd=root)
    assert dotstream("-V", cwd=root) == dotstream("--version", cwd=root)
    for words in (["-d", str(root), "-V"], ["-q", "--version"], ["-V", "manage", "--nonsense"]):
        assert dotstream(*words, cwd=root) == dotstream("--version", cwd=root)


def test_every_command_is_in_one_group_of_the_first_page() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted([*COMMANDS, *PROGRAMS])


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_screen_and_shows_examples_before_flags(root: Path, name: str) -> None:
    text = dotstream(name, "--help", cwd=root).out
    assert text.startswith(f"usage: dotstream {name}")
    assert "\nexamples:\n" in text.partition("\noptions:")[0]
    assert max(map(len, text.splitlines())) <= 98
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize(
    ("environ", "flag", "coloured"),
    [
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "0"}, "auto", False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"FORCE_COLOR": "1"}, "never", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({}, "auto", False),
    ],
)
def test_colours_in_a_pipe_heed_the_environment(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    flag: str,
    coloured: bool,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = dotstream("plan", "manage", "zsh", f"--color={flag}", cwd=root)
    assert ("\x1b[" in done.out) == coloured


def test_help_is_as_wide_as_columns_says(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    flags = anew("manage", "--help", cwd=root).out.partition("\noptions:")[2]
    assert max(map(len, flags.partition("\nglobal")[0].splitlines())) <= 60


def test_where_there_is_nothing_to_undo_the_state_directory_is_named(
    scratch_home: Path, root: Path
) -> None:
    state = os.path.join(scratch_home, ".local/state/dotstream")
    for words in (("undo",), ("undo", "7"), ("history",)):
        done = dotstream(*words, cwd=root)
        shown = done.out + done.err
        assert state in shown or "~/.local/state/dotstream" in shown


class TestInStep:
    """Whether this machine is in step has an exit code."""

    CHECKS = (("status", "--check"), ("plan", "remanage", "--all", "--exit-code"))

    @pytest.mark.parametrize("words", CHECKS)
    def test_nothing_to_do_is_0_and_something_is_6(
        self, scratch_home: Path, root: Path, words: tuple[str, ...]
    ) -> None:
        assert dotstream(*words, cwd=root).code == 6
        dotstream("manage", "--all", cwd=root)
        assert dotstream(*words, cwd=root).code == 0
        (scratch_home / ".vimrc").unlink()
        assert dotstream(*words, cwd=root).code == 6

    @pytest.mark.parametrize("words", CHECKS)
    def test_a_link_to_a_file_that_is_gone_is_out_of_step(
        self, root: Path, words: tuple[str, ...]
    ) -> None:
        dotstream("manage", "--all", cwd=root)
        (root / "zsh/dot-zshrc").unlink()
        assert dotstream(*words, cwd=root).code == 6

    @pytest.mark.parametrize("words", CHECKS)
    def test_something_in_the_way_is_3(
        self, scratch_home: Path, root: Path, words: tuple[str, ...]
    ) -> None:
        (scratch_home / ".vimrc").touch()
        assert dotstream(*words, cwd=root).code == 3

    def test_one_package_can_be_in_step_though_others_are_not(self, root: Path) -> None:
        dotstream("manage", "zsh", cwd=root)
        assert dotstream("status", "--check", "zsh", cwd=root).code == 0
        assert dotstream("status", "--check", "zsh", "vim", cwd=root).code == 6

    def test_what_is_in_step_says_how_much_it_leaves_out(self, root: Path) -> None:
        dotstream("manage", "zsh", cwd=root)
        done = dotstream("status", "--check", cwd=root)
        assert (done.code, done.out.splitlines()[-1]) == (
            0,
            "in step; 2 packages are not managed here",
        )
        dotstream("manage", "--all", cwd=root)
        assert dotstream("status", "--check", cwd=root).out.splitlines()[-1] == "in step"

    def test_a_path_is_in_step_or_not_by_itself(self, scratch_home: Path, root: Path) -> None:
        dotstream("manage", "zsh", "git", cwd=root)
        (scratch_home / ".vimrc").touch()
        (root / "zsh/dot-zshrc").unlink()
        (scratch_home / ".config/zsh").unlink()
        codes = {
            ("~/.config/git",): 0,
            ("git/dot-config/git/config",): 0,
            ("~/.vim/colors/dusk.vim",): 6,
            ("zsh/dot-config/zsh",): 6,
            ("~/.config",): 6,  # for what is below it
            ("~/.zshrc",): 6,
            ("~/.config/git", "vim/dot-vimrc"): 3,
            ("git", "~/.config/zsh"): 6,
            ("~/.nobodys",): 0,
        }
        found = {words: dotstream("status", "--check", *words, cwd=root).code for words in codes}
        assert found == codes

    def test_a_path_of_a_package_that_is_named_too_counts_once(
        self, scratch_home: Path, root: Path
    ) -> None:
        (scratch_home / ".vimrc").touch()
        stream = events("status", "--check", "vim", "vim/dot-vimrc", cwd=root)
        [told] = of(stream, "check")
        assert told["conflicts"] == 1

    def test_programs_are_told_how_much_is_due(self, root: Path) -> None:
        stream = events("status", "--check", cwd=root)
        check(stream)
        [told] = of(stream, "check")
        assert (told["due"], told["conflicts"], stream[-1]["exit"]) == (6, 0, 6)

    def test_without_the_flags_looking_ends_with_0(self, root: Path) -> None:
        for words in (("status",), ("plan", "remanage", "--all")):
            assert dotstream(*words, cwd=root).code == 0


def test_columns_line_up_whatever_the_names_are(root: Path) -> None:
    (root / "日本語").mkdir()
    (root / "日本語/dot-nihon").touch()
    lines = dotstream("status", cwd=root).out.splitlines()
    assert lines == [
        "git     unmanaged  1 change due",
        "vim     unmanaged  2 changes due",
        "zsh     unmanaged  2 changes due",
        "日本語  unmanaged  1 change due",
    ]
    arrows = dotstream("packages", cwd=root).out.splitlines()
    assert [line.partition(" →")[0] for line in arrows] == [
        "git    ",
        "vim    ",
        "zsh    ",
        "日本語 ",
    ]


@pytest.mark.parametrize(
    "words", [("manage",), ("undo",), ("undo", "7"), ("backups", "restore", "7")]
)
def test_a_command_in_a_message_is_about_the_same_directories(
    scratch_home: Path, root: Path, words: tuple[str, ...]
) -> None:
    (scratch_home / "there").mkdir()
    where = ("-d", str(root), "-t", str(scratch_home / "there"))
    done = dotstream(*where, *words, cwd=scratch_home)
    assert done.code == 2
    for command in re.findall(r"'(dotstream [^']*)'", done.err):
        assert f"-d {root} -t {scratch_home}/there" in command
        assert dotstream(*command.split()[1:], cwd=Path("/")).code == 0


def test_what_status_advises_where_it_is_out_of_step_works(
    scratch_home: Path, root: Path
) -> None:
    for words in (("status", "--check"), ("-d", str(root), "status", "--check", "zsh")):
        done = dotstream(*words, cwd=root)
        advised = done.out.splitlines()[-1].partition("; see ")[2]
        cwd = root if "-d" not in advised else scratch_home
        assert "to link" in dotstream(*advised.split()[1:], cwd=cwd).out
