"""The least that must be done to see that every link is present: list and read links.

usage: python bare.py PACKAGE TARGET
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """List every directory of the package and read the link of every entry."""
    package, target = sys.argv[1:]
    pending = [""]
    while pending:
        directory = pending.pop()
        here = os.open(f"{target}/{directory}", os.O_RDONLY | os.O_DIRECTORY)
        with os.scandir(f"{package}/{directory}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{directory}/{entry.name}")
                else:
                    os.readlink(entry.name, dir_fd=here)
        os.close(here)


main()
