"""The groups of tuckr: the end of a name may say on which systems its files are wanted."""

from __future__ import annotations

from dotstream.config.schema import PLATFORMS

GROUPS = "Configs"
"""Where tuckr has its groups, from the top of its source."""

NEVER_AS_NAMED = ("^*", "%*")
"""Names that stand for the root, or for a variable, and never for a file in the home."""

_UNIX = tuple(name for name in PLATFORMS if name not in {"windows", "darwin"})
_SYSTEMS = {"unix": _UNIX} | {
    name: (name,) for name in ("freebsd", "linux", "macos", "netbsd", "openbsd", "windows")
}
_UNKNOWN = frozenset({"android", "dragonfly", "ios", "none", "wsl"})


def platforms_of(group: str) -> tuple[str, ...]:
    """Return the platforms that a group is for; none, if it is for all."""
    return _SYSTEMS.get(group.rpartition("_")[2], ()) if "_" in group else ()


def is_conditional(group: str) -> bool:
    """Whether tuckr takes a group where it is told to, or on systems that have no name here."""
    _, underscore, end = group.rpartition("_")
    return bool(underscore) and (end in _UNKNOWN or end.startswith("#"))
