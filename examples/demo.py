"""What dotstream does, first in the shell and then in an editor: ``make demo``.

It is shown in a scratch home with the example repository.  Where there is a Neovim, the plan
streams into that; otherwise the demo is the editor, and shows what comes over the wire.  It
ends with an error if anything is not as it should be.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from examples import wire
from rich.console import Console
from rich.markup import escape

FILES = 20_000
NVIM = (0, 11)
EXAMPLES = Path(__file__).resolve().parent
COLOURS = {"conflict": "red", "mkdir": "green", "link": "green", "move": "yellow", "!": "red"}

console = Console(highlight=False, soft_wrap=True)


def scratch() -> Path:
    """Make a home with the example repository, a file in the way, and a package of many files."""
    home = Path(tempfile.mkdtemp(prefix="dotstream-demo-"))
    root = home / "dotfiles"
    shutil.copytree(EXAMPLES / "dotfiles", root)
    (home / ".config").mkdir()
    (home / ".zshrc").write_text("written by a program\n", encoding="utf-8")
    with (root / "dotstream.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[packages.many]\nfolding = "never"\n')
    for number in range(FILES):
        directory = root / f"many/dot-cache/d{number // 500:02}"
        if number % 500 == 0:
            directory.mkdir(parents=True)
            (directory / "f000").touch()
        else:
            os.link(directory / "f000", directory / f"f{number % 500:03}")
    return home


def title(text: str) -> None:
    """Begin a part of the show."""
    console.print(f"\n[bold]{escape(text)}[/]")


def shell(words: str, home: Path, environ: dict[str, str], *, expected: int = 0) -> None:
    """Show a command, and what it says."""
    console.print(f"\n[dim]$[/] [bold]dotstream {escape(words)}[/]")
    command = [sys.executable, "-m", "dotstream", *words.split()]
    code = subprocess.run(command, cwd=home / "dotfiles", env=environ, check=False).returncode
    wire.check(code == expected, f"this ended with {code}, not with {expected}")


def in_the_shell(home: Path, environ: dict[str, str]) -> None:
    """Look, do, take back."""
    title("In the shell: look, do, take back")
    shell("status vim zsh", home, environ)
    shell("plan manage vim zsh --on-conflict backup", home, environ)
    wire.check(not (home / ".zshrc").is_symlink(), "a plan has changed something")
    shell("manage vim zsh --on-conflict backup", home, environ)
    wire.check((home / ".zshrc").is_symlink(), "there is no link")
    shell("undo --yes", home, environ)
    told = (home / ".zshrc").read_text(encoding="utf-8")
    wire.check(told == "written by a program\n", "the file that was in the way is not back")


def neovim() -> str | None:
    """Return a Neovim that the plugin runs in, if there is one on ``PATH``."""
    found = shutil.which("nvim")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"NVIM v(\d+)\.(\d+)", said.stdout)
    return found if version and (int(version[1]), int(version[2])) >= NVIM else None


def in_neovim(program: str, home: Path, environ: dict[str, str]) -> None:
    """Have a real Neovim with the plugin plan, settle, apply and undo."""
    title("In Neovim: the plan is a buffer")
    plugin = EXAMPLES.parent / "extensions/nvim"
    start = f"{{ [[{sys.executable}]], '-m', 'dotstream', 'lsp', '--stdio' }}"
    command = [program, "--headless", "-u", "NONE", "-i", "NONE", "-n"]
    command += ["--cmd", f"set rtp^={str(plugin).replace(' ', chr(92) + ' ')}"]
    command += [
        "-c",
        f"lua vim.g.dotstream = {{ cmd = {start}, confirm = false }}",
        "-c",
        "runtime plugin/dotstream.lua",
    ]
    command += ["-c", f"luafile {EXAMPLES / 'demo.lua'}"]
    with subprocess.Popen(
        command, cwd=home / "dotfiles", env=environ, stdout=subprocess.PIPE, text=True
    ) as editor:
        for line in editor.stdout or ():
            show(line.rstrip("\n"))
    wire.check(editor.returncode == 0, f"Neovim ended with {editor.returncode}")
    wire.check(not (home / ".zshrc").is_symlink(), "the undo has left a link")


def show(line: str) -> None:
    """Show a line that the script in Neovim says."""
    if line.startswith("# "):
        keys, _, meaning = line[2:].partition("  ")
        console.print(f"\n[bold cyan]{escape(keys)}[/]  [dim]{escape(meaning.strip())}[/]")
        return
    word = line.strip().partition(" ")[0]
    colour = COLOURS.get(word)
    console.print(f"[{colour}]{escape(line)}[/]" if colour else escape(line))


def main() -> None:
    """Run the show."""
    home = scratch()
    console.print(f"A scratch home with the example repository:\n[bold]{escape(str(home))}[/]")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environ = {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8"}
    in_the_shell(home, environ)
    program = neovim()
    if program is not None:
        in_neovim(program, home, environ)
    else:
        title("In an editor: the plan as it comes over the wire (there is no Neovim 0.11 here)")
        asyncio.run(wire.show(home, FILES))
    console.print("\n[bold green]✓[/] all as it should be; the scratch home stays there")


if __name__ == "__main__":
    main()
