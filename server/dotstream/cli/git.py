"""The user's own git: it asks, shows and keeps what it always does."""

from __future__ import annotations

from dotstream.errors import DotstreamError
from dotstream.fs.programs import output_of, run_program
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.session import Session


def git(session: Session, *words: str, cwd: str) -> None:
    """Run git at the terminal.

    Raises:
        DotstreamError: it failed, and has said why, or there is none.
    """
    session.report.pause()
    quiet = ("--quiet",) if session.quiet else ()
    try:
        code = run_program(
            ("git", words[0], *quiet, *words[1:]), cwd=cwd, aside=not session.terminal
        )
    except FileNotFoundError:
        raise _missing() from None
    if code:
        raise DotstreamError(f"git {words[0]} failed (exit code {code}); nothing was linked")


def git_says(*words: str, cwd: str) -> str | None:
    """Return what git answers, or ``None`` where it fails.

    Raises:
        DotstreamError: there is no git.
    """
    try:
        return output_of(("git", "-C", cwd, *words))
    except FileNotFoundError:
        raise _missing() from None


def _missing() -> DotstreamError:
    return DotstreamError("git was not found; install it and try again")
