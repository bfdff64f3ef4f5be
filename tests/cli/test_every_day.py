"""clone, update, watch, hook, and what packages want to be run after linking."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal, start, until
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})

CONFIG = """
[packages.vim]
hosts = ["!*"]

[profiles.laptop]
packages = ["zsh", "vim", "git"]

[profiles.default]
packages = ["git"]
"""


def git(*words: str, cwd: Path) -> str:
    return subprocess.run(
        ["git", *words], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(autouse=True)
def somebody(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's git configuration but ours, and ``dotstream`` on PATH for hooks."""
    (scratch_home / ".gitconfig-of-test").write_text(
        "[user]\nname = Me\nemail = me@example.org\n[init]\ndefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(scratch_home / ".gitconfig-of-test"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")


@pytest.fixture
def remote(scratch_home: Path) -> Path:
    """A bare repository with the household in it; returns it."""
    elsewhere = scratch_home.parent / "elsewhere"
    elsewhere.mkdir()
    root = household(elsewhere)
    (root / "dotstream.toml").write_text(CONFIG)
    git("init", "--quiet", cwd=root)
    git("add", ".", cwd=root)
    git("commit", "--quiet", "-m", "dotfiles", cwd=root)
    bare = elsewhere / "dots.git"
    git("clone", "--quiet", "--bare", str(root), str(bare), cwd=elsewhere)
    git("remote", "add", "origin", str(bare), cwd=root)
    return bare


def push(remote: Path, path: str, text: str) -> None:
    """Have somebody else add a file to the repository."""
    root = remote.parent / "dotfiles"
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    git("add", ".", cwd=root)
    git("commit", "--quiet", "-m", path, cwd=root)
    git("push", "--quiet", "origin", "HEAD", cwd=root)


def add_plugin(remote: Path, place: str) -> Path:
    """Have somebody add a submodule, which its place is for; returns their work tree."""
    git("config", "--global", "protocol.file.allow", "always", cwd=remote.parent)
    root, plugin = remote.parent / "dotfiles", remote.parent / "plugin"
    git("init", "--quiet", str(plugin), cwd=root)
    (plugin / "version").write_text("one")
    git("add", ".", cwd=plugin)
    git("commit", "--quiet", "-m", "one", cwd=plugin)
    git("submodule", "--quiet", "add", str(plugin), place, cwd=root)
    push(remote, "dotstream.toml", CONFIG)
    return root


