"""Undo: the plan that takes a finished transaction back, from its steps.

It is a plan like any other: it is shown, journalled, carried out whole or not at all, and
can be undone itself.  Steps are taken back last first; but directories and links that were
made in a row do not need one another, and go as in an unmanage: see ``Made``.
"""

from __future__ import annotations

from bisect import bisect_left

from dotstream.fs.listing import more_than
from dotstream.fs.look import close, leads
from dotstream.history.inverses import Inverses, inverse, inverse_run
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.run import Run
from dotstream.store.steps import End, operation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.history import Transaction
    from dotstream.model.items import Item, Operation
    from dotstream.store.encoding import Chunks
    from dotstream.store.journal import Journal
    from dotstream.store.steps import Numbered, Step


def undo(
    journal: Journal,
    transaction: Transaction,
    *,
    target: str,
    backups: str,
    skip: bool,
    poll: Callable[[], None],
) -> Iterator[Item | Run]:
    """Plan to take ``transaction`` back.

    Args:
        target: absolute path of the target.
        backups: absolute path of the backup area.
        skip: pass over what changed since instead of reporting a conflict.
        poll: called now and then; may raise to give up.
    """
    plan = Inverses(transaction.id, target, backups, skip=skip)
    try:
        first, end = journal.first(transaction.id), journal.end(transaction.id)
        yield from _backwards(journal.chunks, plan, first, end, poll)
    finally:
        plan.close()


def _backwards(
    chunks: Chunks, plan: Inverses, first: int, end: int, poll: Callable[[], None]
) -> Iterator[Item | Run]:
    while steps := chunks.last(first, end):
        poll()
        while steps:
            made = made_last(steps) if plan.passed is None else 0
            if made:
                start, row = steps[-made][0], steps[-made:]
                del steps[-made:]
                if not steps:
                    start = _since(chunks, first, start)
                yield from Made(plan, Ahead(chunks, row, poll), start).back()
                end = start
            else:
                end, step = steps.pop()
                yield from plan.step(end, step)


def _since(chunks: Chunks, first: int, end: int) -> int:
    """Return from where on, up to ``end``, directories and links were made and nothing else."""
    while steps := chunks.last(first, end):
        made = made_last(steps)
        if made:
            end = steps[-made][0]
        if made < len(steps):
            break
    return end


def made_last(steps: list[Numbered]) -> int:
    """Return how many of the last steps made a directory or links."""
    for count, (_, step) in enumerate(reversed(steps)):
        if isinstance(step, End) or step.kind not in ("make_dir", "create_link"):
            return count
    return len(steps)


class Ahead:
    """Steps read forwards from any of them, a chunk at a time.

    Attributes:
        end: the number after the last.

    Args:
        steps: the last of them, which were read already.
        poll: called with each chunk; may raise to give up.
    """

    def __init__(self, chunks: Chunks, steps: list[Numbered], poll: Callable[[], None]) -> None:
        self.end: int = _behind(steps[-1])
        self._chunks, self._steps, self._poll = chunks, steps, poll

    def after(self, number: int) -> Iterator[Numbered]:
        """Read the steps from ``number`` on."""
        while number < self.end:
            if not self._steps[0][0] <= number < _behind(self._steps[-1]):
                self._poll()
                self._steps = next(self._chunks.forwards(number, self.end))
            steps = self._steps
            yield from steps[bisect_left(steps, (number,)) :]
            number = _behind(steps[-1])


