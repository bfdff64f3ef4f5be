"""A home with nothing in it, and the installers that a user may have."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Surroundings", "printed_by_vscode", "run"]

_NETWORK = ("PIP_", "UV_", "SSL_", "HTTP_", "HTTPS_", "http_", "https_")
"""Beginnings of variables that say how this machine reaches the package index."""
_ESBUILD = ROOT / "extensions/vscode/node_modules/.bin/esbuild"


def run(command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; return what it says."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


class Surroundings(NamedTuple):
    """A home, and a PATH with installers but without dotstream."""

    home: Path
    installers: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a fresh login has."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(_NETWORK)}
        return kept | {
            "HOME": str(self.home),
            "PATH": f"{self.home}/.local/bin:{self.installers}:/usr/bin:/bin",
            "PIPX_DEFAULT_PYTHON": sys.executable,
            "UV_PYTHON": sys.executable,
            "UV_SYSTEM_CERTS": "1",
            "UV_CACHE_DIR": str(self.home / ".cache/uv"),
        }

    def carries_out(self, script: str) -> None:
        """Give commands in the checkout; the program that they install must do its work."""
        run(["bash", "-euc", script], env=self.environment)
        self.works(["dotstream"])

    def works(self, program: list[str]) -> None:
        """Try the program, its server and a small farm."""
        env, shell = self.environment, ["bash", "-euc", '"$@"', "bash"]
        assert run([*shell, *program, "--version"], self.home, env).startswith("dotstream ")
        assert "--stdio" in run([*shell, *program, "lsp", "--help"], self.home, env)
        (self.home / "dotfiles/zsh").mkdir(parents=True)
        (self.home / "dotfiles/zsh/.zshrc").write_text("rc\n")
        run([*shell, *program, "-d", "dotfiles", "-t", ".", "manage", "zsh"], self.home, env)
        assert (self.home / ".zshrc").resolve() == self.home / "dotfiles/zsh/.zshrc"


def printed_by_vscode(bundled: Path) -> str:
    """Return what the extension at a place says installs the server."""
    source = ROOT / "extensions/vscode/src/server/discover.ts"
    script = run([str(_ESBUILD), str(source), "--bundle", "--platform=node", "--format=cjs"])
    printing = "console.log(module.exports.installCommand(process.argv[1]))"
    return run(["node", "-e", script + printing, str(bundled)]).strip()
