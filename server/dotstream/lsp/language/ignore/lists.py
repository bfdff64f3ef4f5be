"""Stow's ignore lists in the editor: wrong patterns, and what each line matches."""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.discover import find_root
from dotstream.config.positions import Range
from dotstream.errors import ConfigError
from dotstream.fs.files import is_file
from dotstream.fs.process import environment, known_home
from dotstream.lsp.language.config.diagnostics import SOURCE
from dotstream.lsp.language.ignore.matching import Matches, Searched, matches
from dotstream.model.directory import display
from dotstream.planner.ignore import LOCAL_LIST, StowList, compile_rules, parse_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.lsp.language.documents import Document
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import IgnoreRules

__all__ = ["diagnose", "explain_line", "hints"]

_end = re.compile(r"(?<![ \t\r\f\v])[ \t\r\f\v]++(?:#.+|$)")
_MOST = 4_000  # patterns; more than that are refused for their number


def diagnose(document: Document) -> list[types.Diagnostic]:
    """Return every pattern that cannot be used."""
    found = []
    for pattern, place in islice(_patterns(document), _MOST):
        rules = _compiled(pattern)
        if isinstance(rules, str):
            found.append(
                types.Diagnostic(
                    range=document.text.range(place),
                    severity=types.DiagnosticSeverity.Error,
                    code="bad-pattern",
                    source=SOURCE,
                    message=display(rules),
                )
            )
    return found


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
    if not wanted:
        return
    above = posixpath.dirname(document.path)
    if posixpath.basename(document.path) == LOCAL_LIST:
        searched = [Searched.of(posixpath.dirname(above))]
        packages = [above]
    else:
        environ = environment()
        home = known_home(environ) or ""
        directories = {
            find_root(folder, home=home, environ=environ) for folder in folders if home
        }
        searched = [Searched.of(directory) for directory in sorted(filter(None, directories))]
        packages = [
            package
            for each in searched
            for package in each.packages
            if not is_file(f"{package}/{LOCAL_LIST}")
        ]
    dotfiles = searched[0].dotfiles if searched else True
    counted = matches([rules for _, rules in wanted], packages, dotfiles=dotfiles, cancel=cancel)
    yield from zip((place for place, _ in wanted), counted, strict=True)
