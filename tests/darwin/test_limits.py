"""The tests, within the limits of macOS as far as a Linux can be given them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.docs.pages import ROOT
from tests.long import LONG

_LIMITS = str(ROOT / "tests/darwin/limits.sh")
_EVERY_DAY = (
    "fs", "store", "history", "transaction", "cli/test_commands.py",
)  # fmt: skip
_LONG = ("planner", "config", "client", "doctor", "regressions", "hostile", "cli", "lsp")
_LOADS_CTYPES_ITSELF = (
    "tests/client/test_exports.py::test_importing_it_loads_nothing_heavy",
    "tests/client/test_exports.py::test_planning_loads_no_database_and_no_server",
)

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def limited() -> list[str]:
    """Return what goes before a command that is to be limited."""
    if sys.platform != "linux":
        pytest.skip("makes a Linux like macOS")
    if subprocess.run([_LIMITS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("hides /proc, which only root may")
    return [_LIMITS, sys.executable]


def _run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "DOTSTREAM_"))
    }
    return subprocess.run(
        command, cwd=ROOT, env=kept | variables, capture_output=True, text=True, check=False
    )


def test_they_are_the_limits_that_macos_has(limited: list[str]) -> None:
    code = """
        import os, sys, pathlib, subprocess
        from dotstream.fs import system
        assert sys.platform == "darwin" and system.DIFFER
        assert not hasattr(os, "posix_fallocate") and not hasattr(os, "O_PATH")
        assert os.listdir("/proc") == [".of-linux"]
        here = os.open(".", os.O_RDONLY)
        for name in ("one", "other"):
            pathlib.Path(name).write_text(name)
        assert system.exchange(here, "one", here, "other") == 0
        assert pathlib.Path("one").read_text() == "other"
        assert system.rename_new(here, "one", here, "other") != 0
        assert system.spelt(os.getcwd()) == os.getcwd()
        asks = "import sys; sys.exit(sys.platform != 'darwin')"
        subprocess.run([sys.executable, "-c", asks], check=True)
    """
    source = "\n".join(line[8:] for line in code.splitlines())
    script = f"import os; os.chdir(os.environ['HOME'])\n{source}"
    done = _run([*limited, "-c", script])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "room",
    [
        *_EVERY_DAY,
        *(
            pytest.param(room, marks=pytest.mark.skipif(not LONG, reason="a long test"))
            for room in _LONG
        ),
    ],
)
def test_a_room_works_within_them(limited: list[str], room: str) -> None:
    left_out = [f"--deselect={test}" for test in _LOADS_CTYPES_ITSELF]
    options = ["-q", "-n0", "-p", "no:cacheprovider", "--tb=short", *left_out]
    done = _run([*limited, "-m", "pytest", *options, f"tests/{room}"])
    assert done.returncode == 0, done.stdout + done.stderr
