"""Values at bounded memory, in a queue or to be looked up: the rest waits in a temporary file."""

from __future__ import annotations

import io
import marshal
import pickle
import tempfile
from collections import deque

from dotstream.light_typing import IO, TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dotstream.light_typing import Any

_KEPT = 64
_BLOCK = 64

_Value = TypeVar("_Value")


class _Pickler(pickle.Pickler):
    shared: object = None

    def persistent_id(self, obj: object) -> int | None:
        return 1 if obj is self.shared else None


class _Unpickler(pickle.Unpickler):
    shared: object = None

    def persistent_load(self, _pid: int) -> object:
        return self.shared


class Spool(Generic[_Value]):
    """First in, first out; a block at a time goes to the file and comes back.

    Args:
        shared: the one object that all values refer to and that stays itself.
        before: what a value refers to that refers to more of its kind, the last of them first:
            written in that order, a chain of any length is written without recursion.
    """

    def __init__(
        self, shared: object, before: Callable[[_Value], Sequence[object]] = lambda _: ()
    ) -> None:
        self._shared = shared
        self._before = before
        self._head: deque[_Value] = deque()
        self._tail: list[_Value] = []
        self._file: IO[bytes] | None = None
        self._read = self._written = 0

    def __bool__(self) -> bool:
        return bool(self._head or self._tail or self._read < self._written)

    def put(self, value: _Value) -> None:
        """Add a value at the end."""
        if not self._tail and self._read == self._written and len(self._head) < _KEPT:
            self._head.append(value)
            return
        self._tail.append(value)
        if len(self._tail) >= _BLOCK:
            self._write()

    def get(self) -> _Value:
        """Take the first value; there has to be one."""
        if not self._head:
            if self._read < self._written:
                self._head.extend(self._next())
            else:
                self._head.extend(self._tail)
                self._tail.clear()
        return self._head.popleft()

    def close(self) -> None:
        """Give everything up."""
        self._head.clear()
        self._tail.clear()
        self._read = self._written = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self) -> None:
        data = io.BytesIO()
        pickler = _Pickler(data, pickle.HIGHEST_PROTOCOL)
        pickler.shared = self._shared
        pickler.dump(([self._before(value) for value in self._tail], self._tail))
        self._tail.clear()
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="dotstream-")  # noqa: SIM115
        if self._read == self._written:
            self._read = self._written = 0
            self._file.truncate(0)
        self._file.seek(self._written)
        block = data.getvalue()
        self._file.write(len(block).to_bytes(8, "big"))
        self._file.write(block)
        self._written += 8 + len(block)

    def _next(self) -> list[_Value]:
        assert self._file is not None  # noqa: S101 - something was written
        self._file.seek(self._read)
        size = int.from_bytes(self._file.read(8), "big")
        unpickler = _Unpickler(io.BytesIO(self._file.read(size)))
        unpickler.shared = self._shared
        self._read += 8 + size
        _, found = unpickler.load()
        return list(found)


_SHELVED = 1 << 20  # bytes in memory


class Shelf:
    """Plain values, each found again at the position where it was put; never at 0."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SHELVED, prefix="dotstream-")  # noqa: SIM115
        self._end = self._file.write(b"\0")

    def put(self, value: Any) -> int:
        """Put a value down, and return where."""
        position = self._end
        self._file.seek(position)
        self._end += self._file.write(marshal.dumps(value))
        return position

    def get(self, position: int) -> Any:
        """Return the value at a position."""
        self._file.seek(position)
        return marshal.load(self._file)  # noqa: S302 - our own file

    def close(self) -> None:
        """Give everything up."""
        self._file.close()
