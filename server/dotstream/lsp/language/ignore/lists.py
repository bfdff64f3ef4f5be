"""Stow's ignore lists in the editor: wrong or useless patterns, and what each line matches."""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.positions import Range
from dotstream.errors import ConfigError
from dotstream.fs.files import is_file
from dotstream.fs.look import canonical
from dotstream.fs.process import environment, known_home
from dotstream.lsp.language.config.diagnostics import SOURCE
from dotstream.lsp.language.ignore.matching import Matches, Searched, matches
from dotstream.lsp.language.subject import roots_around
from dotstream.model.directory import display
from dotstream.planner.ignore import (
    LOCAL_LIST,
    StowList,
    compile_rules,
    parse_list,
)
from dotstream.planner.left_out import NOT_AT_THE_TOP, not_at_home, why_dead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.lsp.language.documents import Document
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import IgnoreRules

_end = re.compile(r"(?<![ \t\r\f\v])[ \t\r\f\v]++(?:#.+|$)")
_MOST = 4_000  # patterns; more than that are refused for their number


def diagnose(document: Document) -> list[types.Diagnostic]:
    """Return every pattern that cannot be used, or that is of no use."""
    unread = _why_unread(document.path)
    if unread is not None:
        end = document.text.line_end(0)
        first = types.Range(types.Position(0, 0), end)
        return [_diagnostic(first, types.DiagnosticSeverity.Warning, "unread-list", unread)]
    found = []
    dotfiles = _searched(document.path).dotfiles
    for pattern, place in islice(_patterns(document), _MOST):
        rules, where = _compiled(pattern), document.text.range(place)
        if isinstance(rules, str):
            severity = types.DiagnosticSeverity.Error
            found.append(_diagnostic(where, severity, "bad-pattern", rules))
        elif (dead := why_dead(pattern, dotfiles=dotfiles)) is not None:
            severity = types.DiagnosticSeverity.Warning
            found.append(_diagnostic(where, severity, "dead-pattern", dead))
    return found


def _diagnostic(
    where: types.Range, severity: types.DiagnosticSeverity, code: str, message: str
) -> types.Diagnostic:
    return types.Diagnostic(
        range=where, severity=severity, code=code, source=SOURCE, message=display(message)
    )


def _searched(path: str) -> Searched:
    """Return the packages among which a list is; where that cannot be told, none."""
    roots = roots_around([posixpath.dirname(path)])
    return Searched.of(roots[0]) if roots else Searched((), dotfiles=True)


def _why_unread(path: str) -> str | None:
    """Return why nobody reads a list; ``None`` if somebody does, or may."""
    above, name = posixpath.split(path)
    if name != LOCAL_LIST:
        home = known_home(environment())
        if home is None or canonical(above) == canonical(home):
            return None
        return not_at_home(home)
    packages = _searched(path).packages
    if not packages or canonical(above) in map(canonical, packages):
        return None
    return NOT_AT_THE_TOP


def hints(
    document: Document, wanted: types.Range, folders: Sequence[str], cancel: CancellationToken
) -> list[types.InlayHint]:
    """Return how much each line matches, to be shown behind it."""
    lines = _matched(document, wanted.start.line, wanted.end.line, folders, cancel)
    return [
        types.InlayHint(document.text.range(place).end, f"→ {found.words}", padding_left=True)
        for place, found in lines
    ]


def explain_line(
    document: Document, line: int, folders: Sequence[str], cancel: CancellationToken
) -> tuple[str, types.Range] | None:
    """Return what one line matches, as Markdown, and where its pattern is."""
    for place, found in _matched(document, line, line, folders, cancel):
        return found.markdown, document.text.range(place)
    return None


def _patterns(document: Document) -> Iterator[tuple[str, Range]]:
    """Yield each pattern, and where it is written."""
    lines = document.text.source.split("\n")
    for number, column, pattern in parse_list(document.text.source, path=document.path).patterns:
        line = lines[number - 1]
        end = _end.search(line, column)
        stop = end.start() if end else len(line)
        yield pattern, Range(number, column, number, stop + 1)


def _compiled(pattern: str) -> IgnoreRules | str:
    """Return the rule that one pattern makes, or what is wrong with it."""
    try:
        return compile_rules(patterns=StowList("", ((1, 1, pattern),)))
    except ConfigError as error:
        return error.problem


def _matched(
    document: Document,
    first: int,
    last: int,
    folders: Sequence[str],
    cancel: CancellationToken,
) -> Iterator[tuple[Range, Matches]]:
    """Yield the patterns of some lines, counted from 0, with what they match."""
    wanted = [
        (place, rules)
        for pattern, place in _patterns(document)
        if first <= place.line - 1 <= last and not isinstance(rules := _compiled(pattern), str)
    ]
    if not wanted or _why_unread(document.path) is not None:
        return
    above = posixpath.dirname(document.path)
    if posixpath.basename(document.path) == LOCAL_LIST:
        searched = [_searched(document.path)]
        packages = [above]
    else:
        searched = [Searched.of(directory) for directory in sorted(roots_around(folders))]
        packages = [
            package
            for each in searched
            for package in each.packages
            if not is_file(f"{package}/{LOCAL_LIST}")
        ]
    dotfiles = searched[0].dotfiles if searched else True
    counted = matches([rules for _, rules in wanted], packages, dotfiles=dotfiles, cancel=cancel)
    yield from zip((place for place, _ in wanted), counted, strict=True)
