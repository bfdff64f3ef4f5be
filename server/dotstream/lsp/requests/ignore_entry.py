"""Adding one file to the globs of its package, in the text of a ``dotstream.toml``."""

from __future__ import annotations

import re

from dotstream.config.mistakes import mistakes, readable
from dotstream.errors import UsageError

_special = re.compile(r"[*?\[\\]")
_bare = re.compile(r"[A-Za-z0-9_-]+").fullmatch


def pattern_for(inside: str) -> str:
    """Return the glob that matches just one path, relative to the target."""
    return "/" + _special.sub(lambda match: f"\\{match[0]}", inside)


def with_ignored(text: str, package: str, pattern: str) -> tuple[int, str]:
    """Return what to write into the text of a ``dotstream.toml``, and at which offset.

    Raises:
        UsageError: that cannot be done without disturbing what is there.
    """
    for offset, addition in _ways(text, package, _string(pattern)):
        after = text[:offset] + addition + text[offset:]
        document, _ = readable(after)
        packages = document.get("packages")
        table = packages.get(package) if isinstance(packages, dict) else None
        globs = table.get("ignore") if isinstance(table, dict) else None
        if (
            isinstance(globs, list)
            and pattern in globs
            and len(mistakes(after)) == len(mistakes(text))
        ):
            return offset, addition
    raise UsageError(f"add this to dotstream.toml: packages.{package}.ignore = [{pattern!r}]")


def _ways(text: str, package: str, pattern: str) -> list[tuple[int, str]]:
    """Return what might be written where, the neatest first."""
    _, positions = readable(text)
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
    end = "\r\n" if "\r\n" in text else "\n"
    ways: list[tuple[int, str]] = []
    key = ("packages", package, "ignore")
    array = positions.values.get(key)
    if array is not None:
        elements = [path for path in positions.values if path[:3] == key and len(path) == 4]
        if elements:
            last = positions.values[max(elements, key=lambda path: int(path[3]))]
            ways.append((starts[last.end_line - 1] + last.end_column - 1, f", {pattern}"))
        ways.append((starts[array.line - 1] + array.column, pattern))
    table = positions.keys.get(key[:2])
    if table is not None:
        after = starts[table.line] if table.line < len(starts) else len(text)
        before = "" if text[:after].endswith("\n") else end
        ways.append((after, f"{before}ignore = [{pattern}]{end}"))
    name = package if _bare(package) else _string(package)
    gap = "" if not text else end if text.endswith("\n") else end * 2
    ways.append((len(text), f"{gap}[packages.{name}]{end}ignore = [{pattern}]{end}"))
    return ways


def _string(text: str) -> str:
    if "'" not in text and ("\\" in text or '"' in text) and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
