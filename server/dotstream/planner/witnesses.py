"""What looks ahead came upon, so that no directory is looked through once a level."""

from __future__ import annotations

__all__ = ["Witnesses", "within"]


class Witnesses:
    """Paths at which something was found that holds for all directories above as well.

    A look ahead at a directory stops at the first.  On the way down to it, the answer is
    known; only beside that way is looked again.  So looks ahead read a tree twice at most,
    however deep it is.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []  # each asked of inside of the one before

    def known(self, path: str) -> bool:
        """Whether something is known to be at ``path`` or below."""
        return bool(self._found) and any(within(found, path) for _, found in self._found)

    def note(self, asked: str, found: str) -> None:
        """Remember what a look at the directory ``asked`` came upon."""
        while self._found and not within(asked, self._found[-1][0]):
            self._found.pop()  # the walk has left it
        self._found.append((asked, found))


def within(path: str, directory: str) -> bool:
    """Whether a relative path is ``directory`` or below it."""
    return f"{path}/".startswith(f"{directory}/") or not directory
