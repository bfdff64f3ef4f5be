"""The state directory: where the journal, the lock and the backup area of a target lie."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TargetState", "process_name", "state_home", "target_state"]


class TargetState:
    """The private directory of one target's state, made on first use.

    Attributes:
        journal: path of the journal's database.
        lock: path of the lock file.
        backups: path of the directory for what is set aside.
    """

    __slots__ = ("backups", "journal", "lock")

    def __init__(self, directory: str) -> None:
        self.journal = f"{directory}/journal.db"
        self.lock = f"{directory}/lock"
        self.backups = f"{directory}/backups"


def state_home(environ: Mapping[str, str], home: str) -> str:
    """Return dotstream's state directory (XDG Base Directory Specification)."""
    base = environ.get("XDG_STATE_HOME") or ""
    return f"{base if base.startswith('/') else f'{home}/.local/state'}/dotstream"


def target_state(state: str, target: str) -> TargetState:
    """Return where the state of ``target`` lies, making the directories.

    Raises:
        OSError: they cannot be made.
    """
    directory = f"{state}/{blake2b(os.fsencode(target), digest_size=8).hexdigest()}"
    found = TargetState(directory)
    os.makedirs(found.backups, mode=0o700, exist_ok=True)
    note = f"{directory}/target"
    if not os.path.exists(note):
        with open(note, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(target + "\n")
    return found


def process_name(arguments: list[str]) -> str:
    """Return how a person would find this process: its number and command line."""
    command = " ".join([os.path.basename(arguments[0]), *arguments[1:]]) if arguments else ""
    return f"process {os.getpid()} ({command})"
