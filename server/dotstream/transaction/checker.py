"""Operations from outside: checked, counted and hashed as they come, links in a row as runs.

Whoever hands operations in may have left some out, put others in, or changed their order.
What is certain to be wrong is refused here, with the reason; what can only be seen on the
disk is the precondition of each operation.  Memory is the depth of the tree.
"""

from __future__ import annotations

import time

from dotstream.errors import OperationRefused
from dotstream.fs.look import is_marked
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import OPERATION_KINDS, Operation
from dotstream.model.nesting import OPENERS, Nesting
from dotstream.model.plan import Summary
from dotstream.model.run import LONGEST, Run
from dotstream.planner.ownership import Ownership
from dotstream.planner.stream import Digest
from dotstream.transaction.runs import ascending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.plan import Metadata, Origin

_MAKES_LINKS = frozenset(("create_link", "replace_link", "refold"))
_NEEDS_BEFORE = frozenset(
    ("remove_link", "replace_link", "unfold", "refold", "remove_dir", "move_file")
)
_TAKES_BACK = frozenset(("undo", "restore", "doctor"))


def require_operation(item: object) -> None:
    """Refuse what is no operation.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(item, Operation):
        raise TypeError(f"execute takes operations, and this is none: {item!r}")


class Checker:
    """What an executor has to know of operations that did not come straight from a plan.

    Args:
        metadata: of the transaction that they become.
        origin: the plan that they come from; ``None`` if they were made by hand.
    """

    def __init__(self, metadata: Metadata, origin: Origin | None) -> None:
        self._metadata = metadata
        self._origin = origin
        self._roots = {metadata.target, *metadata.targets}
        self._nesting = Nesting()
        self._digest = Digest()
        self._counts: dict[str, int] = {}
        self._started = time.perf_counter()
        self._free = metadata.action in _TAKES_BACK  # links of others may come back
        stow = metadata.options.stow
        self._ownership = Ownership(
            metadata.directory,
            marked=lambda path: is_marked(path, stow=stow),
            literal=False,
            single=metadata.options.single,
        )

    @property
    def summary(self) -> Summary:
        """Counts and digest of what went through."""
        elapsed = time.perf_counter() - self._started
        return Summary(dict(self._counts), 0, self._digest.hexdigest(), elapsed)

    def checked(self, operations: Iterable[Operation]) -> Iterator[Operation | Run]:
        """Pass operations on.

        Raises:
            OperationRefused: one of them cannot be carried out as it is.
        """
        here: Directory | None = None
        names: list[str] = []
        kind: str | None = None  # of the links in a row that are not passed on yet
        stem, package, removes = "", "", False
        for operation in operations:
            try:
                what, directory, name, owner, text, before, _ = operation
            except (TypeError, ValueError):
                require_operation(operation)
                raise
            if (
                what == kind
                and directory is here
                and (before if removes else text) == stem + name
                and (text if removes else before) is None
                and owner == package
                and len(names) < LONGEST
            ):
                names.append(name)
                continue
            if kind and here is not None:
                yield from self._runs(kind, here, names, package, stem)
                kind = None
            if directory is not here:
                require_operation(operation)
                self._enter(operation)
                here = directory
            self._check(operation)
            removes = what == "remove_link"
            stem = self._stem(operation)
            if stem:
                kind, package, names = what, owner, [name]
                continue
            self._take(what, operation, 1)
            if what in OPENERS:
                self._nesting.open(operation)
            yield operation
        if kind and here is not None:
            yield from self._runs(kind, here, names, package, stem)

    def _stem(self, operation: Operation) -> str:
        """Return what the links of a run begin with, if an operation may be the first of one."""
        kind, directory, name, _, text, before, _ = operation
        link, other = (before, text) if kind == "remove_link" else (text, before)
        if (
            kind not in ("create_link", "remove_link")
            or other is not None
            or not link
            or not link.endswith("/" + name)
            or self._whole_package(directory, link)
        ):
            return ""
        return link[: -len(name)]

    def _runs(
        self, kind: str, here: Directory, names: list[str], package: str, stem: str
    ) -> Iterator[Run]:
        run = Run(kind, here, names, package, stem)  # type: ignore[arg-type]
        joined = run.joined
        if joined.count(b"\0") != len(names) - 1 or b"/" in joined or not all(names):
            raise OperationRefused(run.operation(0), "a name holds a slash or NUL, or is empty")
        if "." in names or ".." in names:
            raise OperationRefused(run.operation(0), "'.' and '..' are no names to change")
        self._take(kind, run, run.size)
        yield from ascending(run)

    def _take(self, kind: str, item: Operation | Run, count: int) -> None:
        if kind != "keep_link":
            self._digest.add(item)
        self._counts[kind] = self._counts.get(kind, 0) + count

    def _enter(self, operation: Operation) -> None:
        """Check what an operation's directory says: whose it is, and what has to be before."""
        directory = operation.directory
        origin = directory.origin
        if origin is not None and origin is not self._origin:
            raise OperationRefused(
                operation,
                "it belongs to another plan than the first; carry out one plan at a time",
            )
        root, stow = directory.root, self._metadata.directory
        if (
            root not in self._roots
            and not f"{root}/".startswith(f"{stow.rstrip('/')}/")
            and (origin is None or operation.package == "")
        ):
            raise OperationRefused(
                operation, f"{root} is neither the target nor in the package directory"
            )
        opener = self._nesting.enclosing(directory)
        needed = directory.opener
        if needed is not None and opener != needed:
            raise OperationRefused(
                operation,
                f"it belongs to '{needed.kind} {needed.path}', which is not among the "
                "operations, or does not come before it with nothing else in between",
            )

    def _check(self, operation: Operation) -> None:
        why = _malformed(operation) or self._strange(operation)
        if why:
            raise OperationRefused(operation, why)

    def _strange(self, operation: Operation) -> str | None:
        """Say why an operation is about a link that is not ours; ``None`` if it is not."""
        kind, directory, _, package, text, before, _ = operation
        if self._free:
            return None
        if kind in _MAKES_LINKS:
            owner = self._ownership.owner(directory, text or "")
            if owner is None or owner.package != package:
                return f"a link to {text} does not lead into package {package!r}"
        if kind == "remove_link" and directory.origin is None:
            owner = self._ownership.owner(directory, before or "")
            return None if owner else f"a link to {before} is not ours"
        return None

    def _whole_package(self, directory: Directory, text: str) -> bool:
        """Whether a link leads to a package itself, so that another name is another package."""
        owner = self._ownership.owner(directory, text)
        return owner is None or not owner.path


def _malformed(operation: Operation) -> str | None:
    """Say why an operation is none as it stands; ``None`` if it is one."""
    kind, directory, name, package, text, before, _ = operation
    if kind not in OPERATION_KINDS:
        return f"{kind!r} is not a kind of operation"
    if not name or name in (".", "..") or "/" in name:
        return f"{name!r} is not a name in a directory"
    if "\0" in f"{name}{package}{text}{before}{directory.path}":
        return "it holds NUL"
    if kind in _MAKES_LINKS and not text:
        return "it has no link text"
    if kind in _NEEDS_BEFORE and not before:
        return "it does not say what is there now"
    if kind in ("create_link", "make_dir") and before is not None:
        return f"a {kind} has nothing before it"
    return None
