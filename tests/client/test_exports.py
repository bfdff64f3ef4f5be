"""What each module says it has is what it has, and importing dotstream is cheap."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import dotstream

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(dotstream.__path__, "dotstream.")
    if module.name != "dotstream.__main__" and not module.name.startswith("dotstream.lsp")
)
_HEAVY = ("asyncio", "rich", "pygls", "sqlite3", "lsprotocol", "ctypes", "tree_sitter")


def _defined(module: ModuleType) -> set[str]:
    """Return the public names that a module defines itself, and does not only import."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }


@pytest.mark.parametrize("name", _MODULES)
def test_the_exported_names_are_sorted_and_exist(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])
    assert len(set(exported)) == len(exported)
    assert all(hasattr(module, member) for member in exported)
    constants = [member for member in exported if member.isupper()]
    classes = [m for m in exported if m not in constants and m[0].isupper()]
    rest = [m for m in exported if m not in constants and m not in classes]
    assert exported == sorted(constants) + sorted(classes) + sorted(rest)


@pytest.mark.parametrize("name", _MODULES)
def test_every_public_class_and_function_is_exported(name: str) -> None:
    module = importlib.import_module(name)
    assert _defined(module) <= set(getattr(module, "__all__", ()))


def test_the_face_exports_what_it_promises() -> None:
    assert sorted(dotstream.__all__) == sorted({*dotstream._HOMES, "__version__"})
    for name in dotstream.__all__:
        assert getattr(dotstream, name) is not None


def test_a_name_that_the_face_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Manager'"):
        dotstream.Manager  # type: ignore[attr-defined]  # noqa: B018 - the access is the test


def _loaded(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*(set(sys.modules) & set({_HEAVY!r})))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import dotstream", "from dotstream import Client, Plan, StreamingPlan, CancellationToken"],
)
def test_importing_it_loads_nothing_heavy(statement: str) -> None:
    assert _loaded(statement) == set()


def test_planning_loads_no_database_and_no_server(tmp_path: Path) -> None:
    (tmp_path / "stow" / "zsh").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    here = str(tmp_path)
    statement = (
        "from dotstream import Client; "
        f"Client({here!r} + '/stow', target={here!r} + '/home').plan_manage('zsh')"
    )
    assert _loaded(statement) == set()
