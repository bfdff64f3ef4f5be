"""What the power goes in: a farm, what was done before, and what is done then."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tests.crash.killing import die_at
from tests.crash.scenes import SCENES as KILLED
from tests.crash.scenes import Scene
from tests.farm import File, Link, apply
from tests.transaction.faulty import Faulty

from dotstream.errors import ConflictError, OperationFailed
from dotstream.fs import system
from dotstream.model.events import Applied
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.farm import Entry, Farm

    from dotstream.fs.change import Changes
    from dotstream.planner.stream import StreamingPlan

__all__ = ["CUTS", "SHORT", "Cut"]

_HALF_WAY = 30


@dataclass(frozen=True)
class Cut:
    """A scene in which the power goes.

    Attributes:
        act: what is done when it goes.
        killed: the point at which a run is killed before that, if one is.
        batch: how many steps are carried out together; 0 for as many as ever.
        resume: whether recovery carries it to its end.
        exchange: whether the system has ``renameat2``.
        erases: whether it is to remove contents for good.
    """

    scene: Scene
    act: Callable[[Farm, Scene], object]
    killed: int = 0
    batch: int = 0
    resume: bool = False
    exchange: bool = True
    erases: bool = False

    def kill(self, farm: Farm) -> None:
        """Apply the scene's plan, and be killed."""

        def run(changes: Changes) -> None:
            apply(self.scene.plan(farm), state=farm.state, changes=changes)

        assert die_at(self.killed, run)

    def perform(self, farm: Farm) -> None:
        """Do what the power goes in."""
        self.act(farm, self.scene)

    @contextmanager
    def conditions(self) -> Iterator[None]:
        """Have batches and pages so small that a few links are many, and no exchange."""
        small = {"BATCH": self.batch, "UNSURE": 2 * self.batch, "LONGEST": self.batch}
        wanted: list[tuple[dict[str, object], str, object]] = []
        for name, module in list(sys.modules.items()):
            if self.batch and name.startswith(("dotstream.store.", "dotstream.transaction.")):
                wanted += [
                    (vars(module), key, small[key]) for key in small if key in vars(module)
                ]
        if not self.exchange:
            wanted += [(vars(system), key, _unknown) for key in ("rename_new", "exchange")]
        were = [(values, key, values[key]) for values, key, _ in wanted]
        try:
            for values, key, value in wanted:
                values[key] = value
            yield
        finally:
            for values, key, value in were:
                values[key] = value


def _unknown(*_: object) -> int:
    return errno.ENOSYS


# What is done ----------------------------------------------------------------------------


def _at_once(farm: Farm, scene: Scene) -> None:
    apply(scene.plan(farm), state=farm.state)


def _streaming(farm: Farm, scene: Scene) -> None:
    apply(scene.plan(farm), state=farm.state, stream=True)


def _met_late(farm: Farm, scene: Scene) -> None:
    """Stream into a conflict that comes late."""
    try:
        apply(scene.plan(farm), state=farm.state, stream=True)
    except ConflictError:
        return
    raise AssertionError("there was no conflict")


def _failing(farm: Farm, scene: Scene) -> None:
    """Have the system refuse a link half-way."""
    changes = Faulty(_HALF_WAY, errno.EIO)
    try:
        apply(scene.plan(farm), state=farm.state, changes=changes)
    except OperationFailed:
        assert changes.fired
        return
    raise AssertionError("nothing failed")


def _keeping(farm: Farm, scene: Scene) -> None:
    """Stop half-way, and keep what was done."""
    client = farm.client()
    run = client.execute(scene.plan(farm).operations, batch=8)
    for event in run:
        if isinstance(event, Applied) and event.done >= 20:
            run.cancel(keep=True)
    assert not run.result.complete


def _recovering(farm: Farm, _: Scene, *, resume: bool = False) -> None:
    assert farm.client().recover(resume=resume).transaction is not None


def _pruning(farm: Farm, _: Scene) -> None:
    assert farm.client().prune_backups()


# The farms -------------------------------------------------------------------------------

_MANY: dict[str, Entry] = {f"stow/zsh/d{n // 8}/f{n:02}": f"f{n}" for n in range(48)}
_LATE: dict[str, Entry] = {"stow/zsh/z": "z", "home/z": "private z"}
_TAKEN: dict[str, Entry] = {f"home/d{n // 8}/f{n:02}": f"private {n}" for n in range(0, 48, 5)}


def _scene(files: dict[str, Entry], away: str = "", **prefer: str) -> Scene:
    chosen = Preferences(folding="never", **prefer)  # type: ignore[arg-type]

    def plan(farm: Farm) -> StreamingPlan:
        return farm.client().stream_manage("zsh", prefer=chosen)

    return Scene(partial(_make, files), plan, away)


