"""Going down a tree of any depth, on one stack; and what looks ahead came upon there."""

from __future__ import annotations

from types import GeneratorType

from dotstream.light_typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.model.items import Item
    from dotstream.model.run import Run
    from dotstream.planner.scope import Below

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


class Witnesses:
    """Paths at which something was found that holds for all directories above as well.

    A look ahead at a directory stops at the first.  On the way down to it, the answer is
    known; only beside that way is looked again.  So looks ahead read a tree twice at most,
    however deep it is.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []  # each asked of inside of the one before

    def known(self, path: str) -> bool:
        """Whether something is known to be at ``path`` or below."""
        return self.why(path) is not None

    def why(self, path: str) -> str | None:
        """Return what is known to be at ``path`` or below, as it was noted."""
        for _, found, why in self._found:
            if within(found, path):
                return why
        return None

    def note(self, asked: str, found: str, why: str = "") -> None:
        """Remember what a look at the directory ``asked`` came upon.

        Args:
            why: what that is, in words.
        """
        while self._found and not within(asked, self._found[-1][0]):
            self._found.pop()  # the walk has left it
        self._found.append((asked, found, why))


def within(path: str, directory: str) -> bool:
    """Whether a relative path is ``directory`` or below it."""
    return f"{path}/".startswith(f"{directory}/") or not directory
