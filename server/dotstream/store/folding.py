"""A finished transaction's steps, taken into the manifest in the order of the journal."""

from __future__ import annotations

import posixpath

from dotstream.light_typing import TYPE_CHECKING, TypeAlias
from dotstream.model.names import encoded
from dotstream.model.run import LONGEST, Run
from dotstream.store.package_directories import leading, marked_above
from dotstream.store.pages import rows_in
from dotstream.store.steps import End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dotstream.model.directory import Directory
    from dotstream.model.items import Operation
    from dotstream.store.manifest import Manifest
    from dotstream.store.pages import Row
    from dotstream.store.steps import Numbered

_Place: TypeAlias = tuple[str, str]  # a directory: its root and path

_PENDING = 32  # directories whose changes are gathered before they are written


def fold(
    manifest: Manifest,
    parts: Iterable[Numbered],
    stow_dir: str,
    target: str,
    on_backup: Callable[[int, str], None],
) -> None:
    """Take a finished transaction's steps in.

    Args:
        parts: its steps and runs, in order.
        stow_dir: the package directory that the operations are about.
        target: absolute path of the target.
        on_backup: called with the number and the path of each step that moved something to
            the backup area.
    """
    manifest.writer.start()
    folding = _Folding(manifest, stow_dir, target, on_backup)
    for sequence, item in parts:
        if not isinstance(item, End):  # its beginning says all
            folding.take(sequence, item)
    folding.flush()


