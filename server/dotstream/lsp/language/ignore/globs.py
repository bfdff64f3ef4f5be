"""The globs of ``ignore`` in a ``dotstream.toml``: what each of them matches."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.mistakes import readable
from dotstream.errors import UsageError
from dotstream.lsp.language.ignore.matching import Matches, Searched, matches
from dotstream.lsp.language.markdown import text
from dotstream.model.directory import display
from dotstream.planner.ignore import compile_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.config.positions import Range
    from dotstream.lsp.language.documents import Document
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import IgnoreRules


def explain(pattern: str, directory: str, package: str | None, cancel: CancellationToken) -> str:
    """Return what a glob matches, as Markdown.

    Args:
        package: whose glob it is; ``None`` for that of all packages.
    """
    (found,) = _matched([pattern], directory, package, cancel)
    return text(found) if isinstance(found, str) else found.markdown


def hints(
    document: Document, wanted: types.Range, cancel: CancellationToken
) -> list[types.InlayHint]:
    """Return how much each glob matches, to be shown behind it."""
    directory = posixpath.dirname(document.path)
    by_package: dict[str | None, list[tuple[str, types.Position]]] = {}
    for package, pattern, place in _globs(document):
        end = document.text.range(place).end
        if wanted.start.line <= end.line <= wanted.end.line:
            by_package.setdefault(package, []).append((pattern, end))
    return [
        types.InlayHint(end, f"→ {found.words}", padding_left=True)
        for package, globs in by_package.items()
        for (_, end), found in zip(
            globs,
            _matched([glob for glob, _ in globs], directory, package, cancel),
            strict=True,
        )
        if isinstance(found, Matches)
    ]


def _globs(document: Document) -> Iterator[tuple[str | None, str, Range]]:
    """Yield each glob with its package, if it is that of one, and where it is written."""
    tables, positions = readable(document.text.source)
    packages = tables.get("packages")
    for path, place in positions.values.items():
        match path:
            case ("ignore", int(index)):
                yield from _glob(None, tables, index, place)
            case ("packages", str(package), "ignore", int(index)):
                table = packages.get(package) if isinstance(packages, dict) else None
                yield from _glob(package, table, index, place)


def _glob(
    package: str | None, table: object, index: int, place: Range
) -> Iterator[tuple[str | None, str, Range]]:
    """Yield one glob of a table, if it is one."""
    globs = table.get("ignore") if isinstance(table, dict) else None
    if isinstance(globs, list) and index < len(globs) and isinstance(globs[index], str):
        yield package, globs[index], place


def _matched(
    patterns: Sequence[str], directory: str, package: str | None, cancel: CancellationToken
) -> list[Matches | str]:
    """Return what each of several globs matches, or what is wrong with it."""
    searched = Searched.of(directory)
    compiled = [_compiled(pattern, dotfiles=searched.dotfiles) for pattern in patterns]
    found = matches(
        [None if isinstance(rules, str) else rules for rules in compiled],
        [f"{directory}/{package}"] if package else searched.packages,
        dotfiles=searched.dotfiles,
        cancel=cancel,
    )
    return [
        rules if isinstance(rules, str) else counted
        for rules, counted in zip(compiled, found, strict=True)
    ]


def _compiled(pattern: str, *, dotfiles: bool) -> IgnoreRules | str:
    try:
        return compile_rules(globs=(pattern,), dotfiles=dotfiles)
    except UsageError as error:
        return display(str(error))
