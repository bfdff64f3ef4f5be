"""``dotstream list``: the links that are there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Lists the links in the target that lead into the packages, with what each link says."""

EXAMPLES = """\
  dotstream list                       the links of every package
  dotstream list vim                   the links of one package"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="packages (default: all)")


def run(session: Session) -> int:
    """List the links of the packages that were asked for."""
    from dotstream.cli.report.json_events import text_value

    session.mention_unfinished()
    events, style, line = session.events, session.style, session.out.line
    with session.cancellable() as cancel:
        for link in session.client.links(*session.arguments.packages, cancel=cancel):
            if events is None:
                line(f"{style.path(link.path)} {style.arrow} {display(link.text or '')}")
            else:
                events.emit(
                    "link",
                    path=text_value(link.path),
                    text=text_value(link.text or ""),
                    package=text_value(link.package),
                )
            if session.out.failure is not None:
                break
    return 0
