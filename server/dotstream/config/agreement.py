"""What a user has agreed to that a repository asks for: one small file for each repository.

It lies in the state directory, where no repository has anything to say, and holds the path
and the very settings that were agreed to.  A setting that changes is asked about again; the
rest of the repository may change as it likes.
"""

from __future__ import annotations

from dotstream.fs.files import read_text, remove, replace_text
from dotstream.fs.state import agreement_path
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.model.wish import Wish


def agreed(state: str, directory: str) -> frozenset[str]:
    """Return the settings of a package directory that were agreed to, as lines.

    Raises:
        OSError: the file cannot be read.
    """
    first, *lines = (read_text(agreement_path(state, directory)) or "").split("\n")
    return frozenset(lines) - {""} if first == _line(directory) else frozenset()


def agree(state: str, directory: str, wishes: Iterable[Wish]) -> None:
    """Remember that the user agrees to settings of a package directory, and to no others of it.

    Raises:
        OSError: it cannot be written.
    """
    lines = [_line(directory), *sorted(map(str, wishes))]
    replace_text(agreement_path(state, directory), "\n".join(lines) + "\n")


def revoke(state: str, directory: str) -> bool:
    """Forget what was agreed to; false if there was nothing.

    Raises:
        OSError: the file cannot be removed.
    """
    return remove(agreement_path(state, directory))


def _line(directory: str) -> str:
    return directory.replace("\n", "\\n")
