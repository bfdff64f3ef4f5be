"""The keys of ``dotstream.toml``: what they mean, and what they take.

This table is the one place that knows the keys.  The loader, the starter file, the
reference page and the editors read it.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from dotstream.model.options import (
    FOLDINGS,
    LAYOUTS,
    LINK_STYLES,
    PACKAGE_LAYOUTS,
    POLICIES,
)

if TYPE_CHECKING:
    from dotstream.config.positions import KeyPath

Kind: TypeAlias = Literal[
    "text",
    "path",
    "switch",
    "choice",
    "globs",
    "commands",
    "expressions",
    "hosts",
    "platforms",
    "packages",
    "profiles",
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


class Key(NamedTuple):
    """One key: its name, what it takes, its default as TOML, and what it is for."""

    name: str
    kind: Kind
    default: str
    doc: str
    choices: tuple[str, ...] = ()


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

_DOTFILES = Key("dotfiles", "switch", "true", "Whether dot-zshrc in a package becomes .zshrc.")
_LINK = Key("link", "choice", '"relative"', "How links are written.", LINK_STYLES)

TOP: tuple[Key, ...] = (
    Key(
        "directory",
        "text",
        '"."',
        "Where the packages are, from this file: beside it, or below.",
    ),
    Key(
        "target",
        "path",
        '"~"',
        "Where links are made. ~, $NAME and ${NAME:-default} are expanded; a relative path "
        "starts at this file. A table gives each platform or host its own.",
    ),
    Key(
        "layout",
        "choice",
        '"mirror"',
        "How packages map to the target: mirror, a package's tree mirrors the target; named, "
        "the package dot-vim maps to .vim in the target; single, the package directory itself "
        "is the one package, as with stow .",
        LAYOUTS,
    ),
    Key("include", "globs", "[]", "Directories that are packages; all, if empty."),
    Key("exclude", "globs", "[]", "Directories that are not packages, such as docs."),
    _DOTFILES,
    _FOLDING,
    _NEVER_FOLD,
    _IGNORE,
    Key(
        "ignore-regex",
        "expressions",
        "[]",
        "The same as Perl regular expressions, exactly as GNU Stow's --ignore takes them.",
    ),
    _ON_CONFLICT,
    _LINK,
)

PACKAGE: tuple[Key, ...] = (
    Key("target", "path", '"~"', "Where this package's links are made."),
    _DOTFILES._replace(doc="Whether dot-zshrc in this package becomes .zshrc."),
    Key("layout", "choice", '"mirror"', "How this package maps to the target.", PACKAGE_LAYOUTS),
    Key("ignore", "globs", "[]", "Names and paths of this package that are never linked."),
    Key("platforms", "platforms", "[]", "Systems the package is for; all, if empty.", PLATFORMS),
    Key(
        "hosts",
        "hosts",
        "[]",
        "Machines the package is for, by name; all, if empty. !name is every other machine.",
    ),
    Key("required", "switch", "false", "Whether it is an error if the package is missing."),
    _ON_CONFLICT,
    _FOLDING,
    _NEVER_FOLD,
    _LINK._replace(doc="How this package's links are written."),
    Key(
        "after",
        "commands",
        "[]",
        "Commands for /bin/sh, run in the package by the command line once links of this "
        "package were made or changed.",
    ),
)

PROFILE: tuple[Key, ...] = (
    Key("packages", "packages", "[]", "The packages of the profile."),
    Key("extends", "profiles", "[]", "Profiles whose packages come first."),
    Key(
        "platforms",
        "platforms",
        "[]",
        "Systems that the profile is for: it is used there where no package is named.",
        PLATFORMS,
    ),
    Key("hosts", "hosts", "[]", "Machines that the profile is for, by name; likewise."),
)

USER: tuple[Key, ...] = (
    Key(
        "directory",
        "path",
        '""',
        "The package directory where none is found at or above the working directory.",
    ),
    Key(
        "color",
        "choice",
        '"auto"',
        "When output is coloured: auto follows the terminal, NO_COLOR and FORCE_COLOR.",
        ("auto", "always", "never"),
    ),
    _ON_CONFLICT._replace(doc="The policy for conflicts where the repository has none."),
)
"""The keys of the user's own file, for every package directory."""

TABLES: dict[str, tuple[Key, ...]] = {"packages": PACKAGE, "profiles": PROFILE}
"""The keys of what is in tables, by the section."""


def keys_of(table: KeyPath) -> tuple[Key, ...]:
    """Return the keys that a table may have: ``()`` is the top, else ``(section, name)``."""
    if not table:
        return TOP
    return TABLES.get(str(table[0]), ()) if len(table) == 2 else ()
