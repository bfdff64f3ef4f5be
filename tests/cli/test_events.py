"""The JSON events keep what their reference page promises."""

from __future__ import annotations

import base64
import json
import os
import signal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.cli.process import dotstream, events, household, start
from tests.systems import any_bytes

from dotstream.cli.report.json_events import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = os.path.join(os.path.dirname(__file__), "../../docs/reference")

with open(os.path.join(REFERENCE, "events.schema.json"), encoding="utf-8") as file:
    VALIDATOR = jsonschema.Draft202012Validator(json.load(file))


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def check(stream: list[dict[str, Any]]) -> None:
    """Hold a stream to what is promised of every stream."""
    for event in stream:
        VALIDATOR.validate(event)
    assert [event["seq"] for event in stream] == list(range(len(stream)))
    assert [event["type"] for event in stream].count("hello") == 1
    assert stream[0]["type"] == "hello"
    assert stream[0]["schema"] == SCHEMA
    assert [event["type"] for event in stream].count("finished") == 1
    assert stream[-1]["type"] == "finished"


def of(stream: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in stream if event["type"] == kind]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("manage", "--all"), "applied"),
        (("manage", "--all", "--stream"), "applied"),
        (("manage", "--all", "-n"), "summary"),
        (("plan", "manage", "--all"), "operation"),
        (("unmanage", "--all"), "applied"),
        (("remanage", "zsh"), "progress"),
        (("adopt", "~/.inputrc", "-p", "zsh"), "applied"),
        (("status",), "status"),
        (("packages",), "package"),
        (("config",), "setting"),
        (("config", "--check"), "finished"),
        (("init", "-n"), "file"),
        (("completion", "bash"), "script"),
    ],
)
def test_every_command_speaks_the_schema(
    scratch_home: Path, root: Path, words: tuple[str, ...], kind: str
) -> None:
    (scratch_home / ".inputrc").touch()
    stream = events(*words, cwd=root)
    check(stream)
    assert of(stream, kind)
    assert stream[-1]["exit"] == 0
    assert stream[-1]["reason"] == "complete"


def test_list_gives_a_link_for_each_link(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    stream = events("list", cwd=root)
    check(stream)
    assert [(event["path"], event["to"]) for event in of(stream, "link")] == [
        (f"{scratch_home}/.vim", "dotfiles/vim/dot-vim"),
        (f"{scratch_home}/.vimrc", "dotfiles/vim/dot-vimrc"),
    ]


def test_conflicts_come_in_their_place_with_everything_a_program_needs(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / ".zshrc").symlink_to("elsewhere")
    for words in (("plan", "manage", "zsh"), ("manage", "zsh"), ("manage", "zsh", "--stream")):
        stream = events(*words, cwd=root)
        check(stream)
        (conflict,) = of(stream, "conflict")
        assert conflict["conflict"] == "dangling_link"
        assert conflict["path"] == f"{scratch_home}/.zshrc"
        assert conflict["source"] == f"{root}/zsh/dot-zshrc"
        assert conflict["before"] == "elsewhere"
        assert (stream[-1]["exit"], stream[-1]["reason"]) == (3, "conflicts")
        assert stream[-1]["counts"]["conflict"] == 1
        assert len(of(stream, "failure")) == (words[0] == "manage")


def test_dry_run_and_run_give_the_same_operations_and_digest(root: Path) -> None:
    planned = events("plan", "manage", "--all", cwd=root)
    streamed = events("manage", "--all", "-n", cwd=root)
    done = events("manage", "--all", cwd=root)

    def bare(stream: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [event | {"seq": None} for event in of(stream, "operation")]

    assert bare(planned) == bare(streamed) == bare(done) != []
    digests = {of(planned, "summary")[0]["digest"], of(done, "applied")[0]["digest"]}
    assert len(digests) == 1
    assert "" not in digests


@any_bytes
def test_names_that_are_not_utf8_come_through_as_their_bytes(
    scratch_home: Path, root: Path
) -> None:
    raw = b"dot-caf\xe9 \x01 \xc3\xbc"
    (root / os.fsdecode(raw)).mkdir()
    (root / os.fsdecode(raw) / os.fsdecode(raw)).touch()
    stream = events("manage", raw, cwd=root)
    check(stream)
    (operation,) = of(stream, "operation")
    link = base64.b64decode(operation["path"]["base64"])
    assert os.readlink(link) == base64.b64decode(operation["to"]["base64"])
    assert link == os.fsencode(scratch_home) + b"/.caf\xe9 \x01 \xc3\xbc"
    assert dotstream("list", cwd=root).code == 0
    assert "\\xe9 \\x01 ü" in dotstream("list", cwd=root).out


@pytest.mark.parametrize(
    ("toml", "words", "exit_code", "error"),
    [
        ("colour = 1", ("manage", "zsh"), 2, "config"),
        ("", ("manage", "zhs"), 5, "no_such_package"),
        ("", ("manage", ".."), 2, "usage"),
        ('target = "dotstream.toml"', ("manage", "zsh"), 1, "scan_failed"),
    ],
)
def test_a_failure_is_told_and_the_stream_still_finishes(
    root: Path, toml: str, words: tuple[str, ...], exit_code: int, error: str
) -> None:
    (root / "dotstream.toml").write_text(toml)
    done = dotstream(*words, "--json", cwd=root)
    stream = [json.loads(line) for line in done.out.splitlines()]
    check(stream)
    (failure,) = of(stream, "failure")
    assert failure["kind"] == error
    assert stream[-1]["exit"] == done.code == exit_code
    assert stream[-1]["reason"] == "failed"


def test_the_reader_sees_the_first_operations_while_the_plan_goes_on(root: Path) -> None:
    for number in range(3_000):
        (root / f"zsh/rc{number}").touch()
    with start("plan", "manage", "zsh", "--json", cwd=root) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        assert [json.loads(line)["type"] for line in lines[:2]] == ["hello", "plan"]
        assert process.poll() is None  # it waits for the pipe to empty
        rest = process.stdout.read().splitlines()
        check([json.loads(line) for line in (*lines, *rest)])
    assert process.returncode == 0


def test_a_reader_that_leaves_ends_the_plan_without_a_word(root: Path) -> None:
    for number in range(3_000):
        (root / f"zsh/rc{number}").touch()
    for words in (("plan", "manage", "zsh"), ("plan", "manage", "zsh", "--json")):
        with start(*words, cwd=root) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == -signal.SIGPIPE
