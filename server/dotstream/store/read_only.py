"""Looking at a journal only, and damage that is come upon, as an error that says so."""

from __future__ import annotations

from contextlib import contextmanager

from dotstream.errors import JournalError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.fs.state import TargetState
    from dotstream.store.journal import Journal


@contextmanager
def opened(place: TargetState | None) -> Generator[Journal | None]:
    """Open the database for reading while the block runs; ``None`` where there is none.

    Raises:
        JournalError: it is corrupt, foreign, or from a newer dotstream.
    """
    if place is None:
        yield None
        return
    from dotstream.store.journal import Journal  # SQLite is only paid for where it is read

    journal = Journal(place.journal, readonly=True, moved=place.moved)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def intact(what: str) -> Generator[None]:
    """Raise what reading damaged pages in the block leads to as a ``JournalError``.

    Args:
        what: what is read, as the beginning of a sentence.
    """
    import sqlite3  # only paid for where there is something to read

    try:
        yield
    except (sqlite3.Error, ValueError, KeyError, IndexError, TypeError) as error:
        raise JournalError(f"{what} is damaged ({error})") from error
