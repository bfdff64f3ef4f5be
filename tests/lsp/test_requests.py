"""Every request is answered, whatever is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri

from dotstream.lsp.requests.registry import METHODS

if TYPE_CHECKING:
    from tests.lsp.conftest import World

WRONG: list[tuple[str, Any, str]] = [
    ("root", None, "required"),
    ("root", 7, "expected a string, got an integer"),
    ("root", "/home/me", "expected a file:// URI"),
    ("root", "file://host/x", "expected a file:// URI"),
    ("root", "file:///a%zz", "two hexadecimal digits"),
    ("root", "file:///a%00b", "zero byte"),
    ("root", "file:///no/such/directory", "not a directory"),
    ("root", "file:///\ud800", "surrogate"),
    ("target", [], "expected a string, got an array"),
    ("action", None, "required"),
    ("action", "mangle", "expected manage, unmanage, remanage or adopt, got 'mangle'"),
    ("action", {}, "expected a string, got an object"),
    ("packages", "zsh", "expected an array, got a string"),
    ("packages[0]", [None], "expected a string, got null"),
    ("profile", 1.5, "expected a string, got a number"),
    ("paths", ["file:///x"], "only adopt takes paths"),
    ("options", [], "expected an object, got an array"),
    ("options.folding", {"folding": "maybe"}, "expected safe, always or never, got 'maybe'"),
    ("options.onConflict", {"onConflict": 1}, "expected a string"),
    ("options.stream", {"stream": "yes"}, "expected a boolean, got a string"),
    ("options.resolutions", {"resolutions": {"x": "skip"}}, "expected a file:// URI"),
    ("window", 0, "expected 1 or more"),
    ("window", True, "expected an integer, got a boolean"),
    ("window", "8", "expected an integer, got a string"),
    ("partialResultToken", 1.5, "expected a string, got a number"),
    ("workDoneToken", True, "expected a string, got a boolean"),
    ("digest", 3, "expected a string"),
]


@pytest.mark.parametrize(("field", "value", "problem"), WRONG)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, field: str, value: object, problem: str
) -> None:
    params = world.params("zsh")
    params[field.partition(".")[0].partition("[")[0]] = value
    error = server.error("dotstream/apply", params)
    assert error["code"] == -32602
    assert error["data"]["kind"] == "invalid_params"
    assert error["data"]["field"].startswith(field)
    assert problem in error["message"]


@pytest.mark.parametrize("params", [(), (None,), ([],), ("x",), (3,), ({},)])
def test_parameters_that_are_no_object_are_refused(server: Editor, params: Any) -> None:
    assert server.error("dotstream/plan", *params)["code"] == -32602


def test_only_apply_takes_a_digest(world: World, server: Editor) -> None:
    error = server.error("dotstream/plan", world.params("zsh", digest="x"))
    assert error["data"]["field"] == "digest"


def test_a_package_that_does_not_exist_is_named(world: World, server: Editor) -> None:
    error = server.error("dotstream/plan", world.params("zhs"))
    assert error["code"] == -32602
    assert error["data"] == {
        "kind": "no_such_package",
        "remedy": "correct_request",
        "package": "zhs",
        "nearest": ["zsh"],
    }


@pytest.mark.parametrize("name", ["..", "/etc", "", ".", "a/../b", "a\x00b"])
def test_a_package_name_that_leads_elsewhere_is_refused(
    world: World, server: Editor, name: str
) -> None:
    assert server.error("dotstream/plan", world.params(name))["code"] == -32602


def test_a_wrong_configuration_is_told_with_its_place(world: World, server: Editor) -> None:
    (world.root / "dotstream.toml").write_text('\nfolding = "maybe"\n')
    error = server.error("dotstream/plan", world.params("zsh"))
    assert error["code"] == -32602
    assert error["data"]["kind"] == "config"
    assert error["data"]["path"] == uri(world.root / "dotstream.toml")
    assert error["data"]["line"] == 2


def test_unknown_methods_are_refused(server: Editor) -> None:
    for method in ("no/such", "dotstream/nothing", "$/nothing", "textDocument/moniker"):
        assert server.error(method, {"a": {"jsonrpc": "2.0"}})["code"] == -32601


def test_ordinary_requests_with_wrong_parameters_are_answered(server: Editor) -> None:
    wrong: list[tuple[Any, ...]] = [(), (None,), ([],), ({},), ({"command": 3},)]
    for params in wrong:
        error = server.error("workspace/executeCommand", *params)
        assert error["code"] == -32602, error
        assert "traceback" not in str(error).lower()


def test_nothing_is_answered_before_initialize(world: World) -> None:
    with Editor(initialize=False) as editor:
        assert editor.error("dotstream/plan", world.params("zsh"))["code"] == -32002
        assert "result" in editor.answer(
            editor.request("initialize", {"processId": None, "capabilities": {}})
        )
        error = editor.error("initialize", {"processId": None, "capabilities": {}})
        assert error["code"] == -32600
        assert editor.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 0


def test_requests_after_shutdown_are_refused_and_exit_ends(world: World) -> None:
    editor = Editor()
    editor.ask("shutdown")
    assert editor.error("dotstream/plan", world.params("zsh"))["code"] == -32600
    editor.notify("exit", None)
    assert editor.process.wait(60) == 0
    editor.hang_up()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Content-Length: 5\r\n\r\n{bad}", -32700),
        (b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc", -32700),
        (b"Content-Type: x\r\n\r\n", -32700),
        (b"Content-Length: -5\r\n\r\n", -32700),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 4\r\n\r\nnull", -32600),
        (b'Content-Length: 17\r\n\r\n{"jsonrpc":"1.0"}', -32600),
        (b'Content-Length: 42\r\n\r\n{"jsonrpc":"2.0","id":[1],"method":"ab/c"}', -32600),
    ],
)
def test_what_is_no_message_is_refused_and_the_next_one_answered(
    server: Editor, data: bytes, code: int
) -> None:
    seen = len(server.messages)
    server.send_bytes(data)
    assert server.error("no/such", {})["code"] == -32601
    refusal = server.messages[seen]
    assert refusal["id"] is None
    assert refusal["error"]["code"] == code


def test_deeply_nested_json_does_not_end_the_server(server: Editor) -> None:
    body = b"[" * 100_000
    server.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    assert server.error("no/such", {})["code"] == -32601


def test_an_id_in_use_is_refused(world: World, server: Editor) -> None:
    world.grow("big", 2000)
    params = world.params("big", window=1, partialResultToken="dup")
    seen = server.batches
    request = server.request("dotstream/plan", params)
    server.wait(lambda: server.batches > seen)
    server.send({"jsonrpc": "2.0", "id": request, "method": "dotstream/plan", "params": params})
    assert server.answer(request)["error"]["code"] == -32600
    other = server.error("dotstream/plan", params)
    assert other["data"]["field"] == "partialResultToken"
    server.cancel(request)
    server.wait(lambda: server.values("dup")[-1]["kind"] == "done")


def test_more_streams_at_once_than_are_served_are_refused_and_other_requests_are_not(
    world: World, server: Editor
) -> None:
    world.grow("big", 2000)
    requests = [
        server.request("dotstream/plan", world.params("big", window=1, partialResultToken=n))
        for n in range(8)
    ]
    ninth = world.params("zsh", partialResultToken="ninth")
    assert server.error("dotstream/plan", ninth)["data"]["kind"] == "busy"
    assert server.ask("dotstream/plan", world.params("zsh"))["counts"] == {"create_link": 1}
    for request in requests:
        server.cancel(request)
    for request in requests:
        assert server.answer(request)["error"]["code"] == -32800


def test_more_others_at_once_than_are_served_are_refused(world: World) -> None:
    """A request that asks about a conflict waits until somebody answers."""
    (world.target / ".zshrc").write_text("mine\n")
    params = world.params("zsh", options={"ask": True})
    with Editor(experimental={"dotstream": {"version": 1, "conflicts": True}}) as editor:
        requests = [editor.request("dotstream/plan", params) for _ in range(64)]
        assert editor.error("dotstream/history", world.params())["data"]["kind"] == "busy"
        for request in requests:
            editor.cancel(request)
        for request in requests:
            assert editor.answer(request)["error"]["code"] == -32800
        assert editor.ask("dotstream/history", world.params()) == {"transactions": []}
    assert b"Traceback" not in editor.log, editor.log.decode()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_answered_if_it_is_cancelled_at_once(
    world: World, server: Editor, method: str
) -> None:
    world.grow("big", 200)
    params = world.params("big", path=uri(world.target / ".zshrc"))
    request = server.request(method, params)
    server.cancel(request)
    answer = server.answer(request)
    assert "result" in answer or answer["error"]["code"] in (-32800, -32602)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_needs_a_package_directory(server: Editor, method: str) -> None:
    error = server.error(method, {"action": "manage", "path": "file:///x"})
    assert (error["code"], error["data"]["field"]) == (-32602, "root")
