"""Where a single path stands, and how what is on its two sides differs."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.items import Conflict

Role = Literal["source", "target"]

LocatedState = Literal["linked", "unlinked", "conflict", "ignored", "directory", "other"]


class Located(NamedTuple):
    """What a path has to do with the packages.

    Attributes:
        path: the path that was asked about, absolute, as it was named.
        role: whether it is in a package, or where a package's member belongs; ``None``
            where no package has anything to do with it.
        state: ``linked`` also where a link above leads to it; ``unlinked`` where managing
            the package would link it; ``directory`` where both sides have a directory;
            ``ignored`` where it is never linked; ``other`` for all else.
        package: the name of the package.
        source, target: absolute paths of the member and of where it belongs.
        exists: whether there is something at ``source``, following links: a link that
            leads there is broken if not.
        message: one sentence for people.
        conflict: what stands in the way, if something does; it has the choices.
        others: more packages that have something for a path of the target.
    """

    path: str
    role: Role | None
    state: LocatedState
    package: str | None = None
    source: str | None = None
    target: str | None = None
    exists: bool = False
    message: str = ""
    conflict: Conflict | None = None
    others: tuple[str, ...] = ()


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
