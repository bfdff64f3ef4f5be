"""What is wrong with a document: keys that are not known, and values that they do not take."""

from __future__ import annotations

from types import MappingProxyType

from dotstream.config.names import fault_in_name, nearest, quoted, shortened
from dotstream.config.profiles import circles
from dotstream.config.schema import TABLES, TOP, keys_of
from dotstream.config.variables import fault_in_path
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from dotstream.model.options import SINGLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dotstream.config.positions import KeyPath
    from dotstream.config.schema import Key

FaultCode: TypeAlias = Literal["unknown-key", "bad-value", "bad-name", "bad-pattern"]


class Fault(NamedTuple):
    """Something wrong with a document: at which key, or at its value, and what to do.

    Attributes:
        better: what was probably meant, to be written instead.
        code: what kind of mistake it is, for programs.
    """

    path: KeyPath
    message: str
    hint: str | None = None
    value: bool = True
    better: str | None = None
    code: FaultCode = "bad-value"


def faults(
    document: Mapping[str, object], base: Mapping[str, object] = MappingProxyType({})
) -> Iterator[Fault]:
    """Yield everything that is wrong with a parsed ``dotstream.toml``.

    Args:
        base: the document that this one overrides: its layout holds, and its profiles may be
            extended.
    """
    top = {key: value for key, value in document.items() if key not in TABLES}
    yield from _of_document(top, TOP, ())
    single = {**base, **document}.get("layout") == "single"
    for section, keys in TABLES.items():
        tables = document.get(section, {})
        if not isinstance(tables, dict):
            yield _wrong_type((section,), tables, f"tables, such as [{section}.NAME]")
            continue
        for name, table in tables.items():
            path: KeyPath = (section, name)
            if not isinstance(table, dict):
                yield _misplaced(path, table, keys)
                continue
            named = section == "packages" and not (single and name == SINGLE)
            fault = fault_in_name(name) if named else None
            if fault is not None:
                message = f"{quoted(name)} is not a package name: {fault}"
                yield Fault(path, message, value=False, code="bad-name")
            yield from _of_document(table, keys, path)
    yield from _extensions(document, base)


def _table(
    table: Mapping[str, object],
    keys: tuple[Key, ...],
    path: KeyPath,
    names: Sequence[str],
    elsewhere: Callable[[str], str],
) -> Iterator[Fault]:
    """Yield what is wrong with the keys of a table.

    Args:
        names: what might have been meant by a key that is not known.
        elsewhere: says where one belongs that is like none of them.
    """
    known = {key.name: key for key in keys}
    for name, value in table.items():
        here: KeyPath = (*path, name)
        if name in known:
            yield from _value(here, value, known[name])
            continue
        better = next(iter(nearest(name, names)), None)
        hint = f"did you mean {quoted(better)}?" if better else elsewhere(name)
        message = f"unknown key {quoted(name)}"
        yield Fault(here, message, hint, value=False, better=better, code="unknown-key")


def _of_document(
    table: Mapping[str, object], keys: tuple[Key, ...], path: KeyPath
) -> Iterator[Fault]:
    return _table(table, keys, path, _known(path), lambda name: _elsewhere(name, path))


def faults_of(table: Mapping[str, object], keys: tuple[Key, ...]) -> Iterator[Fault]:
    """Yield everything that is wrong with a file that has some keys and no tables."""
    names = [key.name for key in keys]
    hint = f"the keys are {', '.join(names)}"
    return _table(table, keys, (), names, lambda _: hint)


def _known(table: KeyPath) -> list[str]:
    return [key.name for key in keys_of(table)] + ([] if table else list(TABLES))


def _elsewhere(name: str, table: KeyPath) -> str:
    places = {"at the top of the file": TOP} | {
        f"in [{section}.NAME]": keys for section, keys in TABLES.items()
    }
    for place, keys in places.items():
        if name in [key.name for key in keys]:
            return f"it belongs {place}"
    return f"the keys here are {', '.join(_known(table))}"


def _misplaced(path: KeyPath, value: object, keys: tuple[Key, ...]) -> Fault:
    section, name = path
    if name in [key.name for key in keys]:
        hint = f"{quoted(name)} belongs in a table such as [{section}.zsh]"
        message = f"[{section}] holds one table for each name"
        return Fault(path, message, hint, value=False, code="unknown-key")
    return _wrong_type(path, value, f"a table, [{section}.{name}]")