class TestClone:
    def test_a_new_machine_is_one_command(self, scratch_home: Path, remote: Path) -> None:
        done = dotstream("clone", str(remote), cwd=scratch_home)
        assert done.code == 0
        assert (scratch_home / "dots/zsh/dot-zshrc").is_file()
        assert (scratch_home / ".config/git/config").read_text() == "[user]\n"
        assert not (scratch_home / ".zshrc").exists(), "the default profile has git only"

    def test_profile_and_hosts_are_heeded(self, scratch_home: Path, remote: Path) -> None:
        done = dotstream("clone", str(remote), "--profile", "laptop", cwd=scratch_home)
        assert done.code == 0
        assert (scratch_home / ".zshrc").is_symlink()
        assert not (scratch_home / ".vimrc").exists(), "vim is for no machine"

    def test_it_shows_and_asks_on_a_terminal(self, scratch_home: Path, remote: Path) -> None:
        words = ("clone", str(remote), "mine")
        refused = on_terminal(*words, cwd=scratch_home, typed="n\n")
        assert (refused.code, "Link these?" in refused.out) == (130, True)
        assert not (scratch_home / ".config").exists()
        agreed = on_terminal(*words, cwd=scratch_home, typed="y\n")
        assert agreed.code == 0
        assert (scratch_home / ".config/git/config").read_text() == "[user]\n"

    def test_it_can_be_run_again(self, scratch_home: Path, remote: Path) -> None:
        for _ in range(2):
            assert dotstream("clone", str(remote), "--yes", cwd=scratch_home).code == 0

    def test_a_path_from_here_is_cloned_once_and_used_again(
        self, scratch_home: Path, remote: Path
    ) -> None:
        url = os.path.relpath(remote, scratch_home)
        for _ in range(2):
            assert dotstream("clone", url, "--yes", cwd=scratch_home).code == 0

    def test_where_nothing_marks_the_clone_a_way_to_mark_it_is_told(
        self, scratch_home: Path, remote: Path
    ) -> None:
        git("rm", "--quiet", "dotstream.toml", cwd=remote.parent / "dotfiles")
        push(remote, "zsh/dot-zshenv", "")
        told = dotstream("clone", str(remote), cwd=scratch_home).out.splitlines()[-1]
        [command] = re.findall(r"'(dotstream .*)'", told)
        assert dotstream(*command.split()[1:], cwd=scratch_home).code == 0
        assert dotstream("update", "--yes", cwd=scratch_home / "dots").code == 0

    def test_a_conflict_is_asked_about_before_the_plan_is_agreed_to(
        self, scratch_home: Path, remote: Path
    ) -> None:
        (scratch_home / ".zshrc").write_text("mine\n")
        words = ("clone", str(remote), "--profile", "laptop")
        done = on_terminal(*words, cwd=scratch_home, typed="b\ny\n")
        assert done.code == 0
        assert done.out.count("/q] ") == 1
        assert (scratch_home / ".zshrc").read_text() == "autoload -U compinit\n"

    def test_an_empty_directory_is_cloned_into(self, scratch_home: Path, remote: Path) -> None:
        (scratch_home / "mine").mkdir()
        assert dotstream("clone", str(remote), ".", cwd=scratch_home / "mine").code == 0
        assert (scratch_home / ".config/git/config").is_file()

    def test_a_branch_is_checked_out(self, scratch_home: Path, remote: Path) -> None:
        root = remote.parent / "dotfiles"
        git("checkout", "--quiet", "-b", "work", cwd=root)
        push(remote, "git/dot-gitwork", "")
        assert dotstream("clone", str(remote), "--branch", "work", cwd=scratch_home).code == 0
        assert (scratch_home / ".gitwork").is_symlink()

    def test_a_clone_that_was_cut_short_is_not_taken_for_one(
        self, scratch_home: Path, remote: Path
    ) -> None:
        git("init", "--quiet", "dots", cwd=scratch_home)
        git("remote", "add", "origin", str(remote), cwd=scratch_home / "dots")
        done = dotstream("clone", str(remote), cwd=scratch_home)
        assert (done.code, "a clone without a commit" in done.err) == (2, True)

    def test_a_submodule_that_could_not_be_fetched_is_fetched_by_the_next_run(
        self, scratch_home: Path, remote: Path
    ) -> None:
        add_plugin(remote, "git/dot-plugin")
        away = (remote.parent / "plugin").rename(remote.parent / "away")
        failed = dotstream("clone", str(remote), cwd=scratch_home)
        assert (failed.code, "no link was changed" in failed.err) == (1, True)
        assert dotstream("clone", str(remote), cwd=scratch_home).code == 1, "it is still missing"
        assert not (scratch_home / ".config").exists()
        away.rename(remote.parent / "plugin")
        assert dotstream("clone", str(remote), cwd=scratch_home).code == 0
        assert (scratch_home / ".plugin/version").read_text() == "one"

    def test_ctrl_c_lets_git_clear_up(
        self, scratch_home: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = scratch_home / "bin"
        slow.mkdir()
        (slow / "git").write_text(
            "#!/bin/sh\ntrap 'sleep 1; echo cleared up; exit 1' INT\n"
            "printf '[y/N] '; sleep 60 & wait\n"
        )
        (slow / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{slow}:{os.environ['PATH']}")
        words = ("clone", str(remote))
        done = on_terminal(*words, cwd=scratch_home, typed="\x03", controlling=True)
        assert done.code == 130
        assert re.search("cleared up\n(?s:.*)cancelled; nothing was changed", done.out)

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("clone", "/nonexistent/dots"), "git clone failed (exit code 128)"),
            (("clone", "/nonexistent/dots", "."), "already exists"),
            (("clone", "/nonexistent/dots", "/etc/passwd"), "already exists"),
            (("clone", "/"), "does not end in a name"),
            (("clone", ""), "does not end in a name"),
            (("-d", "there", "clone", "/nonexistent/dots"), "comes after the URL"),
            (("clone", "/nonexistent/dots", "--all", "--profile", "x"), "--all means"),
            (("clone", "--upload-pack=touch"), "does not take '--upload-pack'"),
            (("clone", "--", "--upload-pack=touch ran"), "git clone failed (exit code 128)"),
            (("clone", "ext::touch ran"), "git clone failed (exit code 128)"),
        ],
    )
    def test_what_cannot_be_cloned_links_nothing(
        self, scratch_home: Path, words: tuple[str, ...], message: str
    ) -> None:
        before = snapshot(scratch_home)
        done = dotstream(*words, cwd=scratch_home)
        assert done.code in {1, 2}
        assert message in done.err
        assert difference(before, snapshot(scratch_home)) == []

    def test_nothing_is_cloned_into_a_home_that_is_missing(
        self, scratch_home: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(scratch_home / "nobody"))
        done = dotstream("clone", str(remote), cwd=scratch_home)
        assert done.code == 2
        assert "there is no home directory at" in done.err
        assert not (scratch_home / "nobody").exists()


