"""Values put down to be looked up again, at bounded memory: most of them wait in a file."""

from __future__ import annotations

import marshal
import tempfile

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.light_typing import Any

_KEPT = 1 << 20  # bytes in memory


class Shelf:
    """Plain values, each found again at the position where it was put; never at 0."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_KEPT, prefix="dotstream-")  # noqa: SIM115
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
