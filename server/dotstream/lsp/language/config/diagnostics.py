"""What is wrong with a ``dotstream.toml``, as the text stands in the editor, and corrections."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.discover import CONFIG_NAME, LOCAL_NAME
from dotstream.config.document import mentioned
from dotstream.config.load import target_path, unknown
from dotstream.config.mistakes import mistakes, readable
from dotstream.config.names import nearest
from dotstream.fs.files import is_directory, present, read_text, subdirectories
from dotstream.fs.process import environment, known_home
from dotstream.lsp.uris import label
from dotstream.model.directory import display
from dotstream.model.options import SINGLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dotstream.config.positions import KeyPath, Positions
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.text import Text

SOURCE = "dotstream"
"""Who tells of a problem, in the editor's list."""

_UNKNOWN_PACKAGE = "no-such-package"


def diagnose(document: Document) -> list[types.Diagnostic]:
    """Return everything that is wrong with the document, also what only this machine tells.

    Packages that do not exist and targets that are no directories are warnings: the file
    may be right for another machine.
    """
    text, below = document.text, _base(document.path)
    found = [
        _diagnostic(
            text.range(one.place),
            one.code,
            one.message + (f" ({one.hint})" if one.hint else ""),
            data=None if one.better is None else {"better": one.better},
        )
        for one in mistakes(text.source, below)
    ]
    tables, positions = readable(text.source)
    taken = {(each.range.start.line, each.range.start.character) for each in found}
    directory = posixpath.dirname(document.path)
    found.extend(
        warning
        for warning in _on_this_machine({**below, **tables}, positions, text, directory)
        if (warning.range.start.line, warning.range.start.character) not in taken
    )
    return found


def _base(path: str) -> Mapping[str, object]:
    """Return the tables of the file that the one at ``path`` overrides; none if it does not."""
    if posixpath.basename(path) != LOCAL_NAME:
        return {}
    try:
        text = read_text(posixpath.join(posixpath.dirname(path), CONFIG_NAME))
    except OSError:
        return {}
    return readable(text or "")[0]


def packages_directory(tables: Mapping[str, object], directory: str) -> str:
    """Return where the packages are that a document in ``directory`` is about."""
    written = tables.get("directory")
    inner = written if isinstance(written, str) and "\0" not in written else "."
    return posixpath.normpath(posixpath.join(directory, inner))


def package_names(directory: str) -> list[str]:
    """Return the packages that exist; none where that cannot be told."""
    try:
        return subdirectories(directory)
    except OSError:
        return []


def _on_this_machine(
    tables: Mapping[str, object], positions: Positions, text: Text, directory: str
) -> Iterator[types.Diagnostic]:
    packages = packages_directory(tables, directory)
    single = tables.get("layout") == "single"
    known = [SINGLE] if single else package_names(packages)
    for path, name in mentioned(tables):
        if name not in known:
            place = positions.find(path, value=isinstance(path[-1], int))
            if place is None:
                continue
            close = nearest(name, known)
            hint = f" (did you mean {display(close[0])!r}?)" if close else ""
            better = {"better": display(close[0])} if close else None
            message = f"there is no package {name!r} in {display(packages)}{hint}"
            warning = types.DiagnosticSeverity.Warning
            yield _diagnostic(text.range(place), _UNKNOWN_PACKAGE, message, warning, better)
    for path, written in _targets(tables):
        place = positions.find(path, value=True)
        if place is not None:
            yield from _target(written, directory, text.range(place))


def _target(written: str, directory: str, place: types.Range) -> Iterator[types.Diagnostic]:
    environ = environment()
    home = known_home(environ)
    if home is None:
        return
    try:
        path = target_path(written, directory=directory, home=home, environ=environ)
    except KeyError as error:
        message, hint = unknown(display(str(error.args[0])))
        yield _diagnostic(place, "bad-value", f"{message} ({hint})")
        return
    except ValueError:
        return  # a zero byte, which the schema tells
    if not is_directory(path):
        wrong = present(path)
        why = "is not a directory; make it, or name another"
        yet = "is not there yet; it is made with its first link"
        message = f"{label(path, home)} {why if wrong else yet}"
        levels = types.DiagnosticSeverity
        severity = levels.Warning if wrong else levels.Information
        yield _diagnostic(place, "no-such-target", message, severity)


def _targets(tables: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    packages = tables.get("packages")
    places: list[tuple[KeyPath, object]] = [(("target",), tables.get("target"))]
    if isinstance(packages, dict):
        for name, table in packages.items():
            if isinstance(table, dict):
                places.append((("packages", name, "target"), table.get("target")))
    return ((path, value) for path, value in places if isinstance(value, str) and value)


def _diagnostic(
    place: types.Range,
    code: str,
    message: str,
    severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Error,
    data: dict[str, str] | None = None,
) -> types.Diagnostic:
    return types.Diagnostic(
        range=place, severity=severity, code=code, source=SOURCE, message=message, data=data
    )


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


def _data(diagnostic: types.Diagnostic) -> Mapping[str, object]:
    return diagnostic.data if isinstance(diagnostic.data, dict) else {}