class Made:
    """Takes steps back that made directories and links, in the order they were made in.

    So a directory comes before what is in it: where all that it holds goes, it is quarantined
    once, and emptied there.  Where anything else is in it, it stays where it is, and what was
    made in it goes one by one.

    Args:
        plan: the inverse of each, where it has to be looked at.
        ahead: reads them.
        start: the number of the first.
    """

    def __init__(self, plan: Inverses, ahead: Ahead, start: int) -> None:
        self._plan, self._ahead, self._start = plan, ahead, start
        self._staying: list[tuple[int, Operation]] = []  # one in the other
        self._held = ""  # the directory in which the last look came upon what stays
        self._vacated: str | None = None

    def back(self) -> Iterator[Item | Run]:
        """Plan to take them back."""
        plan, goes = self._plan, self._start
        for number, step in self._ahead.after(self._start):
            if number < goes:
                yield from self._gone(step)
                continue
            yield from self._left(step.directory)
            if isinstance(step, Run) or operation_of(step).kind != "make_dir":
                yield from self._one(number, step)
                continue
            made = operation_of(step)
            goes = self._going(number, made)
            if goes == number:
                self._staying.append((number, made))
                continue
            plan.forget(made.directory)
            yield from self._gone(made)
            if number == self._start:
                self._vacated = made.path
        yield from self._left(None)
        # What comes before them may be quarantined for the first of them.
        plan.vacated = self._vacated

    def _one(self, number: int, step: Step) -> Iterator[Item | Run]:
        """Plan to take back what has to be looked at."""
        yield from self._plan.step(number, step)
        if number == self._start:
            self._vacated = self._plan.vacated

    def _gone(self, step: Step) -> Iterator[Item | Run]:
        """Plan to take back what was made where all goes."""
        if isinstance(step, Run):
            yield inverse_run(step)
            return
        operation = operation_of(step)
        if operation.kind == "make_dir":
            yield self._plan.removed(operation)
        else:
            yield inverse(operation, "remove_link", None, operation.text)

    def _left(self, directory: Directory | None) -> Iterator[Item | Run]:
        """Plan what becomes of directories in which all is taken back that was made there."""
        here = "" if directory is None else f"{directory.absolute}/"
        while self._staying and not here.startswith(f"{self._staying[-1][1].path}/"):
            yield from self._one(*self._staying.pop())

    def _going(self, number: int, made: Operation) -> int:
        """Return the number behind all that was made in a directory, if it goes as a whole.

        If it does not, or cannot be looked at, that is ``number``.
        """
        if f"{self._held}/".startswith(f"{made.path}/"):
            return number
        place, behind = made.directory.child(made.name), self._ahead.end
        opened = [(place, 0)]
        try:
            for at, step in self._ahead.after(number + 1):
                if not _within(step.directory, place):
                    behind = at
                    break
                if not self._as_made(step, opened):
                    behind = number
                    break
            while behind > number and opened and self._holds_no_more(*opened[-1]):
                opened.pop()
        except OSError:
            pass  # looking at each step says why
        if opened:
            self._held = opened[-1][0].absolute
            return number
        return behind

    def _as_made(self, step: Step, opened: list[tuple[Directory, int]]) -> bool:
        """Whether what a step made is there, and nothing else in directories left for it.

        Args:
            opened: the directories from the one made first to the last, and how much was
                made in each.
        """
        while not _within(step.directory, opened[-1][0]):
            if not self._holds_no_more(*opened[-1]):
                return False
            opened.pop()
        directory, names = opened[-1]
        if directory != step.directory:
            return False
        opened[-1] = directory, names + (step.size if isinstance(step, Run) else 1)
        if isinstance(step, Run):
            return self._leads(directory, step.stem, step.names)
        operation = operation_of(step)
        if operation.kind == "make_dir":
            opened.append((directory.child(operation.name), 0))
            return True
        stem = (operation.text or "").removesuffix(operation.name)
        return self._leads(directory, stem, [operation.name])

    def _leads(self, directory: Directory, stem: str, names: list[str]) -> bool:
        fd = self._plan.tree(directory.root).open_real(directory.path)
        try:
            return leads(fd, stem, names)
        finally:
            close(fd)

    def _holds_no_more(self, directory: Directory, names: int) -> bool:
        """Whether a directory has no more in it than so many names, and what goes already."""
        fd = self._plan.tree(directory.root).open_real(directory.path)
        try:
            return not more_than(fd, names + self._plan.gone(directory.absolute))
        finally:
            close(fd)


def _within(directory: Directory, other: Directory) -> bool:
    return f"{directory.absolute}/".startswith(f"{other.absolute}/")


def _behind(numbered: Numbered) -> int:
    number, step = numbered
    return number + (step.size if isinstance(step, Run) else 1)
