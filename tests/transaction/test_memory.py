"""Planning and applying twenty times the files takes the same memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FEW, _MANY = 2_000, 40_000
_MIB = 1024

# The peak is read from the kernel's own record of this program: ru_maxrss also knows of
# the process that started it.
_MEASURED = """
import sys
from dotstream.client import Client
from dotstream.model.options import Preferences
directory, target, state, how = sys.argv[1:]
client = Client(directory, target=target, state=state, home=target)
prefer = Preferences(folding="never")
for action in ("manage", "remanage", "unmanage"):
    with client.stream(action, ["zsh"], prefer=prefer) as plan:
        count = sum(1 for _ in plan)
    client.apply(client.stream(action, ["zsh"], prefer=prefer), stream=how == "streaming")
client.apply(client.stream_undo())  # of the unmanage, and then of the manage
client.apply(client.stream_undo(1))
with open("/proc/self/status") as status:
    (peak,) = [line.split()[1] for line in status if line.startswith("VmHWM:")]
print(count, peak)
"""


def _fill(directory: str, files: int, nested: bool) -> None:
    for number in range(files):
        if nested:
            place = f"{directory}/{number // 1000}/{number // 50 % 20}"
            if number % 50 == 0:
                os.makedirs(place)
        else:
            place = directory
        os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_WRONLY))


def _peak(root: str, files: int, *, nested: bool, how: str) -> int:
    """Return the peak memory in KiB of a process that manages and unmanages so many files."""
    farm = Farm(root)
    os.makedirs(f"{farm.directory}/zsh")
    _fill(f"{farm.directory}/zsh", files, nested)
    command = [sys.executable, "-c", _MEASURED, farm.directory, farm.target, farm.state, how]
    done = subprocess.run(command, capture_output=True, check=True, cwd=_ROOT)
    count, peak = done.stdout.split()
    assert int(count) >= files
    return int(peak)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads the peak from /proc")
@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
def test_memory_does_not_grow_with_the_files(scratch: Path, nested: bool) -> None:
    how = "streaming" if nested else "at once"
    few = _peak(f"{scratch}/few", _FEW, nested=nested, how=how)
    many = _peak(f"{scratch}/many", _MANY, nested=nested, how=how)
    assert many - few < 8 * _MIB, f"{few} KiB became {many} KiB"
    assert many < 40 * _MIB
