"""Kills an apply at every effect in turn, recovers, and looks at what is there.

usage: ``python -m tests.crash.enumerate [--long] [--every N] [--only TEXT] [--twice]``

``--long`` plays every scene both ways and kills every recovery at every effect too, which
takes two hours; with ``--every 4``, a quarter of these pairs and half an hour.  Without it
the same runs as in the tests are made.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tests.crash import killing
from tests.crash.killing import Killing
from tests.crash.mounts import elsewhere
from tests.crash.scenes import SCENES, Scene, Stage, check_manifest, lost, world
from tests.farm import QUICK, apply, host
from tests.long import LONG
from tests.snapshot import Node, difference
from tests.transaction.faulty import Watched

from dotstream.errors import DotstreamError, JournalError
from dotstream.fs.area import contents
from dotstream.fs.state import existing_state
from dotstream.model.history import Recovery
from dotstream.transaction.recovery import recovering
from dotstream.transaction.writing import writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.farm import Farm
    from tests.snapshot import Tree

    from dotstream.fs.change import Changes

__all__ = ["AWAY", "JOURNALS", "Trouble", "absent", "moved", "twice", "whole", "without_journal"]

die_at = partial(killing.die_at, sparing=not LONG)
"""Short runs die once between two effects; long ones twice, and recover in both ways there."""

_FEWEST = 4
_NONE = Node("none", 0, "")


class Trouble(NamedTuple):
    """A point after which not everything was as it has to be."""

    point: str
    what: str


class _Play:
    """One scene with its two proper ends."""

    def __init__(self, scene: Scene, root: str, away: str, *, stream: bool) -> None:
        self.stage = Stage(scene, root, away)
        self.stream = stream
        self.before = world(self.stage.farm)
        apply(scene.plan(self.stage.farm), state=self.stage.farm.state, stream=stream)
        self.after = world(self.stage.farm)
        assert difference(self.before, self.after), "the scene does nothing"

    def perform(self, changes: Changes) -> None:
        farm = self.stage.farm
        plan = self.stage.scene.plan(farm)
        apply(plan, state=farm.state, stream=self.stream, changes=changes)

    def judge(self, *, only_after: bool = False) -> str | None:
        """Return what is wrong with the farm, if anything is."""
        farm = self.stage.farm
        now = world(farm)
        if only_after or difference(self.before, now):
            if missing := lost(self.before, now):
                return f"LOST {sorted(missing.elements())}: {difference(self.before, now)}"
            if wrong := difference(self.after, now):
                near = difference(self.before, now)
                return f"neither after ({wrong}) nor before ({near})"
        try:
            check_manifest(farm)
        except AssertionError as error:
            return f"manifest: {error}"
        client = farm.client()
        if client.unfinished() is not None:
            return "still unfinished"
        again = client.recover()
        if again.transaction is not None or difference(now, world(farm)):
            return f"recovering again did something: {again}"
        return None


def _recover(farm: Farm, changes: Changes) -> None:
    with writing(farm.target, host=host(farm.state, changes)) as writer:
        for _ in recovering(writer):
            pass


def _next_command(farm: Farm) -> str | None:
    """Run another command, which has nothing to do but to recover first."""
    client = farm.client()
    run = client.stream_apply(client.stream_manage("idle"))
    told = [event.left for event in run if isinstance(event, Recovery)]
    return f"said that something was left: {told}" if any(told) else None


def _client_recovers(farm: Farm, *, resume: bool = False) -> str | None:
    left = farm.client().recover(resume=resume).left
    return f"said that something was left: {left}" if left else None


def whole(
    scene: Scene,
    root: str,
    away: str,
    *,
    stream: bool = False,
    resume: bool = False,
    every: int = 1,
    seam: type[Killing] = Killing,
) -> tuple[int, list[Trouble]]:
    """Kill at every point in turn; recover by command and by the next command, in turn.

    Args:
        resume: carry on what can be carried on.
        seam: where the points are.
        every: only each so-manieth point, to be quick.
    """
    play = _Play(scene, root, away, stream=stream)
    troubles: list[Trouble] = []
    points, number = 0, 1
    farm = play.stage.reset()
    while die_at(number, play.perform, seam):
        points += 1
        active = resume and _is_active(farm)
        command = not resume and points % 2 == 0
        wrong = _recovered(play, farm, command=command, resume=resume, only_after=active)
        if wrong is not None:
            troubles.append(Trouble(str(number), wrong))
        number += every
        farm = play.stage.reset()
    assert number > _FEWEST
    return points, troubles


def _recovered(
    play: _Play, farm: Farm, *, command: bool = False, resume: bool = False, only_after: bool
) -> str | None:
    """Recover after a kill, and return what is wrong then."""
    try:
        said = _next_command(farm) if command else _client_recovers(farm, resume=resume)
    except DotstreamError as error:
        said = f"{type(error).__name__}: {error}"
    return play.judge(only_after=only_after) or said


def _is_active(farm: Farm) -> bool:
    unfinished = farm.client().unfinished()
    return unfinished is not None and unfinished.state == "active"


def twice(
    scene: Scene, root: str, away: str, *, stream: bool = False, every: int = 1
) -> tuple[int, list[Trouble]]:
    """Kill at every point, and kill the recovery from that at every point too.

    Args:
        every: only each so-manieth pair of points, to be quick.
    """
    play = _Play(scene, root, away, stream=stream)
    troubles: list[Trouble] = []
    pairs, first = 0, 0
    while True:
        first += 1
        farm = play.stage.reset()
        if not die_at(first, play.perform):
            return pairs, troubles
        second = 1 + first % every
        while True:
            if second > 1:
                farm = play.stage.reset()
                die_at(first, play.perform)
            if not die_at(second, partial(_recover, farm)):
                break
            pairs += 1
            wrong = _recovered(play, farm, only_after=False)
            if wrong is not None:
                troubles.append(Trouble(f"{first}, then {second}", wrong))
            second += every


def _renamed(place: str) -> None:
    os.rename(place, f"{place} is away")


def _linked(place: str) -> None:
    _renamed(place)
    os.symlink(f"{place} is away", place)


def _replaced(place: str) -> None:
    _renamed(place)
    with open(place, "x", encoding="utf-8"):
        pass


AWAY: dict[str, Callable[[str], None]] = {
    "renamed": _renamed,
    "replaced by a link": _linked,
    "replaced by a file": _replaced,
}
"""Ways in which a directory is not where it was, for a while."""


def _back(place: str) -> None:
    """Have a directory where it was again."""
    if os.path.isdir(place) and not os.path.islink(place):
        os.rmdir(place)
    elif os.path.lexists(place):
        os.unlink(place)
    os.rename(f"{place} is away", place)


def absent(
    scene: Scene, root: str, away: str, how: str, *, every: int = 1
) -> tuple[int, list[Trouble]]:
    """Kill at every point, recover while a directory is away, and again when it is back.

    It goes before the recovery, and at every change that the recovery makes; what the
    recovery says meanwhile is its own affair.

    Args:
        how: one of ``AWAY``.
        every: only each so-manieth pair of points, to be quick.
    """
    play = _Play(scene, root, away, stream=False)
    troubles: list[Trouble] = []
    pairs, number = 0, 1
    farm = play.stage.reset()
    while die_at(number, play.perform):
        for place in _staying(play):
            for moment in range(0, 1_000, every):
                farm = play.stage.reset()
                die_at(number, play.perform)
                if not os.path.isdir(place) or os.path.islink(place):
                    break  # it is beside its place
                went = _recover_without(farm, place, AWAY[how], moment)
                if not went:
                    break
                pairs += 1
                _back(place)
                wrong = _recovered(play, farm, only_after=False)
                if wrong is not None:
                    point = f"{number}, {place.removeprefix(farm.root)} {how} at {moment}"
                    troubles.append(Trouble(point, wrong))
        number += every
        farm = play.stage.reset()
    return pairs, troubles


def moved(scene: Scene, root: str, away: str, *, every: int = 1) -> tuple[int, list[Trouble]]:
    """Kill at every point, and recover after the target was renamed; then it is renamed back."""
    play = _Play(scene, root, away, stream=False)
    troubles: list[Trouble] = []
    points, number = 0, 1
    farm = play.stage.reset()
    while die_at(number, play.perform):
        points += 1
        was, now = farm.target, f"{farm.target} elsewhere"
        os.rename(was, now)
        farm.target = now
        said = None
        try:
            said = _client_recovers(farm)
        except DotstreamError as error:
            said = f"{type(error).__name__}: {error}"
        os.rename(now, was)
        farm.target = was
        wrong = play.judge() or said
        if wrong is not None:
            troubles.append(Trouble(str(number), wrong))
        number += every
        farm = play.stage.reset()
    return points, troubles


def _lose(journal: str) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(journal + suffix)


def _truncate(journal: str) -> None:
    """Lose the second half of what was written last, as a disk that lies does."""
    log = f"{journal}-wal"
    if os.path.exists(log):
        os.truncate(log, os.path.getsize(log) // 2)


def _tear(journal: str) -> None:
    for path in (journal, f"{journal}-wal"):
        if os.path.exists(path):
            os.truncate(path, os.path.getsize(path) // 3)


JOURNALS: dict[str, Callable[[str], None]] = {
    "lost": _lose,
    "truncated": _truncate,
    "torn": _tear,
    "rebuilt": _lose,
}
"""What becomes of a journal after a run was killed; it is made anew where nothing else helps."""


def without_journal(
    scene: Scene, root: str, away: str, how: str, *, every: int = 1
) -> tuple[int, list[Trouble]]:
    """Kill at every point, and go on with a journal that does not know of it.

    Nobody can take such a run back.  But no file is lost, what was backed up is listed with its
    path, and the next commands work.

    Args:
        how: one of ``JOURNALS``.
        every: only each so-manieth point, to be quick.
    """
    play = _Play(scene, root, away, stream=False)
    troubles: list[Trouble] = []
    points, number = 0, 1
    farm = play.stage.reset()
    while die_at(number, play.perform):
        points += 1
        place = existing_state(farm.state, farm.target)
        if place is not None:
            JOURNALS[how](place.journal)
            wrong = _gone_on(play, farm, rebuild=how == "rebuilt")
            if wrong is not None:
                troubles.append(Trouble(str(number), wrong))
        number += every
        farm = play.stage.reset()
    return points, troubles


def _gone_on(play: _Play, farm: Farm, *, rebuild: bool) -> str | None:
    """Go on after a kill with whatever the journal is, and return what is wrong then."""
    if rebuild:
        farm.client().rebuild()
    try:
        farm.client().recover()
    except JournalError as error:  # said once, or what is there cannot be read
        if error.remedy == "rebuild":
            farm.client().rebuild()
    client = farm.client()
    try:
        client.recover()
        client.apply(client.stream_manage("idle"))
    except DotstreamError as error:
        return f"nothing can be done any more: {type(error).__name__}: {error}"
    if missing := lost(play.before, world(farm)):
        return f"LOST {sorted(missing.elements())}"
    place = existing_state(farm.state, farm.target)
    listed = {backup.kept: backup.path for backup in client.backups()}
    held = [path for _, _, path in contents(place.backups)] if place else []
    if unlisted := [path for path in held if not listed.get(path)]:
        return f"backed up, and nothing says where it was: {unlisted}"
    return None


def _staying(play: _Play) -> list[str]:
    """Return the directories that are there before the scene, and after it."""
    farm = play.stage.farm
    roots = {"home": farm.target, "stow": farm.directory}
    return [
        f"{roots[label]}/{inner}"
        for label, _, inner in (path.partition("/") for path in play.before)
        if label in roots
        and inner
        and all(tree.get(f"{label}/{inner}", _NONE).kind == "dir" for tree in _ends(play))
    ]


def _ends(play: _Play) -> tuple[Tree, Tree]:
    return play.before, play.after


def _recover_without(farm: Farm, place: str, go: Callable[[str], None], moment: int) -> bool:
    """Recover while a directory goes at a change; false if it never came to that change."""
    gone = moment == 0
    if gone:
        go(place)

    def leave(change: int, _call: str, _name: str) -> None:
        nonlocal gone
        if change == moment and os.path.isdir(place) and not os.path.islink(place):
            gone = True
            go(place)

    with suppress(DotstreamError):
        _recover(farm, Watched(leave))
    return gone


def _main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="every scene, both ways, twice")
    parser.add_argument("--only", default="", help="scenes with this in their name")
    parser.add_argument("--twice", action="store_true", help="kill the recoveries too")
    parser.add_argument("--every", type=int, default=1, help="of the pairs, each so-manieth")
    chosen = parser.parse_args(words)
    failed = 0
    for name, scene in SCENES.items():
        if chosen.only in name:
            for stream in (False, True) if chosen.long else (False,):
                for double in (False, True) if chosen.long or chosen.twice else (False,):
                    failed += _played(
                        name, scene, stream=stream, double=double, every=chosen.every
                    )
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _played(name: str, scene: Scene, *, stream: bool, double: bool, every: int) -> int:
    """Play a scene to its end, print what came of it, and return how much was wrong."""
    how = f"{name}, {'streaming' if stream else 'at once'}, {'twice' if double else 'once'}"
    with tempfile.TemporaryDirectory(dir=QUICK) as root, elsewhere() as away:
        if away is None:
            _say(f"{how}: skipped, there is no second file system here")
            return 0
        places = os.path.realpath(f"{root}/here"), f"{away}/there"
        try:
            play = partial(twice, every=every) if double else whole
            points, troubles = play(scene, *places, stream=stream)
        except (AssertionError, DotstreamError) as error:
            _say(f"{how}: cannot be played: {type(error).__name__}: {error}")
            return 1
    _say(f"{how}: {points} points, {len(troubles)} bad")
    for trouble in sorted(troubles, key=lambda each: each.what[:4])[:3]:
        _say(f"    at {trouble.point}: {trouble.what}")
    return len(troubles)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
