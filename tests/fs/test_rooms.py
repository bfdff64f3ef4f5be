"""What only one room may touch, where no import tells."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dotstream

ROOT = Path(dotstream.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def _calls(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


@pytest.mark.parametrize(
    "room", sorted({module.relative_to(ROOT).parts[0] for module in MODULES})
)
def test_only_fs_opens_files(room: str) -> None:
    within = [module for module in MODULES if module.relative_to(ROOT).parts[0] == room]
    opening = [str(module) for module in within if "open" in _calls(module)]
    assert bool(opening) == (room == "fs"), opening
