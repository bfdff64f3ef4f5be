"""The user's own git: it asks, shows and keeps what it always does."""

from __future__ import annotations

from dotstream.errors import DotstreamError
from dotstream.fs.programs import output_of, run_program
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.session import Session


PULLING = "DOTSTREAM_PULLING"
"""A variable by which our hooks know that whoever runs git brings the links up to date."""

_ELSEWHERE = frozenset(
    {
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)
"""Variables that git gives its hooks, and that would have it work on their repository."""


def git(session: Session, *words: str, cwd: str, otherwise: str = "") -> None:
    """Run git at the terminal.

    Args:
        otherwise: what else can be done where it fails.

    Raises:
        DotstreamError: it failed, and has said why, or there is none.
    """
    session.report.pause()
    quiet = ("--quiet",) if session.quiet else ()
    try:
        code = run_program(
            ("git", words[0], *quiet, *words[1:]),
            cwd=cwd,
            environ={PULLING: "1"},
            without=_ELSEWHERE,
            aside=not session.terminal,
        )
    except FileNotFoundError:
        raise _missing() from None
    if code:
        told = f"git {words[0]} failed (exit code {code}); no link was changed{otherwise}"
        raise DotstreamError(told)


def git_says(*words: str, cwd: str) -> str | None:
    """Return what git answers, or ``None`` where it fails.

    Raises:
        DotstreamError: there is no git.
    """
    try:
        return output_of(("git", "-C", cwd, *words), without=_ELSEWHERE)
    except FileNotFoundError:
        raise _missing() from None


def _missing() -> DotstreamError:
    return DotstreamError("git was not found; install it and try again")
