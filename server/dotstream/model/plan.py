"""A plan as a whole: what was asked, and the sum of what came of it."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.items import Conflict, Item, Notice, Operation, ScanError
from dotstream.model.run import Run, one_by_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dotstream.model.choice import Choosing
    from dotstream.model.options import Action, Options
    from dotstream.model.wish import Wish

_PASSIVE = ("conflict", "error", "notice", "keep_link")


def operations_in(counts: Mapping[str, int]) -> int:
    """Return how many of the counted items would be carried out."""
    return sum(count for kind, count in counts.items() if kind not in _PASSIVE)


class Metadata(NamedTuple):
    """What is known of a plan before the first item.

    Attributes:
        action: what was asked for.
        packages: names, in the order they are planned.
        directory: absolute path of the package directory.
        target: absolute path of the target.
        undoes: the transaction that this plan undoes.
        targets: every target, where packages have their own; empty for just the one.
        wishes: what it heeds of the repository's wishes that its user has to agree to.
        choosing: what it changes about what is managed from here on.
        former: targets that were the configured one; what left them is forgotten there.
        leaving: the packages whose links leave other targets than theirs, by target.
    """

    action: Action
    packages: tuple[str, ...]
    directory: str
    target: str
    options: Options
    undoes: int | None = None
    targets: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()
    choosing: Choosing | None = None
    former: tuple[str, ...] = ()
    leaving: Mapping[str, Sequence[str]] = {}


class Summary(NamedTuple):
    """Counts and digest of a plan; running totals until the plan is done.

    Attributes:
        counts: how many operations of each kind, and of ``conflict``, ``error``,
            ``notice``; kinds that do not occur are left out.
        unchanged: links that are already as wanted.
        digest: hexadecimal BLAKE2b-128 over the operations in order; two plans with the
            same digest do the same things in the same order. Empty until done.
        elapsed: seconds from the request to the last item.
    """

    counts: Mapping[str, int] = {}
    unchanged: int = 0
    digest: str = ""
    elapsed: float = 0.0

    @property
    def operations(self) -> int:
        """How many operations the plan would carry out."""
        return operations_in(self.counts)

    @property
    def conflicts(self) -> int:
        """How many conflicts stand in the way."""
        return self.counts.get("conflict", 0)

    @property
    def errors(self) -> int:
        """How many places could not be read."""
        return self.counts.get("error", 0)


class Plan:
    """A whole plan in memory: the batch form of a streaming plan.

    Args:
        items: in order; links in a row may be one run, and stay so until they are looked at.

    Attributes:
        metadata: what was asked.
        summary: counts and digest.
    """

    __slots__ = ("_items", "metadata", "pieces", "summary")

    def __init__(self, metadata: Metadata, items: Iterable[Item | Run], summary: Summary) -> None:
        self.metadata: Metadata = metadata
        self.summary: Summary = summary
        self.pieces: tuple[Item | Run, ...] = tuple(items)
        self._items: tuple[Item, ...] | None = None

    def __repr__(self) -> str:
        counts = self.summary
        return (
            f"<Plan to {self.metadata.action}: {counts.operations} operations, "
            f"{counts.conflicts} conflicts, {counts.errors} errors>"
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything, in order."""
        if self._items is None:
            self._items = tuple(one_by_one(self.pieces))
        return self._items

    @property
    def operations(self) -> list[Operation]:
        """The operations, in the order they are carried out."""
        return [item for item in self.items if isinstance(item, Operation)]

    @property
    def conflicts(self) -> list[Conflict]:
        """The conflicts, in the order they were met."""
        return [item for item in self.pieces if isinstance(item, Conflict)]

    @property
    def errors(self) -> list[ScanError]:
        """What could not be read."""
        return [item for item in self.pieces if isinstance(item, ScanError)]

    @property
    def notices(self) -> list[Notice]:
        """What was left alone on purpose."""
        return [item for item in self.pieces if isinstance(item, Notice)]


class Origin:
    """The plan that an operation belongs to, also once it is out of the plan's hands.

    Attributes:
        metadata: what was asked.
        troubles: conflicts and scan errors that the plan has met so far.
        digest: of all of the plan, once it is at its end.
    """

    __slots__ = ("digest", "metadata", "troubles")

    def __init__(self, metadata: Metadata) -> None:
        self.metadata: Metadata = metadata
        self.troubles: int = 0
        self.digest: str = ""