def _make(files: dict[str, Entry], farm: Farm) -> None:
    farm.make(files)


def _managed(farm: Farm) -> None:
    farm.make(_MANY).run("manage", "zsh", prefer=Preferences(folding="never"))


def _backed_up(farm: Farm) -> None:
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/b": "z", "stow/zsh/c": "z",
            "home/a": File("private", 0o600), "home/b/x": "theirs", "home/c": Link("nowhere"),
        }
    )  # fmt: skip
    farm.run("manage", "zsh", prefer=Preferences(on_conflict="backup"))


_TARGETS = """
[packages.git]
target = "~/work"
[packages.vim]
target = "~/play"
"""


def _several(farm: Farm) -> None:
    farm.make({"home/work/.keep": "k", "home/play/v/1": "private", "home/.keep": "k"})
    for package in ("git", "vim", "zsh"):
        farm.make({f"stow/{package}/{package[0]}/{n}": package for n in range(3)})
    farm.configured(_TARGETS)


def _manage_several(farm: Farm) -> StreamingPlan:
    prefer = Preferences(folding="never", on_conflict="backup")
    return farm.client().stream_manage("git", "vim", "zsh", prefer=prefer)


def _restarted(away: str = "", *, killed: int, resume: bool = False, **prefer: str) -> Cut:
    """Cut the power in a recovery."""
    act = partial(_recovering, resume=resume)
    files = _MANY | (_TAKEN if prefer else {})
    return Cut(_scene(files, away, **prefer), act, killed=killed, batch=8)


def _own() -> Iterator[tuple[str, Cut]]:
    """Scenes of small batches, of what fails, stops and recovers, and of what is erased."""
    many, taken = _scene(_MANY), _scene(_MANY | _TAKEN, on_conflict="backup")
    late = _scene(_MANY | _LATE)
    yield "many batches", Cut(many, _at_once, batch=8)
    yield "many batches, streaming", Cut(many, _streaming, batch=8)
    yield "backups in many batches", Cut(taken, _at_once, batch=8)
    yield "backups in many batches, streaming", Cut(taken, _streaming, batch=8)
    yield "a late conflict", Cut(late, _met_late, batch=8)
    yield "failing half-way", Cut(taken, _failing, batch=8)
    yield "stopped and kept", Cut(many, _keeping, batch=8)
    yield "nothing to do, streaming", Cut(Scene(_managed, many.plan), _streaming)
    yield "carried to its end", Cut(many, _at_once, batch=8, resume=True)
    yield "recovery", _restarted(killed=70, on_conflict="backup")
    yield "recovery forwards", _restarted(killed=60, resume=True)
    out = KILLED["move out of a package"]
    yield "recovery of what was moved out", Cut(out, _recovering, killed=22)
    yield (
        "recovery forwards of what was moved out",
        Cut(out, partial(_recovering, resume=True), killed=22),
    )
    for part in ("state", "packages"):
        where = f", {part} away"
        yield f"many batches, streaming{where}", Cut(_away(many, part), _streaming, batch=8)
        yield f"a late conflict{where}", Cut(_away(late, part), _met_late, batch=8)
        yield f"failing half-way{where}", Cut(_away(taken, part), _failing, batch=8)
        yield f"stopped and kept{where}", Cut(_away(many, part), _keeping, batch=8)
        yield f"recovery{where}", _restarted(part, killed=70, on_conflict="backup")
        yield f"recovery forwards{where}", _restarted(part, killed=60, resume=True)
        yield f"carried to its end{where}", Cut(_away(many, part), _at_once, batch=8, resume=True)
    several = Scene(_several, _manage_several)
    yield "several targets", Cut(several, _at_once)
    yield "several targets, streaming", Cut(several, _streaming)
    yield "several targets, state away", Cut(_away(several, "state"), _at_once)
    kept = Scene(_backed_up, _manage_several)
    yield "prune", Cut(kept, _pruning, erases=True)
    yield "prune, state away", Cut(_away(kept, "state"), _pruning, erases=True)


def _away(scene: Scene, part: str) -> Scene:
    return replace(scene, away=part)


def _killed() -> Iterator[tuple[str, Cut]]:
    """The scenes that are killed everywhere, in both ways to apply."""
    for name, scene in KILLED.items():
        yield name, Cut(scene, _at_once)
        yield f"{name}, streaming", Cut(scene, _streaming)
        if not scene.away:
            yield f"{name}, without exchange", Cut(scene, _at_once, exchange=False)


CUTS: dict[str, Cut] = dict([*_own(), *_killed()])

SHORT = (
    "many batches", "backups in many batches, streaming", "a late conflict, state away",
    "failing half-way", "stopped and kept", "recovery, state away",
    "back up directories, state away", "move out of a package, streaming", "prune",
)  # fmt: skip
"""One of each kind: what is cut in every run of the tests."""
