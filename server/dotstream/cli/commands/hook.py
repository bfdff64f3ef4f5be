"""``dotstream hook``: have git bring the links up to date after each pull."""

from __future__ import annotations

import posixpath

from dotstream.cli.git import PULLING, git_says
from dotstream.doctor.shell_commands import quoted
from dotstream.errors import UsageError
from dotstream.fs.files import make_program, present, read_text, remove
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Writes hooks into this clone of the repository, by which git brings the links up to date after
a pull, a merge or a rebase, as 'dotstream update --no-pull' does: on a terminal you see the
changes and are asked. Hooks that already exist are never replaced. Hooks are not part of what
is committed, so nobody else gets them."""

EXAMPLES = """\
  dotstream hook install               from now on, after each pull
  dotstream hook remove                no longer"""

_HOOKS = ("post-merge", "post-rewrite")
_MARK = "# Written by dotstream hook; 'dotstream hook remove' removes it."
_BEFORE = f"""\
[ -z "${PULLING}" ] || exit 0  # 'dotstream update' pulls, and looks by itself
unset $(git rev-parse --local-env-vars)  # or git would take this repository for any other
[ -t 1 ] && 2>/dev/null true </dev/tty && exec </dev/tty  # git gives hooks no terminal to ask at
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "action", choices=("install", "remove"), metavar="ACTION", help="install or remove"
    )


def run(session: Session) -> int:
    """Write the hooks, or remove them."""
    directory = session.client.directory
    top = _place(directory, "--show-toplevel")  # which a relative core.hooksPath is from
    hooks = _place(top, "--git-path", "hooks")
    paths = [f"{hooks}/{name}" for name in _HOOKS]
    line = f"dotstream -d {quoted(directory)} update --no-pull"
    text = f"#!/bin/sh\n{_MARK}\n{_BEFORE}exec {line}\n"
    ours = [path for path in paths if _MARK in (read_text(path) or "")]
    if session.arguments.action == "remove":
        for path in ours:
            remove(path)
            _tell(session, "removed", path)
        return 0
    if not within(hooks, _place(top, "--git-common-dir")):
        raise UsageError(
            f"git's core.hooksPath is {hooks}, which others may share; "
            f"add this line to its {' and '.join(_HOOKS)}: {line}"
        )
    for path in paths:
        if path in ours and line not in (read_text(path) or ""):
            raise UsageError(
                f"{path} is about another package directory of this repository, such as another "
                f"worktree; 'dotstream hook remove' removes it, or add this line to it: {line}"
            )
        if path not in ours and present(path):
            raise UsageError(f"{path} already exists; add this line to it: {line}")
    for path in paths:
        make_program(path, text)
        _tell(session, "wrote", path)
    return 0


def _tell(session: Session, what: str, path: str) -> None:
    told = f"{what} {session.style.path(path)}"
    session.tell("hook", lambda: told, path=path, written=what == "wrote")


def _place(directory: str, *which: str) -> str:
    """Return where a repository has something of git's.

    Raises:
        UsageError: the directory is in no work tree of a repository.
    """
    found = git_says("rev-parse", *which, cwd=directory)
    above = directory
    while found is None and above != posixpath.dirname(above):
        if present(f"{above}/.git"):
            why = f"'git -C {quoted(directory)} status' says why"
            raise UsageError(f"git refuses to work in {directory}: {why}")
        above = posixpath.dirname(above)
    if found is None:
        raise UsageError(f"{directory} is not in a git repository")
    return canonical(posixpath.join(directory, found))
