"""How GNU Stow's users expect to be told of operations and conflicts."""

from __future__ import annotations

import posixpath

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.items import Conflict, Operation


class OperationLines:
    """Turns operations into ``LINK: bin => ../stow/git/bin`` and the like.

    A ``refold`` comes before the removals that belong to it; here its link comes after
    them, as Stow tells it.
    """

    __slots__ = ("_folds",)

    def __init__(self) -> None:
        self._folds: list[Operation] = []

    def of(self, operation: Operation) -> Iterator[str]:
        """Yield the lines that are due once ``operation`` is known."""
        while self._folds and not _within(self._folds[-1], operation.directory):
            yield from _fold_lines(self._folds.pop())
        if operation.kind == "refold":
            self._folds.append(operation)
        else:
            yield from _lines(operation)

    def rest(self) -> Iterator[str]:
        """Yield the lines that are due at the end."""
        while self._folds:
            yield from _fold_lines(self._folds.pop())


def _within(fold: Operation, directory: Directory) -> bool:
    return f"{directory.absolute}/".startswith(f"{fold.path}/")


def _fold_lines(fold: Operation) -> Iterator[str]:
    path = display(fold.directory.join(fold.name))
    yield f"RMDIR: {path}"
    yield f"LINK: {path} => {display(fold.text or '')}"


def _lines(operation: Operation) -> Iterator[str]:
    path = display(operation.directory.join(operation.name))
    text = display(operation.text or "")
    match operation.kind:
        case "make_dir":
            yield f"MKDIR: {path}"
        case "remove_dir":
            yield f"RMDIR: {path}"
        case "create_link":
            yield f"LINK: {path} => {text}"
        case "remove_link":
            yield f"UNLINK: {path}"
        case "replace_link":
            yield f"UNLINK: {path}"
            yield f"LINK: {path} => {text}"
        case "unfold":
            yield f"UNLINK: {path}"
            yield f"MKDIR: {path}"
        case "move_file":
            if operation.text is None:
                yield f"BACKUP: {display(operation.path)}"
            else:
                yield f"MV: {path} -> {_from_target(operation.text, operation.directory)}"
        case "keep_link":
            yield f"KEEP: {path} => {text}"
        case "refold":
            yield from _fold_lines(operation)


def conflict_line(conflict: Conflict, *, adopt: bool) -> str:
    """Describe a conflict in the words that Stow's users search their terminals for."""
    path = display(conflict.directory.join(conflict.name)) or "."
    source = _from_target(conflict.source, conflict.directory)
    text = display(conflict.text or "")
    match conflict.kind:
        case "real_file" if adopt and conflict.source_is_dir:
            return f"cannot stow directory {source} over existing non-directory target {path}"
        case "real_file":
            return (
                f"cannot stow {source} over existing target {path} "
                "since neither a link nor a directory and --adopt not specified"
            )
        case "real_directory" | "file_and_directory" if conflict.text is None:
            return f"cannot stow non-directory {source} over existing directory target {path}"
        case "foreign_link" | "dangling_link" | "parent_link":
            return f"existing target is not owned by stow: {path}"
        case "other_package" | "same_path" | "file_and_directory":
            return f"existing target is stowed to a different package: {path} => {text}"
        case "absolute_source":
            return f"source is an absolute symlink {source} => {text}"
        case _:
            return f"{display(conflict.message)}: {path}"


def _from_target(path: str, directory: Directory) -> str:
    return display(posixpath.relpath(path, directory.root))
