"""The keys of ``dotstream.toml``: what they mean, what they take, what is wrong with one.

This table is the one place that knows the keys.  The loader, the starter file, the
reference page and the editors read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from dotstream.config.names import fault_in_name, nearest
from dotstream.model.options import FOLDINGS, LAYOUTS, LINK_STYLES, POLICIES
from dotstream.planner.patterns import PatternError, glob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.config.positions import KeyPath

__all__ = ["PACKAGE", "PLATFORMS", "PROFILE", "TOP", "Fault", "Key", "faults"]

Kind: TypeAlias = Literal[
    "text", "switch", "choice", "globs", "hosts", "platforms", "packages", "profiles"
]

PLATFORMS = (
    "aix",
    "cygwin",
    "darwin",
    "freebsd",
    "linux",
    "macos",
    "netbsd",
    "openbsd",
    "sunos",
    "windows",
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name, what it takes, its default as TOML, and what it is for."""

    name: str
    kind: Kind
    default: str
    doc: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a document: at which key, or at its value, and what to do."""

    path: KeyPath
    message: str
    hint: str | None = None
    value: bool = True


_FOLDING = Key(
    "folding",
    "choice",
    '"safe"',
    "When one link may stand for a whole directory: safe, where it shows exactly what a "
    "link per file would; always, as GNU Stow does; never.",
    FOLDINGS,
)
_NEVER_FOLD = Key(
    "never-fold",
    "globs",
    "[]",
    "Directories in the target that stay real directories.",
)
_IGNORE = Key(
    "ignore",
    "globs",
    "[]",
    "Names and paths that are never linked, on top of Stow's ignore lists.",
)
_ON_CONFLICT = Key(
    "on-conflict",
    "choice",
    '"fail"',
    "What to do where something is in the way: fail, skip it, backup or overwrite what is "
    "there (both can be undone), or adopt it into the package.",
    POLICIES,
)

TOP: tuple[Key, ...] = (
    Key(
        "target",
        "text",
        '"~"',
        "Where links are made. ~ and $VARIABLE are expanded; a relative path starts at the "
        "package directory.",
    ),
    Key(
        "layout",
        "choice",
        '"mirror"',
        "How packages map to the target: mirror, a package's tree mirrors the target; named, "
        "the package dot-vim maps to .vim in the target.",
        LAYOUTS,
    ),
    Key("dotfiles", "switch", "true", "Whether dot-zshrc in a package becomes .zshrc."),
    _FOLDING,
    _NEVER_FOLD,
    _IGNORE,
    _ON_CONFLICT,
    Key("link", "choice", '"relative"', "How links are written.", LINK_STYLES),
)

PACKAGE: tuple[Key, ...] = (
    Key("target", "text", '"~"', "Where this package's links are made."),
    Key("ignore", "globs", "[]", "Names and paths of this package that are never linked."),
    Key("platforms", "platforms", "[]", "Systems the package is for; all, if empty.", PLATFORMS),
    Key("hosts", "hosts", "[]", "Machines the package is for, by name; all, if empty."),
    Key("required", "switch", "false", "Whether it is an error if the package is not there."),
    _ON_CONFLICT,
    _FOLDING,
    _NEVER_FOLD,
)

PROFILE: tuple[Key, ...] = (
    Key("packages", "packages", "[]", "The packages of the profile."),
    Key("extends", "profiles", "[]", "Profiles whose packages come first."),
)

_TABLES: dict[str, tuple[Key, ...]] = {"packages": PACKAGE, "profiles": PROFILE}


def faults(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield everything that is wrong with a parsed ``dotstream.toml``."""
    top = {key: value for key, value in document.items() if key not in _TABLES}
    yield from _table(top, TOP, ())
    for section, keys in _TABLES.items():
        tables = document.get(section, {})
        if not isinstance(tables, dict):
            yield _wrong_type((section,), tables, f"tables, such as [{section}.NAME]")
            continue
        for name, table in tables.items():
            path: KeyPath = (section, name)
            if not isinstance(table, dict):
                yield _misplaced(path, table, keys)
                continue
            fault = fault_in_name(name) if section == "packages" else None
            if fault is not None:
                yield Fault(path, f"{name!r} is not a package name: {fault}", value=False)
            yield from _table(table, keys, path)
    yield from _extensions(document)


