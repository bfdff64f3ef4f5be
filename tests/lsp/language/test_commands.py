"""The server's own commands: every policy by its code action, and undone after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from tests.lsp.language.desk import CAPABLE, Desk, uri
from tests.lsp.language.test_member import actions, field, hover, lenses
from tests.snapshot import difference, snapshot

from dotstream.client import Client
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from pathlib import Path


async def run(desk: Desk, command: types.Command) -> str:
    """Run a command as an editor does, and return what it says in the end."""
    said = len(desk.said)
    await desk.client.workspace_execute_command_async(
        types.ExecuteCommandParams(command.command, list(command.arguments or ()))
    )
    await desk.until(lambda: len(desk.said) > said)
    return desk.said[-1].message


async def order(desk: Desk, what: str, **argument: Any) -> str:
    return await run(desk, types.Command(what, f"dotstream.server.{what}", arguments=[argument]))


@pytest.mark.parametrize(
    ("policy", "title", "target", "source"),
    [
        ("backup", "Back up ~/.zshrc", None, "theirs\n"),
        ("overwrite", "Overwrite ~/.zshrc", None, "theirs\n"),
        ("adopt", "Adopt ~/.zshrc", None, "mine\n"),
        ("skip", "Skip ~/.zshrc", "mine\n", "theirs\n"),
    ],
)
async def test_a_conflict_is_resolved_by_each_policy_and_undone(
    capable: Desk,
    root: Path,
    scratch_home: Path,
    policy: str,
    title: str,
    target: str | None,
    source: str,
) -> None:
    rc, link = root / "zsh/dot-zshrc", scratch_home / ".zshrc"
    rc.write_text("theirs\n")
    link.write_text("mine\n")
    (scratch_home / ".vimrc").write_text("another conflict\n")
    prune = frozenset({".local", ".cache"})
    before = snapshot(scratch_home, prune=prune)
    capable.open(link)
    await capable.codes(link, "conflict")
    (action,) = [
        each for each in await actions(capable, link) if each.title.startswith(f"{title}: ")
    ]
    assert action.command is not None
    said = await run(capable, action.command)
    await capable.codes(link)
    assert rc.read_text() == source
    if target is not None:
        assert said == "Skip ~/.zshrc: there was nothing to do; nothing was changed"
        assert link.read_text() == target
        assert difference(before, snapshot(scratch_home, prune=prune)) == []
        return
    assert said.endswith("operations")
    assert link.resolve() == rc
    # Nothing but this file was touched: the other conflict is still one.
    changed = difference(before, snapshot(scratch_home, prune=prune))
    assert {line.split("'")[1] for line in changed} <= {".zshrc", "dotfiles/zsh/dot-zshrc"}
    assert (await order(capable, "undo", root=uri(root))).startswith("Undo the last change: ")
    assert difference(before, snapshot(scratch_home, prune=prune)) == []
    await capable.codes(link, "conflict")
    assert policy in title.lower().replace(" up", "up")


async def test_link_and_unlink_one_file(capable: Desk, root: Path, scratch_home: Path) -> None:
    path = root / "vim/dot-vimrc"
    prune = frozenset({".local", ".cache"})
    before = snapshot(scratch_home, prune=prune)
    capable.open(path)
    await capable.codes(path, "unlinked")
    link = (await actions(capable, path))[0].command
    assert link is not None
    assert await run(capable, link) == "Link ~/.vimrc: 1 operation"
    await capable.codes(path)
    assert [line[:9] for line in difference(before, snapshot(scratch_home, prune=prune))] == [
        "+ '.vimrc"
    ]
    assert (await lenses(capable, path))[0][0] == "linked as ~/.vimrc"
    unlink = (await actions(capable, path))[0].command
    assert unlink is not None
    assert await run(capable, unlink) == "Unlink ~/.vimrc: 1 operation"
    await capable.codes(path, "unlinked")
    assert difference(before, snapshot(scratch_home, prune=prune)) == []
    for method in (types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH):
        assert capable.refreshes[method] >= 2


async def test_a_package_with_a_target_of_its_own(
    capable: Desk, root: Path, scratch_home: Path, tmp_path: Path
) -> None:
    """Every lens and action acts where the package is linked, not in the target of the rest."""
    own = tmp_path / "opt"
    own.mkdir()
    (root / "dotstream.toml").write_text(f'[packages.zsh]\ntarget = "{own}"\n')
    rc, link = root / "zsh/dot-zshrc", own / ".zshrc"
    capable.open(rc)
    await capable.codes(rc, "unlinked")
    Client(root).agree()
    before = snapshot(scratch_home, prune=frozenset({".local", ".cache"}))

    async def act(title: str) -> str:
        found = {each.title: each.command for each in await actions(capable, rc)}
        command = found[title]
        assert command is not None
        assert field(command.arguments and command.arguments[0], "path") == uri(link)
        return await run(capable, command)

    assert await act(f"Link {link} now") == f"Link {link}: 1 operation"
    await capable.codes(rc)
    assert link.resolve() == rc
    assert (await lenses(capable, rc))[0][0] == f"linked as {link}"
    assert await act(f"Unlink {link}") == f"Unlink {link}: 1 operation"
    await capable.codes(rc, "unlinked")
    link.write_text("mine\n")
    capable.save(rc)  # nobody else tells the server of a change out there
    await capable.codes(rc, "conflict")
    said = await act(f"Back up {link}: {POLICY_WORDS['backup'].meaning}")
    assert said == f"Back up {link}: 2 operations"
    await capable.codes(rc)
    assert link.resolve() == rc
    assert (await order(capable, "undo", root=uri(root), transaction=3)).startswith(
        "Undo change 3: "
    )
    assert link.read_text() == "mine\n"
    after = snapshot(scratch_home, prune=frozenset({".local", ".cache"}))
    assert difference(before, after) == []


async def test_a_target_that_nobody_agreed_to_is_shown_and_not_changed(
    capable: Desk, root: Path, tmp_path: Path
) -> None:
    """An editor only looks until its user agrees, and what is agreed to counts at once."""
    own = tmp_path / "opt"
    own.mkdir()
    (root / "dotstream.toml").write_text(f'[packages.zsh]\ntarget = "{own}"\n')
    (own / ".zshrc").write_text("mine\n")
    rc, link = root / "zsh/dot-zshrc", own / ".zshrc"
    shown = {rc: f"conflict at {link}", link: "in the way of ~/dotfiles/zsh/dot-zshrc"}
    for path, words in shown.items():
        capable.open(path)
        await capable.codes(path, "conflict")
        assert (await lenses(capable, path))[0][0] == words
        assert str(link) in (await hover(capable, path) or "")
    (asked,) = [each for each in await actions(capable, rc) if each.title.startswith("Back up")]
    assert asked.command is not None
    before = snapshot(tmp_path)
    assert (await run(capable, asked.command)).endswith(
        "'dotstream config --agree' in a terminal"
    )
    assert difference(before, snapshot(tmp_path)) == []
    Client(root).agree()
    assert await run(capable, asked.command) == f"Back up {link}: 2 operations"
    assert link.resolve() == rc


async def test_a_fold_in_a_target_of_its_own(capable: Desk, root: Path, tmp_path: Path) -> None:
    """The directory that is one link is named, though the target lies elsewhere."""
    own = tmp_path / "o"
    own.mkdir()
    (root / "dotstream.toml").write_text(f'[packages.vim]\ntarget = "{own}"\n')
    (own / ".vim").symlink_to(root / "vim/dot-vim")
    path = root / "vim/dot-vim/colors/dusk.vim"
    capable.open(path)
    await capable.codes(path)
    assert (await lenses(capable, path))[1][0] == f"Unlink all of {own}/.vim"


async def test_progress_is_begun_by_the_server_and_ended(capable: Desk, root: Path) -> None:
    assert await order(capable, "apply", root=uri(root), packages=["vim", "zsh"]) == (
        "Manage vim, zsh: 5 operations"
    )
    kinds = [value["kind"] for _, value in capable.progress]
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert {token for token, _ in capable.progress} == {"dotstream-1"}
    begin, end = capable.progress[0][1], capable.progress[-1][1]
    assert begin == {
        "kind": "begin",
        "title": "Manage vim, zsh",
        "cancellable": True,
        "percentage": 0,
    }
    assert end["message"] == "Manage vim, zsh: 5 operations"


async def test_a_plan_is_shown_as_text(capable: Desk, root: Path, scratch_home: Path) -> None:
    (scratch_home / ".vimrc").write_text("mine")
    said = await order(capable, "plan", root=uri(root), packages=["vim"])
    assert said == "Plan: manage vim: 3 operations, 1 conflict"
    (shown,) = capable.shown
    assert shown.uri.startswith(uri(scratch_home / ".cache/dotstream"))
    text = Client(root).directory and _read(shown.uri)
    assert text.splitlines()[0] == "# Plan: manage vim"
    assert "conflict         ~/.vimrc: package vim wants a link here" in text
    assert "link             ~/.vim/colors/dusk.vim -> " in text
    assert not (scratch_home / ".vim").exists()


async def test_without_a_way_to_show_it_the_page_is_named(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    (scratch_home / ".zshrc").write_text("mine\n")
    (root / "zsh/dot-zshrc").write_bytes(b"caf\xe9\n")
    said = await order(desk, "diff", root=uri(root), path=uri(scratch_home / ".zshrc"))
    assert said.startswith("it is written to ~/.cache/dotstream/")
    (page,) = (scratch_home / ".cache/dotstream").glob("*/difference.diff")
    assert page.read_text(errors="replace").splitlines()[:2] == [
        "--- ~/.zshrc",
        "+++ ~/dotfiles/zsh/dot-zshrc",
    ]
    assert b"-mine\n+caf" in page.read_bytes()
    assert desk.progress == []


async def test_a_file_is_adopted_from_the_target(
    capable: Desk, root: Path, scratch_home: Path
) -> None:
    path = scratch_home / ".tmux.conf"
    path.write_text("mine\n")
    capable.open(path)
    await capable.codes(path)
    (action,) = await actions(capable, path)
    assert action.command is not None
    said = await run(capable, action.command)
    assert said.startswith("Adopt ~/.tmux.conf: ")
    assert (root / "tmux/dot-tmux.conf").read_text() == "mine\n"
    assert path.resolve() == root / "tmux/dot-tmux.conf"


async def test_a_broken_link_is_removed(capable: Desk, root: Path, scratch_home: Path) -> None:
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    (root / "zsh/dot-zshrc").unlink()
    path = scratch_home / ".zshrc"
    capable.open(path, "")
    await capable.codes(path, "broken-link")
    (action,) = await actions(capable, path)
    assert action.command is not None
    assert await run(capable, action.command) == "Unlink ~/.zshrc: 1 operation"
    assert not path.is_symlink()


async def test_ignoring_writes_the_configuration(capable: Desk, root: Path) -> None:
    path = root / "vim/dot-vim/colors/dusk.vim"
    capable.open(path)
    await capable.codes(path, "unlinked")
    command = (await actions(capable, path))[-1].command
    assert command is not None
    said = await run(capable, command)
    assert said == (
        "Never link ~/.vim/colors/dusk.vim: "
        "added '/.vim/colors/dusk.vim' to ignore of package vim"
    )
    assert (root / "dotstream.toml").read_text() == (
        'folding = "never"\n\n[packages.vim]\nignore = ["/.vim/colors/dusk.vim"]\n'
    )
    await capable.codes(path)


async def test_ignoring_goes_through_an_editor_that_has_the_file_open(
    capable: Desk, root: Path
) -> None:
    path = root / "dotstream.toml"
    capable.open(path, "# é not saved\n[packages.zsh]\n")
    said = await order(
        capable,
        "ignore",
        root=uri(root),
        package="zsh",
        path=uri(root.parent / ".zshrc"),
    )
    assert said == (
        "Never link ~/.zshrc: "
        "added '/.zshrc' to ignore of package zsh; save ~/dotfiles/dotstream.toml"
    )
    (edit,) = capable.edits
    assert edit.changes is not None
    (change,) = edit.changes[uri(path)]
    assert (change.range.start, change.new_text) == (
        types.Position(2, 0),
        'ignore = ["/.zshrc"]\n',
    )
    assert path.read_text() == 'folding = "never"\n'


async def test_a_stowrc_is_not_put_out_of_force_by_ignoring(desk: Desk, root: Path) -> None:
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").write_text("--target=~\n")
    said = await order(
        desk, "ignore", root=uri(root), package="zsh", path=uri(root.parent / "dot-zshrc")
    )
    assert "dotstream init --from-stow" in said
    assert not (root / "dotstream.toml").exists()


async def test_check_up_and_recovery_report(desk: Desk, root: Path) -> None:
    assert await order(desk, "recover", root=uri(root)) == "Recover: nothing was left unfinished"
    assert (
        await order(desk, "doctor", root=uri(root))
        == "Check links and records: no problems found"
    )


async def test_what_goes_wrong_is_said(desk: Desk, root: Path, scratch_home: Path) -> None:
    (scratch_home / ".zshrc").write_text("mine")
    said = await order(desk, "apply", root=uri(root), packages=["zsh"])
    assert said.startswith("1 conflict; nothing was changed.")
    assert desk.said[-1].type == types.MessageType.Error
    said = await order(desk, "apply", root=uri(root), packages=["zhs"])
    assert "zhs" in said
    said = await order(desk, "plan", root="file:///no/such/place")
    assert said == "root: /no/such/place is not a directory"
    said = await order(desk, "undo", root=uri(root))
    assert desk.said[-1].type == types.MessageType.Error


@pytest.mark.parametrize(
    ("what", "argument"),
    [("apply", {}), ("apply", {"root": "/x"}), ("resolve", {"root": "file:///x"})],
)
async def test_wrong_arguments_are_refused(
    desk: Desk, what: str, argument: dict[str, Any]
) -> None:
    with pytest.raises(JsonRpcInvalidParams):
        await desk.client.workspace_execute_command_async(
            types.ExecuteCommandParams(f"dotstream.server.{what}", [argument])
        )


@pytest.mark.parametrize("way", ["progress", "command"])
async def test_a_command_is_cancelled(
    capable: Desk, root: Path, scratch_home: Path, way: str
) -> None:
    for number in range(4000):
        (root / f"zsh/f{number}").touch()
    prune = frozenset({".local", ".cache"})
    before = snapshot(scratch_home, prune=prune)
    command = types.Command("x", "dotstream.server.apply", arguments=[{"root": uri(root)}])
    await capable.client.workspace_execute_command_async(
        types.ExecuteCommandParams(command.command, list(command.arguments or ()))
    )
    await capable.until(lambda: bool(capable.progress))
    if way == "progress":
        capable.client.window_work_done_progress_cancel(
            types.WorkDoneProgressCancelParams(capable.progress[0][0])
        )
    else:
        await capable.client.workspace_execute_command_async(
            types.ExecuteCommandParams("dotstream.server.cancel")
        )
    await capable.until(lambda: bool(capable.said))
    assert "ancelled" in capable.said[-1].message
    assert difference(before, snapshot(scratch_home, prune=prune)) == []


def _read(address: str) -> str:
    from urllib.parse import unquote

    with open(unquote(address.removeprefix("file://")), encoding="utf-8") as file:
        return file.read()


async def test_one_file_of_a_directory_that_would_be_folded(
    capable: Desk, root: Path, scratch_home: Path
) -> None:
    (root / "dotstream.toml").write_text("")
    (root / "vim/dot-vim/colors/dawn.vim").touch()
    path = root / "vim/dot-vim/colors/dusk.vim"
    capable.open(path)
    await capable.codes(path, "unlinked")
    link = (await actions(capable, path))[0].command
    assert link is not None
    said = await run(capable, link)
    assert said == "Link ~/.vim/colors/dusk.vim: 3 operations"
    assert [each.name for each in (scratch_home / ".vim/colors").iterdir()] == ["dusk.vim"]
    await capable.codes(path)
    # As a fold, it is not unlinked by itself, and that is said.
    client = Client(root)
    client.apply(client.plan_unmanage("vim"))
    client.apply(client.plan_manage("vim"))
    assert (scratch_home / ".vim").is_symlink()
    assert (await lenses(capable, path))[1] == (
        "Unlink all of ~/.vim",
        "dotstream.server.unlink",
    )
    (action,) = await actions(capable, path)
    assert action.title == "Unlink ~/.vim, the whole directory that this file is in"
    assert action.command is not None
    assert await run(capable, action.command) == "Unlink ~/.vim: 1 operation"
    assert not (scratch_home / ".vim").is_symlink()


@pytest.mark.parametrize(
    ("title", "mine"), [("Link", None), ("Back up", "mine\n"), ("Never link", None)]
)
async def test_in_a_repository_that_is_itself_the_package_what_is_offered_is_done(
    capable: Desk, root: Path, scratch_home: Path, title: str, mine: str | None
) -> None:
    (root / "dotstream.toml").write_text('layout = "single"\nfolding = "never"\n')
    source, link = root / ".bashrc", scratch_home / ".bashrc"
    source.write_text("b\n")
    if mine is not None:
        link.write_text(mine)
    capable.open(source)
    await capable.diagnostics(source)
    (action,) = [each for each in await actions(capable, source) if each.title.startswith(title)]
    assert action.command is not None
    await run(capable, action.command)
    if title == "Never link":
        assert Client(root).locate(source).state == "ignored"
    else:
        assert link.readlink() == source.relative_to(scratch_home)


@pytest.mark.parametrize("marker", [".stowrc", None])
async def test_directories_that_nobody_calls_packages_are_not_offered_to_be_linked(
    scratch_home: Path, marker: str | None
) -> None:
    flat = scratch_home / "flat"
    for path in (".zshrc", ".config/app/rc", "docs/guide.md"):
        (flat / path).parent.mkdir(parents=True, exist_ok=True)
        (flat / path).write_text("x\n")
    if marker:
        (flat / marker).write_text("--target=~\n")
    desk = await Desk.sit_down(capabilities=CAPABLE, folders=[flat])
    try:
        desk.open(flat / "docs/guide.md")
        assert list(await desk.diagnostics(flat / "docs/guide.md")) == []
        assert await actions(desk, flat / "docs/guide.md") == []
    finally:
        await desk.leave()
