"""Operations one by one, put together again: links in a row as runs."""

from __future__ import annotations

from itertools import islice
from operator import lt

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation
from dotstream.model.run import LONGEST, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.items import Item


def ascending(run: Run) -> Iterator[Run]:
    """Return a run in parts whose names ascend: pages of the manifest are sorted."""
    names = run.joined.split(b"\0")
    start = 0
    if not all(map(lt, names, islice(names, 1, None))):
        for index in range(1, run.size):
            if names[index] <= names[index - 1]:
                yield run.part(start, index)
                start = index
    yield run.part(start, run.size)


def gathered(items: Iterable[Item | Run]) -> Iterator[Item | Run]:
    """Pass items on, links in a row as one run: journal and manifest are quicker with those."""
    names: list[str] = []
    opening: Operation | None = None
    stem = ""
    for item in items:
        if not isinstance(item, Operation):
            if opening is not None:
                yield from _runs(opening, names, stem)
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
            ):
                names.append(name)
                continue
            yield from _runs(opening, names, stem)
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
        yield from _runs(opening, names, stem)


def _runs(first: Operation, names: list[str], stem: str) -> Iterator[Item | Run]:
    if len(names) == 1:
        yield first
    else:
        run = Run(first.kind, first.directory, names, first.package, stem)  # type: ignore[arg-type]
        yield from ascending(run)
