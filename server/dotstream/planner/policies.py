"""Which policy settles a conflict: of the path, whoever is asked, the package, or the run."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.items import Conflict
    from dotstream.model.options import Options, Package, Policy


def settled(options: Options, package: Package, conflict: Conflict) -> Policy:
    """Return the policy for a conflict.

    Raises:
        UsageError: who was asked gave an answer that cannot settle it.
    """
    if options.resolutions:
        chosen = options.resolutions.get(conflict.path)
        if chosen is not None:
            return chosen
    if options.resolve is not None:
        chosen = options.resolve(conflict)
        if chosen not in (None, "fail", *conflict.choices):
            raise UsageError(
                f"{chosen!r} cannot settle {conflict.path}; what can: "
                f"{', '.join(conflict.choices)}"
            )
        if chosen is not None:
            return chosen
    if conflict.same and options.same:
        return "backup"
    return package.on_conflict or options.on_conflict
