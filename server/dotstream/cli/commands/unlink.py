"""``dotstream unlink``: remove the link of one file, or those below one directory."""

from __future__ import annotations

from dotstream.cli.change import change
from dotstream.cli.flags import add_dry_run
from dotstream.cli.places import linkable
from dotstream.doctor.shell_commands import REMANAGE, quoted
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Removes the link of one file, or all links below one directory, and leaves the rest of the
package linked. PATH may be in the package or in the target; the file itself stays. A file
that is reached by a link to its whole directory has none of its own."""

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

    def opening(cancel: CancellationToken) -> StreamingPlan:
        return session.client.stream_unmanage(package, path=path, cancel=cancel)

    with session.cancellable() as cancel:
        _refuse_more(session, opening(cancel), path)
    return change(session, opening)


def _refuse_more(session: Session, plan: StreamingPlan, path: str) -> None:
    """Leave a link alone that shows other files besides the one that is meant.

    Raises:
        UsageError: the path is below such a link.
    """
    with plan:
        first = next((item for item in plan if isinstance(item, Operation)), None)
    if first is not None and path.startswith(f"{first.path}/") and first.kind == "remove_link":
        (package,) = map(quoted, plan.metadata.packages)
        whole = session.completed(f"dotstream unlink {quoted(first.path)}")
        apart = session.completed(f"{REMANAGE} {package} --no-folding")
        raise UsageError(
            f"{path} has no link of its own: {first.path} is one link to the whole directory; "
            f"'{whole}' removes that, and '{apart}' makes a link for each file first"
        )
