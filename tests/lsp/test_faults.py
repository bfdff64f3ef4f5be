"""What goes wrong on the way, each with its code and kind, and nothing left half done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.lsp.test_cancel import STATE, applying
from tests.lsp.wires import Server
from tests.snapshot import difference, snapshot

from dotstream.lsp.requests.faults import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lsp.conftest import World

# Who runs the tests as root gives up the right to pass over permissions.
_NO_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


@pytest.fixture
def plain(world: World) -> Iterator[Editor]:  # noqa: ARG001 - HOME is set by then
    """Return an editor whose server may not pass over permissions."""
    server = Server(under=_NO_RIGHTS if os.geteuid() == 0 else ())
    with Editor(server=server) as connected:
        connected.acks = True
        yield connected
    server.end()
    assert b"Traceback" not in server.log, server.log.decode()


def _about(world: World, **more: Any) -> dict[str, Any]:
    return {"root": uri(world.root), "target": uri(world.target), **more}


def _kind(error: dict[str, Any]) -> tuple[int, str]:
    return error["code"], error["data"]["kind"]


def _before(world: World) -> Any:
    return snapshot(world.target, prune=STATE | {"dotfiles"})


def test_a_target_that_changes_between_plan_and_apply(world: World, editor: Editor) -> None:
    """The plan is complete in the journal when somebody makes a file where a link is to go."""
    world.grow("big", 3000)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="p")
    request = editor.request("dotstream/apply", params)
    editor.wait(lambda: editor.batches == 1)  # it stands still while it plans
    (world.target / "d0000").write_text("mine\n")
    before = _before(world)
    editor.acks = True
    editor.notify("dotstream/ack", {"token": "p", "seq": 1})
    error = editor.answer(request)["error"]
    assert _kind(error) == (-32801, "target_changed")
    assert error["data"]["path"] == uri(world.target / "d0000")
    assert error["data"]["reason"]
    assert editor.values("p")[-1]["reason"] == "failed"
    assert not difference(before, _before(world))


def test_something_that_cannot_be_read(world: World, editor: Editor) -> None:
    before = _before(world)
    params = world.params("zsh", action="adopt", paths=[uri(world.target / ("x" * 300))])
    error = editor.error("dotstream/apply", params)
    assert _kind(error) == (-32803, "scan_failed")
    assert error["data"]["total"] == 1
    assert error["message"].endswith("or leave it out with options.onConflict: skip")
    assert not difference(before, _before(world))


def test_an_operation_that_the_system_would_refuse_is_foreseen(
    world: World, plain: Editor
) -> None:
    (world.target / ".vim").mkdir()
    (world.target / ".vim").chmod(0o555)
    before = _before(world)
    error = plain.error("dotstream/apply", world.params("vim", "zsh"))
    assert _kind(error) == (-32803, "scan_failed")
    assert not difference(before, _before(world))


def test_an_operation_that_the_system_refuses(world: World, plain: Editor) -> None:
    """The plan is complete in the journal when somebody takes the right to change away."""
    world.grow("big", 3000)
    plain.acks = False
    params = world.params("big", window=1, partialResultToken="p")
    request = plain.request("dotstream/apply", params)
    plain.wait(lambda: plain.batches == 1)  # it stands still while it plans
    before, mode = _before(world), world.target.stat().st_mode
    world.target.chmod(0o555)
    plain.acks = True
    plain.notify("dotstream/ack", {"token": "p", "seq": 1})
    error = plain.answer(request)["error"]
    world.target.chmod(mode)
    assert _kind(error) == (-32803, "operation_failed")
    assert error["data"]["remedy"] == "give_access"
    assert error["data"]["path"] == uri(world.target / "d0000")
    assert error["data"]["reason"] == "Permission denied"
    assert not difference(before, _before(world))


def test_a_rollback_that_the_system_refuses_is_finished_later(
    world: World, plain: Editor
) -> None:
    before = _before(world)
    request = applying(world, plain)
    (world.target / "d0000").chmod(0o555)
    plain.cancel(request)
    error = plain.answer(request)["error"]
    assert _kind(error) == (-32803, "rollback_incomplete")
    assert error["data"]["left"]
    assert plain.values("p")[-1]["reason"] == "failed"
    found = plain.ask("dotstream/recover", _about(world, dryRun=True))
    assert found["unfinished"]["state"] == "stuck"
    (world.target / "d0000").chmod(0o755)
    found = plain.ask("dotstream/recover", _about(world))
    assert found["recovered"]["id"] == 1
    assert found["left"] == []
    assert not difference(before, _before(world))


@pytest.mark.parametrize("place", ["zsh/dot-zshrc", "dotstream.toml", "zsh"])
def test_what_may_not_be_read(world: World, plain: Editor, place: str) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    (world.root / place).chmod(0)
    method = "dotstream/diff"
    more: dict[str, Any] = {"path": uri(world.target / ".zshrc")}
    if place == "zsh":
        method, more = "dotstream/plan", {"action": "manage", "packages": ["zsh"]}
    assert _kind(plain.error(method, _about(world, **more))) == (-32803, "permission")
    (world.root / place).chmod(0o755)


@pytest.mark.parametrize("method", ["apply", "history", "undo", "recover"])
def test_a_journal_that_cannot_be_used(world: World, editor: Editor, method: str) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    (journal,) = (world.target / ".local/state/dotstream").rglob("journal.db")
    for file in journal.parent.glob("journal.db*"):
        file.unlink()
    journal.write_bytes(b"nonsense" * 1000)
    before = _before(world)
    params = world.params("vim") if method == "apply" else _about(world)
    error = editor.error(f"dotstream/{method}", params)
    assert _kind(error) == (-32803, "journal")
    assert "dotstream doctor --rebuild" in error["message"]
    assert not difference(before, _before(world))


def test_what_the_system_says_no_to(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File name too long") as refused:
        os.lstat(tmp_path / ("x" * 300))
    fault = fault_of(refused.value)
    assert (fault.code, fault.data) == (-32803, {"kind": "system"})
    assert fault.message.endswith("File name too long")


def test_what_no_package_has_cannot_be_compared(world: World, editor: Editor) -> None:
    path = uri(world.target / ("x" * 300))
    error = editor.error("dotstream/diff", _about(world, path=path))
    assert _kind(error) == (-32602, "usage")
    assert "no package has anything here" in error["message"]


def test_a_bug_is_called_one_and_stays_in_the_log(world: World, tmp_path: Path) -> None:
    """A module that Python loads first breaks the history on purpose."""
    (tmp_path / "sitecustomize.py").write_text(
        "from dotstream.client import Client\n"
        "def history(self, limit):\n    raise RuntimeError('the secret of the trade')\n"
        "Client.history = history\n"
    )
    editor = Editor(environ={"PYTHONPATH": str(tmp_path)})
    error = editor.error("dotstream/history", _about(world))
    assert _kind(error) == (-32603, "bug")
    assert "secret" not in error["message"]
    assert editor.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 0
    assert editor.leave() == 0
    assert b"RuntimeError: the secret of the trade" in editor.log
