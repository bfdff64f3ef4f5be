"""One directory of a plan by itself, without what is below it: for trees that open lazily.

The names of the directory are decided as the whole walk decides them.  Above it only the
way down to it is planned, and where the walk would go further down it says so instead.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.directory import Directory


class Below(NamedTuple):
    """A directory that a walk did not go into, because it goes no further down.

    Attributes:
        place: the directory in the target.
        source: absolute path of a package directory that has it, if one does.
    """

    place: Directory
    source: str | None
