"""``dotstream adopt``: move existing files into a package and link them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.cli.arguments import add_dry_run, add_preferences
from dotstream.cli.change import change_as_agreed
from dotstream.cli.preferences import preferences

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

__all__ = ["DESCRIPTION", "EXAMPLES", "adopting", "configure", "run"]

DESCRIPTION = """\
Moves files and directories out of the target into a package, and puts links in their
place. Contents, modes and times stay as they are. Without --package, the package is named
after the path. On a terminal it shows the plan and asks first."""

EXAMPLES = """\
  dotstream adopt ~/.zshrc --package zsh    zsh/dot-zshrc, and a link to it in its place
  dotstream adopt ~/.vim                    into a package named vim
  dotstream adopt '~/.config/git/*'         what matches; quoted, the pattern is read here"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and directories")
    parser.add_argument("-p", "--package", metavar="NAME", help="the package to move them into")
    add_dry_run(parser)
    add_preferences(parser)


def adopting(session: Session, paths: list[str], cancel: CancellationToken) -> StreamingPlan:
    """Return the plan to adopt ``paths``."""
    return session.client.stream_adopt(
        *paths,
        package=session.arguments.package,
        prefer=preferences(session, cancel),
        cancel=cancel,
    )


def run(session: Session) -> int:
    """Adopt the paths that were named."""
    paths: list[str] = session.arguments.paths
    return change_as_agreed(session, lambda cancel: adopting(session, paths, cancel))
