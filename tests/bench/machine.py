"""What the figures of a run are to be read with: machine, system and versions."""

from __future__ import annotations

import os
import platform
import re
import subprocess

from tests.bench.tools import TOOLS

__all__ = ["about"]


def about() -> dict[str, str]:
    """Return what there is to say."""
    found = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
    }
    for name, tool in TOOLS.items():
        if name != "bare":
            found[name] = _version(tool.program) if tool.is_there else "not there"
    return found


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+(\.\d+)+\S*", said.stdout + said.stderr)
    return number[0] if number else "?"
