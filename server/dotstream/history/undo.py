"""Undo: the plan that takes a finished transaction back, from its steps, backwards.

It is a plan like any other: it is shown, journalled, carried out whole or not at all, and
can be undone itself.  Where something changed since, it is a conflict, named before
anything is touched.
"""

from __future__ import annotations

from dotstream.fs.listing import DIR, LINK, more_than
from dotstream.fs.look import Tree, close, entry_kind, fingerprint, link_text
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation, ScanError
from dotstream.store.steps import End, operation_of
from dotstream.transaction.names import kept_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.model.history import Transaction
    from dotstream.store.journal import Journal
    from dotstream.store.steps import NumberedSingle

__all__ = ["undo"]


def undo(
    journal: Journal,
    transaction: Transaction,
    *,
    target: str,
    backups: str,
    skip: bool,
    poll: Callable[[], None],
) -> Iterator[Item]:
    """Plan to take ``transaction`` back.

    Args:
        target: absolute path of the target.
        backups: absolute path of the backup area.
        skip: pass over what changed since instead of reporting a conflict.
        poll: called now and then; may raise to give up.
    """
    plan = _Undo(transaction.id, target, backups, skip=skip)
    try:
        first, end = journal.first(transaction.id), journal.end(transaction.id)
        for rows in journal.chunks.backwards(first, end):
            poll()
            for step in rows:
                try:
                    yield from plan.step(step)
                except OSError as error:
                    path = operation_of(step[1]).path
                    yield ScanError(path, reason(error), permission=is_permission(error))
    finally:
        plan.close()


