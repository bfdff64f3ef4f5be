"""What ssh and gpg refuse to use because others may change it, or read it."""

from __future__ import annotations

from dotstream.doctor import shell_commands
from dotstream.fs.files import entries
from dotstream.fs.listing import DIR, LINK
from dotstream.fs.private import KEY, privacy
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.planner.farm import Farm

_OTHERS, _CHANGE = 0o077, 0o022
_MOST = 1000  # files of one directory that are looked at


def check_openness(farm: Farm) -> Iterator[Finding]:
    """Look at the directories of ssh and gpg in a target, where packages have links in them."""
    root = Directory(farm.target.root)
    for name, program, refused in ((".ssh", "ssh", _CHANGE), (".gnupg", "gpg", _OTHERS)):
        kind = farm.target.kind(name)
        if kind not in (DIR, LINK) or not farm.target.is_directory(name):
            continue
        there = root.child(name)
        names = [each for each, is_dir in entries(there.absolute, _MOST) if not is_dir]
        try:
            folded = kind == LINK and _ours(farm, root, name)
            ours = [each for each in names if folded or _ours(farm, there, each)]
            if ours or folded:
                yield from _too_open(farm, root, name, program, refused)
            for each in ours if program == "ssh" else ():
                yield from _too_open(farm, there, each, program, _CHANGE)
        except OSError:
            continue  # told of by itself


def _ours(farm: Farm, place: Directory, name: str) -> bool:
    text = farm.target.state(place.join(name))
    return isinstance(text, str) and farm.target.owner(place, text) is not None


def _too_open(
    farm: Farm, place: Directory, name: str, program: str, refused: int
) -> Iterator[Finding]:
    path = place.join(name)
    if not farm.target.exists(path):
        return  # a broken link is told of by itself
    if privacy(farm.target.fd, path, follow=True) == KEY:
        refused = _OTHERS
    mode = farm.target.mode(path)
    if mode & refused:
        what = "read or change" if refused == _OTHERS else "change"
        yield Finding(
            "too_open",
            place,
            name,
            detail=f"{program} refuses what others may {what}, and this has mode {mode:o}",
            command=shell_commands.close_to_others(place.at(name), change=refused == _CHANGE),
        )