class TestUpdate:
    @pytest.fixture
    def clone(self, scratch_home: Path, remote: Path) -> Path:
        assert dotstream("clone", str(remote), cwd=scratch_home).code == 0
        return scratch_home / "dots"

    def test_it_pulls_and_links_what_came(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        push(remote, "git/dot-gitconfig", "[alias]\n")
        assert dotstream("update", cwd=clone).code == 0
        assert (scratch_home / ".gitconfig").read_text() == "[alias]\n"

    def test_it_shows_and_asks_on_a_terminal(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        push(remote, "git/dot-gitconfig", "[alias]\n")
        refused = on_terminal("update", cwd=clone, typed="n\n")
        assert (refused.code, ".gitconfig" in refused.out) == (130, True)
        assert not (scratch_home / ".gitconfig").exists()
        assert on_terminal("update", "--no-pull", cwd=clone, typed="y\n").code == 0
        assert (scratch_home / ".gitconfig").is_symlink()

    def test_ctrl_c_at_the_preview_keeps_what_was_pulled_and_changes_no_link(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        push(remote, "git/dot-gitconfig", "[alias]\n")
        done = on_terminal("update", cwd=clone, typed="\x03", controlling=True)
        assert (done.code, "[y/N]" in done.out) == (130, True)
        assert (clone / "git/dot-gitconfig").is_file()
        assert not (scratch_home / ".gitconfig").exists()
        assert dotstream("update", "--no-pull", cwd=clone).code == 0
        assert (scratch_home / ".gitconfig").is_symlink()

    def test_a_dry_run_fetches_nothing(self, remote: Path, clone: Path) -> None:
        push(remote, "git/dot-gitconfig", "[alias]\n")
        assert dotstream("update", "-n", cwd=clone).code == 0
        assert not (clone / "git/dot-gitconfig").exists()

    def test_a_pull_that_fails_changes_no_link(self, scratch_home: Path, clone: Path) -> None:
        git("remote", "set-url", "origin", "/nonexistent", cwd=clone)
        before = snapshot(scratch_home, prune=frozenset({"dots/.git"}))
        assert dotstream("update", cwd=clone).code == 1
        after = snapshot(scratch_home, prune=frozenset({"dots/.git"}))
        assert difference(before, after) == []

    def test_what_the_configuration_says_now_holds_also_where_the_packages_are(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        """The package that it is called from moves as well."""
        root = remote.parent / "dotfiles"
        (root / "stow").mkdir()
        git("mv", "git", "zsh", "vim", "stow", cwd=root)
        push(remote, "dotstream.toml", f'directory = "stow"\n{CONFIG}')
        done = dotstream("update", cwd=clone / "git")
        assert (done.code, done.err.partition("Fast-forward")[0] != "") == (0, True)
        assert os.readlink(scratch_home / ".config") == "dots/stow/git/dot-config"

    def test_submodules_are_brought_up_to_date_and_those_that_came_are_fetched(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        root, plugin = add_plugin(remote, "git/dot-plugin"), remote.parent / "plugin"
        for version in ("one", "two"):
            (plugin / "version").write_text(version)
            git("commit", "--quiet", "--allow-empty", "-am", version, cwd=plugin)
            git("pull", "--quiet", cwd=root / "git/dot-plugin")
            push(remote, "git/dot-gitconfig", version)
            assert dotstream("update", cwd=clone).code == 0
            assert (scratch_home / ".plugin/version").read_text() == version

    def test_what_git_leaves_of_a_submodule_that_moved_is_named_with_what_removes_it(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        root = add_plugin(remote, "git/dot plugin")
        assert dotstream("update", cwd=clone).code == 0
        git("mv", "git/dot plugin", "zsh/dot-plugin", cwd=root)
        push(remote, "git/dot-gitconfig", "")
        done = dotstream("update", cwd=clone)
        assert f"note {clone}/git/dot plugin: no longer a submodule" in done.out
        [command] = re.findall("'(git .*)' removes", done.out)
        subprocess.run(["sh", "-c", command], check=True, capture_output=True)
        assert not (clone / "git/dot plugin").exists()
        assert (clone / "zsh/dot-plugin/version").is_file()

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
    def test_one_that_is_cut_short_in_the_middle_of_linking_is_finished_by_the_next(
        self, scratch_home: Path, remote: Path, clone: Path, end: signal.Signals
    ) -> None:
        before = snapshot(scratch_home, prune=frozenset({"dots", ".local"}))
        for number in range(9000):
            (remote.parent / f"dotfiles/git/dot-many-{number}").touch()
        push(remote, "git/dot-gitconfig", "")
        process = start("update", "--quiet", "--stream", "--json", cwd=clone)
        assert process.stdout
        until(process.stdout, "progress", phase="applying")
        process.send_signal(end)
        rest = process.stdout.read()
        assert process.wait() == (130 if end == signal.SIGINT else -end)
        after = snapshot(scratch_home, prune=frozenset({"dots", ".local"}))
        if end == signal.SIGINT:
            assert b'"kind":"cancelled"' in rest
            assert difference(before, after) == []
        assert (clone / "git/dot-many-0").is_file(), "what was pulled stays"
        assert dotstream("update", cwd=clone).code == 0
        assert (scratch_home / ".gitconfig").is_symlink()
        assert dotstream("status", "--check", cwd=clone).code == 0

    def test_variables_that_lead_git_elsewhere_are_not_heeded(
        self, scratch_home: Path, remote: Path, clone: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a hook, or an alias, of another repository has them."""
        git("init", "--quiet", str(scratch_home / "other"), cwd=scratch_home)
        push(remote, "git/dot-gitconfig", "[alias]\n")
        monkeypatch.setenv("GIT_DIR", str(scratch_home / "other/.git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(scratch_home / "other"))
        assert dotstream("update", cwd=clone).code == 0
        assert (scratch_home / ".gitconfig").is_symlink()
        assert dotstream("clone", str(remote), cwd=scratch_home).code == 0

    def test_a_pull_that_fails_says_how_to_go_on_without_it(self, clone: Path) -> None:
        git("checkout", "--quiet", "--detach", cwd=clone)
        (clone / "git/dot-gitconfig").touch()
        failed = dotstream("update", cwd=clone)
        assert failed.code == 1
        [command] = re.findall("'(dotstream .*)' links", failed.err)
        assert dotstream(*command.split()[1:], cwd=clone).code == 0
        assert dotstream("status", "--check", cwd=clone).code == 0

    @pytest.mark.parametrize("words", [("update", "--all", "git"), ("update", "--stram")])
    def test_nothing_is_pulled_for_words_that_are_refused(
        self, remote: Path, clone: Path, words: tuple[str, ...]
    ) -> None:
        push(remote, "git/dot-gitconfig", "[alias]\n")
        assert dotstream(*words, cwd=clone).code == 2
        assert not (clone / "git/dot-gitconfig").exists()

    def test_what_is_not_committed_stops_it_and_is_kept(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        (clone / "git/dot-config/git/config").write_text("mine\n")
        push(remote, "git/dot-config/git/config", "theirs\n")
        push(remote, "git/dot-gitconfig", "[alias]\n")
        assert dotstream("update", cwd=clone).code == 1
        assert (clone / "git/dot-config/git/config").read_text() == "mine\n"
        assert not (scratch_home / ".gitconfig").exists()


class TestHook:
    @pytest.fixture
    def clone(self, scratch_home: Path, remote: Path) -> Path:
        assert dotstream("clone", str(remote), cwd=scratch_home).code == 0
        return scratch_home / "dots"

    def test_the_hook_links_what_git_pulls(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        assert dotstream("hook", "install", cwd=clone).code == 0
        push(remote, "git/dot-gitconfig", "[alias]\n")
        git("pull", "--quiet", "--ff-only", cwd=clone)
        assert (scratch_home / ".gitconfig").read_text() == "[alias]\n"
        assert dotstream("hook", "remove", cwd=clone).code == 0
        assert not (clone / ".git/hooks/post-merge").exists()

    def test_hooks_of_others_are_left_alone(self, clone: Path) -> None:
        hook = clone / ".git/hooks/post-merge"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\n")
        done = dotstream("hook", "install", cwd=clone)
        assert done.code == 2
        assert "update --no-pull" in done.err
        assert not (clone / ".git/hooks/post-rewrite").exists()
        dotstream("hook", "remove", cwd=clone)
        assert hook.read_text() == "#!/bin/sh\n"

    def test_an_empty_hook_and_a_link_to_nothing_are_hooks_of_others(self, clone: Path) -> None:
        hook = clone / ".git/hooks/post-rewrite"
        hook.parent.mkdir(exist_ok=True)
        hook.touch()
        assert dotstream("hook", "install", cwd=clone).code == 2
        hook.unlink()
        hook.symlink_to("nowhere")
        assert dotstream("hook", "install", cwd=clone).code == 2
        assert [path.name for path in hook.parent.glob("*") if path.suffix != ".sample"] == [
            "post-rewrite"
        ]

    @pytest.mark.parametrize("place", ["~/hooks", ".hooks"])
    def test_hooks_that_others_share_are_left_alone(
        self, scratch_home: Path, clone: Path, place: str
    ) -> None:
        git("config", "core.hooksPath", place, cwd=clone)
        done = dotstream("hook", "install", cwd=clone)
        assert (done.code, "core.hooksPath" in done.err) == (2, True)
        assert not (scratch_home / "hooks").exists()
        assert not (clone / ".hooks").exists()

    @pytest.mark.parametrize("made", ["clone", "submodule", "worktree"])
    def test_it_is_installed_wherever_git_keeps_the_hooks(
        self, scratch_home: Path, remote: Path, clone: Path, made: str
    ) -> None:
        """Of a clone without any hooks, of a worktree, and of a repository within another."""
        if made == "worktree":
            git("worktree", "add", "--quiet", "-b", "work", "../work", cwd=clone)
            git("branch", "--quiet", "--set-upstream-to=origin/main", "work", cwd=clone)
            clone = scratch_home / "work"
        elif made == "submodule":
            git("config", "--global", "protocol.file.allow", "always", cwd=scratch_home)
            git("init", "--quiet", "outer", cwd=scratch_home)
            git("submodule", "--quiet", "add", str(remote), "dots", cwd=scratch_home / "outer")
            clone = scratch_home / "outer/dots"
        dotstream("unmanage", "git", cwd=scratch_home / "dots")
        assert dotstream("manage", "git", cwd=clone).code == 0
        shutil.rmtree(scratch_home / "dots/.git/hooks", ignore_errors=True)
        stream = events("hook", "install", cwd=clone)
        check(stream)
        written = [event["path"] for event in of(stream, "hook")]
        assert [os.path.basename(path) for path in written] == ["post-merge", "post-rewrite"]
        push(remote, "git/dot-gitconfig", "[alias]\n")
        git("pull", "--quiet", "--ff-only", cwd=clone)
        assert (scratch_home / ".gitconfig").read_text() == "[alias]\n"
        stream = events("hook", "remove", cwd=clone)
        check(stream)
        assert [event["path"] for event in of(stream, "hook")] == written
        assert not any(os.path.lexists(path) for path in written)

    def test_a_hook_of_another_worktree_is_not_replaced(
        self, scratch_home: Path, clone: Path
    ) -> None:
        dotstream("hook", "install", cwd=clone)
        written = (clone / ".git/hooks/post-merge").read_text()
        git("worktree", "add", "--quiet", "../work", cwd=clone)
        done = dotstream("hook", "install", cwd=scratch_home / "work")
        assert (done.code, "another worktree" in done.err) == (2, True)
        assert (clone / ".git/hooks/post-merge").read_text() == written
        assert dotstream("hook", "install", cwd=clone).code == 0, "its own may be written again"

    def test_a_relative_place_of_hooks_is_from_the_top_of_the_repository(
        self, clone: Path
    ) -> None:
        git("config", "core.hooksPath", ".hooks", cwd=clone)
        shutil.copytree(clone / "git", clone / "stow/git")
        (clone / "stow/dotstream.toml").touch()
        done = dotstream("hook", "install", cwd=clone / "stow")
        assert f"core.hooksPath is {clone}/.hooks," in done.err

    @pytest.mark.parametrize("words", [("install",), ("remove",)])
    def test_where_there_is_no_work_tree_of_git_there_are_no_hooks(
        self, scratch_home: Path, remote: Path, words: tuple[str, ...]
    ) -> None:
        for place in (household(scratch_home), remote):
            (place / "dotstream.toml").touch()
            done = dotstream("hook", *words, cwd=place)
            assert (done.code, "is not in a git repository" in done.err) == (2, True)

    def test_a_repository_that_git_refuses_is_not_said_to_be_none(
        self, scratch_home: Path
    ) -> None:
        root = household(scratch_home)
        (root / ".git").write_text("gitdir: nowhere\n")
        done = dotstream("hook", "install", cwd=root)
        assert done.code == 2
        assert f"git refuses to work in {root}: 'git -C {root} status' says why" in done.err

    def test_a_person_who_pulls_is_asked(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        dotstream("hook", "install", cwd=clone)
        push(remote, "git/dot-gitconfig", "[alias]\n")
        pull = ("git", "pull", "--ff-only")
        pulled = on_terminal(cwd=clone, typed="n\n", controlling=True, command=pull)
        assert "Apply this? [y/N]" in pulled.out
        assert not (scratch_home / ".gitconfig").exists()

    def test_update_asks_once_where_there_is_a_hook_too(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        dotstream("hook", "install", cwd=clone)
        push(remote, "git/dot-gitconfig", "[alias]\n")
        done = on_terminal("update", cwd=clone, typed="y\n", controlling=True)
        assert (done.code, done.out.count("Apply this?")) == (0, 1)
        assert (scratch_home / ".gitconfig").is_symlink()

    def test_commands_after_linking_find_the_repositories_that_they_are_in(
        self, scratch_home: Path, remote: Path, clone: Path
    ) -> None:
        git("init", "--quiet", str(scratch_home / "plugin"), cwd=scratch_home)
        dotstream("hook", "install", cwd=clone)
        after = "git -C ~/plugin rev-parse --absolute-git-dir > ~/told"
        push(remote, "dotstream.toml", f"[packages.git]\nafter = ['{after}']\n")
        push(remote, "git/dot-gitconfig", "[alias]\n")
        git("pull", "--quiet", "--ff-only", cwd=clone)  # it is not agreed to yet
        assert not (scratch_home / "told").exists()
        dotstream("config", "--agree", cwd=clone)
        push(remote, "git/dot-gitmessage", "")
        git("pull", "--quiet", "--ff-only", cwd=clone)
        assert (scratch_home / "told").read_text() == f"{scratch_home}/plugin/.git\n"


class TestWatch:
    def test_a_file_that_comes_is_linked_and_one_that_goes_is_unlinked(
        self, scratch_home: Path
    ) -> None:
        root = household(scratch_home)
        dotstream("manage", "zsh", cwd=root)
        process = start("watch", "zsh", "--every", "0.05", "--json", cwd=root)
        assert process.stdout
        (root / "zsh/dot-zshenv").touch()
        until(process.stdout, "applied", applied=1)
        assert (scratch_home / ".zshenv").is_symlink()
        (root / "zsh/dot-zshenv").unlink()
        until(process.stdout, "applied", applied=1)
        assert not os.path.lexists(scratch_home / ".zshenv")
        process.send_signal(signal.SIGINT)
        until(process.stdout, "finished", exit=0)
        assert process.wait() == 0

    def test_what_is_in_the_way_is_told_once_and_linked_when_it_is_gone(
        self, scratch_home: Path
    ) -> None:
        root = household(scratch_home)
        dotstream("manage", "zsh", cwd=root)
        (scratch_home / ".zshenv").touch()
        (root / "zsh/dot-zshenv").touch()
        process = start("watch", "zsh", "--every", "0.05", "--json", cwd=root)
        assert process.stdout
        assert until(process.stdout, "failure")["kind"] == "conflict"
        (scratch_home / ".zshenv").unlink()
        seen = until(process.stdout, "applied", applied=1)
        assert seen["counts"] == {"create_link": 1}
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0

    def test_a_configuration_that_is_wrong_for_a_while_does_not_end_it(
        self, scratch_home: Path
    ) -> None:
        root = household(scratch_home)
        process = start("watch", "zsh", "--every", "0.05", "--json", cwd=root)
        assert process.stdout
        until(process.stdout, "applied")
        (root / "dotstream.toml").write_text("folding = 7\n")
        assert until(process.stdout, "failure")["kind"] == "config"
        (root / "zsh/dot-zshenv").touch()
        (root / "dotstream.toml").write_text("")
        until(process.stdout, "applied", applied=1)
        process.terminate()
        assert process.wait() == 0

    @pytest.mark.parametrize(
        "words",
        [
            ("-d", "nowhere", "watch"),
            ("watch", "zhs"),
            ("watch", "--all", "zsh"),
            ("watch", "zsh", "--every", "nan"),
            ("watch", "zsh", "--every", "-1"),
        ],
    )
    def test_what_makes_no_sense_is_not_watched(
        self, scratch_home: Path, words: tuple[str, ...]
    ) -> None:
        assert dotstream(*words, cwd=household(scratch_home)).code in {2, 5}

    def test_directories_that_are_away_for_a_while_do_not_end_it(
        self, scratch_home: Path
    ) -> None:
        root = household(scratch_home)
        dotstream("manage", "zsh", cwd=root)
        here = scratch_home / "here"
        here.mkdir()
        words = ("-d", "../dotfiles", "watch", "zsh", "--every", "0.05", "--json")
        process = start(*words, cwd=here)
        assert process.stdout
        (root / "zsh/dot-zshenv").touch()
        until(process.stdout, "applied", applied=1)
        here.rmdir()
        root.rename(scratch_home / "away")
        assert "is gone" in until(process.stdout, "failure")["message"]
        (scratch_home / "away").rename(root)
        (root / "zsh/dot-zlogin").touch()
        until(process.stdout, "applied", applied=1)
        process.terminate()
        assert process.wait() == 0

    def test_an_empty_directory_is_no_repository_whose_packages_are_all_gone(
        self, scratch_home: Path
    ) -> None:
        """As the place where a disk is mounted, once it is not."""
        root = household(scratch_home)
        dotstream("manage", "--all", cwd=root)
        process = start("watch", "--every", "0.05", "--json", cwd=scratch_home / "dotfiles")
        assert process.stdout
        (root / "zsh/dot-zshenv").touch()
        until(process.stdout, "applied", applied=1)
        root.rename(scratch_home / "away")
        root.mkdir()
        while (
            "nothing is changed until it is back"
            not in (until(process.stdout, "failure")["message"])
        ):
            pass
        root.rmdir()
        (scratch_home / "away").rename(root)
        (root / "zsh/dot-zlogin").touch()
        seen = until(process.stdout, "applied", applied=1)
        assert seen["counts"] == {"create_link": 1}
        process.terminate()
        assert process.wait() == 0

    def test_what_an_editor_leaves_while_it_works_is_not_linked(self, scratch_home: Path) -> None:
        root = household(scratch_home)
        dotstream("manage", "zsh", cwd=root)
        process = start("watch", "zsh", "--every", "0.05", "--json", cwd=root)
        assert process.stdout
        for name in (".dot-zshrc.swp", "dot-zshrc~", "#dot-zshrc#", ".#dot-zshrc"):
            (root / "zsh" / name).touch()
        (root / "zsh/.saved").touch()
        (root / "zsh/.saved").replace(root / "zsh/dot-zshrc")
        (root / "zsh/dot-zshenv").touch()
        seen = until(process.stdout, "applied", applied=1)
        assert seen["counts"] == {"create_link": 1}
        process.terminate()
        assert process.wait() == 0


class TestAfter:
    @pytest.fixture
    def root(self, scratch_home: Path) -> Path:
        root = household(scratch_home)
        (root / "dotstream.toml").write_text(
            "[packages.zsh]\n"
            "after = ['echo $DOTSTREAM_PACKAGE in $DOTSTREAM_TARGET >> ~/ran', 'pwd >> ~/ran']\n"
            "[packages.vim]\nafter = ['echo told; exit 3']\n"
        )
        return root

    def test_it_runs_once_something_changed_and_only_then(
        self, scratch_home: Path, root: Path
    ) -> None:
        assert dotstream("manage", "zsh", "git", "--yes", cwd=root).code == 0
        ran = f"zsh in {scratch_home}\n{root}/zsh\n"
        assert (scratch_home / "ran").read_text() == ran
        for words in (("manage", "zsh"), ("manage", "git"), ("remanage", "zsh")):
            assert dotstream(*words, cwd=root).code == 0
        assert (scratch_home / "ran").read_text() == ran
        (root / "zsh/dot-zshenv").touch()
        assert dotstream("remanage", "zsh", cwd=root).code == 0
        assert (scratch_home / "ran").read_text() == ran * 2

    def test_it_is_not_run_for_a_package_that_is_gone(
        self, scratch_home: Path, root: Path
    ) -> None:
        assert dotstream("manage", "zsh", "--yes", cwd=root).code == 0
        (scratch_home / "ran").unlink()
        shutil.rmtree(root / "zsh")
        done = dotstream("remanage", cwd=root)
        assert (done.code, done.err) == (0, "")
        assert not (scratch_home / "ran").exists()

    def test_a_repository_that_is_itself_the_package_has_it_too(self, scratch_home: Path) -> None:
        root = scratch_home / "single"
        root.mkdir()
        (root / "dot-zshrc").touch()
        (root / "dotstream.toml").write_text(
            'layout = "single"\n[packages."."]\nafter = ["pwd > ~/ran"]\n'
        )
        assert dotstream("config", "--check", cwd=root).code == 0
        assert dotstream("manage", "--yes", cwd=root).code == 0
        assert (scratch_home / "ran").read_text() == f"{root}\n"

    def test_nothing_runs_that_was_not_agreed_to(self, scratch_home: Path, root: Path) -> None:
        before = snapshot(scratch_home)
        done = dotstream("manage", "zsh", cwd=root)
        assert done.code == 4
        assert 'packages."zsh".after = ' in done.err
        assert difference(before, snapshot(scratch_home)) == []

    def test_a_person_is_shown_the_commands_and_asked(
        self, scratch_home: Path, root: Path
    ) -> None:
        refused = on_terminal("manage", "vim", cwd=root, typed="n\n")
        assert (refused.code, "echo told; exit 3" in refused.out) == (130, True)
        assert not (scratch_home / ".vimrc").exists()

    def test_looking_and_unlinking_run_nothing(self, scratch_home: Path, root: Path) -> None:
        dotstream("manage", "zsh", "--yes", cwd=root)
        (scratch_home / "ran").unlink()
        for words in (("plan", "unmanage", "zsh"), ("unmanage", "zsh"), ("undo", "--yes")):
            assert dotstream(*words, cwd=root).code == 0
        assert not (scratch_home / "ran").exists()

    def test_output_is_shown_and_a_failure_is_reported_and_takes_nothing_back(
        self, scratch_home: Path, root: Path
    ) -> None:
        done = dotstream("manage", "vim", "--yes", cwd=root)
        assert done.code == 1
        assert "told\n" in done.out
        assert "echo told; exit 3 failed (exit code 3); the links stay as they are" in done.err
        assert (scratch_home / ".vimrc").is_symlink()

    def test_programs_read_events_only_and_the_output_goes_to_the_other_stream(
        self, scratch_home: Path, root: Path
    ) -> None:
        stream = events("manage", "vim", "--yes", cwd=root)
        check(stream)
        [told] = of(stream, "after")
        assert (told["package"], told["exit"], stream[-1]["exit"]) == ("vim", 3, 1)
        assert (scratch_home / ".vimrc").is_symlink()


def test_a_directory_is_named_once_for_all_that_is_adopted_from_it(scratch_home: Path) -> None:
    root = household(scratch_home)
    for name in (".inputrc", ".profile", ".tmux.conf"):
        (scratch_home / name).touch()
    paths = ("~/.inputrc", "~/.profile", "~/.tmux.conf")
    shown = on_terminal("plan", "adopt", *paths, "-p", "x", "--color", "never", cwd=root)
    assert [line for line in shown.out.splitlines() if line.endswith("/")] == [
        "~/dotfiles/",
        "  mkdir  x/",
        "~/",
    ]


@pytest.mark.parametrize("pager", [None, "less", "cat", "/nonexistent"])
def test_a_long_plan_is_shortened_before_the_question_and_listed_on_request(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch, pager: str | None
) -> None:
    """Whatever the pager: none is started, so none can take the question away."""
    if pager is None:
        monkeypatch.delenv("PAGER", raising=False)
    else:
        monkeypatch.setenv("PAGER", pager)
    root = household(scratch_home)
    for number in range(60):
        (root / f"zsh/dot-rc{number:02}").touch()
    (scratch_home / ".zshrc").touch()
    words = ("manage", "zsh", "--on-conflict", "overwrite", "--color", "never")
    refused = on_terminal(*words, cwd=root, typed="n\n")
    assert ".rc00" in refused.out
    assert ".rc59" not in refused.out
    assert " more\n" in refused.out
    listed = on_terminal(*words, cwd=root, typed="l\ny\n")
    assert listed.code == 0
    assert listed.out.count(".rc00") == 2
    assert ".rc59" in listed.out
