"""Finding the package directory that a place belongs to, and the files that configure it.

The *root* holds the configuration.  Packages are in it, or in the directory that it names:
``directory`` in ``dotstream.toml``, ``--dir`` in ``.stowrc``.
"""

from __future__ import annotations

import posixpath

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.fs.files import is_file, is_link, present, read_bytes
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONFIG_NAME = "dotstream.toml"
LOCAL_NAME = "dotstream.local.toml"
STOWRC_NAME = ".stowrc"
_STOW_MARKERS = (STOWRC_NAME, ".stow")


class Location(NamedTuple):
    """Where a package directory and its configuration are; canonical paths."""

    root: str
    directory: str


def discover(start: str, *, home: str, environ: Mapping[str, str]) -> Location | None:
    """Return the package directory that ``start``, an absolute path, belongs to.

    Where there is none, it is the one that the user's own ``~/.stowrc`` names.
    """
    root = find_root(start, home=home, environ=environ)
    if root is not None and _is_marked(root, (CONFIG_NAME,), home):
        return locate(root, home=home, environ=environ)
    rules = _stow_directory(home, root or start, home, environ)
    if root is not None:
        found = locate(root, home=home, environ=environ)
        # As in Stow, what ~/.stowrc says holds where ./.stowrc says nothing else.
        if rules is None or found.directory != found.root or not present(f"{root}/{STOWRC_NAME}"):
            return found
    return None if rules is None else locate(rules, home=home, environ=environ)


def locate(directory: str, *, home: str, environ: Mapping[str, str]) -> Location:
    """Return where a package directory is that is named by itself, or by its root."""
    directory = canonical(directory)
    if not _configured(directory):
        for root in _upward(posixpath.dirname(directory)):
            if _configured(root) and _named_in(root, home, environ) == directory:
                return Location(root, directory)
    return Location(directory, _named_in(directory, home, environ))


def find_root(start: str, *, home: str, environ: Mapping[str, str]) -> str | None:
    """Return the nearest directory with a configuration at or above ``start``.

    That is one with a ``dotstream.toml``, a ``.stowrc`` or a ``.stow`` in it.  Stow's markers
    do not count inside of another package directory, where they are a package's files, nor
    does ``~/.stowrc``, which is the user's own, nor a link to a package's file.
    """
    found: str | None = None
    for place in _upward(start):
        if _is_marked(place, (CONFIG_NAME,), home):
            inside = found is None or _below(found, _named_in(place, home, environ))
            return place if inside else found
        if _is_marked(place, _STOW_MARKERS, home) and (
            found is None or _below(found, _named_in(place, home, environ))
        ):
            found = place
    return found


def is_marked(directory: str) -> bool:
    """Whether a directory has a marker of Stow's own, a file."""
    return is_file(f"{directory}/.stow")


def _below(path: str, directory: str) -> bool:
    path = canonical(path)
    return path != directory and within(path, directory)


def _upward(path: str) -> Iterator[str]:
    path = posixpath.normpath(path)
    while True:
        yield path
        above = posixpath.dirname(path)
        if above == path:
            return
        path = above


def _is_marked(place: str, names: tuple[str, ...], home: str) -> bool:
    return any(_marks(f"{place}/{name}", home) for name in names)


def _marks(path: str, home: str) -> bool:
    """Whether what is at a path tells that the directory that it is in holds packages."""
    name = posixpath.basename(path)
    if not present(path) if name == CONFIG_NAME else not is_file(path):
        return False  # ~/.stow may well be a directory
    if name == STOWRC_NAME and canonical(posixpath.dirname(path)) == canonical(home):
        return False
    return not (is_link(path) and _in_package_directory(posixpath.dirname(canonical(path))))


def _in_package_directory(start: str) -> bool:
    return any(
        is_file(f"{place}/{name}") and not is_link(f"{place}/{name}")
        for place in _upward(start)
        for name in (CONFIG_NAME, *_STOW_MARKERS)
    )


def _configured(directory: str) -> bool:
    return any(present(f"{directory}/{name}") for name in (CONFIG_NAME, STOWRC_NAME))


def _named_in(root: str, home: str, environ: Mapping[str, str]) -> str:
    """Return the package directory that a root names; itself, if none or if that is wrong."""
    path = f"{root.rstrip('/')}/{CONFIG_NAME}"
    if present(path):
        named = _named_by(path)
        return named if within(named, canonical(root)) else canonical(root)
    return _stow_directory(root, root, home, environ) or canonical(root)


def named_outside(root: str) -> str | None:
    """Return the package directory that a ``dotstream.toml`` names, if that is not below it."""
    named = _named_by(f"{root.rstrip('/')}/{CONFIG_NAME}")
    return None if within(named, canonical(root)) else named


def _named_by(path: str) -> str:
    return canonical(posixpath.join(posixpath.dirname(path), _directory_key(path) or "."))


def _directory_key(path: str) -> str | None:
    """Return the key ``directory`` of a file, which may be wrong: reading it again says so."""
    try:
        data = read_bytes(path) or b""
    except OSError:
        return None
    if b"directory" not in data:
        return None  # as nearly always: spare the parser
    import tomli

    try:
        written = tomli.loads(data.decode("utf-8-sig")).get("directory")
    except (ValueError, RecursionError):
        return None
    return written if isinstance(written, str) and "\0" not in written else None


def _stow_directory(place: str, start: str, home: str, environ: Mapping[str, str]) -> str | None:
    """Return what ``--dir`` in a ``.stowrc`` names for a run in the directory ``start``."""
    if not present(f"{place}/{STOWRC_NAME}"):
        return None
    from dotstream.config.stowrc import read_stowrc

    try:
        found = read_stowrc(place, home=home, environ=environ)
    except (ConfigError, PermissionRefused):
        return None  # loading it says why
    if found is None or found.directory is None:
        return None
    return canonical(posixpath.join(start, found.directory))
