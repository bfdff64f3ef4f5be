"""``dotstream unlink``: remove the link of one file, or those below one directory."""

from __future__ import annotations

from dotstream.cli.change import change
from dotstream.cli.flags import add_dry_run
from dotstream.cli.places import linkable
from dotstream.errors import UsageError
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Removes the link of one file, or all links below one directory, and leaves the rest linked.
PATH may be in the package, whose links alone go then, or in the target; the file itself
stays. A file that is reached by a link to its whole directory has none of its own."""

EXAMPLES = """\
  dotstream unlink ~/.zshrc            remove this link
  dotstream unlink -n ~/.config/zsh    show which links would be removed"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("path", metavar="PATH", help="in a package, or in the target")
    add_dry_run(parser)


def run(session: Session) -> int:
    """Unlink the path that was named."""
    path, package, found = linkable(session, session.arguments.path, None)
    if found.state not in ("linked", "directory"):
        raise UsageError(f"{found.path} is not linked: {found.message}")
    packages: tuple[str, ...] = (package,)
    if found.state == "directory" and found.role == "target":
        packages = _linked_below(session, path)

    def opening(cancel: CancellationToken) -> StreamingPlan:
        return session.client.stream_unmanage(*packages, path=path, cancel=cancel)

    return change(session, opening)


def _linked_below(session: Session, path: str) -> tuple[str, ...]:
    """Return the packages that have links below a directory of the target.

    Raises:
        UsageError: none has.
    """
    links = session.client.links()
    found = tuple(dict.fromkeys(each.package for each in links if within(each.path, path)))
    if not found:
        raise UsageError(f"{path}: no package has a link below it")
    return found
