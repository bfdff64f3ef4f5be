"""Steps as bytes, the way the journal keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from dotstream.engine.steps import STEP_KINDS
from dotstream.model.directory import Directory
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.engine.steps import Step, StepKind
    from dotstream.model.items import OperationKind

__all__ = ["KINDS", "LINKED", "UNLINKED", "Columns", "decode", "encode", "runs"]

Columns: TypeAlias = "tuple[list[str], list[str], list[str], list[str], list[str]]"
"""Codes, names, packages, texts and befores of a run of steps."""

_CODES: dict[StepKind, str] = {kind: chr(65 + code) for code, kind in enumerate(STEP_KINDS)}
KINDS: dict[str, tuple[StepKind, OperationKind]] = {
    _CODES[step]: (step, operation) for step, operation in STEP_KINDS.items()
}
"""The kind of step and of operation that a code stands for."""

LINKED, UNLINKED = _CODES["create_link"], _CODES["remove_link"]

_FIELDS = 7


def encode(steps: Sequence[Step]) -> bytes:
    """Write steps as bytes: kind, root, path, name, package, text, before of each.

    A directory is written where it changes; an empty root means the one before.  No link
    is empty and no precondition either, so an empty field means that there is none.
    """
    fields: list[str] = []
    here: Directory | None = None
    for kind, operation in steps:
        directory = operation.directory
        if directory is here:
            root = path = ""
        else:
            here, root, path = directory, directory.root, directory.path
        fields += (
            _CODES[kind],
            root,
            path,
            operation.name,
            operation.package,
            operation.text or "",
            operation.before or "",
        )
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def decode(first: int, data: bytes) -> list[tuple[int, StepKind, Operation]]:
    """Read what ``encode`` wrote, numbered from ``first``."""
    fields = data.decode("utf-8", "surrogateescape").split("\0")
    here = Directory("/")
    found: list[tuple[int, StepKind, Operation]] = []
    steps = zip(*(fields[column::_FIELDS] for column in range(_FIELDS)), strict=True)
    for number, (code, root, path, name, package, text, before) in enumerate(steps, first):
        if root:
            here = Directory(root).descend(path)
        kind, operation = KINDS[code]
        found.append(
            (
                number,
                kind,
                Operation(operation, here, name, package, text or None, before or None),
            )
        )
    return found


def runs(data: bytes) -> Iterator[tuple[int, str, str, Columns]]:
    """Read what ``encode`` wrote by runs of steps in one directory, as columns.

    Yields:
        The index of the run's first step, the directory's root and path, and the columns:
        codes, names, packages, texts, befores.
    """
    fields = data.decode("utf-8", "surrogateescape").split("\0")
    codes, roots, paths, names, packages, texts, befores = (
        fields[column::_FIELDS] for column in range(_FIELDS)
    )
    columns = (codes, names, packages, texts, befores)
    starts = [index for index, root in enumerate(roots) if root]
    for start, end in zip(starts, [*starts[1:], len(codes)], strict=True):
        run = tuple([column[start:end] for column in columns])
        yield start, roots[start], paths[start], cast("Columns", run)
