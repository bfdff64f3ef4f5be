"""A conflict as lines, and what a person can do about it, or about a run that was refused."""

from __future__ import annotations

import re

from dotstream.errors import (
    ConflictError,
    DotstreamError,
    HeldElsewhere,
    JournalError,
    PartOfLink,
)
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.cli.report.style import Style
    from dotstream.model.items import Conflict, ConflictKind
    from dotstream.model.remedies import Remedy

_BY_HAND: dict[ConflictKind, str] = {
    "changed_since": "if a later change did that, undo it first: dotstream history",
    "foreign_link": "remove the link, if nothing else needs it",
    "dangling_link": "remove the broken link, if nothing else needs it",
    "same_path": "manage only one of the two, or ignore the file in one of them",
    "file_and_directory": "manage only one of the two, or ignore the path in one of them",
    "parent_link": "put a real directory in the link's place",
    "absolute_source": "make the symlink inside the package relative",
    "target_in_package_directory": "choose a target outside of it with -t",
    "package_has_file": "compare the two and remove one, or adopt into another package",
    "not_invertible": "rename the file, or set dotfiles = false",
    "missing_source": "check the spelling; the path is taken from the working directory",
}


_BEHIND = (
    'link behind it: target = "{}" in dotstream.toml, for a package that has at its top what '
    "belongs in there"
)
"""The way that leaves a link to a directory alone."""


def by_hand(
    conflict: Conflict, completed: Callable[[str], str], shown: Callable[[str], str]
) -> tuple[str, ...]:
    """Return what a person can do about a conflict without a policy: one of these.

    Args:
        completed: adds to a command what it takes to be about the same directories.
        shown: how a path is written.
    """
    if conflict.kind == "other_package":
        from dotstream.doctor.shell_commands import overriding, unmanage

        command = completed(unmanage(conflict.other or "", conflict.elsewhere))
        path = conflict.directory.join(conflict.name)
        return command, f"{overriding(path)} lets this package win"
    if conflict.kind == "parent_link" and conflict.note:
        return _BY_HAND["parent_link"], _BEHIND.format(shown(conflict.path))
    if conflict.kind == "target_in_package_directory" and conflict.name:
        return ("move the package directory out of there, or leave the path out with ignore",)
    if conflict.twice:
        return ("rename one of the two, or ignore it",)
    advice = _BY_HAND.get(conflict.kind)
    return () if advice is None else (advice,)


_REMEDIES: dict[Remedy, str] = {
    "agree": ". 'dotstream config' shows it; --yes agrees to it, and so does "
    "'dotstream config --agree'",
    "list_backups": "; 'dotstream backups' lists them",
    "list_history": "; 'dotstream history' lists what there is",
    "make_room": "; make room and try again",
    "move_away": "; move it away",
    "name_directory": "; go into one, name it with --dir, DOTSTREAM_DIR or "
    "~/.config/dotstream/config.toml, or make one with 'dotstream init'",
    "name_package": "; name one with --package",
    "name_packages": ": name some, choose a profile with --profile, or use --all",
    "rebuild": "; if it is damaged, 'dotstream doctor --rebuild' moves it aside and makes a new "
    "one from the links on disk",
    "skip_unreadable": " with --on-conflict skip",
    "update": "; update dotstream",
    "wait": ", or use --wait",
}
"""What to add to messages, where they do not say it all in themselves."""


def with_flags(error: DotstreamError, completed: Callable[[str], str] = str) -> str:
    """Return an error's message, with the flags that ask for what it advises.

    Args:
        completed: adds to a command what it takes to be about the same directories.
    """
    if isinstance(error, PartOfLink):
        return _whole_or_apart(error, completed)
    return re.sub(
        r"'(dotstream [^']*)'", lambda found: f"'{completed(found[1])}'", _with_flags(error)
    )


def _whole_or_apart(error: PartOfLink, completed: Callable[[str], str]) -> str:
    from dotstream.doctor.shell_commands import REMANAGE, quoted

    whole = completed(f"dotstream unlink {quoted(error.link)}")
    apart = completed(f"{REMANAGE} {quoted(error.package)} --no-folding")
    return f"{error}; '{whole}' removes that, and '{apart}' makes a link for each file first"


def _with_flags(error: DotstreamError) -> str:
    if isinstance(error, ConflictError) and error.choices:
        return f"{error} with --on-conflict {'|'.join(error.choices)}"
    if isinstance(error, JournalError) and error.remedy == "recover":
        return f"{error}; run 'dotstream recover'"
    if isinstance(error, HeldElsewhere):
        command = f"dotstream -d {error.directory} adopt --out {error.path}"
        return f"{error}; to take it out of there: '{command}'"
    return f"{error}{_REMEDIES.get(error.remedy, '')}"


def explained(
    conflict: Conflict, style: Style, completed: Callable[[str], str], *, flags: bool
) -> list[str]:
    """Return the lines.

    Args:
        completed: adds to a command what it takes to be about the same directories.
        flags: whether the policies that settle it are named, as flags.
    """
    head = style.paint("conflict", "alarm")
    lines = [f"{head} {style.paint(style.path(conflict.path), 'bold')}"]
    lines += style.wrapped(display(conflict.message), "    ")
    if conflict.source:
        lines.append(style.paint(f"    wanted: {style.path(conflict.source)}", "dim"))
    for advice in by_hand(conflict, completed, style.path):
        if advice.startswith("dotstream "):
            lines.append(f"    {style.dot} {display(advice)}")  # never broken, to be copied
        else:
            lines += style.wrapped(display(advice), f"    {style.dot} ", "      ")
    choices = [policy for policy in conflict.choices if policy != "fail"]
    if choices and flags:
        from dotstream.doctor.shell_commands import quoted

        named = f"{quoted(conflict.path)}=" if conflict.whole else ""
        lines.append(f"    {style.dot} --on-conflict {named}{'|'.join(choices)}")
    if conflict.same and flags and "backup" in choices:
        lines.append(
            f"    {style.dot} --same backs up and links every file with the same content"
        )
    return lines
