"""The commands that lenses and code actions carry: the client's own, or else the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.lsp.requests.commands import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping


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
