"""Git repositories inside of what is planned: a directory with a ``.git`` is one thing."""

from __future__ import annotations

import posixpath

from dotstream.fs.files import read_start
from dotstream.fs.listing import FILE, LINK
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.fs.look import Tree
    from dotstream.model.directory import Directory

GIT = ".git"


def is_clone(tree: Tree, path: str) -> bool:
    """Whether the directory at ``path`` is a git repository, a submodule or a worktree."""
    return tree.kind(f"{path}/{GIT}" if path else GIT) is not None


def tied_down(tree: Tree, top: Directory, poll: Callable[[], None]) -> str | None:
    """Return what in a directory would lead elsewhere if it were moved, or ``None``.

    That is a relative link that leads out of it, or a ``.git`` that is a file with a relative
    path, as a submodule's is.

    Raises:
        OSError: it cannot be read.
    """
    for here, name, kind in tree.below(top.path):
        poll()
        path = f"{here}/{name}" if here else name
        if kind == LINK:
            text = tree.link_text(path)
        elif kind == FILE and name == GIT:
            head = read_start(f"{tree.root}/{path}", 4096).decode("utf-8", "surrogateescape")
            text = head.removeprefix("gitdir:").strip()
        else:
            continue
        leads = posixpath.normpath(f"{tree.root}/{here}/{text}")
        if not text.startswith("/") and not within(leads, top.absolute):
            return path[len(top.path) :].lstrip("/")
    return None
