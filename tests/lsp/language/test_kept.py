"""What is asked in many ways at once is found once."""

from __future__ import annotations

from threading import Barrier, Thread

from dotstream.lsp.language.kept import Kept


def test_many_threads_that_ask_for_the_same_have_it_found_once() -> None:
    kept: Kept[str, int] = Kept()
    found: list[str] = []
    at_once = Barrier(6)

    def finding(name: str) -> int:
        found.append(name)
        return len(found)

    def ask() -> None:
        at_once.wait()
        kept.get("a", lambda: finding("a"))

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["a"]
    assert kept.get("b", lambda: finding("b")) == 2
    assert kept.get("a", lambda: finding("again")) == 1
    kept.forget()
    assert kept.get("a", lambda: finding("again")) == 3
