"""The flushes that the promise stands on, to be taken out one by one.

A flush that can be taken out without a fault being found is one that nothing tests.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dotstream.fs import change, copying, lock, state, system, touched
from dotstream.store import journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crash.power.states import Model

__all__ = ["ABLATIONS", "Ablation"]


@dataclass(frozen=True)
class Ablation:
    """A flush taken out.

    Attributes:
        take_out: takes it out of this process.
        cases: scenes and models in which that has to be found.
        anew: whether a recovery knows that the system was started anew.
    """

    take_out: Callable[[], None]
    cases: tuple[tuple[str, Model], ...]
    anew: bool = True


def _nothing(*_: object) -> None:
    pass


def _flush() -> None:
    _replace(change.Changes, "flush", _nothing)


def _replace(owner: type, name: str, function: Callable[..., object]) -> None:
    setattr(owner, name, function)


def _elsewhere() -> None:
    vars(system)["flush_all"] = _nothing


def _whole() -> None:
    """Of many directories, have nothing on the disk."""
    vars(touched)["FEW"] = 4
    vars(system)["flush"] = _nothing


def _later_directories() -> None:
    """Have only the first directory on the disk."""
    add = touched.Touched.add

    def first(self: touched.Touched, fd: int) -> None:
        if not self._few:
            add(self, fd)

    _replace(touched.Touched, "add", first)


def _moves() -> None:
    """Have both ends of a move on the disk one by one."""
    _replace(touched.Touched, "add_all", touched.Touched.add)


def _batches() -> None:
    activate = journal.Journal.activate

    def active(self: journal.Journal, transaction: int, digest: str) -> None:
        activate(self, transaction, digest)
        self.database.run("PRAGMA synchronous = NORMAL")

    _replace(journal.Journal, "activate", active)


def _named() -> None:
    vars(lock)["on_disk"] = _nothing


def _state() -> None:
    vars(state)["_flushed"] = _nothing


def _copies() -> None:
    """Have the files of a copy on the disk, but not its directories."""
    on_disk = system.on_disk

    def files(fd: int) -> None:
        if not os.path.isdir(f"/proc/self/fd/{fd}"):
            on_disk(fd)

    vars(copying)["on_disk"] = files


def _way_up() -> None:
    _replace(change.Changes, "sync_upwards", change.Changes.sync)


def _pruned() -> None:
    _replace(change.Changes, "sync", _nothing)


ABLATIONS: dict[str, Ablation] = {
    "before a commit": Ablation(
        _flush, (("replace", "treelog"), ("many batches", "weak"), ("backup", "treelog"))
    ),
    "before a part is kept": Ablation(_flush, (("stopped and kept", "weak"),)),
    "before it is said to be rolled back": Ablation(
        _flush, (("a late conflict", "weak"), ("a late conflict, state away", "ordered"))
    ),
    "at the end of a recovery": Ablation(
        _flush, (("recovery", "weak"), ("recovery forwards", "weak"))
    ),
    "of what a killed run did": Ablation(_elsewhere, (("recovery forwards", "weak"),)),
    "of many directories": Ablation(_whole, (("many batches", "weak"),)),
    "of each directory": Ablation(_later_directories, (("many batches", "weak"),)),
    "of all, where something was moved": Ablation(
        _moves, (("undo of: adopt over files, streaming", "strict"), ("undo of: adopt", "strict"))
    ),
    "of each batch while streaming": Ablation(
        _batches, (("many batches, streaming", "ordered"),)
    ),
    "of the lock file, before the journal forgets": Ablation(
        _named, (("nothing to do, streaming", "weak"), ("nothing to do, streaming", "strict"))
    ),
    "of the way to the state": Ablation(_state, (("manage", "strict"),)),
    "of the directories of a copy": Ablation(
        _copies, (("back up directories, state away", "strict"),)
    ),
    "of the way to a copy": Ablation(
        _way_up,
        (("adopt directories, packages away", "strict"),),
    ),
    "not a flush, but that nothing is sure after one was missing": Ablation(
        _nothing, (("many batches", "ordered"), ("recovery forwards", "ordered")), anew=False
    ),
    "of what is pruned": Ablation(_pruned, (("prune", "weak"),)),
}
