"""A manage that is killed at its last link but one, as by ``kill -9``.

usage: python killed.py DIRECTORY TARGET STATE LINKS FOLDING PACKAGE…
"""

from __future__ import annotations

import os
import signal
import sys
import time

from dotstream.client import Client
from dotstream.fs.change import Changes
from dotstream.model.options import Preferences
from dotstream.transaction.execution import execution_of_plan
from dotstream.transaction.terms import Host, Terms


class Killing(Changes):
    """The real changes, until so many links are made."""

    def __init__(self, links: int) -> None:
        super().__init__()
        self.link = self._link
        self._left = links

    def _link(self, text: str | bytes, name: str | bytes, *, dir_fd: int) -> None:
        """Make a link, or die."""
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        os.symlink(text, name, dir_fd=dir_fd)


def main() -> None:
    """Link packages until the last link but one is made."""
    directory, target, state, links, folding, *packages = sys.argv[1:]
    plan = Client(directory, target=target, state=state).stream_manage(
        *packages, prefer=Preferences(folding="never" if folding == "never" else None)
    )
    host = Host(state, "a benchmark", time.time, Killing(int(links)))
    execution_of_plan(plan, host=host, terms=Terms()).drain()


main()
