"""The world every test lives in: a home of its own, and nothing of the machine's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import farm, scratch

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["farm", "scratch", "scratch_home"]

_SCRATCH_VARIABLES = {
    "HOME": "home",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
}


@pytest.fixture(autouse=True)
def scratch_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Point HOME and the XDG directories into a scratch directory; returns the home."""
    scratch = tmp_path_factory.mktemp("world")
    for variable, place in _SCRATCH_VARIABLES.items():
        monkeypatch.setenv(variable, os.path.join(scratch, place))
    for variable in ("STOW_DIR", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    home = scratch / "home"
    home.mkdir()
    return home
