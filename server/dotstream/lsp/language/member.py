"""What is shown of a file that is, or should be, linked, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.errors import DotstreamError
from dotstream.fs.files import is_file
from dotstream.lsp.language.config.diagnostics import SOURCE
from dotstream.lsp.language.markdown import code, text
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.lsp.language.abilities import Abilities, Commands
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.subject import Subject
    from dotstream.model.cancel import CancellationToken

_MOST_STEPS = 10
"""Operations that a hover lists."""


def diagnose(document: Document, subject: Subject) -> list[types.Diagnostic]:
    """Return what is wrong with a file's link, on its first line."""
    located = subject.located
    severity = types.DiagnosticSeverity
    if located.state == "conflict":
        code, how = "conflict", severity.Error
        message = located.message
    elif located.state == "linked" and not located.exists:
        code, how = "broken-link", severity.Warning
        message = located.message
    elif located.state == "unlinked":
        code, how = "unlinked", severity.Hint
        message = f"not linked yet as {subject.label(located.target)}"
    else:
        return []
    choices = located.conflict.choices if located.conflict is not None else ()
    argument = subject.argument(choices=[choice for choice in choices if choice != "fail"])
    data = {name: argument[name] for name in ("root", "path", "source", "package", "choices")}
    first = types.Range(types.Position(0, 0), document.text.line_end(0))
    return [
        types.Diagnostic(
            range=first,
            severity=how,
            code=code,
            source=SOURCE,
            message=display(message),
            data=data,
        )
    ]


def in_short(subject: Subject) -> str | None:
    """Say in a few words how a file stands; ``None`` if there is nothing to say."""
    located = subject.located
    where = subject.label(located.target)
    if located.role is None or where == "":
        return None
    if located.role == "target":
        source = subject.label(located.source)
        words = {
            "linked": f"linked to {source}",
            "unlinked": f"not linked to {source}",
            "conflict": f"in the way of {source}",
            "ignored": f"not linked: {display(located.message)}",
        }
    else:
        words = {
            "linked": f"linked as {where}",
            "unlinked": f"not linked as {where}",
            "conflict": f"conflict at {where}",
            "ignored": f"not linked: {display(located.message)}",
        }
    if located.state == "linked" and not located.exists:
        return f"broken link to {subject.label(located.source)}"
    return words.get(located.state)


def lenses(subject: Subject, commands: Commands) -> list[types.CodeLens]:
    """Return how a file stands and what can be done, to be shown above its first line."""
    words = in_short(subject)
    if words is None:
        return []
    located = subject.located
    # A lens without a command cannot be shown; the plan is what there is to see.
    found = [commands.make(words, "plan", subject.argument(action="manage"))]
    if subject.unlinks:
        link = subject.link or located.path
        title = "Unlink" if link == located.target else f"Unlink all of {subject.label(link)}"
        argument = subject.argument(path=to_uri(link), label=subject.label(link))
        found.append(commands.make(title, "unlink", argument))
    elif located.state == "unlinked":
        found.append(commands.make("Link now", "link", subject.argument()))
    elif located.state == "conflict" and located.conflict is not None:
        path = located.conflict.path
        whole = "" if path == located.target else f" all of {subject.label(path)}"
        for policy in located.conflict.choices:
            argument = subject.argument(policy=policy)
            title = f"{POLICY_WORDS[policy].title}{whole}"
            found.append(commands.make(title, "resolve", argument))
        found.append(commands.make("Show the difference", "diff", subject.argument()))
    first = types.Range(types.Position(0, 0), types.Position(0, 0))
    return [types.CodeLens(first, command) for command in found]


def hint(document: Document, subject: Subject) -> list[types.InlayHint]:
    """Return how a file stands, to be shown behind its first line."""
    words = in_short(subject)
    if words is None:
        return []
    return [types.InlayHint(document.text.line_end(0), f"→ {words}", padding_left=True)]


def links(document: Document, subject: Subject, abilities: Abilities) -> list[types.DocumentLink]:
    """Return the other side of a conflict; on both sides of a link there is the same file."""
    located = subject.located
    other = located.source if located.role == "target" else located.target
    if located.state != "conflict" or other is None or not is_file(other):
        return []
    tip = None
    if abilities.has("text_document.document_link.tooltip_support"):
        tip = f"Open {subject.label(other)}"
    first = types.Range(types.Position(0, 0), document.text.line_end(0))
    return [types.DocumentLink(first, to_uri(other), tip)]


def explain(subject: Subject, cancel: CancellationToken) -> str:
    """Return all there is to say about a file, as Markdown."""
    located = subject.located
    if located.package is None:
        return ""
    lines = [
        (
            f"**{text(located.package)}**: {code(subject.label(located.source))} ↔ "
            f"{code(subject.label(located.target))}"
        ),
        text(located.message),
    ]
    steps = [] if located.state in ("linked", "ignored") else [*_steps(subject, cancel)]
    if steps:
        lines.append("\n".join(f"- {step}" for step in steps))
    if located.conflict is not None and located.conflict.choices:
        choices = ", ".join(f"`{choice}`" for choice in located.conflict.choices)
        lines.append(f"Can be settled by {choices}.")
    return "\n\n".join(lines)


def _steps(subject: Subject, cancel: CancellationToken) -> Iterator[str]:
    """Yield what managing the package would do here, a line each."""
    located = subject.located
    package, path = located.package, located.target
    if package is None or path is None:
        return
    try:
        with subject.client.stream("manage", [package], path=path, cancel=cancel) as plan:
            for number, item in enumerate(plan):
                if number == _MOST_STEPS:
                    yield "and more"
                    return
                where = code(subject.label(item.path))
                if isinstance(item, Operation):
                    leads = item.text if item.kind in ("create_link", "replace_link") else None
                    yield f"{item.verb} {where}" + (f" to {code(leads)}" if leads else "")
                elif not isinstance(item, Conflict):
                    yield f"{where}: {text(item.message)}"
    except DotstreamError as error:
        yield text(str(error))


# What can be done with it ----------------------------------------------------------------


def actions(
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
        path = located.conflict.path  # which may be a directory above
        for policy, words in POLICY_WORDS.items():
            if policy in located.conflict.choices or policy == "skip":
                title = f"{words.title} {subject.label(path)}: {words.meaning}"
                safe = policy == "backup" and path == located.target
                yield title, "resolve", {"policy": policy}, True, safe
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
