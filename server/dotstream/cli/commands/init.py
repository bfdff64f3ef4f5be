"""``dotstream init``: write a dotstream.toml to start from."""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from dotstream.config.discover import CONFIG_NAME
from dotstream.errors import UsageError
from dotstream.fs.files import write_new
from dotstream.fs.process import home_directory, working_directory
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.config.starter import Answers

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Writes a dotstream.toml into the package directory (-d, or else the working directory) with
every setting in it, explained. A file that is there already is never replaced."""

EXAMPLES = """\
  dotstream init                       every setting, with what suits most homes
  dotstream init --from-stow           what .stowrc says, so that no tree changes
  dotstream init --from-dot -n         look at it first"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--from-stow", action="store_true", help="use the settings of .stowrc")
    source.add_argument(
        "--from-dot", action="store_true", help="use those of dot: its manifest and YAML"
    )
    parser.add_argument("-n", "--dry-run", action="store_true", help="print it, write nothing")


def run(session: Session) -> int:
    """Write the file, or print it."""
    from dotstream.config.starter import starter

    arguments = session.arguments
    directory = posixpath.join(working_directory(), getattr(arguments, "dir", ""))
    text = starter(_answers(session, directory.rstrip("/") or "/"))
    path = posixpath.join(directory, CONFIG_NAME)
    if not session.dry_run:
        try:
            write_new(path, text)
        except FileExistsError:
            raise UsageError(f"{display(path)} is there already; -n prints a new one") from None
    written = not session.dry_run
    line = partial(_written, session, path) if written else text.removesuffix("\n").__str__
    session.report.tell(
        "file",
        None if written and session.quiet else line,
        path=path,
        content=text,
        written=written,
    )
    return 0


def _written(session: Session, path: str) -> str:
    return f"wrote {session.style.path(path)}; now: dotstream plan manage --all"


def _answers(session: Session, directory: str) -> Answers:
    from dotstream.config.starter import Answers

    arguments = session.arguments
    if arguments.from_stow:
        from dotstream.config.from_stow import answers_from_stow

        answers = answers_from_stow(directory)
    elif arguments.from_dot:
        from dotstream.config.from_dot import answers_from_dot

        environ = session.environ
        answers = answers_from_dot(directory, home=home_directory(environ), environ=environ)
    else:
        answers = Answers()
    if hasattr(arguments, "target"):
        top = {**answers.top, "target": arguments.target}
        return Answers(top, answers.packages, answers.profiles, answers.notes, answers.source)
    return answers