class _Undo:
    """The inverse of steps, as they are read backwards.

    Where a directory was made, its inverse comes after those of all that was put in it;
    so the number of names that will be gone from it is counted on the way.
    """

    def __init__(self, transaction: int, target: str, backups: str, *, skip: bool) -> None:
        self._transaction = transaction
        self._target = target
        self._backups = backups
        self._skip = skip
        self._trees: dict[str, Tree] = {}
        self._gone: dict[str, int] = {}
        self._restored: set[str] = set()
        self._returned: set[str] = set()  # what goes back into packages that it came from
        self._passed: str | None = None
        self._vacated: str | None = None  # what the operation before moves away

    def close(self) -> None:
        for tree in self._trees.values():
            tree.close()

    def step(self, numbered: NumberedSingle) -> Iterator[Item]:
        """Plan the inverse of one step."""
        sequence, step = numbered
        operation, ended = operation_of(step), isinstance(step, End)
        if self._passed is not None:  # a fold that stays open keeps what is in it
            if f"{operation.path}/".startswith(self._passed):
                if operation.kind == "unfold" and not ended:
                    self._passed = None
                return
            self._passed = None
        match operation.kind:
            case "create_link":
                yield from self._unlink(operation)
            case "remove_link":
                yield from self._link(operation)
            case "replace_link":
                yield from self._relink(operation)
            case "make_dir":
                yield from self._remove_made(operation)
            case "remove_dir" if ended:
                yield from self._make_again(operation)
            case "unfold" if ended:
                yield from self._fold_again(operation)
            case "refold" if ended:
                yield from self._unfold_again(operation)
            case "move_file":
                yield from self._move_back(sequence, operation)
            case _:
                return  # the beginning of what its end has taken back already

    # What is there now -------------------------------------------------------------------

    def _now(self, operation: Operation) -> str | int | None:
        directory = operation.directory
        if directory.absolute in self._restored:
            return None  # the directory itself is only made by this plan
        if operation.path == self._vacated:
            return None
        try:
            fd = self._tree(directory.root).open_real(directory.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return link_text(fd, operation.name)
        finally:
            close(fd)

    def _tree(self, root: str) -> Tree:
        if root not in self._trees:
            self._trees[root] = Tree(root)
        return self._trees[root]

    def _changed(self, operation: Operation, now: str | int | None) -> Item:
        """Report that undoing a step would lose something."""
        text = now if isinstance(now, str) else None
        what = "nothing" if now is None else "a directory" if now == DIR else "a file"
        conflict = Conflict(
            "changed_since",
            operation.directory,
            operation.name,
            operation.package,
            "",
            what,
            text,
            ("skip",),
        )
        return self._skipped(conflict) if self._skip else conflict

    def _skipped(self, conflict: Conflict) -> Notice:
        return Notice(conflict.path, f"skipped: {conflict.message}")

    def _forget(self, operation: Operation) -> None:
        """Count a name that will be gone."""
        place = operation.directory.absolute
        self._gone[place] = self._gone.get(place, 0) + 1

    def _only_links(self, place: Directory) -> bool:
        """Whether a directory holds nothing but links, directories of links, and what goes."""
        return all(
            kind in (DIR, LINK) or self._goes(f"{place.root}/{here}/{name}")
            for here, name, kind in self._tree(place.root).below(place.path)
        )

    def _goes(self, path: str) -> bool:
        """Whether this plan moves a path back into a package."""
        while self._returned and path not in self._returned:
            path = path.rpartition("/")[0]
            if not path:
                return False
        return bool(self._returned)

    # Inverses ----------------------------------------------------------------------------

    def _unlink(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now is None:
            yield Notice(operation.path, "already gone")
        elif now != operation.text:
            yield self._changed(operation, now)
        else:
            self._forget(operation)
            self._vacated = operation.path
            yield _inverse(operation, "remove_link", None, operation.text)

    def _link(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            yield Notice(operation.path, "already there")
        elif now is not None:
            yield self._changed(operation, now)
        else:
            yield _inverse(operation, "create_link", operation.before, None)

    def _relink(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            yield Notice(operation.path, "already as it was")
        elif now != operation.text:
            yield self._changed(operation, now)
        else:
            yield _inverse(operation, "replace_link", operation.before, operation.text)

    def _remove_made(self, operation: Operation) -> Iterator[Item]:
        if self._now(operation) != DIR:
            return
        place = operation.directory.child(operation.name)
        going = self._gone.pop(place.absolute, 0)
        tree = self._tree(operation.directory.root)
        fd = tree.open_real(place.path)
        try:
            others = more_than(fd, going)
        finally:
            close(fd)
        if others:
            yield Notice(operation.path, "kept: it holds what is not ours")
            return
        self._forget(operation)
        self._vacated = operation.path
        mode = f"{tree.mode(place.path):o}"
        yield _inverse(operation, "remove_dir", None, mode)

    def _make_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == DIR:
            return
        if now is not None:
            yield self._changed(operation, now)
            return
        self._restored.add(operation.directory.child(operation.name).absolute)
        yield _inverse(operation, "make_dir", operation.before, None)

    def _fold_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            return
        if now != DIR:
            yield self._changed(operation, now)
            return
        directory = operation.directory
        if not self._only_links(directory.child(operation.name)):
            self._passed = f"{operation.path}/"
            yield self._changed(operation, now)
            return
        mode = f"{self._tree(directory.root).mode(directory.join(operation.name)):o}"
        yield _inverse(operation, "refold", operation.before, mode)

    def _unfold_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == DIR:
            return
        if now != operation.text:
            yield self._changed(operation, now)
            return
        self._restored.add(operation.directory.child(operation.name).absolute)
        yield _inverse(operation, "unfold", operation.before, operation.text)

    def _move_back(self, sequence: int, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now is not None:
            yield self._changed(operation, now)
            return
        path = operation.text or kept_path(self._backups, self._transaction, sequence)
        parent, _, name = path.rpartition("/")
        place = Directory(parent or "/")
        try:
            tree = Tree(place.root)
        except (FileNotFoundError, NotADirectoryError):
            tree = None
        try:
            if tree is None or entry_kind(tree.fd, name) is None:
                conflict = Conflict(
                    "missing_source",
                    operation.directory,
                    operation.name,
                    operation.package,
                    path,
                    choices=("skip",),
                )
                yield self._skipped(conflict) if self._skip else conflict
                return
            before = fingerprint(tree.fd, name)
        finally:
            if tree is not None:
                tree.close()
        self._gone[place.absolute] = self._gone.get(place.absolute, 0) + 1
        self._vacated = path
        if operation.text is not None and operation.directory.root != self._target:
            self._returned.add(path)
        yield Operation("move_file", place, name, operation.package, operation.path, before)


def _inverse(operation: Operation, kind: str, text: str | None, before: str | None) -> Operation:
    return Operation(
        kind,  # type: ignore[arg-type]
        operation.directory,
        operation.name,
        operation.package,
        text,
        before,
    )
