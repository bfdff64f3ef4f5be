"""Pictures of the plan buffer, taken from a real Neovim in a real terminal (tmux), as SVG.

Run with ``python -m tests.editors.nvim.picture DIRECTORY``, or ``make nvim-picture``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pynvim
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from tests.editors.nvim.neovim import PLUGIN, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 100, 15

_COLOURS = [
    *((7, 8, 13), (255, 192, 185), (179, 246, 192), (252, 224, 148)),
    *((166, 219, 255), (255, 202, 255), (140, 248, 247), (238, 241, 248)),
]
_THEME = TerminalTheme((20, 22, 27), (224, 226, 234), _COLOURS, _COLOURS)
"""Neovim's own dark colours."""


class Terminal:
    """A tmux session of its own, with Neovim in it."""

    def __init__(self, home: Path, directory: Path) -> None:
        self._tmux = ["tmux", "-S", str(home / "tmux"), "-f", "/dev/null"]
        self._socket = home / "nvim"
        programs = os.path.dirname(sys.executable)
        environ = {
            "HOME": str(home),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        arguments = [
            f"{programs}/nvim",
            "--listen",
            str(self._socket),
            "-u",
            "NONE",
            "-i",
            "NONE",
        ]
        arguments += [
            "-n",
            "--cmd",
            f"set rtp^={PLUGIN} noshowmode noruler laststatus=0 cmdheight=0 fillchars=eob:\\ ",
        ]
        arguments += ["-c", "runtime plugin/dotstream.lua", "-c", "set termguicolors"]
        session = ["new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), "-c", str(directory)]
        clean = ["env", "-i", *(f"{name}={text}" for name, text in environ.items())]
        subprocess.run([*self._tmux, *session, *clean, *arguments], check=True)
        _until(self._socket.exists)
        self.nvim = pynvim.attach("socket", path=str(self._socket))

    def screen(self) -> str:
        """Return what the terminal shows, colours as escape sequences."""
        done = subprocess.run(
            [*self._tmux, "capture-pane", "-p", "-e"], check=True, capture_output=True
        )
        return done.stdout.decode()

    def close(self) -> None:
        """End the session and all in it."""
        self.nvim.close()
        subprocess.run([*self._tmux, "kill-server"], check=False)


def _until(condition: Callable[[], bool]) -> None:
    """Wait until something holds: this is a script for pictures and no test."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "the picture never came"
        time.sleep(0.05)


def _draw(screen: str, title: str, path: Path) -> None:
    console = Console(
        width=WIDTH,
        record=True,
        force_terminal=True,
        color_system="truecolor",
        file=open(os.devnull, "w"),  # noqa: SIM115
    )
    console.print(Text.from_ansi(screen.rstrip("\n")), no_wrap=True, crop=True)
    svg = console.export_svg(title=title, theme=_THEME, unique_id=path.stem)
    # The same picture has the same text, wherever it is drawn.
    path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


def main() -> None:
    """Take the pictures."""
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="me") as scratch:
        home = Path(scratch)
        shutil.copytree(ROOT / "examples/dotfiles", home / "dotfiles", symlinks=True)
        (home / ".zshrc").write_text("alias ll='ls -l'\n")
        terminal = Terminal(home, home / "dotfiles")
        try:
            nvim = terminal.nvim
            nvim.exec_lua("vim.o.background = 'dark'")
            nvim.command("Dotstream plan manage git vim zsh")
            _until(lambda: "settles" in terminal.screen())
            nvim.command("only")
            nvim.feedkeys("]c", "m")
            _until(lambda: "settles" in terminal.screen())
            time.sleep(0.3)  # until the cursor is drawn
            _draw(terminal.screen(), "nvim: :Dotstream plan", into / "neovim-plan.svg")
        finally:
            terminal.close()


if __name__ == "__main__":
    main()
