"""``dotstream adopt``: move existing files into a package and link them back."""

from __future__ import annotations

from dotstream.cli.change import change_as_agreed, preferences
from dotstream.cli.flags import add_dry_run, add_preferences
from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Moves files and directories out of the target into a package, and puts links in their
place. Contents, modes and times stay as they are. Without --package, the package is named
after the path. With --package, a file of another package moves from there; --out moves a
file out of its package again, to where it is linked. A git repository stays where it is,
unless --whole moves it as one. On a terminal it shows the plan and asks first."""

EXAMPLES = """\
  dotstream adopt ~/.zshrc --package zsh    zsh/dot-zshrc, and a link to it in its place
  dotstream adopt ~/.vim                    into a package named vim
  dotstream adopt '~/.config/git/*'         what matches; quote it, or the shell expands it
  dotstream adopt --out ~/.zshrc            a file again, and no longer in its package"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and directories")
    add_destination(parser)
    add_dry_run(parser)
    add_preferences(parser)


def add_destination(parser: Parser) -> None:
    """Add where what is adopted goes."""
    group = parser.add_argument_group("adopting")
    group.add_argument("-p", "--package", metavar="NAME", help="the package to move it into")
    group.add_argument(
        "--out", action="store_true", help="move it out of its package, to where it is linked"
    )
    group.add_argument(
        "--whole", action="store_true", help="move git repositories too, each as one"
    )


def adopting(session: Session, paths: list[str], cancel: CancellationToken) -> StreamingPlan:
    """Return the plan to adopt ``paths``, or to move them out."""
    arguments, prefer = session.arguments, preferences(session, cancel)
    if arguments.out:
        if arguments.package is not None:
            raise UsageError("--out moves it into no package; leave out one of the two")
        return session.client.stream_release(*paths, prefer=prefer, cancel=cancel)
    return session.client.stream_adopt(
        *paths,
        package=arguments.package,
        whole=arguments.whole,
        prefer=prefer,
        cancel=cancel,
    )


def run(session: Session) -> int:
    """Adopt the paths that were named."""
    paths: list[str] = session.arguments.paths
    return change_as_agreed(session, lambda cancel: adopting(session, paths, cancel))
