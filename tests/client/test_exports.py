"""What dotstream says it has is what it has, and importing it is cheap."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dotstream

_MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(dotstream.__path__, "dotstream.")
    if module.name not in {"dotstream.__main__", "dotstream.light_typing"}
    and not module.name.startswith("dotstream.lsp")
)
_HEAVY = ("asyncio", "rich", "pygls", "sqlite3", "lsprotocol", "ctypes", "tree_sitter")


def _defined(name: str) -> set[str]:
    """Return the public names that a module gives a value, and does not only import."""
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    names: set[str] = set()
    for each in ast.parse(Path(found.origin).read_text()).body:
        match each:
            case ast.ClassDef(name=word) | ast.FunctionDef(name=word):
                names.add(word)
            case (
                ast.Assign(targets=[ast.Name(id=word)]) | ast.AnnAssign(target=ast.Name(id=word))
            ):
                names.add(word)
    return {word for word in names if not word.startswith("_")}


_OURS = set().union(*map(_defined, _MODULES))


def test_every_public_name_is_there_and_named_once() -> None:
    assert len(set(dotstream.__all__)) == len(dotstream.__all__)
    for name in dotstream.__all__:
        assert getattr(dotstream, name) is not None


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse(Path(dotstream.__file__).read_text())
    told = {
        (f"{part.module}".removeprefix("dotstream."), name.asname)
        for each in tree.body
        if isinstance(each, ast.If)
        for part in each.body
        if isinstance(part, ast.ImportFrom) and part.module != "importlib"
        for name in part.names
    }
    assert told == {
        (module, name) for module, names in dotstream._NAMES.items() for name in names.split()
    }


def _spoken_of(each: object) -> set[str]:
    """Return the words in the annotations of a class's fields and methods, or of a function."""
    if not inspect.isclass(each):
        return set()
    hints = dict(getattr(each, "__annotations__", {}))
    for name, value in vars(each).items():
        source = value.fget if isinstance(value, property) else value
        source = source.__func__ if isinstance(source, classmethod) else source
        if not name.startswith("_") and inspect.isfunction(source):
            hints[name] = source.__annotations__
    return set(re.findall(r"\b[A-Z]\w+", str(hints)))


@pytest.mark.parametrize("name", sorted(dotstream.__all__))
def test_every_type_of_ours_that_a_public_one_speaks_of_is_public(name: str) -> None:
    assert _spoken_of(getattr(dotstream, name)) & _OURS <= set(dotstream.__all__)


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
