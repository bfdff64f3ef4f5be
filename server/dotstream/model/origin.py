"""Where an operation comes from: what everything planned by one plan has in common."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.plan import Metadata


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
