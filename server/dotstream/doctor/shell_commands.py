"""The commands that fix what was found, ready to be pasted into a shell."""

from __future__ import annotations

import re
import shlex

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.names import encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory

FIX = "dotstream doctor --fix"
REBUILD = "dotstream doctor --rebuild"
RECOVER = "dotstream recover"
REMANAGE = "dotstream remanage"


def quoted(text: str) -> str:
    r"""Return a word for a shell; what cannot be printed is written ``$'\xNN'``."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(
        char
        if char.isprintable() and char not in "\\'"
        else "".join(f"\\x{byte:02x}" for byte in encoded(char))
        for char in text
    )
    return f"$'{escaped}'"


def manage(
    package: str, stow_dir: str, here: str, *, policy: str | None = None, override: str = ""
) -> str:
    """Return the command that links a package again.

    Args:
        stow_dir: the package directory that has it.
        here: the package directory in use, which need not be named.
        policy: what to do with what is in the way.
        override: the path (relative to the target) that it may take from another package.
    """
    words = ["dotstream"]
    if stow_dir != here:
        words += ["-d", quoted(stow_dir)]
    words += ["manage", quoted(package)]
    if policy is not None:
        words += ["--on-conflict", policy]
    if override:
        words.append(overriding(override))
    return " ".join(words)


def overriding(path: str) -> str:
    """Return the flag that takes a path, relative to the target, from another package."""
    return f"--override {quoted(f'{re.escape(path)}$')}"


def unmanage(package: str, stow_dir: str | None) -> str:
    """Return the command that unlinks a package, of another package directory if it is named."""
    where = "" if stow_dir is None else f" -d {quoted(stow_dir)}"
    return f"dotstream{where} unmanage {quoted(package)}"


def deeper(command: str, depth: int | None, skip: Sequence[str]) -> str:
    """Return a command that looks at the whole target, as far as it is to go."""
    levels = "" if depth is None else f" --depth {depth}"
    return f"{command} --scan deep{levels}" + "".join(f" --skip {quoted(glob)}" for glob in skip)


def close_to_others(path: str, *, change: bool) -> str:
    """Return the command that keeps others from a file or directory, or from changing it."""
    return f"chmod {'go-w' if change else 'go-rwx'} -- {quoted(path)}"


def allow(path: str) -> str:
    """Return the command that lets its owner work in a directory."""
    return f"chmod u+rwx -- {quoted(path)}"


def unmanage_all(stow_dir: str, target: str) -> str:
    """Return the command that removes the links into a package directory."""
    return f"dotstream -d {quoted(stow_dir)} -t {quoted(target)} unmanage --all"


def status(target: str) -> str:
    """Return the command that tells how far packages are linked in another target."""
    return f"dotstream -t {quoted(target)} status"


def take_over(path: str) -> str:
    """Return the command that gives a directory of another user to the one who runs it."""
    return f'sudo chown "$(id -u)" -- {quoted(path)}'


def restore(number: int) -> str:
    """Return the command that puts a backup back."""
    return f"dotstream backups restore {number}"


def make_directory(path: str) -> str:
    """Return the command that makes a directory."""
    return f"mkdir -p -- {quoted(path)}"


def make_way(path: str, directory: str) -> str:
    """Return the command that renames what keeps a directory from being made, and makes it."""
    return f"mv -n -- {quoted(path)} {quoted(f'{path}.moved')} && {make_directory(directory)}"


def rescue(place: Directory, name: str) -> str:
    """Return the command that gives a file in quarantine a name that nobody sweeps."""
    return f"mv -n -- {quoted(place.at(name))} {quoted(place.at(f'rescued-{display(name[2:])}'))}"
