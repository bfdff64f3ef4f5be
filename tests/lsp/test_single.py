"""One file: linked, unlinked, settled, ignored; and a configuration to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def about(world: World, path: Path, **more: Any) -> dict[str, Any]:
    return {"root": uri(world.root), "path": uri(path), **more}


@pytest.mark.parametrize("side", ["package", "target"])
def test_one_file_is_linked_and_unlinked_from_either_side(
    world: World, editor: Editor, side: str
) -> None:
    link, source = (
        world.target / ".vim/colors/dusk.vim",
        world.root / "vim/dot-vim/colors/dusk.vim",
    )
    before = snapshot(world.target, prune=STATE)
    params = about(world, source if side == "package" else link)
    rows = {**params, "partialResultToken": "rows"}
    done = editor.ask("dotstream/link", rows)
    assert (done["applied"], done["transaction"], done["omitted"]) == (3, 1, 0)
    assert [row["op"] for row in editor.rows("rows")] == ["make_dir", "make_dir", "create_link"]
    assert link.resolve() == source
    assert not (world.target / ".vimrc").exists()
    done = editor.ask("dotstream/unlink", params)
    assert done["counts"]["remove_link"] == 1
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_what_a_fold_shows_is_not_unlinked_by_itself(world: World, editor: Editor) -> None:
    fold = world.target / ".vim"
    editor.ask("dotstream/apply", world.params("vim", options={"folding": "safe"}))
    assert fold.is_symlink()
    path = fold / "colors/dusk.vim"
    for side in (path, world.root / "vim/dot-vim/colors/dusk.vim"):
        told = editor.error("dotstream/unlink", about(world, side))
        assert (told["data"]["kind"], told["data"]["remedy"]) == ("usage", "unlink_whole")
        assert told["message"].endswith(f"{fold} is one link to the whole directory")
    plan = world.params("vim", path=uri(path)) | {"action": "unmanage"}
    assert editor.error("dotstream/apply", plan)["data"]["remedy"] == "unlink_whole"
    assert fold.is_symlink()
    assert editor.ask("dotstream/unlink", about(world, fold))["applied"] == 1


@pytest.mark.parametrize("method", ["link", "unlink"])
def test_a_dry_run_changes_nothing_and_its_digest_is_that_of_the_change(
    world: World, editor: Editor, method: str
) -> None:
    path = world.target / ".vimrc"
    if method == "unlink":
        editor.ask("dotstream/link", about(world, path))
    before = snapshot(world.target, prune=STATE)
    shown = editor.ask(f"dotstream/{method}", about(world, path, dryRun=True))
    assert "transaction" not in shown
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    other = about(world, path, digest="0" * 32)
    assert editor.error(f"dotstream/{method}", other)["data"]["kind"] == "stale_plan"
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    done = editor.ask(f"dotstream/{method}", about(world, path, digest=shown["digest"]))
    assert (done["digest"], done["applied"]) == (shown["digest"], 1)
    both = about(world, path, digest=shown["digest"], dryRun=True)
    assert editor.error(f"dotstream/{method}", both)["data"]["field"] == "digest"


@pytest.mark.parametrize(
    ("policy", "source", "applied"),
    [
        ("backup", "# zsh/dot-zshrc\n", 2),
        ("overwrite", "# zsh/dot-zshrc\n", 2),
        ("adopt", "mine\n", 3),
    ],
)
def test_a_conflict_is_settled_by_each_policy_and_undone(
    world: World, editor: Editor, policy: str, source: str, applied: int
) -> None:
    link = world.target / ".zshrc"
    link.write_text("mine\n")
    before = snapshot(world.target, prune=STATE)
    done = editor.ask("dotstream/resolve", about(world, link, policy=policy))
    assert done["applied"] == applied
    assert link.resolve() == world.root / "zsh/dot-zshrc"
    assert link.read_text() == source
    editor.ask("dotstream/undo", {"root": uri(world.root)})
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_a_conflict_that_is_skipped_stays(world: World, editor: Editor) -> None:
    link = world.target / ".zshrc"
    link.write_text("mine\n")
    done = editor.ask("dotstream/resolve", about(world, link, policy="skip"))
    assert (done["applied"], done["transaction"]) == (0, None)
    assert link.read_text() == "mine\n"
    error = editor.error("dotstream/resolve", about(world, link, policy="fail"))
    assert error["data"]["field"] == "policy"


@pytest.mark.parametrize("method", ["link", "unlink", "ignore"])
def test_a_path_of_no_package_is_refused(world: World, editor: Editor, method: str) -> None:
    error = editor.error(f"dotstream/{method}", about(world, world.target / ".nothing"))
    assert error["data"]["kind"] == "usage"


def test_a_file_that_is_ignored_is_written_down(world: World, editor: Editor) -> None:
    link = world.target / ".vim/colors/dusk.vim"
    found = editor.ask("dotstream/ignore", about(world, link))
    assert found == {
        "configuration": uri(world.root / "dotstream.toml"),
        "package": "vim",
        "pattern": "/.vim/colors/dusk.vim",
        "saved": True,
    }
    plan = editor.ask("dotstream/plan", world.params("vim", window=8, partialResultToken="p"))
    assert plan["counts"] == {"create_link": 1}


@pytest.mark.parametrize("origin", [None, "stow"])
def test_a_configuration_to_start_from_is_written_once(
    world: World, editor: Editor, origin: str | None
) -> None:
    path = world.root / "dotstream.toml"
    params = {"root": uri(world.root), "from": origin}
    assert editor.error("dotstream/init", params)["data"]["kind"] == "usage"
    assert path.read_text() == 'folding = "never"\n'
    path.unlink()
    (world.root / ".stowrc").write_text("--no-folding\n")
    shown = editor.ask("dotstream/init", {**params, "dryRun": True})
    assert (shown["written"], path.exists()) == (False, False)
    assert shown["text"].count('\nfolding = "never"') == 1
    done = editor.ask("dotstream/init", params)
    assert done == {**shown, "written": True}
    assert path.read_text() == shown["text"]
    assert editor.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 0


def test_a_plan_is_narrowed_to_one_path(world: World, editor: Editor) -> None:
    path = uri(world.target / ".vim")
    plan = editor.ask("dotstream/plan", world.params(path=path, source=uri(world.root / "vim/x")))
    assert plan["counts"] == {"make_dir": 2, "create_link": 1}


def test_everything_is_meant_where_nothing_is_named(world: World, editor: Editor) -> None:
    assert editor.error("dotstream/plan", world.params())["data"]["kind"] == "usage"
    plan = editor.ask("dotstream/plan", world.params(everything=True))
    assert plan["counts"] == {"make_dir": 2, "create_link": 3}
    with (world.root / "dotstream.toml").open("a") as file:
        file.write('[profiles.default]\npackages = ["zsh"]\n')
    plan = editor.ask("dotstream/plan", world.params(everything=True))
    assert plan["counts"] == {"create_link": 1}
