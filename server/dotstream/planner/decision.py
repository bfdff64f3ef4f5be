"""What is decided at one name: who wants it, what is there, and what it becomes."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias
from dotstream.planner.states import Link, Real

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory
    from dotstream.model.items import Item
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.states import State

Claim: TypeAlias = "tuple[Cursor, int, str]"
"""A package that has the name: its cursor, the kind of its member, the member's raw name."""

UNFOLDED = "nothing is folded in this package"
"""Why a directory is no link where ``folding = "never"``."""


class Name(NamedTuple):
    """One name of the target, and all that is known of it when it is decided.

    Attributes:
        now: what is there.
        start: what unmanaging leaves there.
        claims: the packages to link that have it, in order.
        unlinked: the packages to unlink in it, if it is a directory.
        stays: whether the directory that it is in is there, and stays as it is.
    """

    place: Directory
    name: str
    now: State
    start: State
    claims: Sequence[Claim]
    unlinked: Sequence[Cursor] = ()
    stays: bool = True

    @property
    def there(self) -> Directory:
        """The name as a directory."""
        return self.place.child(self.name)


class Decision:
    """What a path becomes.

    Attributes:
        state: its final state.
        claim: the claim that a final link satisfies.
        inner: the packages to walk inside a final directory, in order.
        opened: whether a final directory is made or opened by a claim, not just there.
        adopt: the package member that the file there replaces, as a claim.
        set_aside: whether what is there is first moved to the backup area.
        moved_for: the package that it is moved for.
        reports: conflicts, notices and errors met on the way.
        why: why a final directory is no link.
    """

    __slots__ = (
        "adopt", "claim", "inner", "moved_for", "opened", "reports", "set_aside", "state", "why",
    )  # fmt: skip

    def __init__(self, state: State) -> None:
        self.state = state
        self.claim: Claim | None = None
        self.inner: list[Cursor] = []
        self.opened: bool = False
        self.adopt: Claim | None = None
        self.set_aside: bool = False
        self.moved_for: str = ""
        self.reports: list[Item] = []
        self.why: str = ""

    def link(self, text: str, claim: Claim) -> None:
        """Let it become a link that satisfies a claim."""
        self.state, self.claim = Link(text), claim

    def open(self, inner: list[Cursor], *, by_claim: bool, why: str) -> None:
        """Let it become a directory."""
        self.state, self.claim, self.inner, self.why = Real.DIRECTORY, None, inner, why
        self.opened = self.opened or by_claim
