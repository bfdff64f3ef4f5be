"""What the flags of one run prefer, on top of the configuration."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import Policy


def preferences(session: Session, cancel: CancellationToken) -> Preferences:
    """Return what the flags ask for; a person at a terminal is asked about conflicts.

    Raises:
        UsageError: no package has anything to do with a path of ``--on-conflict``.
    """
    arguments = session.arguments
    asks = session.interactive and not session.dry_run and arguments.on_conflict is None
    return Preferences(
        folding=getattr(arguments, "folding", None),
        link="absolute" if getattr(arguments, "absolute", False) else None,
        ignore=tuple(getattr(arguments, "ignore", ())),
        defer=tuple(getattr(arguments, "defer", ())),
        override=tuple(getattr(arguments, "override", ())),
        on_conflict=arguments.on_conflict,
        resolutions=_resolutions(session),
        resolve=session.settling(cancel).settle if asks else None,
        same=arguments.same,
        explain=session.verbose,
    )


def _resolutions(session: Session) -> dict[str, Policy]:
    """Return the policies of single paths; what is in the way may be a directory above."""
    found: dict[str, Policy] = {}
    for path, policy in session.arguments.resolutions:
        located = session.client.locate(path)
        if located.target is None:
            raise UsageError(f"--on-conflict {path}: {located.message}")
        found[located.target] = policy
        if located.conflict is not None:
            found[located.conflict.path] = policy
    return found
