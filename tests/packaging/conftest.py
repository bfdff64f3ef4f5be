"""What the tests of installations share."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from tests.long import LONG
from tests.packaging.surroundings import Surroundings, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def installers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with pipx, uv and a python3 that is new enough."""
    if not LONG:
        pytest.skip("installs from the package index: a long test")
    place = tmp_path_factory.mktemp("installers")
    (place / "python3").symlink_to(os.path.realpath(sys.executable))
    for installer in ("pipx", "uv"):  # apart: a pipx that sees uv uses it
        own = place / f"{installer}-venv"
        run([sys.executable, "-m", "venv", str(own)])
        run([str(own / "bin/python"), "-m", "pip", "install", "--quiet", installer])
        (place / installer).symlink_to(own / "bin" / installer)
    return place


@pytest.fixture
def surroundings(installers: Path, scratch_home: Path) -> Surroundings:
    """Return a home with nothing in it, and installers."""
    return Surroundings(scratch_home, installers)
