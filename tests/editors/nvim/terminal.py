"""A real Neovim in a real terminal (tmux): what is on the screen, as text and in colours."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.editors.nvim.neovim import PLUGIN

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Terminal", "until"]

_PATIENCE = 180


def until(condition: Callable[[], bool], shown: Callable[[], str] = str) -> None:
    """Wait until something holds; between two looks the machine is left alone for a moment."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, f"never on the screen:\n{shown()}"
        time.sleep(0.05)


class Terminal:
    """A tmux session of its own, with Neovim in it."""

    def __init__(
        self,
        home: Path,
        directory: Path,
        *,
        sockets: Path | None = None,
        width: int = 100,
        height: int = 15,
        background: str = "dark",
        file: str | None = None,
        path: str | None = None,
    ) -> None:
        self._tmux = ["tmux", "-S", str((sockets or home) / "tmux"), "-f", "/dev/null"]
        programs = os.path.dirname(sys.executable)
        environ = {
            "HOME": str(home),
            "PATH": path or f"{programs}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        arguments = [
            f"{programs}/nvim",
            "-u",
            "NONE",
            "-i",
            "NONE",
        ]
        arguments += [
            "-n",
            "--cmd",
            f"set rtp^={PLUGIN} noshowmode noruler laststatus=0 fillchars=eob:\\ ",
        ]
        arguments += ["--cmd", f"set background={background} termguicolors"]
        arguments += ["-c", "runtime plugin/dotstream.lua", *([file] if file else [])]
        session = ["new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(directory)]
        clean = ["env", "-i", *(f"{name}={text}" for name, text in environ.items())]
        subprocess.run([*self._tmux, *session, *clean, *arguments], check=True)
        drawn = ["display-message", "-p", "#{alternate_on}"]  # the screen that it draws on
        until(lambda: subprocess.check_output([*self._tmux, *drawn]) == b"1\n")

    def screen(self, *, colours: bool = True) -> str:
        """Return what the terminal shows, colours as escape sequences."""
        capture = ["capture-pane", "-p", *(["-e"] if colours else [])]
        done = subprocess.run([*self._tmux, *capture], check=True, capture_output=True)
        return done.stdout.decode()

    def sees(self, holds: Callable[[str], bool]) -> str:
        """Wait until all that the terminal shows is as it is to be, and return that."""
        screen = ""

        def look() -> bool:
            nonlocal screen
            screen = self.screen(colours=False)
            return holds(screen)

        until(look, lambda: screen)
        return screen

    def shows(self, *texts: str) -> str:
        """Wait until the terminal shows some texts at once, and return all that it shows."""
        return self.sees(lambda screen: all(text in screen for text in texts))

    def hides(self, text: str) -> str:
        """Wait until the terminal does not show a text, and return all that it shows."""
        return self.sees(lambda screen: text not in screen)

    def type(self, keys: str) -> None:
        """Type keys; ``<CR>`` is the key of that name."""
        for index, part in enumerate(keys.split("<CR>")):
            if index:
                subprocess.run([*self._tmux, "send-keys", "Enter"], check=True)
            if part:
                subprocess.run([*self._tmux, "send-keys", "-l", part], check=True)

    def server(self) -> int:
        """Return the process of the server: Neovim's, which is that of what draws it."""
        shown = [*self._tmux, "display-message", "-p", "#{pane_pid}"]
        pid = int(subprocess.check_output(shown))
        for _ in range(2):
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
        return pid

    def ends(self) -> None:
        """Wait until Neovim has ended."""
        running = [*self._tmux, "has-session"]
        until(lambda: subprocess.run(running, check=False, capture_output=True).returncode != 0)

    def close(self) -> None:
        """End the session and all in it."""
        subprocess.run([*self._tmux, "kill-server"], check=False)
