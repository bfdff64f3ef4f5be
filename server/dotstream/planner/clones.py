"""Git repositories inside of what is planned: a directory with a ``.git`` is one thing."""

from __future__ import annotations

import posixpath
import re

from dotstream.fs.files import is_directory, present, read_start, read_text
from dotstream.fs.listing import FILE, LINK
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.items import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.fs.look import Tree
    from dotstream.model.directory import Directory
    from dotstream.planner.decision import Claim, Name
    from dotstream.planner.farm import Farm

GIT = ".git"

_KNOWN = 10_000  # paths that are remembered

_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_WORKTREE = re.compile(r'^\s*worktree\s*=\s*"?(.+?)"?\s*$', re.MULTILINE)


def is_clone(tree: Tree, path: str) -> bool:
    """Whether the directory at ``path`` is a git repository, a submodule or a worktree."""
    return tree.kind(f"{path}/{GIT}" if path else GIT) is not None


def has_another(farm: Farm, name: Name, claim: Claim) -> bool:
    """Whether a git repository is at a name, and another one is what a claim wants there.

    Each is one thing, unless links in it are recorded, or some paths are asked for only.
    """
    cursor, _, raw = claim
    return (
        is_clone(farm.target, name.there.path)
        and not farm.options.stow
        and cursor.chosen is None
        and cursor.package.where is None
        and is_clone(farm.packages.tree(cursor.package), cursor.inside(raw))
        and not farm.target.recorded_below(name.place, name.name)
    )


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


def at_commit(path: str) -> str | None:
    """Return the commit that a git repository has checked out; ``None`` if that is not clear."""
    try:
        git = _git_directory(path) or ""
        head = (read_text(f"{git}/HEAD") or "").strip()
        if head.startswith("ref: refs/"):
            head = _commit_of(head[5:], git)
    except (OSError, ValueError):  # no path holds a zero byte
        return None
    return head if _COMMIT.fullmatch(head) else None


def _commit_of(ref: str, git: str) -> str:
    shared = posixpath.join(git, (read_text(f"{git}/commondir") or ".").strip())
    for place in (git, shared):
        if commit := (read_text(f"{place}/{ref}") or "").strip():
            return commit
    packed = (read_text(f"{shared}/packed-refs") or "").splitlines()
    return next((line[: -len(ref) - 1] for line in packed if line.endswith(f" {ref}")), "")


class Moved(NamedTuple):
    """The directory that a submodule was in, and the one where git has it now."""

    old: str
    new: str

    @property
    def message(self) -> str:
        """What there is to say of the old one."""
        return (
            f"left out: git has this submodule at {self.new} now, and left its files here; "
            "remove this directory, if nothing of yours is in it"
        )


class LeftBehind:
    """Tells which directories git left as they were where it pulled that a submodule moved."""

    def __init__(self) -> None:
        self._known: dict[str, Moved | None] = {}
        self._told: set[Moved] = set()

    def news(self, moved: Moved) -> Iterator[Notice]:
        """Yield what there is to say of a submodule, the first time that it is met."""
        if moved not in self._told:
            self._told.add(moved)
            yield Notice(moved.old, moved.message)

    def moved(self, path: str, above: str) -> Moved | None:
        """Return the submodule that git has elsewhere by now, in whose old directory a path is.

        Args:
            above: a directory around it, where to stop looking.
        """
        here, passed, found = path, [], None
        while here != above and within(here, above):
            if here in self._known:
                found = self._known[here]
                break
            passed.append(here)
            if present(f"{here}/{GIT}"):
                there = _other_worktree(here)
                found = None if there is None else Moved(here, there)
                break
            here = posixpath.dirname(here)
        if len(self._known) > _KNOWN:
            self._known.clear()
        self._known.update(dict.fromkeys(passed, found))
        return found


def _other_worktree(path: str) -> str | None:
    try:
        git = _git_directory(path) or ""
        written = _WORKTREE.search(read_text(f"{git}/config") or "")
        there = canonical(posixpath.join(git, written[1])) if written else path
    except (OSError, ValueError):
        return None
    return None if there == canonical(path) or not present(f"{there}/{GIT}") else there


def _git_directory(path: str) -> str | None:
    """Return the directory in which git keeps what it knows of a repository.

    Raises:
        OSError: it cannot be told.
    """
    git = f"{path}/{GIT}"
    if is_directory(git):
        return git
    head, _, written = (read_text(git) or "").partition(":")
    return posixpath.normpath(posixpath.join(path, written.strip())) if head == "gitdir" else None
