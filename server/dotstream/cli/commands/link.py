"""``dotstream link``: link one file or directory, and none of its neighbours."""

from __future__ import annotations

from dotstream.cli.change import change_as_agreed, preferences
from dotstream.cli.flags import add_dry_run, add_on_conflict
from dotstream.cli.places import linkable
from dotstream.errors import UsageError
from dotstream.fs.files import is_directory
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Links one file, or all that packages have below one directory, and leaves the rest of them as
it is. PATH may be in a package or in the target."""

EXAMPLES = """\
  dotstream link ~/.zshrc                       what a package has for this place
  dotstream link zsh/dot-zshrc                  the same, from its other side
  dotstream link ~/.zshrc --on-conflict backup  back up what is in the way"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("path", metavar="PATH", help="in a package, or in the target")
    parser.add_argument(
        "-p", "--package", metavar="NAME", help="whose file is meant, if several have one"
    )
    add_dry_run(parser)
    add_on_conflict(parser)


def run(session: Session) -> int:
    """Link the path that was named."""
    arguments = session.arguments
    path, package, found = linkable(session, arguments.path, arguments.package)
    if found.state in ("ignored", "other") and arguments.package is None:
        raise UsageError(f"{found.path}: {found.message}")
    packages = [package] if arguments.package else [package, *found.others]
    if len(packages) > 1 and not is_directory(found.source or path):
        several = f"{found.path}: packages {' and '.join(packages)} have it"
        raise UsageError(several, remedy="name_package")

    def opening(cancel: CancellationToken) -> StreamingPlan:
        prefer = preferences(session, cancel)._replace(folding="never")
        return session.client.stream_manage(*packages, path=path, prefer=prefer, cancel=cancel)

    return change_as_agreed(session, opening)
