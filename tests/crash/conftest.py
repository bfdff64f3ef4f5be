"""What dies here is killed, and a kill loses nothing that is on its way to a disk."""

from __future__ import annotations

import pytest

from dotstream.fs import system


@pytest.fixture(autouse=True)
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a recovery here not wait until all of the machine is on its disks.

    What is on the disk when the power goes is ``power``'s affair: it records processes of
    their own, which flush.
    """
    monkeypatch.setattr(system, "flush_all", lambda: None)
