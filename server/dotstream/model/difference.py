"""What a package's file and the one in its place have that differs."""

from __future__ import annotations

from dotstream.light_typing import Literal, NamedTuple

DifferenceKind = Literal["same", "text", "binary", "directory", "missing"]


class Difference(NamedTuple):
    """A package's file compared with what is at its place in the target.

    Attributes:
        source, target: absolute paths of both.
        kind: ``same``, also where one is a link to the other; ``text`` or ``binary`` where
            they differ; ``directory`` or ``missing`` where one or both are that.
        text: of the kind ``text``: from what is in the target to what the package has, as
            a unified diff without its two header lines.
        truncated: whether only their beginnings were compared.
    """

    source: str
    target: str
    kind: DifferenceKind
    text: str | None = None
    truncated: bool = False
