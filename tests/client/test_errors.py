"""The exception tree is the one drawn at the top of its module."""

from __future__ import annotations

import ast
import inspect
import re
import traceback
from pathlib import Path
from typing import get_args

import pytest

import dotstream
from dotstream import errors
from dotstream.errors import (
    Cancelled,
    ConfigError,
    DotstreamError,
    JournalError,
    OperationFailed,
    PackageNotFound,
    ScanFailed,
)
from dotstream.model.directory import Directory
from dotstream.model.items import Operation, ScanError
from dotstream.model.remedies import REMEDIES, Remedy

_DRAWN = re.compile(
    r"^ *[│├└─ ]*(\w+) +exit (\d+)(?: or (\d+))? +(?:JSON-RPC )?(-\d+)?", re.MULTILINE
)


def _drawn() -> dict[str, tuple[str, str]]:
    assert errors.__doc__ is not None
    return {found[1]: (found[2], found[4] or "") for found in _DRAWN.finditer(errors.__doc__)}


def _classes() -> dict[str, type[DotstreamError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, DotstreamError)
    }


def test_the_drawing_names_every_class() -> None:
    assert set(_drawn()) == set(_classes()) == set(dotstream._NAMES["errors"].split())


@pytest.mark.parametrize("name", sorted(_drawn()))
def test_each_has_the_codes_that_are_drawn(name: str) -> None:
    exit_code, rpc_code = _drawn()[name]
    found = _classes()[name]
    assert str(found.exit_code) == exit_code
    assert rpc_code in {"", str(found.rpc_code)}


def test_a_configuration_error_says_where_and_what_to_do() -> None:
    error = ConfigError("unknown key", path="dotstream.toml", line=3, column=1, hint="did you…")
    assert str(error) == "dotstream.toml:3:1: unknown key (did you…)"


def test_a_missing_package_is_told_with_near_names() -> None:
    error = PackageNotFound({"zhs": ["zsh", "ssh"]}, "/stow")
    assert str(error) == "no package 'zhs' in /stow; did you mean zsh or ssh?"


def test_a_failed_operation_carries_it_and_says_what_was_meant() -> None:
    operation = Operation("create_link", Directory("/t"), "x", "zsh", "../s/x")
    error = OperationFailed(operation, "No space left on device", permission=False)
    assert (error.operation, str(error)) == (operation, "link /t/x: No space left on device")


@pytest.mark.parametrize(("permission", "code"), [(True, 4), (False, 1)])
def test_a_failure_for_lack_of_rights_has_an_exit_code_of_its_own(
    permission: bool, code: int
) -> None:
    operation = Operation("create_link", Directory("/t"), "x", "zsh", "../s/x")
    assert OperationFailed(operation, "no", permission=permission).exit_code == code
    assert ScanFailed([ScanError("/t/x", "no", permission=permission)], 1).exit_code == code


def test_a_cancellation_says_how_much_was_rolled_back() -> None:
    assert "7 operations rolled back" in str(Cancelled(7))


@pytest.mark.parametrize("name", sorted(set(_drawn()) - {"DotstreamError"}))
def test_each_class_says_what_to_do(name: str) -> None:
    assert _classes()[name].remedy in REMEDIES


def test_every_remedy_has_words_for_a_program() -> None:
    assert set(REMEDIES) == set(get_args(Remedy))


def test_a_traceback_shows_what_to_do_and_the_message_does_not() -> None:
    error = JournalError("/state/journal: disk image is malformed")
    assert str(error) == "/state/journal: disk image is malformed"
    shown = "".join(traceback.format_exception(error))
    assert "What to do: Client.rebuild() moves the database aside" in shown


def test_one_error_of_a_class_may_be_for_another_remedy() -> None:
    assert JournalError("a transaction is unfinished", remedy="recover").remedy == "recover"
    assert JournalError("it is damaged").remedy == "rebuild"


_BELOW_THE_EDGES = sorted(
    path
    for path in Path(dotstream.__path__[0]).rglob("*.py")
    if path.parent.name in {"config", "fs", "history", "planner", "store", "transaction"}
    and path.stem != "stow_arguments"  # which are a shell's words themselves
)


@pytest.mark.parametrize("path", _BELOW_THE_EDGES, ids=lambda path: path.stem)
def test_no_error_below_the_edges_speaks_of_a_shell(path: Path) -> None:
    every = ast.walk(ast.parse(path.read_text()))
    raised = [each for each in every if isinstance(each, ast.Raise)]
    for each in (part for statement in raised for part in ast.walk(statement)):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            assert not re.search(r"(?<!-)--(?!ignore)[a-z]|'dotstream ", each.value)
