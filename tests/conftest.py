"""The world every test lives in: a home of its own, and nothing of the machine's."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from tests.farm import QUICK, Farm
from tests.leftovers import count, end_since
from tests.long import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import WorkerController

_HERE = os.path.dirname(os.path.abspath(__file__))
_KINDS = {
    "editors": ("editors/",),
    "oracles": ("scenarios/", "properties/test_stow_differential.py"),
    "slow": ("crash/", "darwin/", "editors/", "properties/", "scenarios/"),
}
"""Markers, and the folders whose tests have them."""
_ROUNDS = 5
"""How often a long run plays what it does in editors."""

_SCRATCH_VARIABLES = {
    "HOME": "home",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
}
_OF_THE_MACHINE = (
    "STOW_DIR", "DOTSTREAM_DIR", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "LC_ALL",
)  # fmt: skip


settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")  # a busy one fails nothing


def pytest_configure() -> None:
    """Take signals as a program that somebody started by hand does, and pass that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # Still ignored here; but what is started does not inherit a handler.
        signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Give a file's tests to one process, and all that share a browser."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return os.path.dirname(file) if "editors/vscode" in file else file

        def _assign_work_unit(self, node: WorkerController) -> None:
            self.workqueue.move_to_end(min(self.workqueue, key=_turn), last=False)
            super()._assign_work_unit(node)

    return ByFile(config, log)


def _turn(scope: str) -> int:
    """Tell what begins sooner: what takes longest, so that the processes end together."""
    if scope.endswith("editors/vscode"):
        return 0
    return 1 if scope.removeprefix("tests/").startswith(_KINDS["slow"]) else 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play everything in editors several times in a long run."""
    if LONG and "editors" in _kinds(metafunc.definition):
        metafunc.fixturenames.append("_round")
        metafunc.parametrize("_round", range(_ROUNDS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they stand in."""
    for item in items:
        for kind in _kinds(item):
            item.add_marker(kind)


def _kinds(item: pytest.Item) -> list[str]:
    place = os.path.relpath(item.path, _HERE)
    return [kind for kind, folders in _KINDS.items() if place.startswith(folders)]


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide what is set where the tests are started, also from what outlives a test."""
    with pytest.MonkeyPatch.context() as patch:
        _scratch(tmp_path_factory, patch)
        for variable in _OF_THE_MACHINE:
            patch.delenv(variable, raising=False)
        patch.setenv("LANG", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        yield


@pytest.fixture(autouse=True)
def scratch_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Point HOME and the XDG directories into a scratch directory; returns the home."""
    before = count()
    yield _scratch(tmp_path_factory, monkeypatch)
    end_since(before)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """Return an empty directory, on a RAM disk where there is one: tests make many farms."""
    if QUICK is None:
        yield tmp_path
        return
    made = tempfile.mkdtemp(prefix="dotstream-test-", dir=QUICK)
    yield Path(made)
    shutil.rmtree(made)


@pytest.fixture
def farm(scratch: Path) -> Farm:
    """Return an empty farm."""
    return Farm(scratch / "farm")


def _scratch(factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Path:
    scratch = factory.mktemp("world")
    for variable, place in _SCRATCH_VARIABLES.items():
        patch.setenv(variable, os.path.join(scratch, place))
    home = scratch / "home"
    home.mkdir()
    return home
