"""Steps as bytes, the way the journal keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.store.steps import STEP_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dotstream.model.items import OperationKind
    from dotstream.model.run import RunKind
    from dotstream.store.steps import Part, Step, StepKind

__all__ = ["NumberedStep", "cut", "decode", "encode", "singly"]

NumberedStep: TypeAlias = "tuple[int, StepKind, Operation]"
"""A step, by its number."""

_CODES: dict[StepKind, str] = {kind: chr(65 + code) for code, kind in enumerate(STEP_KINDS)}
_KINDS: dict[str, tuple[StepKind, OperationKind]] = {
    _CODES[step]: (step, operation) for step, operation in STEP_KINDS.items()
}
_RUN_CODES: dict[RunKind, str] = {"create_link": "c", "remove_link": "d"}
_RUN_KINDS: dict[str, RunKind] = {code: kind for kind, code in _RUN_CODES.items()}


def encode(steps: Sequence[Step]) -> bytes:
    """Write steps as bytes, fields joined by NUL, which none of them can hold.

    A step is: kind, root, path, name, package, text, before.  A run is: kind, root, path,
    package, stem, the length of its names, and these, joined by NUL too.

    A directory is written where it changes; an empty root means the one before.  No link
    is empty and no precondition either, so an empty field means that there is none.
    """
    written: list[bytes] = []
    here: Directory | None = None
    for kind, item in steps:
        directory = item.directory
        if directory is here:
            where = "\0"
        else:
            here, where = directory, f"{directory.root}\0{directory.path}"
        if isinstance(item, Run):
            length = len(item.joined)
            written.append(
                _bytes(f"{_RUN_CODES[item.kind]}\0{where}\0{item.package}\0{item.stem}\0{length}")
            )
            written.append(item.joined)
        else:
            text, before = item.text or "", item.before or ""
            fields = (_CODES[kind], where, item.name, item.package, text, before)
            written.append(_bytes("\0".join(fields)))
    return b"\0".join(written)


def decode(first: int, data: bytes) -> Iterator[Part]:
    """Read what ``encode`` wrote, numbered from ``first``."""
    here = above = Directory("/")
    number, position, end = first, 0, len(data)
    find = data.find
    while position < end:
        start = position
        for _ in range(6):  # what follows is never copied: it may be a whole chunk
            position = find(b"\0", position) + 1
        code, root, path, name, package, text = _text(data[start : position - 1]).split("\0")
        if root:
            parent, _, base = path.rpartition("/")
            if above.root != root or above.path != parent:  # most have a sibling before them
                above = here.reach(root, parent)
            here = above.child(base) if base else above
        start = position
        if code in _RUN_KINDS:
            package, stem, length = name, package, int(text)
            position += length + 1
            joined = data[start : position - 1]
            run = Run(_RUN_KINDS[code], here, None, package, stem, joined=joined)
            yield number, run.kind, run
            number += run.size
        else:
            kind, operation = _KINDS[code]
            position = find(b"\0", start) + 1 or end + 1
            before = _text(data[start : position - 1]) or None
            yield number, kind, Operation(operation, here, name, package, text or None, before)
            number += 1


def cut(parts: Iterable[Part], end: int) -> Iterator[Part]:
    """Return what has a number below ``end``, a run as far as that."""
    for number, kind, item in parts:
        if number >= end:
            return
        if isinstance(item, Run) and number + item.size > end:
            names = item.names[: end - number]
            item = Run(item.kind, item.directory, names, item.package, item.stem)  # noqa: PLW2901
        yield number, kind, item


def singly(parts: Iterable[Part]) -> Iterator[NumberedStep]:
    """Take runs apart into their steps."""
    for number, kind, item in parts:
        if isinstance(item, Run):
            for index, operation in enumerate(item.operations(), number):
                yield index, kind, operation
        else:
            yield number, kind, item


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
