"""What the client said that it can do, as far as answers depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.capabilities import get_capability

from dotstream.lsp.language.markdown import plain
from dotstream.lsp.requests.commands import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping


class Abilities:
    """The capabilities of one client, asked for by what they allow."""

    def __init__(self, capabilities: types.ClientCapabilities) -> None:
        self._capabilities = capabilities

    def has(self, path: str) -> bool:
        """Whether a capability is there and true, by its path in snake case."""
        return bool(get_capability(self._capabilities, path, default=False))

    def hover(self, markdown: str) -> types.MarkupContent:
        """Return a text for a hover, in a format that the client shows."""
        if self._shows("markdown", "text_document.hover.content_format"):
            return types.MarkupContent(types.MarkupKind.Markdown, markdown)
        return types.MarkupContent(types.MarkupKind.PlainText, plain(markdown))

    def documentation(self, markdown: str) -> types.MarkupContent | str:
        """Return a text beside a completion, in a format that the client shows."""
        formats = "text_document.completion.completion_item.documentation_format"
        if self._shows("markdown", formats):
            return types.MarkupContent(types.MarkupKind.Markdown, markdown)
        return plain(markdown)

    def _shows(self, kind: str, path: str) -> bool:
        formats = get_capability(self._capabilities, path, default=None)
        return types.MarkupKind(kind) in (formats or ())

    def commands(self) -> dict[str, str]:
        """Return the client's own commands, by what they are for."""
        experimental = self._capabilities.experimental
        for name in ("dotstream", "commands"):
            if isinstance(experimental, dict):
                experimental = experimental.get(name)
            else:
                experimental = getattr(experimental, name, None)
        if experimental is not None and not isinstance(experimental, dict):
            experimental = getattr(experimental, "_asdict", dict)()
        return {
            str(what): command
            for what, command in (experimental or {}).items()
            if isinstance(command, str)
        }


class Commands:
    """Makes commands that the client can run.

    Args:
        own: the client's own commands, by what they are for; it shows plans in its own
            way, where the server can only write messages.
    """

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own

    def make(self, title: str, what: str, argument: dict[str, Any]) -> types.Command:
        """Return a command; its one argument is an object."""
        return types.Command(title, self._own.get(what, PREFIX + what), arguments=[argument])
