"""Adopting knows where a path really is, and what is better left where it is."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.crash.mounts import mounted
from tests.farm import File, Link, lines
from tests.rights import nobody
from tests.snapshot import difference

from dotstream.errors import UsageError

if TYPE_CHECKING:
    from tests.farm import Farm

_CLONE = {"home/.config/nvim/.git/HEAD": "ref", "home/.config/nvim/init.lua": "x"}


def _notes(farm: Farm, *paths: str, package: str | None = None, whole: bool = False) -> list[str]:
    full = [f"{farm.target}/{path}" for path in paths]
    plan = farm.client().plan_adopt(*full, package=package, whole=whole)
    return lines(plan.items, farm.target)


# What is dotstream's own, or a package's ------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("stow", "dotstream itself needs it there"),
        ("state", "dotstream itself needs it there"),
        ("state/farms", "dotstream itself needs it there"),
        ("stow/README", "it is the repository's own"),
        ("stow/.git", "it is the repository's own"),
        ("stow/dotstream.toml", "it is the repository's own"),
        ("stow/zsh", "it is package zsh itself"),
        ("stow/zsh/x", "package zsh has it already"),
    ],
)
@pytest.mark.parametrize("way", ["", "around/../", "through/", "absolute/"])
def test_what_is_in_the_package_or_state_directory_is_refused_by_whichever_way_it_is_named(
    farm: Farm, path: str, why: str, way: str
) -> None:
    farm.make({
        "stow/README": "r", "stow/.git/HEAD": "ref", "stow/dotstream.toml": "", "stow/zsh/x": "z",
        "around/x": "a", "through": Link("."),
    })  # fmt: skip
    os.symlink(farm.root, f"{farm.root}/absolute")
    farm.run("manage")
    before = farm.tree()
    with pytest.raises(UsageError, match=why):
        farm.client(farm.root).plan_adopt(f"{farm.root}/{way}{path}", package="git")
    assert difference(before, farm.tree()) == []


def test_a_state_directory_that_is_reached_through_a_link_is_kept_in_a_directory_that_moves(
    farm: Farm,
) -> None:
    farm.make({"home/.local/state/dotstream/x": "s", "home/.local/y": "y"})
    os.symlink(f"{farm.target}/.local/state/dotstream", farm.state)
    assert "notice .local/state/dotstream: left in place: dotstream itself needs it there" in (
        _notes(farm, ".local", package="local")
    )


def test_a_link_to_the_package_directory_in_another_spelling_stays(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "way": Link("stow")})
    os.symlink(f"{farm.root}/way/zsh", f"{farm.target}/.z")
    assert _notes(farm, ".z", package="git") == ["notice .z: package zsh has it already"]


# What another package has ---------------------------------------------------------------------


def _folded(farm: Farm) -> None:
    farm.make({
        "stow/app/dot-config/app/rc": "1",
        "stow/app/dot-config/app/cache/page": "2",
        "stow/app/dot-config/app/cache/other": "3",
        "home/.config/mine": "4",
    }).run("manage", "app")  # fmt: skip
    assert farm.home()[".config/app"].startswith("->")


def test_below_a_fold_of_the_same_package_it_has_it_already(farm: Farm) -> None:
    _folded(farm)
    before = farm.tree()
    with pytest.raises(UsageError, match="package app has it already"):
        farm.adopt(".config/app/rc", package="app")
    assert difference(before, farm.tree()) == []


def test_below_a_fold_of_another_package_without_naming_one_it_is_said_how_to_move_it(
    farm: Farm,
) -> None:
    _folded(farm)
    with pytest.raises(UsageError, match=r"to move it, name its place .* another package"):
        farm.adopt(".config/app/rc")


def test_below_a_fold_of_another_package_the_fold_is_opened_and_the_file_moved(
    farm: Farm,
) -> None:
    _folded(farm)
    before = farm.tree()
    farm.adopt(".config/app/cache/page", package="web")
    assert farm.read("stow/web/dot-config/app/cache/page") == "2"
    found = farm.home()
    base = "../../../../stow"
    assert found[".config/app/cache/page"] == f"-> {base}/web/dot-config/app/cache/page"
    assert found[".config/app/cache/other"] == f"-> {base}/app/dot-config/app/cache/other"
    assert found[".config/app/rc"] == "-> ../../../stow/app/dot-config/app/rc"
    assert lines(farm.plan("remanage").items, farm.target) == []
    client = farm.client()
    client.apply(client.stream_undo())
    assert difference(before, farm.tree()) == []


def test_a_link_of_another_package_is_moved_between_packages(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-profile": "p"}).run("manage")
    farm.adopt(".profile", package="sh")
    assert farm.home() == {".profile": "-> ../stow/sh/dot-profile"}
    assert farm.read("stow/sh/dot-profile") == "p"
    assert lines(farm.plan("remanage").items, farm.target) == []


def test_what_another_package_directory_has_is_refused_and_both_are_named(farm: Farm) -> None:
    farm.make({"other/.stow": "", "other/zsh/d/x": "z", "home/d": Link("../other/zsh/d")})
    with pytest.raises(UsageError, match=f"package zsh of {farm.root}/other has it already"):
        farm.adopt("d/x", package="git")


def test_what_an_application_wrote_through_a_fold_is_moved_out(farm: Farm) -> None:
    _folded(farm)
    before = farm.tree()
    farm.make({"home/.config/app/cache/written": "5"})
    client = farm.client()
    paths = (f"{farm.target}/.config/app/cache/{name}" for name in ("written", "page", "other"))
    client.apply(client.stream_release(*paths))
    found = farm.home()
    assert found[".config/app/rc"] == "-> ../../../stow/app/dot-config/app/rc"
    assert [found[f".config/app/cache/{name}"] for name in ("written", "page", "other")] == [
        "file"
    ] * 3
    assert lines(farm.plan("remanage").items, farm.target) == []
    client.apply(client.stream_undo())
    os.unlink(f"{farm.target}/.config/app/cache/written")
    assert difference(before, farm.tree()) == []


@pytest.mark.parametrize("folding", ["safe", "always", "never"])
def test_moving_out_what_was_adopted_brings_everything_back(farm: Farm, folding: str) -> None:
    farm.make({"home/.a/b/c": "1", "home/.a/.d": "2", "home/.zshrc": "3"})
    before = farm.home()
    client = farm.configured(f'folding = "{folding}"\n')
    paths = [f"{farm.target}/{path}" for path in (".a", ".zshrc")]
    client.apply(client.stream_adopt(*paths, package="a"))
    linked = [f"{farm.target}/{path}" for path, kind in farm.home().items() if "->" in kind]
    client.apply(client.stream_release(*linked))
    assert farm.home() == before


def test_what_no_package_has_cannot_be_moved_out(farm: Farm) -> None:
    farm.make({"home/.zshrc": "mine"})
    with pytest.raises(UsageError, match="no package has it"):
        farm.client().plan_release(f"{farm.target}/.zshrc")


def test_a_relative_link_that_would_lead_elsewhere_is_not_moved_out(farm: Farm) -> None:
    farm.make({"stow/zsh/to": Link("x"), "stow/zsh/x": "z"}).run("manage")
    plan = farm.client().plan_release(f"{farm.target}/to")
    assert lines(plan.items, farm.target) == [
        "notice to: left in place: moved, to would lead elsewhere"
    ]


# Git ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("git", ["directory", "file"])
def test_a_git_repository_is_left_in_place(farm: Farm, git: str) -> None:
    farm.make({"home/.vim/vimrc": "v", "home/.vim/plug/a.vim": "a"})
    farm.make(
        {"home/.vim/plug/.git/HEAD": "ref"}
        if git == "directory"
        else {"home/.vim/plug/.git": "gitdir: ../../.git/modules/plug\n"}
    )
    farm.adopt(".vim")
    found = farm.home()
    assert found[".vim/vimrc"] == "-> ../../stow/vim/dot-vim/vimrc"
    assert (found[".vim/plug"], found[".vim/plug/a.vim"]) == ("dir", "file")
    assert not os.path.exists(f"{farm.directory}/vim/dot-vim/plug")


def test_a_git_repository_moves_whole_if_that_is_asked_for(farm: Farm) -> None:
    farm.make(_CLONE)
    client = farm.client()
    client.apply(client.stream_adopt(f"{farm.target}/.config/nvim", package="nvim", whole=True))
    assert farm.home()[".config/nvim"] == "-> ../../stow/nvim/dot-config/nvim"
    assert farm.read("home/.config/nvim/.git/HEAD") == "ref"
    assert lines(farm.plan("remanage").items, farm.target) == []


def test_where_a_package_is_never_folded_the_way_to_move_a_git_repository_is_said_and_works(
    farm: Farm,
) -> None:
    farm.make({**_CLONE, "stow/dotstream.toml": 'folding = "never"\n'})
    before = farm.tree()
    (note,) = _notes(farm, ".config/nvim", package="nvim", whole=True)
    assert note == (
        "notice .config/nvim: left in place: one link would have to stand for it, and the "
        'package is never folded; give nvim folding = "safe" in dotstream.toml'
    )
    assert difference(before, farm.tree()) == []
    client = farm.configured('folding = "never"\n[packages.nvim]\nfolding = "safe"\n')
    client.apply(client.stream_adopt(f"{farm.target}/.config/nvim", package="nvim", whole=True))
    assert farm.home()[".config/nvim"] == "-> ../../stow/nvim/dot-config/nvim"


def test_one_inside_of_what_moves_moves_with_it_if_that_is_asked_for(farm: Farm) -> None:
    farm.make({"home/.vim/vimrc": "v", "home/.vim/plug/.git/HEAD": "ref"})
    client = farm.client()
    client.apply(client.stream_adopt(f"{farm.target}/.vim", whole=True))
    assert farm.home() == {".vim": "-> ../stow/vim/dot-vim"}
    assert farm.read("home/.vim/plug/.git/HEAD") == "ref"


def test_a_submodule_whose_git_directory_is_elsewhere_stays_even_then(farm: Farm) -> None:
    farm.make({"home/.d/.git": "gitdir: ../.git/modules/d\n", "home/.d/x": "x"})
    (note,) = _notes(farm, ".d", whole=True)
    assert note == "notice .d: left in place: moved, .git would lead elsewhere"


@pytest.mark.parametrize("path", [".config/nvim/.git", ".config/nvim/.git/HEAD"])
def test_git_itself_is_never_taken(farm: Farm, path: str) -> None:
    farm.make(_CLONE)
    assert "notice .config/nvim/.git: left in place: git needs it there" in _notes(farm, path)


def test_a_file_of_a_git_repository_that_is_named_is_taken_and_that_is_said(farm: Farm) -> None:
    farm.make(_CLONE)
    found = _notes(farm, ".config/nvim/init.lua")
    note = "notice .config/nvim: a git repository, which will show init.lua as changed"
    assert found[0] == note
    assert found[-1].startswith("create_link .config/nvim/init.lua")


def test_a_clone_that_is_really_one_has_nothing_to_say_afterwards(farm: Farm) -> None:
    farm.make({"home/.config/nvim/init.lua": "x"})
    clone = f"{farm.target}/.config/nvim"
    git = ["git", "-C", clone, "-c", "user.name=n", "-c", "user.email=n@x"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    farm.adopt(".config", package="config")
    done = subprocess.run([*git, "status", "--short"], check=True, capture_output=True)
    assert done.stdout == b""


# Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [r"\.secret", "dot-secret", "^/dot-secret"])
def test_ignore_rules_are_asked_for_both_names(farm: Farm, pattern: str) -> None:
    farm.make(
        {"stow/zsh/.stow-local-ignore": pattern, "home/.secret": "s", "home/.d/.secret": ""}
    )
    assert _notes(farm, ".secret", package="zsh") == [
        "notice .secret: left in place: an ignore rule matches it"
    ]


def test_a_package_that_has_the_real_name_gets_no_dot_name_beside_it(farm: Farm) -> None:
    farm.make({"stow/app/.config/app/rc": "1", "home/.config/app/.more": "2"})
    farm.adopt(".config/app/.more", package="app")
    assert farm.read("stow/app/.config/app/dot-more") == "2"
    assert not os.path.lexists(f"{farm.directory}/app/dot-config")
    assert farm.plan("manage", "app").conflicts == []


@pytest.mark.parametrize(
    ("beside", "member"),
    [
        (".config/x", ".zshrc"),
        (".zshenv", ".zshrc"),
        ("dot-zshenv", "dot-zshrc"),
        (".gitignore", "dot-zshrc"),
        (".stow-local-ignore", "dot-zshrc"),
    ],
)
def test_a_new_name_is_written_as_those_beside_it_are(
    farm: Farm, beside: str, member: str
) -> None:
    farm.make({f"stow/zsh/{beside}": "", "home/.zshrc": "mine"}).adopt(".zshrc", package="zsh")
    assert farm.read(f"stow/zsh/{member}") == "mine"
    assert lines(farm.plan("remanage").notices, farm.target) == []


def test_a_file_that_the_package_has_under_the_real_name_is_a_conflict(farm: Farm) -> None:
    farm.make({"stow/zsh/.zshrc": "1", "home/.zshrc": "2"})
    (conflict,) = farm.client().plan_adopt(f"{farm.target}/.zshrc", package="zsh").conflicts
    assert (conflict.kind, conflict.source) == (
        "package_has_file", f"{farm.directory}/zsh/.zshrc"
    )  # fmt: skip


def test_a_package_with_a_target_of_its_own_adopts_from_there(farm: Farm) -> None:
    farm.make({"etc/hosts": "h"})
    client = farm.configured(f'[packages.etc]\ntarget = "{farm.root}/etc"\n')
    client.agree()
    client.apply(client.stream_adopt(f"{farm.root}/etc/hosts", package="etc"))
    assert os.readlink(f"{farm.root}/etc/hosts") == "../stow/etc/hosts"


# Who may see it, and who may write -------------------------------------------------------------

_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (File(_KEY), "a private key:"),
        (File("PuTTY-User-Key-File-3: ssh-ed25519\n"), "a private key:"),
        (File("# created: today\n# public key: age1\nAGE-SECRET-KEY-1X\n"), "a private key:"),
        (File("token", 0o600), "a file that only its owner can read:"),
        (File("token", 0o640), None),
        (File("-----BEGIN CERTIFICATE-----\n"), None),
    ],
)
def test_what_is_private_is_warned_of_before_it_goes_into_a_repository(
    farm: Farm, entry: File, said: str | None
) -> None:
    farm.make({"home/.x": entry})
    notes = [each for each in _notes(farm, ".x") if each.startswith("notice")]
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


def test_a_directory_that_moves_whole_is_warned_of_once(farm: Farm) -> None:
    farm.make({"home/.ssh/id": File(_KEY, 0o600), "home/.ssh/d/t": File("", 0o600)})
    (note,) = [each for each in _notes(farm, ".ssh") if each.startswith("notice")]
    assert "and 1 more in it, which look private" in note


def test_a_repository_that_cannot_be_written_is_named(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")  # that is root's own here
    farm.make({"stow/zsh/dot-config/x": "x", "home/.config/y": "y"})
    os.chmod(farm.root.rpartition("/")[0], 0o711)  # noqa: S103 - it is nobody's secret
    os.chmod(f"{farm.target}/.config", 0o777)  # noqa: S103 - who runs this may change it
    with nobody():
        plan = farm.client().plan_adopt(f"{farm.target}/.config/y", package="zsh")
    (error,) = plan.errors
    assert (error.path, error.permission) == (f"{farm.directory}/zsh/dot-config", True)


# Packages with a target of their own, and repositories that are the package ---------------------


def test_a_package_that_the_paths_name_takes_them_where_its_target_is(farm: Farm) -> None:
    farm.make({"home/.config/nvim/init.lua": "n", "home/.nvim": "x"})
    client = farm.configured(f'[packages.nvim]\ntarget = "{farm.target}/.config/nvim"\n')
    client.apply(client.stream_adopt(f"{farm.target}/.config/nvim/init.lua"))
    assert farm.read("stow/nvim/init.lua") == "n"
    assert lines(client.plan_remanage("nvim").items, farm.target) == []
    for path in (".nvim", ".config/nvim"):
        with pytest.raises(UsageError, match=r"into package nvim, which is for .*/nvim") as told:
            client.plan_adopt(f"{farm.target}/{path}")
        assert told.value.remedy == "name_package"


def test_the_target_itself_is_refused_with_what_to_name(farm: Farm) -> None:
    with pytest.raises(UsageError, match="it is the target itself; name what is in it"):
        farm.client().plan_adopt(farm.target, package="all")


def test_where_the_repository_is_the_package_no_other_can_be_named(farm: Farm) -> None:
    farm.make({"stow/.zshrc": "z", "home/.x": "x"})
    client = farm.configured('layout = "single"\n')
    client.apply(client.stream_manage())
    for path in (".zshrc", ".x"):
        with pytest.raises(UsageError, match="itself the one package"):
            client.plan_adopt(f"{farm.target}/{path}", package="zsh")


def test_a_mount_point_stays_where_it_is_and_what_is_beside_it_moves(farm: Farm) -> None:
    farm.make({"home/.d/data/x": "x", "home/.d/rc": "r"})
    with mounted(f"{farm.target}/.d/data", "size=1m") as place:
        if place is None:
            pytest.skip("nothing can be mounted here")
        farm.adopt(".d", package="d")
        assert farm.home()[".d/rc"].startswith("->")
        assert os.path.ismount(f"{farm.target}/.d/data")


def test_a_pattern_that_matches_nothing_is_no_success(farm: Farm) -> None:
    with pytest.raises(UsageError, match=r"\.none\*: nothing matches"):
        farm.client().plan_adopt(f"{farm.target}/.none*", package="z")
