"""A directory of a tree, shared by everything planned inside it."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.items import Operation
    from dotstream.model.plan import Origin


class Directory:
    """One directory below a root, known by its parent and name.

    All operations in a directory refer to the same object, so a plan of a million
    links costs a million names, not a million paths.

    Attributes:
        root: absolute canonical path of the tree (the target, or a package directory).
        path: path relative to the root with ``/``; empty for the root itself.
        depth: number of components of ``path``.
        origin: the plan that something was planned in it by; ``None`` if made by hand.
        opener: the operation of that plan that makes, opens or folds it, or the nearest
            directory above it, if there is one; what is done in it belongs to that.
    """

    __slots__ = ("depth", "name", "opener", "origin", "parent", "path", "root")

    def __init__(self, root: str, parent: Directory | None = None, name: str = "") -> None:
        self.root: str = root
        self.parent: Directory | None = parent
        self.name: str = name
        self.origin: Origin | None = None
        self.opener: Operation | None = None
        if parent is None:
            self.path: str = ""
            self.depth: int = 0
        else:
            self.path = f"{parent.path}/{name}" if parent.path else name
            self.depth = parent.depth + 1

    def __eq__(self, other: object) -> bool:
        """Whether both are the same directory of the same tree."""
        if not isinstance(other, Directory):
            return NotImplemented
        return self.path == other.path and self.root == other.root

    def __hash__(self) -> int:
        return hash((self.root, self.path))

    def child(self, name: str) -> Directory:
        """Return the directory ``name`` inside this one."""
        return Directory(self.root, self, name)

    def descend(self, path: str) -> Directory:
        """Return the directory at ``path``, relative to this one."""
        here = self
        for name in path.split("/") if path else ():
            here = here.child(name)
        return here

    def reach(self, root: str, path: str) -> Directory:
        """Return the directory at ``path`` of a root; what is above both is shared with it."""
        here: Directory | None = self if self.root == root else None
        while here is not None and here.path and not f"{path}/".startswith(f"{here.path}/"):
            here = here.parent
        here = here or Directory(root)
        return here.descend(path[len(here.path) :].lstrip("/"))

    def join(self, name: str) -> str:
        """Return the path of ``name`` in this directory, relative to the root."""
        return f"{self.path}/{name}" if self.path else name

    @property
    def absolute(self) -> str:
        """The absolute path of this directory."""
        root, path = self.root, self.path
        if not path:
            return root
        return f"{root}/{path}" if root != "/" else f"/{path}"

    def at(self, name: str) -> str:
        """Return the absolute path of ``name`` in this directory."""
        above = self.absolute
        if not name:
            return above
        return f"{above}/{name}" if above != "/" else f"/{name}"

    def __repr__(self) -> str:
        return f"Directory({self.absolute!r})"


def display(path: str) -> str:
    r"""Return ``path`` fit for a terminal or a message: no control or undecodable bytes.

    Bytes that are not UTF-8 become ``\xNN``; control characters become escapes.
    """
    if path.isprintable():
        return path
    return "".join(
        char
        if char.isprintable()
        else f"\\x{ord(char) - 0xDC00:02x}"
        if 0xDC80 <= ord(char) <= 0xDCFF
        else char.encode("unicode_escape", "backslashreplace").decode("ascii")
        for char in path
    )
