from __future__ import annotations

import os
import sys

import pytest

from dotstream.cli.report.output import Output
from dotstream.cli.report.style import Style
from dotstream.cli.report.text import sentence
from dotstream.model.plan import Summary
from dotstream.model.words import plural


class Trickle:
    """A descriptor that takes seven bytes at a time."""

    def __init__(self) -> None:
        self.taken = b""

    def write(self, data: bytes | memoryview, /) -> int:
        self.taken += bytes(data[:7])
        return min(7, len(data))


def test_the_first_line_goes_out_at_once() -> None:
    sink = Trickle()
    output = Output(sink)
    output.line("first")
    assert sink.taken == b"first\n"


def test_nothing_is_lost_where_little_is_taken_at_a_time() -> None:
    sink = Trickle()
    output = Output(sink)
    for number in range(2_000):
        output.line(str(number))
    output.flush()
    assert sink.taken.split() == [b"%d" % number for number in range(2_000)]


def test_a_failure_is_kept_and_what_comes_after_it_dropped() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb", buffering=0) as sink:
        output = Output(sink)
        output.line("one")
        output.line("two")
        output.flush()
    assert isinstance(output.failure, BrokenPipeError)


def test_text_that_the_encoding_does_not_know_is_escaped() -> None:
    sink = Trickle()
    Output(sink, "ascii").line("→ ü")
    assert sink.taken == b"\\u2192 \\xfc\n"


def test_standard_error_can_be_written_past_its_buffer(capfd: pytest.CaptureFixture[str]) -> None:
    assert sys.__stderr__ is not None
    Output.of(sys.__stderr__).line("hello")
    assert capfd.readouterr().err == "hello\n"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/me", "~"),
        ("/home/me/.zshrc", "~/.zshrc"),
        ("/home/meow", "/home/meow"),
        ("/etc", "/etc"),
        ("/home/me/caf\udce9\n", "~/caf\\xe9\\n"),
    ],
)
def test_paths_are_shown_short_and_without_control_bytes(path: str, shown: str) -> None:
    style = Style(colour=False, unicode=True, home="/home/me/")
    assert style.path(path) == shown


@pytest.mark.parametrize(
    ("counts", "unchanged", "done", "text"),
    [
        ({}, 0, True, "nothing to do"),
        ({}, 3, False, "nothing to do; 3 unchanged"),
        ({"create_link": 1}, 0, True, "1 linked"),
        ({"create_link": 1234, "make_dir": 1}, 0, False, "1,234 to link, 1 directory to make"),
        ({"remove_dir": 2, "remove_link": 1}, 0, True, "1 unlinked, 2 directories removed"),
        ({"conflict": 1, "error": 2}, 0, False, "nothing to do; 1 conflict, 2 errors"),
    ],
)
def test_counts_are_said_in_words(
    counts: dict[str, int], unchanged: int, done: bool, text: str
) -> None:
    assert sentence(Summary(counts, unchanged), done=done) == text


def test_a_noun_agrees_with_its_number() -> None:
    assert [plural(count, "link") for count in (0, 1, 2)] == ["0 links", "1 link", "2 links"]
