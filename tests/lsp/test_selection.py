"""A part of a plan: rows that a person left out, with digest, history and undo right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.lsp.wires import TRANSPORTS, Server
from tests.snapshot import difference, snapshot

from dotstream.client import Client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def links(target: Path) -> set[str]:
    """Return every link in the target, relative to it, but those in the package directory."""
    return {
        str(path.relative_to(target))
        for path in target.rglob("*")
        if path.is_symlink() and "dotfiles" not in path.relative_to(target).parts
    }


def uris(world: World, *names: str) -> list[str]:
    return [uri(world.target / name) for name in names]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_is_left_out_is_not_done_and_the_rest_is_undone_as_one(
    world: World, transport: str
) -> None:
    server = Server(transport)
    before = snapshot(world.target, prune=STATE)
    with Editor(server=server) as editor:
        shown = editor.ask("dotstream/plan", world.params("vim", "zsh"))
        part = world.params(
            "vim",
            "zsh",
            digest=shown["digest"],
            omit=uris(world, ".vim/colors"),
            partialResultToken="rows",
        )
        done = editor.ask("dotstream/apply", part)
        assert done["counts"] == {"make_dir": 1, "create_link": 2}
        assert (done["applied"], done["digest"] != shown["digest"]) == (3, True)
        assert [row["label"] for row in editor.rows("rows")] == ["~/.vim", "~/.vimrc", "~/.zshrc"]
        assert links(world.target) == {".vimrc", ".zshrc"}
        (told,) = editor.ask("dotstream/history", {"root": uri(world.root)})["transactions"]
        assert (told["operations"], told["packages"]) == (3, ["vim", "zsh"])
        assert editor.ask("dotstream/doctor", {"root": uri(world.root)})["findings"] == 0
        editor.ask("dotstream/undo", {"root": uri(world.root)})
    server.end()
    assert difference(before, snapshot(world.target, prune=STATE)) == []


@pytest.mark.parametrize(
    ("only", "linked"),
    [
        ([".vim/colors/dusk.vim"], {".vim/colors/dusk.vim"}),
        ([".vim"], {".vim/colors/dusk.vim"}),
        ([".vimrc", ".zshrc"], {".vimrc", ".zshrc"}),
        ([], set()),
        ([".nothing"], set()),
    ],
)
def test_what_is_chosen_is_done_with_the_directories_that_it_needs(
    world: World, editor: Editor, only: list[str], linked: set[str]
) -> None:
    done = editor.ask("dotstream/apply", world.params("vim", "zsh", only=uris(world, *only)))
    assert links(world.target) == linked
    assert (done["transaction"] is None) == (not linked)


def test_both_say_what_is_chosen_but_what_is_left_out(world: World, editor: Editor) -> None:
    world.write("vim/dot-vim/colors/dawn.vim")
    chosen = {"only": uris(world, ".vim"), "omit": uris(world, ".vim/colors/dusk.vim")}
    editor.ask("dotstream/apply", world.params("vim", **chosen))
    assert links(world.target) == {".vim/colors/dawn.vim"}


def test_a_part_of_another_plan_changes_nothing(world: World, editor: Editor) -> None:
    shown = editor.ask("dotstream/plan", world.params("vim", "zsh"))
    world.write("vim/dot-exrc")
    before = snapshot(world.target, prune=STATE)
    part = world.params("vim", "zsh", digest=shown["digest"], omit=uris(world, ".zshrc"))
    error = editor.error("dotstream/apply", part)
    assert (error["code"], error["data"]["kind"]) == (-32801, "stale_plan")
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_a_part_of_a_plan_with_a_new_conflict_is_one_of_another_plan(
    world: World, editor: Editor
) -> None:
    shown = editor.ask("dotstream/plan", world.params("vim", "zsh"))
    (world.target / ".zshrc").write_text("mine\n")
    part = world.params("vim", "zsh", digest=shown["digest"], omit=uris(world, ".vimrc"))
    error = editor.error("dotstream/apply", part)
    assert (error["code"], error["data"]["kind"]) == (-32801, "stale_plan")


def test_a_conflict_that_is_left_out_is_in_nobodys_way(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    before = snapshot(world.target, prune=STATE)
    error = editor.error(
        "dotstream/apply", world.params("zsh", "vim", omit=uris(world, ".vimrc"))
    )
    assert (error["data"]["kind"], error["data"]["total"]) == ("conflict", 1)
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    editor.ask("dotstream/apply", world.params("zsh", "vim", omit=uris(world, ".zshrc")))
    assert links(world.target) == {".vimrc", ".vim/colors/dusk.vim"}


@pytest.mark.parametrize("policy", ["adopt", "backup", "overwrite"])
def test_a_file_is_left_out_with_every_move_that_is_made_for_it(
    world: World, editor: Editor, policy: str
) -> None:
    world.write("zsh/dot-zprofile")
    for name in (".zshrc", ".zprofile"):
        (world.target / name).write_text(f"my {name}\n")
    options = {"onConflict": policy}
    done = editor.ask(
        "dotstream/apply", world.params("zsh", options=options, omit=uris(world, ".zshrc"))
    )
    assert done["counts"]["create_link"] == 1
    assert links(world.target) == {".zprofile"}
    assert (world.target / ".zshrc").read_text() == "my .zshrc\n"
    assert (world.root / "zsh/dot-zshrc").read_text() == "# zsh/dot-zshrc\n"


def test_of_several_files_to_adopt_one_is_left_out(world: World, editor: Editor) -> None:
    for name in (".config/one/a", ".config/two/b"):
        (world.target / name).parent.mkdir(parents=True)
        (world.target / name).write_text("mine\n")
    adopt: dict[str, Any] = {
        "root": uri(world.root),
        "action": "adopt",
        "package": "new",
        "paths": uris(world, ".config/one/a", ".config/two/b"),
    }
    editor.ask("dotstream/apply", {**adopt, "omit": uris(world, ".config/one/a")})
    assert links(world.target) == {".config/two/b"}
    assert [path.name for path in (world.root / "new").rglob("*") if path.is_file()] == ["b"]
    assert not (world.root / "new/dot-config/one").exists()


def test_a_directory_stays_where_something_in_it_stays(world: World, editor: Editor) -> None:
    world.write("vim/dot-vim/colors/dawn.vim")
    editor.ask("dotstream/apply", world.params("vim"))
    away = world.params("vim", action="unmanage", omit=uris(world, ".vim/colors/dawn.vim"))
    editor.ask("dotstream/apply", away)
    assert links(world.target) == {".vim/colors/dawn.vim"}
    assert editor.ask("dotstream/doctor", {"root": uri(world.root)})["findings"] == 0


@pytest.mark.parametrize("way", ["omit", "only"])
def test_a_fold_is_made_or_left_as_a_whole(world: World, editor: Editor, way: str) -> None:
    (world.root / "dotstream.toml").write_text("")
    world.write("more/dot-vim/colors/dawn.vim")
    editor.ask("dotstream/apply", world.params("vim", "more"))
    before = snapshot(world.target, prune=STATE)
    away = world.params("more", action="unmanage")
    whole = {"refold": 1, "remove_dir": 1, "remove_link": 2}
    assert editor.ask("dotstream/plan", away)["counts"] == whole
    part = {**away, way: uris(world, ".vim/colors/dawn.vim")}
    done = editor.ask("dotstream/apply", part)
    if way == "omit":
        assert done["transaction"] is None
        assert difference(before, snapshot(world.target, prune=STATE)) == []
    else:
        assert done["counts"] == whole
        assert (world.target / ".vim").is_symlink()


def test_an_unfold_that_is_chosen_keeps_the_links_of_others(world: World, editor: Editor) -> None:
    (world.root / "dotstream.toml").write_text("")
    Client(world.root).apply(Client(world.root).plan_manage("vim"))
    assert (world.target / ".vim").is_symlink()
    world.write("more/dot-vim/colors/dawn.vim")
    part = world.params("more", only=uris(world, ".vim/colors/dawn.vim"))
    editor.ask("dotstream/apply", part)
    assert links(world.target) == {
        ".vimrc",
        ".vim/colors/dawn.vim",
        ".vim/colors/dusk.vim",
    }


def test_a_part_is_not_begun_before_all_is_known(world: World, editor: Editor) -> None:
    params = world.params("zsh", options={"stream": True}, omit=[])
    assert "result" in editor.answer(editor.request("dotstream/apply", params))
    params = world.params("vim", options={"stream": True}, omit=uris(world, ".vimrc"))
    assert editor.error("dotstream/apply", params)["data"]["field"] == "options.stream"


@pytest.mark.parametrize("way", ["omit", "only"])
def test_a_part_of_a_plan_needs_agreement_as_the_whole_does(
    world: World, editor: Editor, way: str
) -> None:
    (world.root / "dotstream.toml").write_text('on-conflict = "overwrite"\n')
    (world.target / ".zshrc").write_text("mine\n")
    before = snapshot(world.target, prune=STATE)
    chosen = uris(world, ".zshrc" if way == "only" else ".vimrc")
    part = world.params("vim", "zsh", **{way: chosen})
    error = editor.error("dotstream/apply", part)
    assert "you have not agreed to that; nothing was changed" in error["message"]
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    Client(world.root).agree()
    editor.ask("dotstream/apply", part)
    assert (world.target / ".zshrc").is_symlink()
