"""What the kinds of things are called: one table for the shell, the editors and the pages.

``python -m tests.generated`` writes the editors' tables from it.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.items import ConflictKind, OperationKind
    from dotstream.model.options import Policy

SOURCE = ""
"""What pip and pipx are given to install dotstream, once it is published.

Until then it is empty, and commands that install name the checkout or the wheel that the editor's
extension came with.
"""

Effect = Literal["add", "change", "remove", "conflict", "error", "note", "keep"]
"""What a row of a plan does to the target, for colours."""


class Words(NamedTuple):
    """How one kind of row is written.

    Attributes:
        sign: one character, for a column of its own.
        word: short, at the start of a line.
        effect: what it does, for its colour.
        verb: in a sentence, before the path.
        due, done: behind a count, before and after it is done.
        noun, nouns: between the count and that, where it does not go without saying.
    """

    sign: str
    word: str
    effect: Effect
    verb: str = ""
    due: str = ""
    done: str = ""
    noun: str = ""
    nouns: str = ""


_DIRECTORY = ("directory", "directories")

WORDS: dict[OperationKind, Words] = {
    "create_link": Words("+", "link", "add", "link", "to link", "linked"),
    "replace_link": Words("~", "relink", "change", "relink", "to relink", "relinked"),
    "remove_link": Words("-", "unlink", "remove", "unlink", "to unlink", "unlinked"),
    "move_file": Words("~", "move", "change", "move", "to move", "moved"),
    "make_dir": Words("+", "mkdir", "add", "make directory", "to make", "made", *_DIRECTORY),
    "remove_dir": Words(
        "-", "rmdir", "remove", "remove directory", "to remove", "removed", *_DIRECTORY
    ),
    "unfold": Words("~", "unfold", "change", "unfold", "to unfold", "unfolded"),
    "refold": Words("~", "fold", "change", "fold", "to fold", "folded"),
    "keep_link": Words("=", "keep", "keep", "keep"),
}
"""Operations, in the order in which they are counted for a person."""

REMARKS: dict[str, Words] = {
    "conflict": Words("!", "conflict", "conflict"),
    "error": Words("!", "error", "error"),
    "notice": Words("·", "note", "note"),
}
"""Rows of a plan that are no operations."""


class PolicyWords(NamedTuple):
    """How one policy for conflicts is written.

    Attributes:
        title: on a button.
        meaning: what it does, behind its name.
    """

    title: str
    meaning: str


POLICY_WORDS: dict[Policy, PolicyWords] = {
    "fail": PolicyWords("Do nothing", "change nothing until it is resolved"),
    "adopt": PolicyWords("Adopt", "move what is there into the package, then link to it"),
    "backup": PolicyWords("Back up", "move what is there to the backup area, then link"),
    "overwrite": PolicyWords(
        "Overwrite", "link over what is there, even another package's link; undo restores it"
    ),
    "skip": PolicyWords("Skip", "leave what is there and do the rest"),
}
"""In the order in which they are offered, everywhere."""

OBSTACLES: dict[ConflictKind, str] = {
    "changed_since": "changed since",
    "real_file": "a file is in its place",
    "real_directory": "a directory is in its place",
    "foreign_link": "another link is in its place",
    "dangling_link": "a broken link is in its place",
    "other_package": "another package has this place",
    "same_path": "two packages want this place",
    "file_and_directory": "a file and a directory want this place",
    "parent_link": "a directory above is a link",
    "absolute_source": "an absolute symlink in the package",
    "target_in_package_directory": "the target is inside the package directory",
    "package_has_file": "the package already has it",
    "not_invertible": "would come back under another name",
    "missing_source": "there is nothing to link",
}
"""Conflicts in a few words; ``Conflict.message`` is the whole sentence."""


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Return a number of things in words: ``1 link``, ``3,000 links``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
