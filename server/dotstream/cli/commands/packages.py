"""``dotstream packages``: the packages there are, and which are enabled here."""

from __future__ import annotations

from functools import partial

from dotstream.cli.report.style import columns_of, padded
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.status import PackageInfo

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
    packages = session.client.packages()
    width = max((columns_of(display(info.name)) for info in packages), default=0)
    for info in packages:
        session.report.tell(
            "package",
            partial(_line, session, info, width) if info.active or not session.quiet else None,
            name=info.name,
            path=info.path,
            target=info.target,
            active=info.active,
            reason=info.reason,
            required=info.required,
        )
    if not packages:
        session.say(session.client.settings.why_empty() or "")
    return 0


def _line(session: Session, info: PackageInfo, width: int) -> str:
    style, name = session.style, display(info.name)
    if session.quiet:
        return name
    if not info.active:
        why = f"disabled: {display(info.reason or '')}"
        return style.paint(f"{padded(name, width)}  {why}", "dim")
    return f"{padded(name, width)}  {style.arrow} {style.path(info.target)}"
