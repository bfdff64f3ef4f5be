"""``dotstream list``: the links that are there now."""

from __future__ import annotations

from functools import partial

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.report.style import Style
    from dotstream.cli.session import Session
    from dotstream.model.items import Operation

DESCRIPTION = """\
Lists the links in the target that lead into the packages, and where each of them leads."""

EXAMPLES = """\
  dotstream list                       the links of every package
  dotstream list vim                   the links of one package"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="packages (default: all)")


def run(session: Session) -> int:
    """List the links of the packages that were asked for."""
    session.mention_unfinished()
    found = False
    with session.cancellable() as cancel:
        links = session.client.links(*session.arguments.packages, cancel=cancel)
        for link in session.while_read(links):
            found = True
            session.report.tell(
                "link",
                partial(_line, session.style, link),
                path=link.path,
                to=link.text,
                package=link.package,
            )
    why = session.client.settings.why_empty()
    if why is not None:
        session.say(why)
    if not found:
        session.mention_elsewhere("list", session.arguments.packages or None)
    return 0


def _line(style: Style, link: Operation) -> str:
    return f"{style.path(link.path)} {style.arrow} {display(link.text or '')}"
