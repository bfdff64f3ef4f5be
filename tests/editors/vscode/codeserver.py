"""VS Code's own server (code-server), which hands the real workbench to a browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from tests.editors.stopping import stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from tests.editors.vscode.tools import Tools

__all__ = ["CodeServer"]

_SETTINGS = {
    "chat.disableAIFeatures": True,
    "explorer.compactFolders": False,  # a row would become that of what is below it
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "telemetry.telemetryLevel": "off",
    "window.commandCenter": False,
    "workbench.layoutControl.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.commandPalette.history": 0,
    "workbench.reduceMotion": "on",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}
_TIDY = (
    "notifications.clearAll",
    "workbench.action.closePanel",
    "workbench.action.closeAllEditors",
    "workbench.view.explorer",
)
"""What a window that scenarios share does at a key between two of them."""
_TRUST: dict[bool, dict[str, object]] = {
    False: {"security.workspace.trust.enabled": False},
    True: {"security.workspace.trust.startupPrompt": "never"},
}


_NO_RIGHTS = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
    if os.geteuid() == 0
    else ()
)
"""What makes root a user to whom a directory can be closed."""

_BUILT_IN = ("theme-defaults", "theme-modern-icons", "theme-seti", "diff", "shellscript")
"""The extensions of VS Code's own that the workbench has; dozens more only take time."""


