"""Sources of tools that name files in ways of their own: no home is filled with strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.cli.process import dotstream
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.snapshot import Tree


class Source(NamedTuple):
    """A source in a home.

    Attributes:
        tool: whose it is.
        where: the directory.
        files: what there is in it.
        links: what the tool has linked in the home, and to what in it.
        copies: what it has copied to the home, and from where.
    """

    tool: str
    where: str
    files: tuple[str, ...]
    links: Mapping[str, str] = {}
    copies: Mapping[str, str] = {}


SOURCES = {
    "chezmoi": Source(
        "chezmoi",
        ".local/share/chezmoi",
        ("dot_zshrc", "dot_config/nvim/init.lua", "private_dot_ssh/config", "docs/x.md"),
        copies={".zshrc": "dot_zshrc", ".config/nvim/init.lua": "dot_config/nvim/init.lua"},
    ),
    "chezmoi with its source below": Source(
        "chezmoi",
        "dotfiles",
        (".chezmoiroot", "home/dot_zshrc", "home/dot_config/x", "home/Library/y.plist.tmpl"),
        copies={".zshrc": "home/dot_zshrc"},
    ),
    "rcm": Source(
        "rcm",
        ".dotfiles",
        ("rcrc", "zshrc", "config/nvim/init.lua", "vim/x.vim", "hooks/post-up", "bin/x"),
        {".zshrc": "zshrc", ".vim/x.vim": "vim/x.vim", ".bin/x": "bin/x"},
    ),
    "rcm with tags": Source(
        "rcm",
        "dotfiles",
        ("tag-work/gitconfig", "host-laptop/zshrc", "config/nvim/init.lua", "README.md"),
        {".gitconfig": "tag-work/gitconfig", ".config/nvim/init.lua": "config/nvim/init.lua"},
    ),
    "dotbot, whose names are its own": Source(
        "dotbot",
        "dotfiles",
        ("install.conf.yaml", "zshrc", "nvim/init.lua", "i3/config"),
        {".zshrc": "zshrc", ".config/nvim": "nvim", ".config/i3": "i3"},
    ),
}


class World:
    """A home as the tool has left it."""

    def __init__(self, home: Path, source: Source) -> None:
        self.home, self.source, self.where = home, source, home / source.where
        (home / ".local").mkdir()
        for path in source.files:
            (self.where / path).parent.mkdir(parents=True, exist_ok=True)
            (self.where / path).write_text(f"{path}\n")
        for shown, path in (source.links | source.copies).items():  # type: ignore[operator]
            (home / shown).parent.mkdir(parents=True, exist_ok=True)
            if shown in source.links:
                (home / shown).symlink_to(self.where / path)
            else:
                (home / shown).write_text(f"{path}\n")

    def tree(self) -> Tree:
        return snapshot(
            self.home, prune=frozenset({".local/state", f"{self.source.where}/dotstream.toml"})
        )


@pytest.fixture(params=SOURCES)
def world(request: pytest.FixtureRequest, scratch_home: Path) -> World:
    return World(scratch_home, SOURCES[request.param])


def test_who_asks_for_everything_is_told_whose_source_it_is_and_nothing_is_linked(
    world: World,
) -> None:
    before = world.tree()
    for words in (["plan", "manage", "--all"], ["manage", "--all"], ["remanage", "--all"]):
        refused = dotstream("-d", ".", *words, cwd=world.where)
        assert refused.code == 2, words
        assert f"laid out for {world.source.tool}" in refused.err
    assert (
        f"laid out for {world.source.tool}" in dotstream("-d", ".", "status", cwd=world.where).out
    )
    assert difference(before, world.tree()) == []


def test_init_says_so_names_the_links_and_advises_nothing(world: World) -> None:
    before = world.tree()
    said = dotstream("init", cwd=world.where).out
    assert f"this repository is laid out for {world.source.tool}\n" in said
    assert "'Come from another tool' in the manual" in said
    assert "now: dotstream plan" not in said
    assert all(f"~/{path}" in said for path in world.source.links)
    refused = dotstream("manage", "--all", cwd=world.where)
    assert (refused.code, f"laid out for {world.source.tool}" in refused.err) == (2, True)
    assert difference(before, world.tree()) == []


def test_what_the_tool_has_made_is_no_fault_and_is_never_removed(world: World) -> None:
    dotstream("init", cwd=world.where)
    before = world.tree()
    assert "no problems found" in dotstream("doctor", cwd=world.where).out
    for words in (["doctor", "--fix"], ["remanage"], ["unmanage", "--all"]):
        dotstream(*words, cwd=world.where)
    assert difference(before, world.tree()) == []
    for path in world.source.links:
        told = dotstream("status", str(world.home / path), cwd=world.where).out
        assert "which is in no package" in told


def test_a_file_is_adopted_from_what_the_tool_has_copied_and_given_back(world: World) -> None:
    dotstream("init", cwd=world.where)
    before = world.tree()
    for path in world.source.copies:
        done = dotstream("adopt", "-p", "mine", f"~/{path}", cwd=world.where)
        assert done.code == 0, done
        assert (world.home / path).resolve().is_relative_to(world.where / "mine")
        assert dotstream("undo", "--yes", cwd=world.where).code == 0
    assert difference(before, world.tree()) == []
