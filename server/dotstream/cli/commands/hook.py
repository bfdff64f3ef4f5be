"""``dotstream hook``: have git bring the links up to date after each pull."""

from __future__ import annotations

import posixpath

from dotstream.cli.git import git_says
from dotstream.doctor.shell_commands import quoted
from dotstream.errors import UsageError
from dotstream.fs.files import make_program, read_text, remove
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Writes hooks into this clone of the repository, with which git brings the links up to date after
a pull, a merge or a rebase, as 'dotstream update --no-pull' does: a terminal is shown the
changes and asked. Hooks that are there already are never replaced. They are not part of what
is committed, so nobody else gets them."""

EXAMPLES = """\
  dotstream hook install               from now on after each pull
  dotstream hook remove                no more"""

_HOOKS = ("post-merge", "post-rewrite")
_MARK = "# Written by dotstream hook; 'dotstream hook remove' removes it."


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "action", choices=("install", "remove"), metavar="ACTION", help="install or remove"
    )


def run(session: Session) -> int:
    """Write the hooks, or remove them."""
    directory = session.client.directory
    found = git_says("rev-parse", "--git-path", "hooks", cwd=directory)
    if found is None:
        raise UsageError(f"{directory} is in no git repository")
    hooks = posixpath.join(directory, found)
    paths = [f"{hooks}/{name}" for name in _HOOKS]
    texts = {path: read_text(path) for path in paths}
    foreign = [path for path, text in texts.items() if text and _MARK not in text]
    line = f"dotstream -d {quoted(directory)} update --no-pull"
    if session.arguments.action == "remove":
        for path, text in texts.items():
            if text and _MARK in text:
                remove(path)
                session.say(f"removed {session.style.path(path)}")
        return 0
    if foreign:
        raise UsageError(f"{foreign[0]} is there already; add this line to it: {line}")
    for path in paths:
        make_program(path, f"#!/bin/sh\n{_MARK}\nexec {line}\n")
        session.say(f"wrote {session.style.path(path)}")
    return 0
