"""What is registered with the client: features of our own documents, and files to watch.

An editor binds keys where a server has a feature: Vim's ``K`` and its completion belong to
whoever edits a ``.vimrc``, about which nothing is explained or completed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.discover import CONFIG_NAME, LOCAL_NAME, STOWRC_NAME
from dotstream.lsp.language.config import completion
from dotstream.lsp.language.documents import OWN_NAMES
from dotstream.lsp.language.subject import roots_around
from dotstream.lsp.uris import to_uri
from dotstream.planner.ignore import GLOBAL_LIST, LOCAL_LIST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.lsp.language.abilities import Abilities

COMPLETION = types.CompletionOptions(trigger_characters=list(completion.TRIGGERS))

_SELECTIVE = {
    types.TEXT_DOCUMENT_HOVER: "hover",
    types.TEXT_DOCUMENT_COMPLETION: "completion",
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: "document_symbol",
}
"""By method, what capabilities call it."""


def withdraw(announced: types.ServerCapabilities, abilities: Abilities) -> None:
    """Leave out of the greeting what is registered for our own documents later."""
    for name in _SELECTIVE.values():
        if _registers(name, abilities):
            setattr(announced, f"{name}_provider", None)


def registrations(abilities: Abilities) -> list[types.Registration]:
    """Return what is registered for our own documents, once the client is ready."""
    own = [
        types.TextDocumentFilterPattern(scheme="file", pattern=f"**/{name}") for name in OWN_NAMES
    ]
    return [
        types.Registration(f"dotstream-{name}", method, _options(method, own))
        for method, name in _SELECTIVE.items()
        if _registers(name, abilities)
    ]


def _registers(name: str, abilities: Abilities) -> bool:
    return abilities.has(f"text_document.{name}.dynamic_registration")


def _options(method: str, own: list[types.TextDocumentFilterPattern]) -> object:
    if method == types.TEXT_DOCUMENT_HOVER:
        return types.HoverRegistrationOptions(document_selector=own)
    if method == types.TEXT_DOCUMENT_DOCUMENT_SYMBOL:
        return types.DocumentSymbolRegistrationOptions(document_selector=own)
    return types.CompletionRegistrationOptions(
        document_selector=own, trigger_characters=COMPLETION.trigger_characters
    )


_COME_AND_GO = types.WatchKind.Create | types.WatchKind.Delete  # a number: no member is both


def watched(folders: Iterable[str], *, relative: bool) -> list[types.FileSystemWatcher]:
    """Return what is watched: configuration, ignore lists, and what packages gain and lose.

    A folder that is no package directory may be a whole home, so that is only watched in
    package directories.

    Args:
        folders: absolute paths of what the editor has open.
        relative: whether the client knows patterns that are bound to one folder.
    """
    names = (CONFIG_NAME, LOCAL_NAME, STOWRC_NAME, LOCAL_LIST, GLOBAL_LIST)
    found = [types.FileSystemWatcher(f"**/{name}") for name in names]
    if relative:
        found += [
            types.FileSystemWatcher(types.RelativePattern(to_uri(root), "**/*"), _COME_AND_GO)
            for root in sorted(roots_around(folders))
        ]
    return found
