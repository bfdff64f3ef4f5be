"""What is asked about a document, answered by the kind of document it is.

Everything here runs on a thread of its own and may read the file system; it is handed the
document as a value and never waits for the client.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.lsp.language import (
    config_completion,
    config_diagnostics,
    config_hover,
    config_outline,
    config_packages,
)

if TYPE_CHECKING:
    from dotstream.lsp.language.abilities import Abilities
    from dotstream.lsp.language.commands import Commands
    from dotstream.lsp.language.config_packages import PackageCounts
    from dotstream.lsp.language.documents import Document
    from dotstream.model.cancel import CancellationToken

__all__ = [
    "Session",
    "completions",
    "diagnostics",
    "hover",
    "inlay_hints",
    "lenses",
    "symbols",
]


@dataclass(frozen=True, slots=True)
class Session:
    """What answers need to know beside the document."""

    abilities: Abilities
    commands: Commands
    counts: PackageCounts


def diagnostics(
    session: Session, document: Document, cancel: CancellationToken
) -> list[types.Diagnostic]:
    """Return what is wrong with a document."""
    if document.kind == "configuration":
        return config_diagnostics.diagnose(document)
    return []


def completions(
    session: Session,
    document: Document,
    params: types.CompletionParams,
    cancel: CancellationToken,
) -> types.CompletionList | None:
    """Return what can be written at the cursor."""
    if document.kind != "configuration":
        return None
    found = config_completion.complete(document, params.position, session.abilities)
    return types.CompletionList(is_incomplete=False, items=found)


def hover(
    session: Session, document: Document, params: types.HoverParams, cancel: CancellationToken
) -> types.Hover | None:
    """Return what stands at a place, explained."""
    directory = posixpath.dirname(document.path)
    if document.kind == "configuration":
        return config_hover.explain(
            document,
            params.position,
            session.abilities,
            lambda name: session.counts.explain(directory, name, cancel),
            lambda pattern, _package: pattern,
        )
    return None


def symbols(
    session: Session,
    document: Document,
    params: types.DocumentSymbolParams,
    cancel: CancellationToken,
) -> list[types.DocumentSymbol] | None:
    """Return the outline of a document."""
    return config_outline.outline(document) if document.kind == "configuration" else None


def inlay_hints(
    session: Session,
    document: Document,
    params: types.InlayHintParams,
    cancel: CancellationToken,
) -> list[types.InlayHint] | None:
    """Return what is shown between the lines of a document."""
    if document.kind == "configuration":
        return session.counts.hints(document, params.range, cancel)
    return None


def lenses(
    session: Session, document: Document, params: types.CodeLensParams, cancel: CancellationToken
) -> list[types.CodeLens] | None:
    """Return what can be done, to be shown above the lines of a document."""
    if document.kind == "configuration":
        return config_packages.lenses(document, session.commands)
    return None
