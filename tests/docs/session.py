"""The world of one page: a home, a terminal and a module in which its examples run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
from typing import TYPE_CHECKING, NamedTuple

from tests.cli.process import on_terminal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Command", "Session", "commands", "mismatch"]

_COLUMNS = 100
_TYPED = re.compile(r"\[(?:\w/)+\w\] (\w+)")


class Command(NamedTuple):
    """One command of a ``console`` block and what is shown after it."""

    line: int
    words: str
    shown: str


def commands(text: str, line: int) -> list[Command]:
    """Split a ``console`` block, which begins in a line of its page."""
    found: list[Command] = []
    continued = False
    for number, row in enumerate(text.splitlines(), line):
        if row.startswith("$ "):
            found.append(Command(number, row[2:], ""))
            continued = True
            continue
        assert found, f"line {number}: a console block begins with a command"
        last = found[-1]
        if continued and (row == ">" or row.startswith("> ")):
            found[-1] = last._replace(words=f"{last.words}\n{row[2:]}")
        else:
            continued = False
            found[-1] = last._replace(shown=f"{last.shown}{row}\n")
    return found


class Session:
    """Runs what a page shows, one thing after the other."""

    def __init__(self, home: str, notes: Path) -> None:
        self._home, self._notes = os.path.realpath(home), notes / "working-directory"
        self._module: dict[str, object] = {"__name__": "page"}
        self._code = 0
        self.directory = self._home

    def prepare(self, script: str) -> None:
        """Run a script that nobody sees."""
        shown = self.shell(f"set -e\n{script}")
        assert self._code == 0, f"the setup ended with {self._code}:\n{shown}"

    def shell(self, words: str, expected: str = "") -> str:
        """Run a command on a terminal and return what is shown, as the reader would see it.

        The working directory and ``$?`` carry over from one command to the next.
        """
        typed = "".join(f"{answer}\n" for answer in _TYPED.findall(expected))
        before = f"trap 'pwd > \"{self._notes}\"' EXIT; stty cols {_COLUMNS}; (exit {self._code})"
        done = on_terminal(
            "-c",
            f"{before}\n{words}",
            cwd=self.path,
            typed=typed,
            command=("bash",),
        )
        self._code = done.code
        self.directory = self._notes.read_text().strip()
        return self._seen(done.out)

    def fails_silently(self, shown: str) -> bool:
        """Whether the last command failed and its output does not say so."""
        return self._code != 0 and not re.search(r"^dotstream: ", shown, re.MULTILINE)

    def python(self, code: str, page: str, line: int) -> str:
        """Run code in the page's module and return what it prints."""
        out = io.StringIO()
        source = "\n" * (line - 1) + code
        with contextlib.chdir(self.directory), contextlib.redirect_stdout(out):
            exec(compile(source, page, "exec"), self._module)  # noqa: S102 - it is our own page
        return self._seen(out.getvalue())

    @property
    def path(self) -> Path:
        """The working directory."""
        return type(self._notes)(self.directory)

    def _seen(self, text: str) -> str:
        text = text.replace(self._home, "/home/me")
        return re.sub(rf"\b{re.escape(socket.gethostname())}\b", "nas", text)


def mismatch(expected: str, shown: str) -> str | None:
    """Return what is wrong with ``expected`` as an account of ``shown``, if anything is."""
    pattern = "".join(r"(?:.*\n)*" if row == "…" else f"{_row(row)}\n" for row in _rows(expected))
    actual = "".join(f"{row}\n" for row in _rows(shown))
    if re.fullmatch(pattern, actual):
        return None
    return f"the page shows:\n{expected}\nit is:\n{shown}"


def _rows(text: str) -> list[str]:
    return [re.sub(r"(?<=\S) {2,}", "  ", row.rstrip()) for row in text.rstrip().splitlines()]


def _row(row: str) -> str:
    row = re.sub(r'("elapsed":)[\d.e-]+|("digest":)"[^"]+"', r"\1\2…", row)
    return ".*?".join(re.escape(part) for part in row.split("…"))
