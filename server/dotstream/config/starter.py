"""The text of a new ``dotstream.toml``: every key, explained, with what is known set."""

from __future__ import annotations

import json
import re
from textwrap import wrap

from dotstream.config.schema import PACKAGE, PROFILE, TOP
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dotstream.config.schema import Key

Value: TypeAlias = "str | bool | Sequence[str]"

_BARE = re.compile(r"[A-Za-z0-9_-]+")

_SHARED = (".config", ".local", ".local/share", ".local/bin", ".ssh", ".gnupg")
"""Directories of a home that many programs write to."""

_WHY_SHARED = (
    "Many programs write to these. If one link stood for such a directory, all that they "
    "write would land in a package."
)

_EXAMPLES = {"packages": ("zsh", PACKAGE), "profiles": ("default", PROFILE)}


class Answers(NamedTuple):
    """What is known when a starter file is written.

    Attributes:
        top: values of keys at the top of the file.
        packages, profiles: values of the keys in their tables, by name.
        notes: what could not be carried over from another tool; one sentence each.
        source: where the values come from, for the first line.
        found: what was seen when the directory was looked at; one sentence each.
        usable: whether anything that was seen can be linked.
        empty: whether nothing was seen, as in a new directory.
    """

    top: Mapping[str, Value] = {}
    packages: Mapping[str, Mapping[str, Value]] = {}
    profiles: Mapping[str, Mapping[str, Value]] = {}
    notes: Sequence[str] = ()
    source: str | None = None
    found: Sequence[str] = ()
    usable: bool = True
    empty: bool = False


def starter(answers: Answers | None = None) -> str:
    """Return the text of a ``dotstream.toml`` that explains itself.

    Keys without an answer stand as comments with their defaults.  A file that is made from
    another tool's settings means what they mean; any other keeps shared directories real.
    """
    answers = answers or Answers()
    top = answers.top if answers.source else {"never-fold": _SHARED, **answers.top}
    origin = f", made from {answers.source}" if answers.source else ""
    lines = [f"# What dotstream does with the packages in this directory{origin}.", ""]
    if answers.found:
        lines += _comment("Found here:")
        for sentence in answers.found:
            lines += _comment(sentence, bullet=True)
        lines.append("")
    if answers.notes:
        lines += _comment("Not carried over; see to these yourself:")
        for note in answers.notes:
            lines += _comment(note, bullet=True)
        lines.append("")
    for key in TOP:
        lines += _comment(key.doc)
        if top.get(key.name) is _SHARED:
            lines += _comment(_WHY_SHARED)
        lines += [_assignment(key, top), ""]
    sections = {"packages": answers.packages, "profiles": answers.profiles}
    for section, tables in sections.items():
        lines += _section(section, tables)
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(section: str, tables: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    name, keys = _EXAMPLES[section]
    yield from _comment(
        "What holds for one package only:"
        if section == "packages"
        else "Packages that are managed together; default is taken where none are named:"
    )
    if not tables:
        yield f"# [{section}.{name}]"
        for key in keys:
            yield f"# {key.name} = {key.default}  # {key.doc.partition(':')[0].rstrip('.')}"
        yield ""
    for table, values in tables.items():
        yield f"[{section}.{key_text(table)}]"
        yield from (f"{key} = {value_text(value)}" for key, value in values.items())
        yield ""


def _comment(text: str, *, bullet: bool = False) -> list[str]:
    # A line break in what is quoted must not end the comment.
    text = text if text.isprintable() else ascii(text)
    first = "#   - " if bullet else "# "
    return wrap(
        text,
        88,
        initial_indent=first,
        subsequent_indent="#     " if bullet else "# ",
        break_on_hyphens=False,
    )


def _assignment(key: Key, values: Mapping[str, Value]) -> str:
    if key.name in values:
        return f"{key.name} = {value_text(values[key.name])}"
    return f"# {key.name} = {key.default}"


def key_text(name: str) -> str:
    """Return a key as TOML has it."""
    return name if _BARE.fullmatch(name) else value_text(name)


def value_text(value: Value) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML string, save for DEL, which TOML wants escaped, and lone
        # surrogates, which no TOML file can hold.
        text = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(value_text(item) for item in value)}]"
