"""Pictures of the plan buffer, taken from a real Neovim in a real terminal (tmux), as SVG.

Run with ``python -m tests.editors.nvim.picture DIRECTORY``, or ``make nvim-picture``.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from tests.editors.nvim.neovim import ROOT
from tests.editors.nvim.terminal import Terminal

WIDTH, HEIGHT = 100, 15

_COLOURS = [
    *((7, 8, 13), (255, 192, 185), (179, 246, 192), (252, 224, 148)),
    *((166, 219, 255), (255, 202, 255), (140, 248, 247), (238, 241, 248)),
]
_THEME = TerminalTheme((20, 22, 27), (224, 226, 234), _COLOURS, _COLOURS)
"""Neovim's own dark colours."""


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
        terminal = Terminal(home, home / "dotfiles", width=WIDTH, height=HEIGHT)
        try:
            terminal.type(":set cmdheight=0<CR>:Dotstream plan git vim zsh<CR>")
            terminal.shows("settles a conflict")
            terminal.type(":only<CR>]c")
            terminal.shows("settles a conflict")
            time.sleep(0.3)  # until the cursor is drawn
            _draw(terminal.screen(), "nvim: :Dotstream plan", into / "neovim-plan.svg")
        finally:
            terminal.close()


if __name__ == "__main__":
    main()
