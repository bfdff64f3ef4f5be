"""The files that are made from others, and by what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.bench import page
from tests.bench.results import newest
from tests.cli.reference import reference as command_line
from tests.docs.pages import ROOT
from tests.docs.python_api import reference as python_api
from tests.generated import config_schema, types, words
from tests.generated.man_page import man_page

from dotstream.cli.commands.completion import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FILES", "ROOT"]


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _schema() -> str:
    return _read("docs/reference/protocol.schema.json")


def _conflicts_page() -> str:
    page = _read(_CONFLICTS)
    return re.sub(r"\| policy \|.*?\n(?=\n)", lambda _: words.table(), page, flags=re.DOTALL)


_CONFLICTS = "docs/how-to/resolve-conflicts.md"
_PERFORMANCE = "docs/explanation/performance.md"
_STREAMING = "docs/how-to/batch-or-streaming.md"
_VSCODE = "extensions/vscode/package.json"

FILES: dict[str, Callable[[], str]] = {
    "docs/reference/command-line.md": command_line,
    "docs/reference/python-api.md": python_api,
    _CONFLICTS: _conflicts_page,
    _PERFORMANCE: lambda: page.filled(_read(_PERFORMANCE), newest()),
    _STREAMING: lambda: page.filled(_read(_STREAMING), newest()),
    "docs/images/link-time.svg": lambda: page.slope_plot(newest()),
    "docs/images/link-memory.svg": lambda: page.memory_plot(newest()),
    "docs/images/streaming.svg": lambda: page.streaming_plot(newest()),
    _VSCODE: lambda: words.settings(_read(_VSCODE)),
    "extensions/vscode/schemas/dotstream.schema.json": config_schema.schema,
    "extensions/vscode/src/protocol/words.ts": words.typescript,
    "extensions/vscode/src/protocol/schema.ts": lambda: types.typescript(_schema()),
    "server/share/man/man1/dotstream.1": man_page,
    "server/share/bash-completion/completions/dotstream": lambda: SCRIPTS["bash"],
    "server/share/fish/vendor_completions.d/dotstream.fish": lambda: SCRIPTS["fish"],
    "server/share/zsh/site-functions/_dotstream": lambda: SCRIPTS["zsh"],
    "extensions/nvim/lua/dotstream/words.lua": words.lua,
    "extensions/nvim/lua/dotstream/protocol.lua": lambda: types.lua(_schema()),
}
"""Paths from the top, and what makes the text."""
