"""Answers that are kept for a moment: an editor asks the same in many ways at once."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Key = TypeVar("_Key", bound="Hashable")
_Value = TypeVar("_Value")

SECONDS = 5.0
"""How long a value is kept, if nothing says earlier that it is old."""


class _Place(Generic[_Value]):
    """Where one value is kept, or being found."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.found: tuple[float, _Value] | None = None


class Kept(Generic[_Key, _Value]):
    """Values by key, each found once however many threads ask for it."""

    def __init__(self) -> None:
        self._places: dict[_Key, _Place[_Value]] = {}
        self._lock = Lock()

    def get(self, key: _Key, find: Callable[[], _Value]) -> _Value:
        """Return what is kept, or find it while others who ask for it wait."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
        with place.turn:
            if place.found is None or monotonic() - place.found[0] > SECONDS:
                place.found = monotonic(), find()
            return place.found[1]

    def forget(self) -> None:
        """Find everything anew: something changed."""
        with self._lock:
            self._places = {}