def _table(table: Mapping[str, object], keys: tuple[Key, ...], path: KeyPath) -> Iterator[Fault]:
    known = {key.name: key for key in keys}
    for name, value in table.items():
        here: KeyPath = (*path, name)
        if name in known:
            yield from _value(here, value, known[name])
        else:
            yield Fault(here, f"unknown key {name!r}", _suggestion(name, path), value=False)


def _suggestion(name: str, path: KeyPath) -> str:
    sections = {"": TOP, "[packages.NAME]": PACKAGE, "[profiles.NAME]": PROFILE}
    here = f"[{path[0]}.NAME]" if path else ""
    known = [key.name for key in sections[here]] + ([] if path else list(_TABLES))
    close = nearest(name, known)
    if close:
        return f"did you mean {close[0]!r}?"
    for section, keys in sections.items():
        if section != here and name in [key.name for key in keys]:
            return f"it belongs {f'in {section}' if section else 'at the top of the file'}"
    return f"the keys here are {', '.join(known)}"


def _misplaced(path: KeyPath, value: object, keys: tuple[Key, ...]) -> Fault:
    section, name = path
    if name in [key.name for key in keys]:
        hint = f"{name!r} belongs in a table such as [{section}.zsh]"
        return Fault(path, f"[{section}] holds one table for each name", hint, value=False)
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
    return Fault(path, f"{name.lstrip('.')} must be {wanted}, not {_type_name(value)}")


def _value(path: KeyPath, value: object, key: Key) -> Iterator[Fault]:
    """Yield what is wrong with the value of a key."""
    if key.kind == "switch":
        if not isinstance(value, bool):
            yield _wrong_type(path, value, "true or false")
    elif key.kind in ("text", "choice") or (key.kind == "profiles" and isinstance(value, str)):
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
            yield Fault(path, f"{value!r} is not a package name: {fault}")
    elif key.kind == "globs":
        try:
            glob(value)
        except PatternError as error:
            yield Fault(path, f"{key.name} pattern {value!r}: {error}")
    elif key.kind in ("text", "hosts") and (not value or "\0" in value):
        yield Fault(path, f"{key.name} cannot be {value!r}")


def _choice(path: KeyPath, value: str, key: Key) -> Iterator[Fault]:
    if value not in key.choices:
        close = nearest(value, key.choices)
        hint = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(key.choices)}"
        yield Fault(path, f"{key.name} cannot be {value!r}", hint)


def _extensions(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield profiles that extend what does not exist, or themselves."""
    profiles = document.get("profiles")
    parents = {
        name: _parents(table)
        for name, table in (profiles.items() if isinstance(profiles, dict) else ())
    }
    for name, extended in parents.items():
        for index, parent in enumerate(extended):
            path: KeyPath = ("profiles", name, "extends", index)
            if parent not in parents:
                close = nearest(parent, parents)
                hint = f"did you mean {close[0]!r}?" if close else None
                yield Fault(path, f"there is no profile {parent!r}", hint)
            elif _leads_to(parent, name, parents):
                way = "" if parent == name else f" by way of {parent!r}"
                yield Fault(path, f"profile {name!r} extends itself{way}")


def _parents(table: object) -> list[str]:
    extended = table.get("extends", []) if isinstance(table, dict) else []
    names = extended if isinstance(extended, list) else [extended]
    return [name for name in names if isinstance(name, str)]


def _leads_to(start: str, end: str, parents: Mapping[str, list[str]]) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += parents.get(name, [])
    return False
