"""Paths as URIs and back, exact to the byte, and labels for people.

A path is bytes that need not be UTF-8.  ``file:`` URIs percent-encode those bytes, so every
path has exactly one URI and comes back as it was.
"""

from __future__ import annotations

import re
from string import ascii_letters, digits
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dotstream.fs.process import environment, known_home
from dotstream.model.directory import display

_PLAIN = f"{ascii_letters}{digits}_.~-\0".encode()
_plain = re.compile(r"[A-Za-z0-9_.~/-]*").fullmatch
_scheme = re.compile(
    r"file:(?://(?:localhost)?(?=/)|(?=/(?!/)))(/[^?#]*)", re.IGNORECASE
).fullmatch
_stray_percent = re.compile(r"%(?![0-9A-Fa-f]{2})").search


def all_plain(names: bytes) -> bool:
    """Whether names, joined by NUL, are the same in a URI, in JSON and to a person."""
    return not names.translate(None, _PLAIN)


def quoted(text: str) -> str:
    """Return a path or a part of one with every byte percent-encoded that needs it."""
    if _plain(text):
        return text
    return quote_from_bytes(text.encode("utf-8", "surrogateescape"), safe="/~")


def to_uri(path: str) -> str:
    """Return the ``file:`` URI of an absolute path."""
    return f"file://{quoted(path)}"


def path_of(uri: str) -> str:
    """Return the absolute path that a ``file:`` URI means.

    Raises:
        ValueError: it is no such URI; says what is wrong with it.
    """
    match = _scheme(uri)
    if match is None:
        raise ValueError(f"expected a file:// URI, got {display(uri[:200])!r}")
    if _stray_percent(match[1]):
        raise ValueError("a % in a URI begins two hexadecimal digits; write %25 for the sign")
    data = unquote_to_bytes(match[1])
    if b"\0" in data:
        raise ValueError("a path cannot hold a zero byte")
    path = data.decode("utf-8", "surrogateescape")
    return path.rstrip("/") or "/"


def label(path: str, home: str) -> str:
    """Return a path for people: ``~`` for the home directory, no byte that cannot be shown."""
    if home != "/" and (path == home or path.startswith(f"{home}/")):
        return display(f"~{path[len(home) :]}")
    return display(path)


def path_label(path: str) -> str:
    """Return a path as the person knows it who runs the server."""
    return label(path, known_home(environment()) or "/")
