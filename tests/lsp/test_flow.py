"""Flow control: the window, acknowledgements, and clients that do not keep up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.systems import processes

if TYPE_CHECKING:
    from tests.lsp.conftest import World
    from tests.lsp.editor import Editor


def _resident(process: int) -> int:
    """Return the most memory that a process has had, in KiB."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def test_no_more_than_the_window_is_sent_unacknowledged(world: World, editor: Editor) -> None:
    world.grow("big", 5000)
    editor.acks = False
    request = editor.request(
        "dotstream/plan", world.params("big", window=3, partialResultToken="p")
    )
    editor.wait(lambda: editor.batches == 3)
    assert editor.error("no/such/method", {})["code"] == -32601  # the server is awake,
    assert editor.batches == 3  # and what it sent before has been read
    editor.notify("dotstream/ack", {"token": "p", "seq": 2})
    editor.wait(lambda: editor.batches == 5)
    editor.error("no/such/method", {})
    assert editor.batches == 5
    editor.acks = True
    editor.notify("dotstream/ack", {"token": "p", "seq": 5})
    assert editor.answer(request)["result"]["counts"]["create_link"] == 5000
    assert len(editor.rows("p")) == 5005


def test_acks_for_the_past_the_future_and_nobody_change_nothing(
    world: World, editor: Editor
) -> None:
    world.grow("big", 3000)
    editor.acks = False
    request = editor.request(
        "dotstream/plan", world.params("big", window=1, partialResultToken="p")
    )
    editor.wait(lambda: editor.batches == 1)
    wrong = [
        {"token": "p", "seq": 1000},
        {"token": "p", "seq": 0},
        {"token": "p", "seq": -1},
        {"token": "p", "seq": "1"},
        {"token": "p"},
        {"token": "other", "seq": 1},
        {"token": None, "seq": 1},
        None,
        [],
    ]
    for params in wrong:
        editor.notify("dotstream/ack", params)
    editor.error("no/such/method", {})
    assert editor.batches == 1
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800


def test_the_last_batch_needs_no_acknowledgement(world: World, editor: Editor) -> None:
    """Whoever sent it, the plan or the tick, and however close together."""
    world.write("two/rows/in all")
    editor.acks = False
    for number in range(40):
        params = world.params("two", window=1, partialResultToken=number)
        request = editor.request("dotstream/plan", params)
        editor.wait(lambda number=number: bool(editor.values(number)))  # type: ignore[misc]
        editor.notify("dotstream/ack", {"token": number, "seq": 1})
        assert "result" in editor.answer(request)


def test_a_client_that_names_no_window_gets_a_first_part_and_the_number_of_the_rest(
    world: World, editor: Editor
) -> None:
    world.grow("big", 3000)
    editor.acks = False
    result = editor.ask("dotstream/plan", world.params("big", partialResultToken="p"))
    assert len(editor.rows("p")) == 2048
    assert result["omitted"] == 3003 - 2048
    assert result["counts"] == {"make_dir": 3, "create_link": 3000}


def test_past_the_rows_that_a_client_wants_only_problems_are_sent_and_all_is_counted(
    world: World, editor: Editor
) -> None:
    world.grow("big", 3000)
    world.write("zzz/last")
    (world.target / "last").write_text("mine")
    params = world.params("big", "zzz", window=2, maxRows=700, partialResultToken="p")
    result = editor.ask("dotstream/plan", params)
    rows = editor.rows("p")
    assert [row["op"] for row in rows[700:]] == ["conflict"]
    counts = {"make_dir": 3, "create_link": 3000, "conflict": 1}
    assert result["counts"] == counts
    assert result["omitted"] == 3004 - len(rows)
    assert editor.values("p")[-1]["counts"] == counts


def test_a_client_that_names_no_token_gets_counts_only(world: World, editor: Editor) -> None:
    result = editor.ask("dotstream/plan", world.params("zsh"))
    assert result["counts"] == {"create_link": 1}
    assert result["omitted"] == 1
    assert not [message for message in editor.messages if "method" in message]


@processes
def test_a_client_that_stops_reading_costs_no_memory(world: World, editor: Editor) -> None:
    world.grow("big", 12_000)
    editor.ask("dotstream/plan", world.params("big", window=64, partialResultToken="warm"))
    before = _resident(editor.process.pid)
    editor.reading.clear()
    request = editor.request(
        "dotstream/plan", world.params("big", window=64, partialResultToken="p")
    )
    # The reader takes in one more message at most; a window of batches overfills the pipe.
    for _ in range(200):
        editor.notify("dotstream/ack", {"token": "nobody", "seq": 1})
    editor.cancel(request)
    editor.reading.set()
    assert editor.answer(request)["error"]["code"] == -32800
    assert len(editor.rows("p")) < 12_000
    assert _resident(editor.process.pid) - before < 4096


@processes
def test_memory_does_not_grow_with_the_plan(world: World, editor: Editor) -> None:
    world.grow("big", 20_000)
    editor.keep = False
    editor.ask("dotstream/plan", world.params("zsh", window=8, partialResultToken="small"))
    before = _resident(editor.process.pid)
    result = editor.ask(
        "dotstream/plan", world.params("big", window=8, partialResultToken="large")
    )
    assert result["counts"]["create_link"] == 20_000
    assert _resident(editor.process.pid) - before < 8192


def test_other_requests_are_answered_while_a_plan_streams(world: World, editor: Editor) -> None:
    world.grow("big", 5000)
    editor.acks = False
    request = editor.request(
        "dotstream/plan", world.params("big", window=2, partialResultToken="p")
    )
    editor.wait(lambda: editor.batches == 2)
    small = editor.ask("dotstream/plan", world.params("zsh", window=1, partialResultToken="q"))
    assert small["counts"] == {"create_link": 1}
    editor.acks = True
    editor.notify("dotstream/ack", {"token": "p", "seq": 2})
    assert editor.answer(request)["result"]["counts"]["create_link"] == 5000
    order = [message["id"] for message in editor.messages if "method" not in message]
    assert order.index(request) > order.index(request + 1)
