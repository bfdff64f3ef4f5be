"""``dotstream init``: write a dotstream.toml to start from."""

from __future__ import annotations

import posixpath
from functools import partial

from dotstream.config.discover import CONFIG_NAME
from dotstream.errors import UsageError
from dotstream.fs.files import write_new
from dotstream.fs.process import home_directory, working_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.config.starter import Answers

DESCRIPTION = """\
Writes a dotstream.toml into the package directory (-d, or else the working directory) with
every setting in it, explained. It looks first at what is there and what is linked, takes
over a .stowrc, and says what it found. A file that already exists is never replaced."""

EXAMPLES = """\
  dotstream init                       every setting, with what suits most homes
  dotstream init --from-stow           what .stowrc says, so that no tree changes
  dotstream init --from-dot -n         look at it first"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--from-stow",
        action="store_true",
        help="use the settings of Stow: .stowrc, or its defaults",
    )
    source.add_argument(
        "--from-dot", action="store_true", help="use those of dot: its manifest and YAML"
    )
    parser.add_argument("-n", "--dry-run", action="store_true", help="print it, write nothing")


def run(session: Session) -> int:
    """Write the file, or print it."""
    from dotstream.config.answers import answers_for
    from dotstream.config.starter import starter

    arguments = session.arguments
    directory = posixpath.join(working_directory(), getattr(arguments, "dir", ""))
    directory = directory.rstrip("/") or "/"
    answers = answers_for(
        directory,
        "stow" if arguments.from_stow else "dot" if arguments.from_dot else None,
        target=getattr(arguments, "target", None),
        home=home_directory(session.environ),
        environ=session.environ,
    )
    text = starter(answers)
    path = posixpath.join(directory, CONFIG_NAME)
    if not session.dry_run:
        try:
            write_new(path, text)
        except FileExistsError:
            raise UsageError(f"{display(path)} already exists; -n prints a new one") from None
    written = not session.dry_run
    line = (
        partial(_written, session, path, answers) if written else text.removesuffix("\n").__str__
    )
    session.report.tell(
        "file",
        None if written and session.quiet else line,
        path=path,
        content=text,
        written=written,
    )
    return 0


def _written(session: Session, path: str, answers: Answers) -> str:
    wrote = f"wrote {session.style.path(path)}"
    wrote += f", made from {answers.source}" if answers.source else ""
    lines = [f"  {display(sentence)}" for sentence in answers.found]
    lines += [f"  not carried over: {display(note)}" for note in answers.notes]
    single = answers.top.get("layout") == "single"
    advice = f"next: dotstream plan manage{'' if single else ' --all'}"
    if answers.empty:
        advice = "next: dotstream adopt FILE --package NAME"
    return "\n".join([wrote, *lines, *([advice] if answers.usable else [])])
