"""Methods that take what another takes, and make something else of what it returns."""

from __future__ import annotations

from functools import update_wrapper
from types import FunctionType

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeAlias, TypeVar

    from dotstream.light_typing import Any

    _Arguments = ParamSpec("_Arguments")
    _Made = TypeVar("_Made")
    Declaring: TypeAlias = Callable[[Callable[[Any], None]], Callable[_Arguments, _Made]]


def declaring(
    like: Callable[..., object], call: Callable[_Arguments, _Made], returned: str | None = None
) -> Declaring[_Arguments, _Made]:
    """Have ``call`` shown as it is declared: by its name, with what another method takes.

    Args:
        like: the other method, whose words it has if it is declared without any.
        returned: the type of what it returns, if it is another.
    """
    takes: Any = getattr(like, "__wrapped__", like)
    shown = FunctionType(takes.__code__, takes.__globals__, takes.__name__, takes.__defaults__)
    shown.__kwdefaults__ = takes.__kwdefaults__
    shown.__annotations__ = dict(like.__annotations__)
    if returned is not None:
        shown.__annotations__["return"] = returned

    def declare(declared: Callable[[Any], None]) -> Callable[_Arguments, _Made]:
        update_wrapper(call, declared).__doc__ = declared.__doc__ or like.__doc__
        call.__annotations__ = shown.__annotations__
        vars(call)["__wrapped__"] = shown
        return call

    return declare
