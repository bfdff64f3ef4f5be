"""The command-line reference page, made from the commands' own help.

python -m tests.cli.reference > docs/reference/command-line.md
"""

# ruff: noqa: E501 - a paragraph of Markdown is one line

from __future__ import annotations

import os
import subprocess
import sys

from tests.cli.process import COMMAND

from dotstream.cli.registry import COMMANDS, PROGRAMS

__all__ = ["reference"]

INTRODUCTION = """\
<!-- Made by `python -m tests.cli.reference`; a test keeps it equal to what the program says. -->

# Command line

Flags may stand before or after package names. `-d`, `-t` and `--color` may also stand before the command. Without `-d`, the package directory is `$DOTSTREAM_DIR`, or else the nearest directory, from the working directory upwards, with a `dotstream.toml`, a `.stowrc` or a `.stow` in it.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | an error; what had been done was rolled back |
| 2 | the request or the configuration is wrong |
| 3 | conflicts, or everything that was to be adopted stays in place; nothing was changed |
| 4 | the operating system refused access, or you have [not agreed](../explanation/trust.md) to what the repository asks for |
| 5 | no such package |
| 6 | out of step: `status --check` or `plan --exit-code` found something to do |
| 130 | cancelled, by Ctrl-C or by the answer to a question; nothing was changed |

Ctrl-C, `SIGTERM` and a hang-up let the current operation finish and roll back what was done. A second one ends the process at once.

On a terminal the plan is grouped by directory and `~` stands for your home. In a pipe each line has its whole path and no colours; for programs there are [events](events.md).
"""


def reference() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION, _section("dotstream", ["--help"])]
    parts += [_section(f"dotstream {name}", [name, "--help"]) for name in (*COMMANDS, *PROGRAMS)]
    return "\n".join(parts)


def _section(title: str, words: list[str]) -> str:
    done = subprocess.run(
        [*COMMAND, *words],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return f"## {title}\n\n```text\n{done.stdout.rstrip()}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