def _type_name(value: object) -> str:
    names: dict[type, str] = {
        bool: "a boolean",
        int: "an integer",
        float: "a float",
        str: "a string",
        list: "an array",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def _wrong_type(path: KeyPath, value: object, wanted: str) -> Fault:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return Fault(path, f"{shortened(name.lstrip('.'))} must be {wanted}, not {_type_name(value)}")


def _value(path: KeyPath, value: object, key: Key) -> Iterator[Fault]:
    """Yield what is wrong with the value of a key."""
    if key.kind == "switch":
        if not isinstance(value, bool):
            yield _wrong_type(path, value, "true or false")
    elif key.kind == "path" and isinstance(value, dict):
        for where, item in value.items():
            yield from _string((*path, where), item, key)
    elif key.kind == "path" and not isinstance(value, str):
        yield _wrong_type(path, value, "a string or a table")
    elif key.kind in ("text", "path", "choice") or (
        key.kind == "profiles" and isinstance(value, str)
    ):
        yield from _string(path, value, key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _string((*path, index), item, key)
    else:
        yield _wrong_type(path, value, "an array of strings")


def _string(path: KeyPath, value: object, key: Key) -> Iterator[Fault]:
    """Yield what is wrong with a string, which may stand alone or in an array."""
    if not isinstance(value, str):
        yield _wrong_type(path, value, "a string")
    elif key.kind in ("choice", "platforms"):
        yield from _choice(path, value, key)
    elif key.kind == "packages":
        fault = fault_in_name(value)
        if fault is not None:
            yield Fault(path, f"{quoted(value)} is not a package name: {fault}", code="bad-name")
    elif key.kind == "globs":
        yield from _pattern(path, value, key)
    elif key.kind == "expressions":
        yield from _expression(path, value, key)
    elif key.kind in ("text", "path", "hosts", "commands") and (not value or "\0" in value):
        yield Fault(path, f"{key.name} cannot be {quoted(value)}")
    elif key.kind == "path" and (why := fault_in_path(value)) is not None:
        yield Fault(path, f"{key.name} {quoted(value)}: {why}")


def _pattern(path: KeyPath, value: str, key: Key) -> Iterator[Fault]:
    from dotstream.planner.patterns import PatternError, glob  # many configurations have none

    try:
        glob(value)
    except PatternError as error:
        yield Fault(path, f"{key.name} pattern {quoted(value)}: {error}", code="bad-pattern")


def _expression(path: KeyPath, value: str, key: Key) -> Iterator[Fault]:
    from dotstream.planner.ignore import compile_rules

    try:
        compile_rules(options=(value,))
    except UsageError as error:
        why = str(error).removeprefix("--ignore: ")
        yield Fault(path, f"{key.name}: {why}", code="bad-pattern")


def _choice(path: KeyPath, value: str, key: Key) -> Iterator[Fault]:
    if value not in key.choices:
        better = next(iter(nearest(value, key.choices)), None)
        hint = f"did you mean {quoted(better)}?" if better else f"one of {', '.join(key.choices)}"
        yield Fault(path, f"{key.name} cannot be {quoted(value)}", hint, better=better)


def _extensions(document: Mapping[str, object], base: Mapping[str, object]) -> Iterator[Fault]:
    """Yield profiles that extend what does not exist, or themselves."""
    own = _all_parents(document)
    parents = {**_all_parents(base), **own}
    circle = circles(parents)
    for name, extended in own.items():
        for index, parent in enumerate(extended):
            path: KeyPath = ("profiles", name, "extends", index)
            if parent not in parents:
                better = next(iter(nearest(parent, parents)), None)
                hint = f"did you mean {quoted(better)}?" if better else None
                yield Fault(path, f"there is no profile {quoted(parent)}", hint, better=better)
            elif circle[parent] == circle[name]:
                way = "" if parent == name else f" by way of {quoted(parent)}"
                yield Fault(path, f"profile {quoted(name)} extends itself{way}")


def _all_parents(document: Mapping[str, object]) -> dict[str, list[str]]:
    profiles = document.get("profiles")
    tables = profiles if isinstance(profiles, dict) else {}
    return {name: _parents(table) for name, table in tables.items()}


def _parents(table: object) -> list[str]:
    extended = table.get("extends", []) if isinstance(table, dict) else []
    names = extended if isinstance(extended, list) else [extended]
    return [name for name in names if isinstance(name, str)]
