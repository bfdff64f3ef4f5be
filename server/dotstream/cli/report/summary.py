"""Counts in words: ``3 linked, 1 directory made; 12 unchanged``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.items import OperationKind
    from dotstream.model.plan import Summary

__all__ = ["plural", "sentence"]

_WORDS: dict[OperationKind, tuple[str, str]] = {
    "create_link": ("to link", "linked"),
    "replace_link": ("to relink", "relinked"),
    "remove_link": ("to unlink", "unlinked"),
    "move_file": ("to move", "moved"),
    "make_dir": ("to make", "made"),
    "remove_dir": ("to remove", "removed"),
    "unfold": ("to unfold", "unfolded"),
    "refold": ("to fold", "folded"),
}


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Return ``1 link`` or ``2 links``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def sentence(summary: Summary, *, done: bool) -> str:
    """Return the counts of a plan in words, as done or as still to do."""
    parts = []
    for kind, words in _WORDS.items():
        count = summary.counts.get(kind, 0)
        if count:
            number = f"{count:,}"
            if kind in ("make_dir", "remove_dir"):
                number = plural(count, "directory", "directories")
            parts.append(f"{number} {words[done]}")
    text = ", ".join(parts) or "nothing to do"
    extra = []
    if summary.unchanged:
        extra.append(f"{summary.unchanged:,} unchanged")
    if summary.conflicts:
        extra.append(plural(summary.conflicts, "conflict"))
    if summary.errors:
        extra.append(plural(summary.errors, "error"))
    return "; ".join([text, *([", ".join(extra)] if extra else [])])