class CodeServer:
    """A code-server of its own in ``scratch``, with a home of its own and our extension.

    Args:
        tools: the programs.
        scratch: an empty directory.
        extension: the packed extension (``.vsix``) to install.
        settings: settings of this machine, where those with paths must stand.
        beside: further extensions to install.
        distrustful: whether folders must be trusted first, as they must be by default.
    """

    def __init__(
        self,
        tools: Tools,
        scratch: Path,
        *,
        extension: Path,
        settings: dict[str, Any],
        beside: Sequence[Path] = (),
        distrustful: bool = False,
    ) -> None:
        self.scratch = scratch
        self.home = scratch / "home"
        self.data = scratch / "data"
        self.programs = self.home / "bin"
        """The first directory on ``PATH``."""
        self.programs.mkdir(parents=True)
        # Extensions have the PATH of a login shell.
        (self.home / ".profile").write_text('PATH="$HOME/bin:$PATH"\n')
        (self.data / "User").mkdir(parents=True)
        (self.data / "Machine").mkdir()
        (self.data / "User" / "settings.json").write_text(
            json.dumps(_SETTINGS | _TRUST[distrustful])
        )
        tidy = {"command": "runCommands", "args": {"commands": _TIDY}, "key": "ctrl+alt+f9"}
        (self.data / "User" / "keybindings.json").write_text(json.dumps([tidy]))
        self.shared = scratch / "shared.code-workspace"
        """The workspace of the window that scenarios share."""
        # One folder stays: the extensions of a window start anew where its first one changes.
        (scratch / "desk").mkdir()
        self._folders: list[dict[str, str]] = [{"path": str(scratch / "desk")}]
        self._settings: Mapping[str, object] = {}
        self._name: dict[str, str] = {}
        (self.data / "Machine" / "settings.json").write_text(json.dumps(settings))
        (scratch / "config.yaml").touch()
        built_in = scratch / "built-in"
        built_in.mkdir()
        for name in _BUILT_IN:
            (built_in / name).symlink_to(f"{tools.built_in}/{name}")
        self._command = [
            tools.node,
            tools.entry,
            f"--user-data-dir={self.data}",
            f"--extensions-dir={scratch / 'extensions'}",
            f"--builtin-extensions-dir={built_in}",
            f"--config={scratch / 'config.yaml'}",
            "--auth=none",
            "--bind-addr=127.0.0.1:0",
            "--disable-telemetry",
            "--disable-update-check",
            "--disable-getting-started-override",
            *([] if distrustful else ["--disable-workspace-trust"]),
            # A page that is gone has gone for good: its extensions stop at once.
            "--reconnection-grace-time=1",
        ]
        self._environment = _environment(tools, self.home)
        install = [f"--install-extension={each}" for each in (extension, *beside)]
        subprocess.run(
            [*self._command, *install, "--force"],
            env=self._environment,
            check=True,
            capture_output=True,
            timeout=300,
        )
        self._log = scratch / "code-server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_NO_RIGHTS, *self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.address = self._wait_for_address()

    def agree(self, folder: str | os.PathLike[str]) -> None:
        """Agree, as in a terminal, to what the package directory in or at a folder asks for."""
        for directory in (os.fspath(folder), f"{os.fspath(folder)}/stow"):
            if os.path.exists(f"{directory}/dotstream.toml"):
                self.dotstream(directory, "config", "--agree")  # the file may be a broken one

    def dotstream(self, directory: str, *words: str) -> float:
        """Run dotstream as in a terminal of this home; return how many seconds it took."""
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "dotstream", *words],
            cwd=directory,
            env=self._environment,
            check=False,
            capture_output=True,
            timeout=300,
        )
        return time.monotonic() - began

    def manage(self, directory: str, *packages: str) -> None:
        """Manage packages as in a terminal, after a look at what their configuration asks for."""
        self.agree(directory)
        self.dotstream(directory, "manage", *packages)

    def url(self, folder: str | os.PathLike[str]) -> str:
        """Return the address of the workbench on a folder."""
        return f"{self.address}?folder={quote_from_bytes(os.fsencode(folder))}"

    def workspace_url(self, file: str | os.PathLike[str]) -> str:
        """Return the address of the workbench on several folders, which a file names."""
        return f"{self.address}?workspace={quote_from_bytes(os.fsencode(file))}"

    def share_settings(self, settings: Mapping[str, object], name: str) -> bool:
        """Have settings in the window that scenarios share, unless it has just those.

        Returns whether they are others: then the window is called so once it has them.
        """
        before, self._settings = self._settings, settings
        if before != settings:
            self._name = {"window.title": name}
            self._share()
        return before != settings

    def share_folder(self, folder: str, name: str) -> None:
        """Open a folder in the window that scenarios share, instead of another."""
        self._folders[1:] = [{"path": folder, "name": name}]
        self._share()

    def _share(self) -> None:
        settings = {**self._settings, **self._name}
        self.shared.write_text(json.dumps({"folders": self._folders, "settings": settings}))

    def logs(self) -> str:
        """Return what server, extension host and extension logged, for a failed test."""
        found = [self._log, *sorted(self.data.glob("logs/**/exthost*/**/*.log"))]
        return "\n".join(
            f"==> {path.relative_to(self.scratch)}\n{text}"
            for path in found
            if (text := path.read_text(errors="replace")[-20_000:])
        )

    def processes(self, words: str) -> list[int]:
        """Return the ids of the processes below this server with ``words`` in their command."""
        return [
            pid
            for pid in _descendants(self._process.pid)
            if words.encode() in _command_line(pid).replace(b"\0", b" ")
        ]

    def watches(self, directory: str) -> bool:
        """Tell whether a watcher of files in this server has got as far as a directory."""
        watch = f" ino:{os.stat(directory).st_ino:x} ".encode()
        return any(
            watch in _read(f"/proc/{pid}/fdinfo/{descriptor}")
            for pid in _descendants(self._process.pid)
            for descriptor in _list(f"/proc/{pid}/fdinfo")
        )

    def sent(self, process: int) -> int:
        """Return how many bytes a process has written so far."""
        found = re.search(rb"^wchar: (\d+)$", _read(f"/proc/{process}/io"), re.MULTILINE)
        return int(found[1]) if found else 0

    async def server(self) -> int:
        """Return the id of dotstream's server, when those of windows that are gone have ended."""
        end = time.monotonic() + 180
        while len(found := self.processes("dotstream lsp")) != 1:
            assert time.monotonic() < end, f"there are {len(found)} servers"
            await asyncio.sleep(0.02)
        return found[0]

    @asynccontextmanager
    async def stopped(self, when: Callable[[], bool]) -> AsyncIterator[Awaitable[None]]:
        """Have dotstream's server stop as soon as something holds, and go on after the block.

        The block gets what to wait for until it has stopped.
        """
        with stopped(await self.server(), when) as still:
            yield asyncio.create_task(asyncio.to_thread(still))

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """Have dotstream's server stand still during the block."""
        async with self.stopped(lambda: True) as still:
            await still
            yield

    def stop(self) -> None:
        """End the server with all that it has started."""
        below = _descendants(self._process.pid)
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        for pid in below:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _wait_for_address(self) -> str:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            found = re.search(r"listening on (http://\S+)", self._log.read_text())
            if found:
                return found[1]
            assert self._process.poll() is None, f"code-server ended: {self._log.read_text()}"
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"code-server does not start: {self._log.read_text()}")


def _environment(tools: Tools, home: Path) -> dict[str, str]:
    """Return an environment that shows nothing of the machine's own settings."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": f"{os.path.dirname(tools.node)}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
    }


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in _list(f"/proc/{pid}/task"):
        for child in _read(f"/proc/{pid}/task/{task}/children").split():
            found += [int(child), *_descendants(int(child))]
    return found


def _command_line(pid: int) -> bytes:
    return _read(f"/proc/{pid}/cmdline")


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:  # it has ended meanwhile
        return []


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # it has ended meanwhile
        return b""
