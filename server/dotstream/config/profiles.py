"""Profiles: who is in one, which extend themselves, and which are for a machine.

The first two are linear in what is written, however profiles are chained or meet again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Profile = tuple[tuple[str, ...], tuple[str, ...]]
"""The profiles that one extends, and its own packages."""


class Profiles(Mapping[str, tuple[str, ...]]):
    """The packages of each profile, those of the profiles it extends first.

    They are put together for a profile that is asked for: all of them at once may be much.

    Args:
        written: profiles by name; they extend profiles among them, and none itself.
    """

    __slots__ = ("_written",)

    def __init__(self, written: Mapping[str, Profile]) -> None:
        self._written = written

    def __getitem__(self, name: str) -> tuple[str, ...]:
        """Return the packages of a profile, each once."""
        found: dict[str, None] = {}
        waiting = [(name, iter(self._written[name][0]))]
        begun = {name}
        while waiting:
            here, others = waiting[-1]
            parent = next((other for other in others if other not in begun), None)
            if parent is None:
                found.update(dict.fromkeys(self._written[here][1]))
                waiting.pop()
            else:
                begun.add(parent)
                waiting.append((parent, iter(self._written[parent][0])))
        return tuple(found)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, as they are written."""
        return iter(self._written)

    def __len__(self) -> int:
        """Return how many profiles there are."""
        return len(self._written)


def circles(parents: Mapping[str, list[str]]) -> dict[str, int]:
    """Return a number for each name; those with the same number lead to each other.

    A name in no circle has a number of its own.  (Tarjan's strongly connected components.)
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    circle: dict[str, int] = {}
    open_names: list[str] = []
    for start in parents:
        waiting = [] if start in order else [(start, iter(parents[start]))]
        while waiting:
            here, others = waiting[-1]
            if here not in order:
                order[here] = lowest[here] = len(order)
                open_names.append(here)
            for other in others:
                if other not in order:
                    if other in parents:
                        waiting.append((other, iter(parents[other])))
                        break
                elif other not in circle:
                    lowest[here] = min(lowest[here], order[other])
            else:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    lowest[above] = min(lowest[above], lowest[here])
                if lowest[here] == order[here]:
                    name = ""
                    while name != here:
                        name = open_names.pop()
                        circle[name] = order[here]
    return circle


def on_platform(here: str, platforms: Sequence[str]) -> bool:
    """Whether a system is one of the platforms."""
    return here in platforms or (here == "darwin" and "macos" in platforms)


def on_host(here: str, hosts: Iterable[str]) -> bool:
    """Whether the host's full name, or its first label, is one that the globs mean.

    They mean all but those that ``!`` names, if there are no others.
    """
    from fnmatch import fnmatchcase

    full = here.lower()
    names = (full, full.partition(".")[0])
    means = False
    others = True
    for host in hosts:
        matches = any(fnmatchcase(name, host.removeprefix("!").lower()) for name in names)
        if host.startswith("!"):
            if matches:
                return False
        else:
            others = False
            means = means or matches
    return means or others
