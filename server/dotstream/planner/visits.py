"""Going down a tree of any depth: generators that hand over to generators, on one stack."""

from __future__ import annotations

from types import GeneratorType

from dotstream.light_typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.model.items import Item
    from dotstream.model.run import Run
    from dotstream.planner.level import Below

_Found = TypeVar("_Found")

Planned: TypeAlias = "Item | Run | Below | Generator[Planned, Any, Any]"
"""An item; or a visit further down, which comes before the rest and sends back its result."""

Visit: TypeAlias = "Generator[Planned, Any, _Found]"
"""What is planned in a directory, or at a name, and what came of it."""

Look: TypeAlias = "Generator[Look[Any], Any, _Found]"
"""A look at a directory, which only yields looks further down."""


def carried_out(top: Visit[_Found]) -> Generator[Item | Run | Below, None, _Found]:
    """Pass on what a visit yields, and each visit that it yields, in its place."""
    stack: list[Generator[Any, Any, Any]] = [top]
    result: Any = None
    try:
        while stack:
            try:
                found = stack[-1].send(result)
            except StopIteration as stop:
                stack.pop()
                result = stop.value
                continue
            result = None
            if isinstance(found, GeneratorType):
                stack.append(found)
            else:
                yield found
    finally:
        for visit in reversed(stack):
            visit.close()
    last: _Found = result
    return last


def seen(top: Look[_Found]) -> _Found:
    """Return what came of a look."""
    whole = carried_out(top)
    while True:
        try:
            next(whole)
        except StopIteration as stop:
            found: _Found = stop.value
            return found
