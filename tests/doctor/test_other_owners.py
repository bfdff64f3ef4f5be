"""What belongs to another user: told so, and taken over only where the target is one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.rights import nobody

from dotstream.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.farm import Farm

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has files of two users")
NOBODY = 65534


@pytest.fixture
def shared(farm: Farm) -> Farm:
    """Return a farm that root has linked and anybody may look at."""
    farm.make({"stow/pkg/bin/pkg": "p", "home/bin/own": "o"})
    farm.run("manage")
    path = farm.root
    while path not in {"/", "/tmp", "/dev/shm"}:
        os.chmod(path, 0o755)  # noqa: S103 - what pytest makes is private
        path = os.path.dirname(path)
    for path in _below(farm.state):
        os.chown(path, NOBODY, NOBODY)
    return farm


def _below(root: str) -> Iterator[str]:
    for above, _, names in os.walk(root):
        yield above
        yield from (f"{above}/{name}" for name in names)


def _client(farm: Farm) -> Client:
    return Client(
        farm.directory, target=farm.target, state=farm.state, home=farm.target, environ={}
    )


def test_a_directory_of_root_in_a_home_is_taken_over_and_a_target_of_root_is_not(
    shared: Farm,
) -> None:
    with nobody():
        found = list(_client(shared).doctor())
    assert {(each.kind, each.command) for each in found} == {("no_permission", None)}
    assert all("it belongs to root, who has to do this" in each.detail for each in found)
    os.chown(shared.target, NOBODY, NOBODY)
    with nobody():
        (only,) = _client(shared).doctor()
    assert only.command == f'sudo chown "$(id -u)" -- {shared.target}/bin'


def test_a_state_directory_that_root_has_written_to_is_named(shared: Farm) -> None:
    for path in _below(shared.state):
        os.chown(path, 0, 0)
        os.chmod(path, 0o755)  # noqa: S103 - it may be looked at
    os.rename(shared.state, f"{shared.root}/dotstream")
    able = "+dac_read_search"  # to read the program, wherever it is
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", f"--inh-caps={able}",
         f"--ambient-caps={able}", sys.executable, "-m", "dotstream",
         "-d", shared.directory, "-t", shared.target, "status"],
        env={"HOME": shared.target, "XDG_STATE_HOME": shared.root, "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert ": it belongs to root, and you may not change what is in it" in done.stderr
    assert "damaged" not in done.stderr
