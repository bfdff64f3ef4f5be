"""``after``: commands that a package wants to be run once its links have changed.

They run after the transaction is finished, and nothing that they do, or fail to do, takes a
link back.  Whoever applied the plan has agreed to them; see ``docs/explanation/trust.md``.
"""

from __future__ import annotations

from functools import partial

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Collection

    from dotstream.cli.session import Session
    from dotstream.model.events import Event
    from dotstream.model.plan import Metadata

_LINKING = ("manage", "remanage", "adopt")


class After:
    """The commands of the packages of one plan."""

    def __init__(self, session: Session, metadata: Metadata) -> None:
        self._session = session
        self._changed: set[str] = set()
        settings = session.client.settings
        self._commands = {
            name: own.after
            for name, own in settings.packages.items()
            if own.after
            and name in metadata.packages
            and metadata.action in _LINKING
            # Of one that is gone, or not for this machine, links are only removed.
            and settings.is_package(name)
            and settings.excluded(name) is None
        }

    def note(self, event: Event) -> None:
        """Remember whose links a plan changes."""
        if isinstance(event, Operation) and event.kind != "keep_link":
            self._changed.add(event.package)

    def run(self) -> int:
        """Run the commands of the packages that changed; return the exit code."""
        worst = 0
        for name, commands in self._commands.items():
            if name in self._changed:
                worst = max(worst, self._run(name, commands))
        return worst

    def _run(self, name: str, commands: Collection[str]) -> int:
        from dotstream.fs.programs import run_program

        session, settings = self._session, self._session.client.settings
        path, failed = settings.path_of(name), 0
        environ = {
            "DOTSTREAM_DIR": settings.directory,
            "DOTSTREAM_PACKAGE": name,
            "DOTSTREAM_TARGET": settings.target_of(name),
        }
        for command in commands:
            session.say(session.style.paint(f"after {display(name)}: {display(command)}", "dim"))
            session.report.pause()
            code = run_program(
                ("/bin/sh", "-c", command), cwd=path, environ=environ, aside=session.json
            )
            if code:
                failed = 1
            line = partial(_failure, name, command, code)
            session.report.warn(
                "after", line if code else None, package=name, command=command, exit=code
            )
        return failed


def _failure(name: str, command: str, code: int) -> str:
    how = f"failed (exit code {code})" if code > 0 else f"was killed by signal {-code}"
    return f"after {display(name)}: {display(command)} {how}; the links stay as they are"
