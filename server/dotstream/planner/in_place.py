"""Which links of a package are in place, as the plan that would manage it has them."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation
from dotstream.planner.ownership import native_ownership

if TYPE_CHECKING:
    from collections.abc import Container

    from dotstream.config.settings import Settings
    from dotstream.model.entry import Records
    from dotstream.model.items import Item


class InPlace:
    """Reads plans to manage a package by itself.

    Args:
        others: packages whose links are told of in another way.
    """

    def __init__(self, settings: Settings, records: Records, others: Container[str] = ()) -> None:
        self._ownership = native_ownership(settings, records.package_directories)
        self._others = others

    def link(self, item: Item, package: str) -> Operation | None:
        """Return the link that is there where an item is about one, as ``keep_link``."""
        if not isinstance(item, Operation):
            return None
        if item.kind == "keep_link":
            return item
        if item.kind == "replace_link":  # it is there, and leads elsewhere
            there = self._owner(item) not in self._others
        else:
            there = self.opens(item, package)
        return item._replace(kind="keep_link", text=item.before) if there else None

    def opens(self, item: Item, package: str) -> bool:
        """Whether an item opens a fold of the package: one that is waiting for that."""
        return (
            isinstance(item, Operation) and item.kind == "unfold" and self._owner(item) == package
        )

    def _owner(self, operation: Operation) -> str | None:
        owner = self._ownership.owner(operation.directory, operation.before or "")
        return None if owner is None else owner.package