class _Folding:
    """Takes steps in, and gathers what they change in the directories that are open."""

    def __init__(
        self,
        manifest: Manifest,
        stow_dir: str,
        target: str,
        on_backup: Callable[[int, str], None],
    ) -> None:
        self._database, self._writer = manifest.database, manifest.writer
        self._directories = manifest.directories
        self._number, known = manifest.directories.number(stow_dir), manifest.directories.all()
        manifest.directories.note(stow_dir)
        self._others = known if len(known) > 1 else {}  # to tell links apart by
        self._stow_dir, self._target, self._on_backup = stow_dir, target, on_backup
        self._adopted: dict[tuple[str, str, str], str] = {}
        self._pending: dict[_Place, dict[str, Row | None]] = {}
        self._emptied: _Place | None = None

    def take(self, sequence: int, item: Operation | Run) -> None:
        """Take in the next step, or run of steps."""
        place = item.directory.root, item.directory.path
        if item.kind == "remove_link" and place == self._emptied:
            return  # it was forgotten as a whole
        if isinstance(item, Run):
            if place not in self._pending and not self._adopted:
                number = self._number_of(item.directory, f"{item.stem}x")
                if self._writer.add_new(item, number):
                    return
            changes = self._changes(place)
            for operation in item.operations():
                self._take_in(operation, changes)
        else:
            changes = self._changes(place)
            self._take_one(sequence, item, changes)
        if len(changes) >= LONGEST and self._pending.pop(place, None) is not None:
            self._writer.change(*place, changes)

    def flush(self) -> None:
        """Write the changes that are gathered."""
        for place, changes in self._pending.items():
            self._writer.change(*place, changes)
        self._pending.clear()

    def _number_of(self, directory: Directory, text: str) -> str:
        """Return the number of the package directory that a link leads into."""
        if not self._others or not text:
            return self._number
        return leading(self._others, directory, text, self._number)

    def _changes(self, place: _Place) -> dict[str, Row | None]:
        """Return where the changes of a directory are gathered."""
        changes = self._pending.get(place)
        if changes is None:
            if len(self._pending) >= _PENDING:
                oldest = next(iter(self._pending))
                self._writer.change(*oldest, self._pending.pop(oldest))
            changes = self._pending[place] = {}
            self._writer.begin(*place)
        return changes

    def _take_one(self, sequence: int, item: Operation, changes: dict[str, Row | None]) -> None:
        root, path, text = item.directory.root, item.directory.path, item.text or ""
        if item.kind == "remove_dir":
            changes[item.name] = None
            self._emptied = root, item.directory.join(item.name)
            self._pending.pop(self._emptied, None)
            self._writer.forget(*self._emptied)
        elif item.kind == "move_file" and not text:
            self._on_backup(sequence, item.path)
            self.flush()
            self._set_aside(sequence, root, path, item.name)
        elif item.kind == "move_file" and not text.startswith(f"{self._stow_dir}/"):
            self.flush()
            self._bring_back(item.name.rpartition("-")[2], text)
        elif item.kind != "make_dir" or root != self._stow_dir:
            self._take_in(item, changes)

    def _know(self, operation: Operation, fold: str) -> None:
        """Know another package directory from now on whose fold is opened, or made again."""
        leads = posixpath.normpath(posixpath.join(operation.directory.absolute, fold))
        if leads.startswith(f"{self._stow_dir.rstrip('/')}/"):
            return
        found = marked_above(leads)
        if found is not None:
            self._directories.number(found)
            self._others = self._directories.all()

    def _take_in(self, operation: Operation, changes: dict[str, Row | None]) -> None:
        """Note what one operation on a link or directory changes in its directory."""
        name, package, text = operation.name, operation.package, operation.text or ""
        if operation.kind in ("unfold", "refold"):
            self._know(
                operation, (operation.before if operation.kind == "unfold" else text) or ""
            )
        number = self._number_of(operation.directory, text)
        key = (operation.directory.root, operation.directory.path, name)
        match operation.kind:
            case "create_link" | "replace_link" | "refold":
                mode = self._adopted.pop(key, None)
                value = text if mode is None else f"{text}\1{mode}"
                changes[name] = (name, "A" if mode else "L", package, number, value)
            case "make_dir" | "unfold":
                changes[name] = (name, "D", package, number, "")
            case "remove_link":
                changes[name] = None
            case "move_file":
                self._adopted[key] = (operation.before or "").rpartition(" ")[2]

    def _set_aside(self, sequence: int, root: str, path: str, name: str) -> None:
        """Put away what is recorded of a path, and below, that went to the backup area."""
        self._writer.forget_last()
        inside = f"{path}/{name}" if path else name
        page, _ = self._writer.page(root, path, name)
        row = next((row for row in rows_in(page[1]) if row[0] == name), None) if page else None
        kept = _kept(sequence)
        if row is not None:
            self._writer.change(root, path, {name: None})
            self._database.execute(
                "INSERT INTO page VALUES (?, x'00', ?, ?)",
                (kept, encoded(name), encoded("\0".join(row))),
            )
        self._database.execute(
            "UPDATE page SET root = ?, path = substr(path, ?) "
            "WHERE root = ? AND (path = ? OR (path >= ? AND path < ?))",
            (
                kept,
                len(encoded(inside)) + 1,
                encoded(root),
                encoded(inside),
                encoded(f"{inside}/"),
                encoded(f"{inside}0"),
            ),
        )

    def _bring_back(self, number: str, text: str) -> None:
        """Record again what was put away, once it is back at the absolute path ``text``."""
        if not number.isdecimal() or not text.startswith(f"{self._target.rstrip('/')}/"):
            return
        self._writer.forget_furthest()
        kept, inside = _kept(int(number)), text[len(self._target.rstrip("/")) + 1 :]
        own = self._database.execute(
            "SELECT entries FROM page WHERE root = ? AND path = x'00'", (kept,)
        ).fetchone()
        self._database.execute("DELETE FROM page WHERE root = ? AND path = x'00'", (kept,))
        self._database.execute(
            "UPDATE page SET root = ?, path = CAST(? || path AS BLOB) WHERE root = ?",
            (encoded(self._target), encoded(inside), kept),
        )
        if own is not None:
            (row,) = rows_in(own[0])
            self._writer.change(self._target, inside.rpartition("/")[0], {row[0]: row})


def _kept(sequence: int) -> bytes:
    """Return the root under which the records of what a step took away are kept."""
    return b"\0" + str(sequence).encode("ascii")
