"""What is asked about a document, answered by the kind of document it is.

Everything here runs on a thread of its own and may read the file system; it is handed the
document as a value and never waits for the client.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.lsp.language import member
from dotstream.lsp.language.config import completion as config_completion
from dotstream.lsp.language.config import contents as config_contents
from dotstream.lsp.language.config import diagnostics as config_diagnostics
from dotstream.lsp.language.config import hover as config_hover
from dotstream.lsp.language.config import packages as config_packages
from dotstream.lsp.language.ignore import globs as ignore_globs
from dotstream.lsp.language.ignore import lists as ignore_lists
from dotstream.lsp.language.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.lsp.language.abilities import Abilities, Commands
    from dotstream.lsp.language.config.packages import PackageCounts
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.kept import Kept
    from dotstream.lsp.language.subject import Subject
    from dotstream.model.cancel import CancellationToken


@dataclass(frozen=True, slots=True)
class Workspace:
    """What answers need to know beside the document.

    Attributes:
        folders: absolute paths of what the editor has open.
        skipped: paths in the target whose conflicts a person does not want to see.
    """

    abilities: Abilities
    commands: Commands
    counts: PackageCounts
    subjects: Kept[str, Subject | None]
    folders: tuple[str, ...]
    skipped: frozenset[str] = frozenset()

    def subject(self, document: Document) -> Subject | None:
        """Return what a document's file has to do with the packages."""
        path = document.path
        return self.subjects.get(path, lambda: subject_of(path, self.folders))


def diagnostics(
    around: Workspace, document: Document, cancel: CancellationToken
) -> list[types.Diagnostic]:
    """Return what is wrong with a document."""
    if document.kind == "configuration":
        return config_diagnostics.diagnose(document)
    if document.kind == "ignore list":
        return ignore_lists.diagnose(document)
    subject = around.subject(document)
    if subject is None or subject.located.target in around.skipped:
        return []
    return member.diagnose(document, subject)


def completions(
    around: Workspace,
    document: Document,
    params: types.CompletionParams,
    cancel: CancellationToken,
) -> types.CompletionList | None:
    """Return what can be written at the cursor."""
    if document.kind != "configuration":
        return None
    found = config_completion.complete(document, params.position, around.abilities)
    return types.CompletionList(is_incomplete=False, items=found)


def hover(
    around: Workspace, document: Document, params: types.HoverParams, cancel: CancellationToken
) -> types.Hover | None:
    """Return what stands at a place, explained."""
    directory = posixpath.dirname(document.path)
    if document.kind == "configuration":
        return config_hover.explain(
            document,
            params.position,
            around.abilities,
            lambda name: around.counts.explain(directory, name, cancel),
            lambda pattern, package: ignore_globs.explain(pattern, directory, package, cancel),
        )
    if document.kind == "ignore list":
        told = ignore_lists.explain_line(document, params.position.line, around.folders, cancel)
        return None if told is None else types.Hover(around.abilities.hover(told[0]), told[1])
    subject = around.subject(document) if params.position.line == 0 else None
    words = "" if subject is None else member.explain(subject, cancel)
    if not words:
        return None
    first = types.Range(types.Position(0, 0), document.text.line_end(0))
    return types.Hover(around.abilities.hover(words), first)


def symbols(
    around: Workspace,
    document: Document,
    params: types.DocumentSymbolParams,
    cancel: CancellationToken,
) -> list[types.DocumentSymbol] | None:
    """Return the outline of a document."""
    return config_contents.outline(document) if document.kind == "configuration" else None


def inlay_hints(
    around: Workspace,
    document: Document,
    params: types.InlayHintParams,
    cancel: CancellationToken,
) -> list[types.InlayHint] | None:
    """Return what is shown between the lines of a document."""
    if document.kind == "configuration":
        return [
            *around.counts.hints(document, params.range, cancel),
            *ignore_globs.hints(document, params.range, cancel),
        ]
    if document.kind == "ignore list":
        return ignore_lists.hints(document, params.range, around.folders, cancel)
    # Where there are lenses, they say it already.
    if params.range.start.line > 0 or around.abilities.has("text_document.code_lens"):
        return None
    subject = around.subject(document)
    return None if subject is None else member.hint(document, subject)


def lenses(
    around: Workspace,
    document: Document,
    params: types.CodeLensParams,
    cancel: CancellationToken,
) -> list[types.CodeLens] | None:
    """Return what can be done, to be shown above the lines of a document."""
    if document.kind == "configuration":
        return config_packages.lenses(document, around.commands)
    if document.kind == "ignore list":
        return None
    subject = around.subject(document)
    return None if subject is None else member.lenses(subject, around.commands)


def links(
    around: Workspace,
    document: Document,
    params: types.DocumentLinkParams,
    cancel: CancellationToken,
) -> list[types.DocumentLink] | None:
    """Return what a document names and an editor can open."""
    if document.kind == "configuration":
        return config_contents.links(document, around.abilities)
    subject = None if document.kind == "ignore list" else around.subject(document)
    return None if subject is None else member.links(document, subject, around.abilities)


def actions(
    around: Workspace,
    document: Document,
    params: types.CodeActionParams,
    cancel: CancellationToken,
) -> list[types.CodeAction | types.Command] | None:
    """Return what can be done about problems, or with the file."""
    if document.kind == "configuration":
        found = config_diagnostics.corrections(document, params.context.diagnostics)
    elif document.kind == "ignore list" or params.range.start.line > 0:
        return None
    else:
        subject = around.subject(document)
        if subject is None:
            return None
        found = member.actions(subject, around.commands, params.context.diagnostics)
    only = params.context.only
    wanted = [each for each in found if only is None or _is_of(each.kind, only)]
    if around.abilities.has("text_document.code_action.code_action_literal_support"):
        return [*wanted]
    return [each.command for each in wanted if each.command is not None]


def _is_of(
    kind: types.CodeActionKind | str | None, wanted: Sequence[types.CodeActionKind | str]
) -> bool:
    """Whether a kind is one that is wanted, or below one."""
    own = str(getattr(kind, "value", kind))
    return any(f"{own}.".startswith(f"{getattr(each, 'value', each)}.") for each in wanted)
