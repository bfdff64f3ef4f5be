"""What this package takes from ``typing``, without importing it.

``typing`` and what it makes of a ``NamedTuple`` were a fifth of what a short run takes: it
compiles the type of every field.  Type checkers see the real thing, and so does whoever
imports a public name from ``dotstream``.
"""

from __future__ import annotations

from collections import namedtuple
from types import GenericAlias

TYPE_CHECKING = False

__all__ = [
    "IO",
    "TYPE_CHECKING",
    "Any",
    "BinaryIO",
    "ClassVar",
    "Generic",
    "Literal",
    "NamedTuple",
    "NoReturn",
    "Protocol",
    "Self",
    "TextIO",
    "TypeAlias",
    "TypeGuard",
    "TypeVar",
    "cast",
    "get_args",
]

if TYPE_CHECKING:
    from typing import (
        IO,
        Any,
        BinaryIO,
        ClassVar,
        Generic,
        Literal,
        NamedTuple,
        NoReturn,
        Protocol,
        Self,
        TextIO,
        TypeAlias,
        TypeGuard,
        TypeVar,
        cast,
        get_args,
    )
else:
    IO = Any = BinaryIO = ClassVar = NoReturn = Self = TextIO = TypeAlias = TypeGuard = object

    class Generic:
        """A base that takes parameters and has no use for them."""

        __class_getitem__ = classmethod(GenericAlias)

    class Protocol(Generic):
        """An interface: nothing ever asks for instances of one."""

    class Literal(Generic):
        """Words that are meant as they stand; ``get_args`` returns them."""

    def TypeVar(name: str, **_: object) -> str:  # noqa: N802 - as it is called in typing
        """Return what stands for a type."""
        return name

    def cast(_: object, value: object) -> object:
        """Return the value as it is."""
        return value

    def get_args(alias: GenericAlias) -> tuple[object, ...]:
        """Return the words of a type that is one of them."""
        return alias.__args__

    class _Fields(type):
        """Makes a named tuple of a class that lists fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = dict(body.get("__annotations__", {}))
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024
            for key, value in body.items():
                if key not in {"__module__", "__slots__"}:
                    setattr(made, key, value)
            made.__new__.__annotations__ = fields  # as a signature is shown
            return made

    class NamedTuple(metaclass=_Fields):
        """A tuple whose fields have names, as in ``typing``."""
