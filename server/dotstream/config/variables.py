"""Paths as configuration writes them: ``~``, ``$NAME``, ``${NAME}``, ``${NAME:-default}``.

As in a shell; a variable that is empty counts as not set.  What the XDG Base Directory
Specification gives a default has it, so ``$XDG_CONFIG_HOME`` is there on every machine.
"""

from __future__ import annotations

import re

from dotstream.config.names import shortened
from dotstream.fs.look import canonical
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_XDG = {
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
}
_TOKEN = re.compile(r"\\([~$}])|~([^/${}]*)|\$(\w+)|\$\{(\w+)\}|\$\{(\w+)(:?)-|(\})", re.ASCII)
_WRONG = re.compile(r"(?<!\\)\$\{(?!\w+(?:\}|:?-))[^}]*\}?", re.ASCII)


def is_of_programs(directory: str, *, home: str, environ: Mapping[str, str]) -> bool:
    """Whether programs of all kinds keep their files in a directory, as in ``~/.config``."""
    places = [_value(name, environ, home) for name in _XDG]
    return canonical(directory) in {canonical(place) for place in places if place}


def fault_in_path(written: str) -> str | None:
    """Say what cannot be expanded in a path; ``None`` if all can."""
    wrong = _WRONG.search(written)
    if wrong is not None:
        forms = "$NAME, ${NAME} or ${NAME:-default}"
        return f"{shortened(wrong.group())} cannot be expanded; write {forms}"
    depth = 0
    for match in _TOKEN.finditer(written):
        depth += (match[5] is not None) - (match[7] is not None and depth > 0)
    return "a ${ in it is not closed" if depth else None


class _Part:
    """The whole, or what stands for a variable that is not set.

    Attributes:
        value: of the variable, if it is set.
        start: where it is written.
        missing: the first that is needed and not there.
    """

    __slots__ = ("missing", "start", "text", "value")

    def __init__(self, start: int, value: str | None = None) -> None:
        self.start, self.value = start, value
        self.text = ""
        self.missing: str | None = None

    def add(self, text: str | None, name: str) -> None:
        self.text += text or ""
        if text is None and self.missing is None:
            self.missing = name


def expand(
    written: str,
    *,
    environ: Mapping[str, str],
    home: str,
    home_of: Callable[[str], str | None],
) -> str:
    r"""Expand a path that has no fault; ``\~`` and ``\$`` stand for the signs themselves.

    Raises:
        KeyError: it needs a variable that is not set, or a user who does not exist; its
            argument is ``$NAME`` or ``~NAME``.
    """
    parts, position = [_Part(0)], 0
    for match in _TOKEN.finditer(written):
        here = parts[-1]
        here.add(written[position : match.start()], "")
        position = match.end()
        escaped, user, bare, braced, optional, colon, closed = match.groups()
        name = bare or braced
        if user is not None:
            begins = match.start() == here.start
            found = (home_of(user) if user else home) if begins else match.group()
            here.add(found, f"~{user}")
        elif name:
            here.add(_value(name, environ, home), f"${name}")
        elif optional:
            value = _value(optional, environ, home)
            kept = environ.get(optional) if not colon else None  # it may be empty
            parts.append(_Part(position, kept if value is None else value))
        elif closed and len(parts) > 1:
            parts.pop()
            text = here.value if here.value is not None else here.text
            missing = here.missing if here.value is None else None
            parts[-1].add(None if missing else text, missing or "")
        else:
            here.add(escaped or closed, "")
    (whole,) = parts
    whole.add(written[position:], "")
    if whole.missing is not None:
        raise KeyError(whole.missing)
    return whole.text


def _value(name: str, environ: Mapping[str, str], home: str) -> str | None:
    """Return the value of a variable; an empty one is none, and leads nowhere."""
    value = home if name == "HOME" else environ.get(name)
    if name in _XDG and not (value or "").startswith("/"):
        return f"{home.rstrip('/')}/{_XDG[name]}"  # as specified: a relative one is ignored
    return value or None
