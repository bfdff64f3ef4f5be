"""A package's file beside what is in its place."""

from __future__ import annotations

import sys
from io import StringIO

from dotstream.errors import Cancelled
from dotstream.fs.files import exists, is_directory, is_file, read_start, same_content
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.located import Difference

if TYPE_CHECKING:
    from dotstream.model.cancel import CancellationToken

_BYTES = 256 * 1024  # of each file
_LINES = 4000  # of each file: comparing takes up to their product


def difference(
    source: str, target: str, *, linked: bool, cancel: CancellationToken
) -> Difference:
    """Compare a package's file with what is at its place; see ``Client.diff``.

    Args:
        linked: whether both are the same file, however long it is.
    """
    if not exists(source) or not exists(target):
        return Difference(source, target, "missing")
    if is_directory(source) or is_directory(target):
        return Difference(source, target, "directory")
    if not is_file(source) or not is_file(target):
        return Difference(source, target, "binary")
    ours, theirs = read_start(source, _BYTES + 1), read_start(target, _BYTES + 1)
    truncated = max(len(ours), len(theirs)) > _BYTES
    if linked or (ours == theirs and (not truncated or _same(source, target, cancel))):
        return Difference(source, target, "same")
    if b"\0" in ours or b"\0" in theirs:
        return Difference(source, target, "binary", truncated=truncated)
    text, cut = _unified(theirs[:_BYTES], ours[:_BYTES], cancel)
    return Difference(source, target, "text", text, truncated or cut)


def _same(source: str, target: str, cancel: CancellationToken) -> bool:
    """Whether files are the same to their ends."""

    def poll() -> None:
        if cancel.cancelled:
            raise Cancelled

    return same_content(source, target, poll, most=sys.maxsize)


def _unified(before: bytes, after: bytes, cancel: CancellationToken) -> tuple[str, bool]:
    """Return a unified diff without its header, and whether lines were left out."""
    import difflib  # costs time, and is for files that differ

    class Matcher(difflib.SequenceMatcher[str]):
        """Looks between two searches, of milliseconds each, whether it is still wanted."""

        def find_longest_match(
            self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
        ) -> difflib.Match:
            if cancel.cancelled:
                raise Cancelled
            return super().find_longest_match(alo, ahi, blo, bhi)

    old, new = _lines(before), _lines(after)
    cut = max(len(old), len(new)) > _LINES
    old, new = old[:_LINES], new[:_LINES]
    found: list[str] = []
    for group in Matcher(None, old, new).get_grouped_opcodes():
        first, last = group[0], group[-1]
        found.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [f" {line}" for line in old[i1:i2]]
                continue
            found += [f"-{line}" for line in old[i1:i2]]
            found += [f"+{line}" for line in new[j1:j2]]
    for number, line in enumerate(found):
        if not line.endswith("\n"):
            found[number] = f"{line}\n\\ No newline at end of file\n"
    return "".join(found), cut


def _range(start: int, stop: int) -> str:
    """Return lines as a hunk's header names them; none are named by the one before."""
    length = stop - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _lines(data: bytes) -> list[str]:
    # Not splitlines, for which a line also ends at a form feed and the like.
    return list(StringIO(data.decode("utf-8", "backslashreplace"), newline="\n"))
