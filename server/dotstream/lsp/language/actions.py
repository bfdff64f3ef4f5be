"""What can be done about a problem, or with a file: code actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.lsp.language.config.diagnostics import SOURCE
from dotstream.lsp.uris import to_uri
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dotstream.lsp.language.abilities import Commands
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.subject import Subject


def corrections(
    document: Document, diagnostics: Sequence[types.Diagnostic]
) -> list[types.CodeAction]:
    """Return edits that write what was probably meant."""
    found = []
    for each in diagnostics:
        better = _data(each).get("better")
        if each.source != SOURCE or not isinstance(better, str):
            continue
        text = document.text
        start, end = text.offset(each.range.start), text.offset(each.range.end)
        written = text.source[start:end]
        quote = written[:1] if written[:1] in "\"'" else ""
        edit = types.TextEdit(each.range, f"{quote}{better}{quote}")
        found.append(
            types.CodeAction(
                title=f"Change to {better!r}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[each],
                is_preferred=True,
                edit=types.WorkspaceEdit(changes={document.uri: [edit]}),
            )
        )
    return found


def for_member(
    subject: Subject, commands: Commands, diagnostics: Sequence[types.Diagnostic]
) -> list[types.CodeAction]:
    """Return what can be done with a file; what settles a problem first."""
    ours = [each for each in diagnostics if each.source == SOURCE] or None
    return [
        types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix if fixes else types.CodeActionKind.Refactor,
            diagnostics=ours if fixes else None,
            is_preferred=preferred or None,
            command=commands.make(title, what, subject.argument(**more)),
        )
        for title, what, more, fixes, preferred in _offers(subject)
    ]


_Offer = tuple[str, str, dict[str, Any], bool, bool]


def _offers(subject: Subject) -> Iterator[_Offer]:
    """Yield (title, command, argument, whether it settles the problem, whether it is safe)."""
    located = subject.located
    target = subject.label(located.target)
    if located.state == "conflict" and located.conflict is not None:
        for policy, words in POLICY_WORDS.items():
            if policy in located.conflict.choices or policy == "skip":
                title = f"{words.title} {target}: {words.meaning}"
                yield title, "resolve", {"policy": policy}, True, policy == "backup"
        yield "Show the difference", "diff", {}, False, False
    elif located.state == "unlinked":
        yield f"Link {target} now", "link", {}, True, True
    elif subject.unlinks:
        broken, link = not located.exists, subject.link or located.path
        title = "Remove the broken link" if broken else "Unlink"
        whole = "" if link == located.target else ", the whole directory that this file is in"
        more = {"path": to_uri(link), "label": subject.label(link)}
        yield f"{title} {subject.label(link)}{whole}", "unlink", more, broken, broken
    elif subject.adoptable:
        yield "Adopt this file into a package", "adopt", {"action": "adopt"}, False, False
        return
    if located.state in ("conflict", "unlinked"):
        yield f"Never link {target}: add it to ignore", "ignore", {}, True, False


def _data(diagnostic: types.Diagnostic) -> Mapping[str, object]:
    return diagnostic.data if isinstance(diagnostic.data, dict) else {}
