"""The inverse of each step of a finished transaction, by what is there now.

Where something changed since, it is a conflict, named before anything is touched.
"""

from __future__ import annotations

from dotstream.fs.listing import DIR, LINK, more_than
from dotstream.fs.look import (
    Tree,
    close,
    entry_kind,
    fingerprint,
    leads,
    link_text,
    none_of,
)
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation, ScanError
from dotstream.model.run import Run
from dotstream.store.steps import End, operation_of
from dotstream.transaction.names import kept_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.run import RunKind
    from dotstream.store.steps import Step


class Inverses:
    """The inverses of steps, of the last first.

    Where a directory was made and may stay, its inverse comes after those of all that was
    put in it; so the number of names that will be gone from it is counted on the way.

    Attributes:
        passed: a path whose steps all stay, for it does; ``None`` if there is none.
        vacated: what the operation before moves away.
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
        self._told: tuple[str, str] | None = None
        self.passed: str | None = None
        self.vacated: str | None = None

    def close(self) -> None:
        """Close what is open."""
        for tree in self._trees.values():
            tree.close()

    def step(self, sequence: int, step: Step) -> Iterator[Item | Run]:
        """Plan the inverse of one step, or of a run."""
        if isinstance(step, Run):
            yield from self._run(sequence, step)
            return
        try:
            for item in self._step(sequence, step):
                if isinstance(item, (Conflict, Notice)):  # several steps may meet one thing
                    told, self._told = self._told, (item.path, item.message)
                    if told == self._told:
                        continue
                yield item
        except OSError as error:
            yield _unread(operation_of(step), error)

    def _step(self, sequence: int, step: Operation | End) -> Iterator[Item]:
        operation, ended = operation_of(step), isinstance(step, End)
        if self.passed is not None:  # a fold that stays open keeps what is in it
            if f"{operation.path}/".startswith(self.passed):
                if operation.kind == "unfold" and not ended:
                    self.passed = None
                return
            self.passed = None
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
        if operation.path == self.vacated:
            return None
        try:
            fd = self.tree(directory.root).open_real(directory.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return link_text(fd, operation.name)
        finally:
            close(fd)

    def tree(self, root: str) -> Tree:
        """Return a tree, held open."""
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

    def forget(self, directory: Directory, names: int = 1) -> None:
        """Count names that will be gone."""
        place = directory.absolute
        self._gone[place] = self._gone.get(place, 0) + names

    def gone(self, place: str) -> int:
        """Return how many names will be gone from a directory."""
        return self._gone.get(place, 0)

    def _only_links(self, place: Directory) -> bool:
        """Whether a directory holds nothing but links, directories of links, and what goes."""
        return all(
            kind in (DIR, LINK) or self._goes(f"{place.root}/{here}/{name}")
            for here, name, kind in self.tree(place.root).below(place.path)
        )

    def _goes(self, path: str) -> bool:
        """Whether this plan moves a path back into a package."""
        while self._returned and path not in self._returned:
            path = path.rpartition("/")[0]
            if not path:
                return False
        return bool(self._returned)

    # Inverses ----------------------------------------------------------------------------

    def _run(self, sequence: int, run: Run) -> Iterator[Item | Run]:
        """Plan the inverse of links in a row: in a row, if all is as it was left."""
        if self.passed is None and self._as_left(run):
            if run.kind == "create_link":
                self.forget(run.directory, run.size)
            self.vacated = run.directory.at(run.names[0])
            yield inverse_run(run)
            return
        steps = [*enumerate(run.operations(), sequence)]
        for number, operation in reversed(steps):
            yield from self.step(number, operation)

    def _as_left(self, run: Run) -> bool:
        if run.directory.absolute in self._restored:
            return run.kind == "remove_link"
        try:
            fd = self.tree(run.directory.root).open_real(run.directory.path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            if run.kind == "create_link":
                return leads(fd, run.stem, run.names)
            return none_of(fd, run.names)
        except OSError:
            return False  # looking at each says which
        finally:
            close(fd)

    def _unlink(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now is None:
            yield Notice(operation.path, "already gone")
        elif now != operation.text:
            yield self._changed(operation, now)
        else:
            self.forget(operation.directory)
            self.vacated = operation.path
            yield inverse(operation, "remove_link", None, operation.text)

    def _link(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            yield Notice(operation.path, "already there")
        elif now is not None:
            yield self._changed(operation, now)
        else:
            yield inverse(operation, "create_link", operation.before, None)

    def _relink(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            yield Notice(operation.path, "already as it was")
        elif now != operation.text:
            yield self._changed(operation, now)
        else:
            yield inverse(operation, "replace_link", operation.before, operation.text)

    def _remove_made(self, operation: Operation) -> Iterator[Item]:
        if self._now(operation) != DIR:
            return
        place = operation.directory.child(operation.name)
        going = self._gone.pop(place.absolute, 0)
        tree = self.tree(operation.directory.root)
        fd = tree.open_real(place.path)
        try:
            others = more_than(fd, going)
        finally:
            close(fd)
        if others:
            yield Notice(operation.path, "kept: it holds what is not ours")
            return
        self.forget(operation.directory)
        self.vacated = operation.path
        yield self.removed(operation)

    def removed(self, made: Operation) -> Item:
        """Return what removes a directory that was made."""
        try:
            mode = self.tree(made.directory.root).mode(made.directory.join(made.name))
        except OSError as error:
            return _unread(made, error)
        return inverse(made, "remove_dir", None, f"{mode:o}")

    def _make_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == DIR:
            return
        if now is not None:
            yield self._changed(operation, now)
            return
        self._restored.add(operation.directory.child(operation.name).absolute)
        yield inverse(operation, "make_dir", operation.before, None)

    def _fold_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == operation.before:
            return
        if now != DIR:
            yield self._changed(operation, now)
            return
        directory = operation.directory
        if not self._only_links(directory.child(operation.name)):
            self.passed = f"{operation.path}/"
            yield self._changed(operation, now)
            return
        mode = f"{self.tree(directory.root).mode(directory.join(operation.name)):o}"
        yield inverse(operation, "refold", operation.before, mode)

    def _unfold_again(self, operation: Operation) -> Iterator[Item]:
        now = self._now(operation)
        if now == DIR:
            return
        if now != operation.text:
            yield self._changed(operation, now)
            return
        self._restored.add(operation.directory.child(operation.name).absolute)
        yield inverse(operation, "unfold", operation.before, operation.text)

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
        self.vacated = path
        if operation.text is not None and operation.directory.root != self._target:
            self._returned.add(path)
        yield Operation("move_file", place, name, operation.package, operation.path, before)


def inverse(operation: Operation, kind: str, text: str | None, before: str | None) -> Operation:
    """Return what takes an operation back."""
    return Operation(
        kind,  # type: ignore[arg-type]
        operation.directory,
        operation.name,
        operation.package,
        text,
        before,
    )


def inverse_run(run: Run) -> Run:
    """Return what takes a run back; the order of its links does not matter."""
    kind: RunKind = "remove_link" if run.kind == "create_link" else "create_link"
    return Run(kind, run.directory, None, run.package, run.stem, joined=run.joined)


def _unread(operation: Operation, error: OSError) -> ScanError:
    return ScanError(operation.path, reason(error), permission=is_permission(error))
