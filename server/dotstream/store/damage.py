"""What is read of a damaged database, as an error that says so."""

from __future__ import annotations

from contextlib import contextmanager

from dotstream.errors import JournalError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


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
