"""What looks ahead came upon, so that no directory is looked through once a level."""

from __future__ import annotations


class Witnesses:
    """Paths at which something was found that holds for all directories above as well.

    A look ahead at a directory stops at the first.  On the way down to it, the answer is
    known; only beside that way is looked again.  So looks ahead read a tree twice at most,
    however deep it is.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []  # each asked of inside of the one before

    def known(self, path: str) -> bool:
        """Whether something is known to be at ``path`` or below."""
        return self.why(path) is not None

    def why(self, path: str) -> str | None:
        """Return what is known to be at ``path`` or below, as it was noted."""
        for _, found, why in self._found:
            if within(found, path):
                return why
        return None

    def note(self, asked: str, found: str, why: str = "") -> None:
        """Remember what a look at the directory ``asked`` came upon.

        Args:
            why: what that is, in words.
        """
        while self._found and not within(asked, self._found[-1][0]):
            self._found.pop()  # the walk has left it
        self._found.append((asked, found, why))


def within(path: str, directory: str) -> bool:
    """Whether a relative path is ``directory`` or below it."""
    return f"{path}/".startswith(f"{directory}/") or not directory
