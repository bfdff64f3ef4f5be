"""Steps as bytes, the way the journal keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dotstream.engine.steps import STEP_KINDS
from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dotstream.engine.steps import Part, Step, StepKind
    from dotstream.model.items import OperationKind
    from dotstream.model.run import RunKind

__all__ = ["NumberedStep", "decode", "encode", "singly"]

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
    package, stem, how many names, and each name.

    A directory is written where it changes; an empty root means the one before.  No link
    is empty and no precondition either, so an empty field means that there is none.
    """
    fields: list[str] = []
    here: Directory | None = None
    for kind, item in steps:
        directory = item.directory
        if directory is here:
            root = path = ""
        else:
            here, root, path = directory, directory.root, directory.path
        if isinstance(item, Run):
            count = str(len(item.names))
            fields += (_RUN_CODES[item.kind], root, path, item.package, item.stem, count)
            fields += item.names
        else:
            fields += (_CODES[kind], root, path, item.name, item.package)
            fields += (item.text or "", item.before or "")
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def decode(first: int, data: bytes) -> Iterator[Part]:
    """Read what ``encode`` wrote, numbered from ``first``."""
    fields = data.decode("utf-8", "surrogateescape").split("\0")
    here = above = Directory("/")
    at, number = 0, first
    while at < len(fields):
        code, root, path = fields[at : at + 3]
        if root:
            parent, _, name = path.rpartition("/")
            if above.root != root or above.path != parent:  # most have a sibling before them
                above = Directory(root).descend(parent)
            here = above.child(name) if name else above
        if code in _RUN_KINDS:
            package, stem, count = fields[at + 3 : at + 6]
            at += 6 + int(count)
            run = Run(_RUN_KINDS[code], here, fields[at - int(count) : at], package, stem)
            yield number, run.kind, run
            number += int(count)
        else:
            name, package, text, before = fields[at + 3 : at + 7]
            at += 7
            kind, operation = _KINDS[code]
            step = Operation(operation, here, name, package, text or None, before or None)
            yield number, kind, step
            number += 1


def singly(parts: Iterable[Part]) -> Iterator[NumberedStep]:
    """Take runs apart into their steps."""
    for number, kind, item in parts:
        if isinstance(item, Run):
            for index, operation in enumerate(item.operations(), number):
                yield index, kind, operation
        else:
            yield number, kind, item
