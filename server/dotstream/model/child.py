"""One name of a directory in a plan, for trees that open lazily."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.items import Item


class Child(NamedTuple):
    """What a plan has for one name of a directory, without what is below.

    Attributes:
        name: in the target; empty for what is about the directory itself.
        path: absolute path in the target.
        source: absolute path of the package member that it is about, where there is one.
        expandable: whether the plan looks further down here.
        items: exactly those at this path, in the order of the plan.
    """

    name: str
    path: str
    source: str | None
    expandable: bool
    items: tuple[Item, ...]
