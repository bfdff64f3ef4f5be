"""``dot-`` names: how a package member's name becomes a target's, and back.

GNU Stow manual, "Invoking Stow", ``--dotfiles``: a leading ``dot-`` becomes ``.``,
unless nothing or another dot follows.
"""

from __future__ import annotations

DOT_PREFIX = "dot-"


def to_target(raw: str) -> str:
    """Translate one component of a package path: ``dot-zshrc`` → ``.zshrc``."""
    if raw.startswith(DOT_PREFIX) and len(raw) > 4 and raw[4] != ".":
        return "." + raw[4:]
    return raw


def to_package(name: str) -> str | None:
    """Return the package name that ``to_target`` maps to ``name``; ``None`` if none does.

    ``.zshrc`` → ``dot-zshrc``.  A name such as ``dot-x`` has no inverse.
    """
    if name.startswith(".") and len(name) > 1 and name[1] != ".":
        return DOT_PREFIX + name[1:]
    return name if to_target(name) == name else None


def raw_candidates(name: str, *, dotfiles: bool) -> tuple[str, ...]:
    """Return the raw names that appear as ``name`` in the target, in byte order."""
    if not dotfiles:
        return (name,)
    if name.startswith(".") and len(name) > 1 and name[1] != ".":
        return (name, DOT_PREFIX + name[1:])
    return (name,) if to_target(name) == name else ()
