"""A farm for every test here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    """Return an empty farm in a scratch directory."""
    return Farm(tmp_path / "farm")
