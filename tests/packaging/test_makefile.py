"""``make`` finds a Python by itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_RUNS = "#!/bin/sh\nexit 0\n"
_TOO_OLD = "#!/bin/sh\nexit 1\n"
_SHIM_OF_NOTHING = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"


def _chosen(tmp_path: Path, programs: dict[str, str]) -> tuple[str, str]:
    make = ["/usr/bin/make", "-s", "-f", "-", "chosen"]
    rule = f"include {ROOT}/Makefile\nchosen:\n\t@echo $(PYTHON)\n"
    hidden = dict.fromkeys(("python3.13", "python3.12", "python3.11", "python3"), _TOO_OLD)
    for name, script in (hidden | programs).items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        make, input=rule, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize("name", ["python3.13", "python3.12", "python3.11", "python3"])
def test_the_first_that_is_new_enough_is_taken(name: str, tmp_path: Path) -> None:
    assert _chosen(tmp_path, {name: _RUNS, "python3": _RUNS})[0] == name


def test_a_name_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    programs = {"python3.13": _SHIM_OF_NOTHING, "python3.12": _RUNS}
    assert _chosen(tmp_path, programs)[0] == "python3.12"


def test_where_there_is_none_it_says_what_is_needed(tmp_path: Path) -> None:
    assert "Python 3.11 or newer with venv is needed" in _chosen(tmp_path, {})[1]
