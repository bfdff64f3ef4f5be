"""Counts in words: ``3 linked, 1 directory made; 12 unchanged``."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.words import WORDS, plural

if TYPE_CHECKING:
    from dotstream.model.plan import Summary


def sentence(summary: Summary, *, done: bool) -> str:
    """Return the counts of a plan in words, as done or as still to do."""
    parts = []
    for kind, words in WORDS.items():
        count = summary.counts.get(kind, 0)
        if count and words.due:
            number = plural(count, words.noun, words.nouns) if words.noun else f"{count:,}"
            parts.append(f"{number} {words.done if done else words.due}")
    text = ", ".join(parts) or "nothing to do"
    extra = []
    if summary.unchanged:
        extra.append(f"{summary.unchanged:,} unchanged")
    if summary.conflicts:
        extra.append(plural(summary.conflicts, "conflict"))
    if summary.errors:
        extra.append(plural(summary.errors, "error"))
    return "; ".join([text, *([", ".join(extra)] if extra else [])])
