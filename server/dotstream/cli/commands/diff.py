"""``dotstream diff``: how files in the way differ from those of the packages."""

from __future__ import annotations

from functools import partial

from dotstream.cli.places import apart
from dotstream.cli.report.difference import difference_lines
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Style
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.located import Difference

DESCRIPTION = """\
Compares what is in the way of links with the files that packages have for these places, as a
unified diff from yours to the package's. For a path, from either side, those two; for a
package or a directory every file that is in the way."""

EXAMPLES = """\
  dotstream diff ~/.zshrc              your file beside the package's
  dotstream diff zsh                   every file in the way of a package
  dotstream diff                       every file in the way of any"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "words", nargs="*", metavar="PATH|PACKAGE", help="paths or packages (default: all)"
    )


def run(session: Session) -> int:
    """Show how they differ."""
    session.mention_unfinished()
    words: list[str] = session.arguments.words
    names, paths = apart(session, words)
    with session.cancellable() as cancel:
        if names or not words:
            _show(session, _in_the_way(session, names, cancel))
        for path in paths:
            found = session.client.locate(path)
            if found.state == "directory":  # on both sides: what is in it
                _show(session, _in_the_way(session, (), cancel, found.target))
            else:
                _show(session, iter([session.client.diff(path, cancel=cancel)]))
    return 0


def _in_the_way(
    session: Session,
    names: Sequence[str],
    cancel: CancellationToken,
    path: str | None = None,
) -> Iterator[Difference]:
    """Yield how each file in the way of a package differs from it, and what is no file.

    Args:
        path: where to look, if not everywhere.
    """
    client, found = session.client, False
    refused: OSError | None = None
    with client.stream("manage", names, everything=not names, path=path, cancel=cancel) as plan:
        for item in plan:
            if isinstance(item, Conflict) and item.kind in ("real_file", "real_directory"):
                found = True
                try:
                    yield client.diff(item.path, cancel=cancel)
                except OSError as error:
                    refused = refused or error
    if refused is not None:
        raise refused
    if not found:
        session.say("no file is in the way")


def _show(session: Session, differences: Iterator[Difference]) -> None:
    for found in session.while_read(differences):
        session.report.tell(
            "difference",
            partial(_text, session.style, found),
            source=found.source,
            target=found.target,
            kind=found.kind,
            diff=found.text,
            truncated=found.truncated,
        )


def _text(style: Style, found: Difference) -> str:
    return "\n".join(difference_lines(found, style))
