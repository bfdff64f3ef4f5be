"""Cuts the power in a scene, recovers, and judges what is there.

usage: ``python -m tests.crash.power.play SCENE MODEL SEED STATE`` replays one state;
``python -m tests.crash.power.play --log SCENE`` prints what a scene does to the disk.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from tests.crash.mounts import elsewhere
from tests.crash.power.ablation import ABLATIONS
from tests.crash.power.disk import Disk
from tests.crash.power.scenes import CUTS
from tests.crash.power.states import States
from tests.crash.power.trace import traced
from tests.crash.scenes import Stage, check_manifest, lost, world
from tests.farm import QUICK
from tests.snapshot import difference

from dotstream.errors import DotstreamError
from dotstream.fs.state import existing_state
from dotstream.store import journal
from dotstream.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crash.power.disk import Inode, Inodes
    from tests.crash.power.scenes import Cut
    from tests.crash.power.states import Model, State
    from tests.farm import Farm
    from tests.snapshot import Tree

__all__ = ["Fault", "Play", "played", "started_anew"]

_UNLISTED = "unlisted_backup"
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))


class Fault(NamedTuple):
    """What is wrong after a cut, and the words that replay it."""

    replay: str
    what: str


class Play:
    """A scene that was recorded once, to have the power go in it again and again.

    Args:
        here, there: empty directories, on two file systems if the scene needs them.
        without: a flush that is left out; see ``ablation``.
    """

    def __init__(self, name: str, here: str, there: str, *, without: str = "") -> None:
        self.name = name
        self._anew = not without or ABLATIONS[without].anew
        self.cut: Cut = CUTS[name]
        with self.cut.conditions():
            stage = Stage(self.cut.scene, f"{here}/scene", f"{there}/scene")
            self.farm: Farm = stage.farm
            self._before = world(self.farm)
        self._first = self._history()
        self._roots = stage.places if self.cut.scene.away else stage.places[:1]
        pools = [f"{here}/pool", f"{there}/pool"][: len(self._roots)]
        self.disk = Disk(self._roots, pools, self.farm.state)
        for part in ("kill", "perform") if self.cut.killed else ("perform",):
            self._record(part, f"{here}/log", without)
        self._after = world(self.farm)
        self._put(self.disk.inodes)
        # A directory that the run itself removed cannot be made the very same again, so that
        # a recovery takes it for somebody else's, and says so.
        self._removes = self._known() < len(self.disk.directories)
        replayed = difference(self._after, world(self.farm))
        assert not replayed, f"the replay came to something else: {replayed}"

    def _record(self, part: str, log: str, without: str) -> None:
        farm = self.farm
        perform = ["-S", "-m", "tests.crash.power.perform", part, self.name, without]
        traced(
            [sys.executable, *perform, farm.root, farm.directory, farm.target, farm.state],
            self.disk,
            log=log,
            cwd=_ROOT,
            environ={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONHASHSEED": "0",
            },
        )
        os.unlink(log)

    def _history(self) -> dict[int, str]:
        return {each.id: each.state for each in self.farm.client().history()}

    def _known(self) -> int:
        """Count the directories that were there before and still are."""
        found = [each for root in self._roots for each, _, _ in os.walk(root)]
        found += [each.pool for each in self.disk.directories.values()]
        stats = (os.stat(path) for path in found if os.path.isdir(path))
        return sum((each.st_dev, each.st_ino) in self.disk.directories for each in stats)

    # One state ---------------------------------------------------------------------------

    def faults(self, model: Model, seed: int, count: int) -> Iterator[Fault]:
        """Cut the power in ``count`` states, and yield what is wrong after each."""
        states = States(self.disk, model)
        for number, state in enumerate(states.some(seed, count)):
            wrong = self.wrong(states, state)
            if wrong:
                words = f'"{self.name}" {model} {seed} {number}'
                yield Fault(words, f"{'; '.join(wrong)} ({states.tell(state)})")

    def wrong(self, states: States, state: State) -> list[str]:
        """Put a state on the disk, recover as after a start of the system, and judge."""
        self._put(states.build(state))
        with started_anew() if self._anew else nullcontext(), self.cut.conditions():
            try:
                left = self.farm.client().recover(resume=self.cut.resume).left
            except DotstreamError as error:
                return [f"STUCK: {type(error).__name__}: {error}"]
            wrong = self._judge(ended=states.is_last(state))
            if left and not self._removes:
                wrong.append(f"LEFT {left}")
            now = world(self.farm)
            again = self.farm.client().recover()
            if again.transaction is not None or difference(now, world(self.farm)):
                wrong.append(f"AGAIN: a second recovery did {again}")
        return wrong

    def _judge(self, *, ended: bool) -> list[str]:
        now = world(self.farm)
        if self.cut.erases:
            return [*self._erased(now, ended=ended), *self._hidden(now)]
        wrong = []
        history = self._history()
        done = history != self._first and "committed" in (
            state for number, state in history.items() if self._first.get(number) != state
        )
        expected = self._after if done else self._before
        if missing := lost(self._before, now):
            wrong.append(f"LOST {sorted(missing.elements())}")
        if differs := difference(expected, now):
            wrong.append(f"MIXED: {'done' if done else 'not done'}, but {differs}")
        if ended and difference(self._before, self._after) and not done:
            wrong.append("FORGOTTEN: it had ended, and nothing of it is there")
        try:
            check_manifest(self.farm)
        except AssertionError as error:
            wrong.append(f"MANIFEST {error}")
        return [*wrong, *self._hidden(now)]

    def _erased(self, now: Tree, *, ended: bool) -> list[str]:
        """Judge what is to be gone for good: it may still be there only until the end."""
        wrong = [
            f"MIXED: {line}"
            for line in difference(self._before, now)
            if not line.startswith("- 'backups/")
        ]
        if ended and (left := difference(self._after, now)):
            wrong.append(f"KEPT: it was said to be gone: {left}")
        return wrong

    def _hidden(self, now: Tree) -> list[str]:
        """Name what is in the backup area and in no list, of a transaction that has ended."""
        place = existing_state(self.farm.state, self.farm.target)
        if place is None or self.farm.client().unfinished() is not None:
            return []
        with closing(Journal(place.journal, readonly=True)) as opened:
            listed = {f"{number}-{step}" for step, number, _ in opened.backups()}
        hidden = _kept(now) - listed
        return [f"HIDDEN {sorted(hidden)}"] if hidden else []

    def told(self, states: States, state: State) -> dict[str, bool]:
        """Put a state on the disk, and lose the journal too.

        Returns:
            What is in the backup area, and whether doctor names it and it is told where it was.
        """
        self._put(states.build(state))
        place = existing_state(self.farm.state, self.farm.target)
        now = world(self.farm)
        if place is None:
            return {}
        for name in os.listdir(os.path.dirname(place.journal)):
            if name.startswith("journal.db"):
                os.unlink(f"{os.path.dirname(place.journal)}/{name}")
        told = {each.name for each in self.farm.client().doctor() if each.kind == _UNLISTED}
        paths = {each.kept.rpartition("/")[2]: each.path for each in self.farm.client().backups()}
        was = {
            name: self._before.get(f"home{path.removeprefix(self.farm.target)}")
            for name, path in paths.items()
        }
        return {
            name: name in told and was.get(name) == now[f"backups/{name}"] for name in _kept(now)
        }

    # Putting it on the disk --------------------------------------------------------------

    def _put(self, inodes: Inodes) -> None:
        for root, number in self.disk.roots.items():
            self._clear(root)
            self._write(inodes, root, number)

    def _clear(self, root: str) -> None:
        """Remove everything; directories that were there before are kept for ``_write``."""
        for above, directories, files in os.walk(root, topdown=False):
            for path in (f"{above}/{name}" for name in directories + files):
                found = os.lstat(path)
                first = self.disk.directories.get((found.st_dev, found.st_ino))
                if not stat.S_ISDIR(found.st_mode):
                    os.unlink(path)
                elif first is None:
                    os.rmdir(path)
                else:
                    os.rename(path, first.pool)

    def _write(self, inodes: Inodes, root: str, number: int) -> None:
        """Write a tree.

        What was there before is the very same again: its inode number is part of what a run
        compares.
        """
        todo, modes = [(root, inodes[number])], [(root, inodes[number].mode)]
        while todo:
            above, directory = todo.pop()
            for name, inner in directory.names.items():
                path, inode = f"{above}/{name}", inodes[inner]
                if inode.kind == "file":
                    self._write_file(inode, path)
                elif inode.kind == "link":
                    if inode.pool:
                        os.link(inode.pool, path, follow_symlinks=False)
                    else:
                        os.symlink(inode.text, path)
                else:
                    if os.path.exists(inode.pool):
                        os.rename(inode.pool, path)
                    else:
                        os.mkdir(path)
                    todo.append((path, inode))
                    modes.append((path, inode.mode))
        for path, mode in reversed(modes):
            os.chmod(path, mode)

    def _write_file(self, inode: Inode, path: str) -> None:
        if inode.pool and inode.data == self.disk.origin[inode.number].data:
            os.link(inode.pool, path)
            if stat.S_IMODE(os.lstat(path).st_mode) != inode.mode:
                os.chmod(path, inode.mode)
            return
        with open(path, "wb") as file:
            file.write(inode.data)
        os.chmod(path, inode.mode)
        if inode.mtime:
            os.utime(path, ns=(inode.mtime, inode.mtime))


def _kept(now: Tree) -> set[str]:
    """Return the names of what is in the backup area."""
    return {path.split("/")[1] for path in now if path.startswith("backups/")}


@contextmanager
def started_anew() -> Iterator[None]:
    """Have the system be another start of it than the one that was cut."""
    boot = vars(journal)["boot"]
    vars(journal)["boot"] = lambda: "another"
    try:
        yield
    finally:
        vars(journal)["boot"] = boot


@contextmanager
def played(name: str, *, without: str = "") -> Iterator[Play | None]:
    """Record a scene in scratch directories; ``None`` if there is no second file system."""
    with ExitStack() as held:
        here = os.path.realpath(held.enter_context(tempfile.TemporaryDirectory(dir=QUICK)))
        there = f"{here}/there"
        os.mkdir(there)
        if CUTS[name].scene.away:
            place = held.enter_context(elsewhere())
            if place is None:
                yield None
                return
            there = place
        yield Play(name, here, there, without=without)


def _main(words: list[str]) -> int:
    if words[:1] == ["--log"]:
        with played(words[1]) as play:
            assert play is not None, "there is no second file system here"
            for number, op in enumerate(play.disk.log):
                sys.stdout.write(f"{number:5} {op.system} {op.kind:6} {op.label}\n")
        return 0
    name, model, seed, count = words
    with played(name) as play:
        assert play is not None, "there is no second file system here"
        states = States(play.disk, model)  # type: ignore[arg-type]
        *_, state = states.some(int(seed), int(count) + 1)
        wrong = play.wrong(states, state)
    sys.stdout.write(f"{states.tell(state)}\n{chr(10).join(wrong) or 'as it should be'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
