"""The least that each kind of command must do, as a loop over the system calls for it.

usage: python bare.py list|link|read|follow|remove [--fold] TARGET PACKAGE…

With --fold a directory is one link, unless the target has a directory in its place.
"""

from __future__ import annotations

import os
import stat
import sys


def main() -> None:
    """Walk each package, and do the same to every one of its files."""
    fold = "--fold" in sys.argv
    verb, target, *packages = (each for each in sys.argv[1:] if each != "--fold")
    for package in packages:
        pending = [""]
        while pending:
            directory = pending.pop()
            with os.scandir(f"{package}{directory}") as found:
                entries = list(found)
            if verb == "list":
                pending += [f"{directory}/{each.name}" for each in entries if each.is_dir()]
                continue
            here = os.open(f"{target}{directory}", os.O_RDONLY | os.O_DIRECTORY)
            below = os.path.relpath(f"{package}{directory}", f"{target}{directory}")
            for entry in entries:
                name = entry.name
                if entry.is_dir() and not (fold and not _is_directory(name, here)):
                    pending.append(f"{directory}/{name}")
                    if verb == "link":
                        _make_directory(name, here)
                elif verb == "read":
                    os.readlink(name, dir_fd=here)
                elif verb == "follow":
                    os.readlink(name, dir_fd=here)
                    os.stat(name, dir_fd=here)
                elif verb == "remove":
                    os.unlink(name, dir_fd=here)
                else:
                    os.symlink(f"{below}/{name}", name, dir_fd=here)
            os.close(here)


def _make_directory(name: str, here: int) -> None:
    try:
        os.mkdir(name, dir_fd=here)
    except FileExistsError:  # of another package
        pass


def _is_directory(name: str, here: int) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(name, dir_fd=here).st_mode)
    except FileNotFoundError:
        return False


main()
