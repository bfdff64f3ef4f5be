"""What GNU Stow's settings mean as keys of a ``dotstream.toml``, such that every tree stays."""

from __future__ import annotations

import posixpath

from dotstream.config.discover import STOWRC_NAME
from dotstream.config.reading import read_config
from dotstream.config.stow_arguments import StowArguments
from dotstream.config.stowrc import parse_stowrc
from dotstream.config.variables import fault_in_path
from dotstream.errors import UsageError
from dotstream.fs.process import home_of
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.planner.ignore import compile_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.config.starter import Value


class StowSettings(NamedTuple):
    """What Stow would do in a directory.

    Attributes:
        top: keys at the top of a ``dotstream.toml``.
        notes: what could not be carried over.
        sources: the files that say it.
    """

    top: dict[str, Value]
    notes: list[str]
    sources: list[str]


def stow_settings(directory: str, *, home: str, environ: Mapping[str, str]) -> StowSettings:
    """Read ``~/.stowrc`` and ``./.stowrc``, as Stow does; where neither is, its defaults hold.

    Raises:
        ConfigError: one of them is wrong.
        PermissionRefused: one of them may not be read.
    """
    found, sources = StowArguments(), []
    for place, shown in {home: f"~/{STOWRC_NAME}", directory: STOWRC_NAME}.items():
        path = f"{place.rstrip('/')}/{STOWRC_NAME}"
        text = read_config(path)
        if text is not None:
            sources.append(shown)
            found = found.then(
                parse_stowrc(
                    text, path=path, environ=environ, home=home, home_of=home_of, stays=_stays
                )
            )
    return StowSettings(_top(found), _left_out(found), sources)


def _top(found: StowArguments) -> dict[str, Value]:
    place = found.directory or "."
    top: dict[str, Value] = {
        "target": found.target or posixpath.normpath(posixpath.join(place, "..")),
        "dotfiles": found.dotfiles,
        "folding": "never" if found.no_folding else "always",
    }
    if found.directory is not None:
        top["directory"] = found.directory
    expressions = [one for one in found.ignore if _fault(one) is None]
    if expressions:
        top["ignore-regex"] = expressions
    return top


def _fault(expression: str) -> str | None:
    """Say why an expression of ``--ignore`` cannot be used; ``None`` if it can."""
    try:
        compile_rules(options=(expression,))
    except UsageError as error:
        return str(error)
    return None


def _stays(option: str, written: str) -> bool:
    """Tell whether a ``dotstream.toml`` may have a path as it is written."""
    return option == "target" and fault_in_path(written) is None


def _left_out(found: StowArguments) -> list[str]:
    notes = [
        f"--{option}={pattern}: which package wins is decided by which are managed, or give "
        f"--{option} on the command line"
        for option, patterns in (("defer", found.defer), ("override", found.override))
        for pattern in patterns
    ]
    notes += [fault for one in found.ignore if (fault := _fault(one)) is not None]
    if found.adopt:
        notes.append('--adopt: set on-conflict = "adopt" if that is to hold for every run')
    if found.simulate:
        notes.append("--simulate: give -n on the command line, or use dotstream plan")
    return notes
