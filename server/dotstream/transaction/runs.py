"""Operations one by one, put together again: links in a row as runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.fs.listing import sort_key
from dotstream.model.items import Operation
from dotstream.model.run import LONGEST, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.items import Item

__all__ = ["comes_after", "gathered"]


def comes_after(one: str, other: str) -> bool:
    """Whether a name comes after another in a directory: pages of the manifest are sorted."""
    if one.isascii() and other.isascii():
        return one < other
    return sort_key(one) < sort_key(other)


def gathered(items: Iterable[Item]) -> Iterator[Item | Run]:
    """Pass items on, links in a row as one run: journal and manifest are quicker with those."""
    names: list[str] = []
    opening: Operation | None = None
    stem = ""
    for item in items:
        if not isinstance(item, Operation):
            if opening is not None:
                yield _run(opening, names, stem)
                opening = None
            yield item
            continue
        kind, directory, name, package, text, before, _ = item
        link, other = (before, text) if kind == "remove_link" else (text, before)
        if opening is not None:
            if (
                directory is opening.directory
                and kind == opening.kind
                and package == opening.package
                and other is None
                and link == stem + name
                and len(names) < LONGEST
                and comes_after(names[-1], name)
            ):
                names.append(name)
                continue
            yield _run(opening, names, stem)
            opening = None
        if (
            kind in ("create_link", "remove_link")
            and other is None
            and link
            and link.endswith(f"/{name}")
        ):
            opening, names, stem = item, [name], link[: -len(name)]
        else:
            yield item
    if opening is not None:
        yield _run(opening, names, stem)


def _run(first: Operation, names: list[str], stem: str) -> Item | Run:
    if len(names) == 1:
        return first
    return Run(first.kind, first.directory, names, first.package, stem)  # type: ignore[arg-type]
