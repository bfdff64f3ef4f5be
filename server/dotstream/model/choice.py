"""What a person chose to have managed on this machine, and how a change alters that."""

from __future__ import annotations

from dotstream.light_typing import NamedTuple

HERE = ""
"""The name under which the profiles that are for this machine are chosen, whichever they are."""


class Choosing(NamedTuple):
    """What one change says of that.

    Attributes:
        unmanage: whether it takes away.
        packages: named one by one.
        profiles: by name.
        everything: whether all packages were meant.
        members: the packages that came of profiles and of everything.
        again: whether it was about all that was chosen already.
        place: on which machine, in which home; empty where the target was named in the
            request, so that the configuration has nothing to do with it.
        before: what was chosen where the links were, if the target is another by now.
    """

    unmanage: bool = False
    packages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    everything: bool = False
    members: tuple[str, ...] = ()
    again: bool = False
    place: str = ""
    before: Choice | None = None


class Choice(NamedTuple):
    """What is chosen.

    Attributes:
        packages, profiles, everything: as it was asked for.
        without: packages that were unmanaged since, though they are in one of those, or
            something of theirs is still recorded.
        members: the packages that came of profiles and of everything, when that was last
            looked at; what is not among them any more has left.
        place: as in ``Choosing``; then the target is the one that is configured there.
    """

    packages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    everything: bool = False
    without: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    place: str = ""

    def after(self, change: Choosing) -> Choice:
        """Return what is chosen after a change."""
        meant = (*change.packages, *change.members)
        if change.unmanage and change.everything:
            return Choice(without=meant)
        place = change.place or self.place
        if change.again:
            return self._replace(members=change.members, place=place)
        if change.unmanage:
            return Choice(
                _less(self.packages, meant),
                _less(self.profiles, change.profiles),
                self.everything,
                _more(self.without, meant),
                _less(self.members, meant),
                place,
            )
        return Choice(
            _more(self.packages, change.packages),
            _more(self.profiles, change.profiles),
            self.everything or change.everything,
            _less(self.without, meant),
            _more(self.members, change.members),
            place,
        )


def _more(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *others)))


def _less(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)
