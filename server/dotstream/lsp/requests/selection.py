"""A part of a plan: what a person left in of it, together with what belongs to that.

Operations are known by their paths.  What is done below a path that is left out is left out
with it; what is done above a path that is chosen is needed for it, and chosen too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dotstream.errors import ConflictError, ScanFailed, StalePlan
from dotstream.model.items import Conflict, Operation, ScanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.items import Item
    from dotstream.planner.stream import StreamingPlan

_INDIVISIBLE = ("unfold", "refold")
"""What replaces a link by a directory with the same links in it, or the other way round."""


class Selection(NamedTuple):
    """Which paths of a plan are meant.

    Attributes:
        only: absolute paths; ``None`` for all.
        omit: absolute paths that are left out all the same.
    """

    only: tuple[str, ...] | None
    omit: tuple[str, ...]

    def operations(
        self, plan: StreamingPlan, digest: str | None, report: Callable[[Item], None]
    ) -> Iterator[Operation]:
        """Compute a plan, and yield the operations that are meant.

        Args:
            digest: of the whole plan that was shown.
            report: takes what is in the way of what is meant.

        Raises:
            StalePlan: at the end, if the plan is another.
            ConflictError, ScanFailed: at the end, for what is in the way of what is meant.
        """
        metadata = plan.metadata
        filtering = _Filter(self, {metadata.target, *metadata.targets})
        conflicts: list[Conflict] = []
        errors: list[ScanError] = []
        with plan:
            for item in plan:
                if isinstance(item, Operation):
                    yield from filtering.passed(item)
                elif isinstance(item, Conflict) and filtering.means(item.path):
                    conflicts.append(item)
                    report(item)
                elif isinstance(item, ScanError) and not _within(item.path, filtering.omitted):
                    errors.append(item)  # it may be of any part: its path is in a package
                    report(item)
        if digest is not None and digest != plan.summary.digest:  # also by a new conflict
            raise StalePlan(digest, plan.summary.digest)
        if conflicts:
            raise ConflictError(conflicts, len(conflicts))
        if errors and metadata.options.on_conflict != "skip":
            raise ScanFailed(errors, len(errors))


class _Filter:
    """Passes the operations of one plan, in their order."""

    def __init__(self, selection: Selection, targets: set[str]) -> None:
        self._only = None if selection.only is None else set(selection.only)
        self.omitted = set(selection.omit)
        self._above_chosen = _above(selection.only or ())
        self._above_omitted = _above(selection.omit)
        self._targets = targets
        self._held: list[Operation] = []  # what in the package directory comes before a move
        self._here: Directory | None = None
        self._chosen_here = self._omitted_here = False

    def means(self, path: str) -> bool:
        """Whether a path is meant, or is above or below one that is."""
        if _within(path, self.omitted):
            return False
        return self._only is None or path in self._above_chosen or _within(path, self._only)

    def passed(self, operation: Operation) -> Iterator[Operation]:
        """Yield the operation if it is meant, after what it needs."""
        if operation.directory.root not in self._targets:
            self._hold(operation)
        elif self._keeps(operation):
            yield from self._held
            self._held.clear()
            yield operation
        else:
            self._held = [each for each in self._held if each.kind == "make_dir"]

    def _hold(self, operation: Operation) -> None:
        """Keep an operation back, with the directories that are made around it."""
        path = f"{operation.path}/"
        self._held = [
            each
            for each in self._held
            if each.kind != "make_dir" or path.startswith(f"{each.path}/")
        ]
        self._held.append(operation)

    def _keeps(self, operation: Operation) -> bool:
        kind, path = operation.kind, operation.path
        if operation.directory is not self._here:
            self._here = operation.directory
            here = self._here.absolute
            self._omitted_here = _within(here, self.omitted)
            self._chosen_here = self._only is None or _within(here, self._only)
        if self._omitted_here or path in self.omitted:
            return False
        if path in self._above_omitted and kind in ("refold", "remove_dir"):
            if kind == "refold":
                self.omitted.add(path)  # what it would empty stays as it is
            return False
        if self._only is None or self._chosen_here or path in self._only:
            return True
        if path not in self._above_chosen or kind == "remove_dir":
            return False
        if kind in _INDIVISIBLE:
            self._only.add(path)
        return True


def _above(paths: Iterable[str]) -> set[str]:
    """Return the paths of all directories above some paths."""
    found: set[str] = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _within(path: str, paths: set[str]) -> bool:
    """Whether a path is one of some, or below one."""
    if not paths:
        return False
    while path:
        if path in paths:
            return True
        path = path.rpartition("/")[0]
    return "/" in paths
