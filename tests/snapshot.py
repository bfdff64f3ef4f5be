"""Whole-tree snapshots: everything about a directory that a tool could have changed."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple, TypeAlias

__all__ = ["Node", "Tree", "difference", "snapshot"]


class Node(NamedTuple):
    """One entry of a tree.

    ``kind`` is ``dir``, ``file``, ``link``, ``fifo``, ``socket`` or ``device``; ``mode``
    the permission bits (0 for links, which have none of their own); ``text`` a link's text
    or the hash of a file's content.
    """

    kind: str
    mode: int
    text: str = ""


Tree: TypeAlias = dict[str, Node]
"""Relative path → node, in sorted order; the root itself is ``""``.

Paths and link texts hold undecodable bytes as surrogates, as ``os.fsdecode`` makes them.
"""

_KINDS = {
    stat.S_IFDIR: "dir",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


def snapshot(root: str | os.PathLike[str], *, prune: frozenset[str] = frozenset()) -> Tree:
    """Return everything at and below ``root``, links not followed.

    ``prune`` names relative paths to leave out, with all that is below them.
    """
    tree: Tree = {}
    pending = [("", os.fspath(root))]
    while pending:
        relative, path = pending.pop()
        if relative in prune:
            continue
        node = _node(path)
        tree[relative] = node
        if node.kind == "dir":
            pending.extend(
                (f"{relative}/{name}" if relative else name, f"{path}/{name}")
                for name in os.listdir(path)
            )
    return dict(sorted(tree.items()))


def _node(path: str) -> Node:
    found = os.lstat(path)
    kind = _KINDS.get(stat.S_IFMT(found.st_mode), "device")
    if kind == "link":
        return Node(kind, 0, os.readlink(path))
    mode = stat.S_IMODE(found.st_mode)
    if kind == "file":
        with open(path, "rb") as content:
            return Node(kind, mode, hashlib.file_digest(content, "blake2b").hexdigest()[:32])
    return Node(kind, mode)


def difference(before: Tree, after: Tree) -> list[str]:
    """Return one line for every path that is not the same in both trees."""
    lines = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        if old is None:
            lines.append(f"+ {path!r} {_words(new)}")
        elif new is None:
            lines.append(f"- {path!r} {_words(old)}")
        else:
            lines.append(f"~ {path!r} {_words(old)} became {_words(new)}")
    return lines


def _words(node: Node | None) -> str:
    if node is None:
        return "nothing"
    if node.kind == "link":
        return f"link to {node.text!r}"
    return f"{node.kind} {node.mode:04o} {node.text}".rstrip()
