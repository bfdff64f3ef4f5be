"""``dotstream packages``: the packages there are, and which are enabled here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Lists the packages in the package directory: where their links go, and whether they are
enabled on this machine (platforms and hosts in dotstream.toml). With -q, only the names of
those that are."""

EXAMPLES = """\
  dotstream packages                   all packages
  dotstream packages -q                names, one a line, of those enabled here"""


def configure(parser: Parser) -> None:
    """Add the command's arguments: there are none."""


def run(session: Session) -> int:
    """List the packages."""
    from dotstream.cli.report.json_events import text_value

    packages = session.client.packages()
    width = max((len(display(info.name)) for info in packages), default=0)
    style = session.style
    for info in packages:
        if session.events is not None:
            session.events.emit(
                "package",
                package=text_value(info.name),
                path=text_value(info.path),
                target=text_value(info.target),
                enabled=info.enabled,
                reason=info.reason,
                required=info.required,
            )
        elif session.quiet:
            if info.enabled:
                session.out.line(info.name if info.name.isprintable() else display(info.name))
        else:
            name = display(info.name).ljust(width)
            where = f"{style.arrow} {style.path(info.target)}"
            if info.enabled:
                session.say(f"{name}  {where}")
            else:
                why = display(info.reason or "")
                session.say(style.paint(f"{name}  disabled: {why}", "dim"))
    if not packages:
        session.say(f"no packages in {style.path(session.client.directory)}")
    return 0
