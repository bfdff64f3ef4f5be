"""Links that two threads make: the same as one makes, and rolled back whichever meets what."""

from __future__ import annotations

import errno
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from tests.descriptors import opened, place
from tests.farm import Farm, host
from tests.snapshot import difference

from dotstream.errors import Cancelled, OperationFailed, PreconditionFailed, RollbackIncomplete
from dotstream.fs.change import Changes
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Applied
from dotstream.model.options import Preferences
from dotstream.store.journal import UNSURE
from dotstream.transaction import links, two_threads
from dotstream.transaction.execution import execution_of_plan
from dotstream.transaction.terms import Terms
from dotstream.transaction.two_threads import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.model.events import Result
    from dotstream.transaction.execution import Execution

_NEVER = Preferences(folding="never")
_OTHER = "dotstream-links"
_BATCH = 400
_STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["batch", "stream"])
_EITHER = pytest.mark.parametrize("which", ["first", "other"])


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every system be slow enough for two threads."""
    monkeypatch.setattr(links, "LONG", 0.0)
    monkeypatch.setattr(links, "AGREED", 1)
    monkeypatch.setattr(two_threads, "HANDED_OVER", 0.0)


@pytest.fixture
def wide(farm: Farm) -> Farm:
    """Return a farm of many directories: more than are flushed each for itself."""
    return farm.make({f"stow/v/a{d % 7}/d{d:03}/f{f}": "" for d in range(180) for f in range(15)})


class _Both(Changes):
    """Has each of two threads make a link before the other goes on, and then does something.

    Attributes:
        counts: how many links each has made since.
    """

    def __init__(
        self, which: str = "", at: int = 20, then: Callable[[int, str], None] = lambda *_: None
    ) -> None:
        super().__init__()
        self.link = self._link
        self.counts = {"first": 0, "other": 0}
        self._which, self._at, self._then = which, at, then
        self._met = threading.Barrier(2, timeout=60)
        self._waits = {"first", "other"}

    def _link(self, text: str | bytes, name: str | bytes, *, dir_fd: int) -> None:
        here = "other" if threading.current_thread().name == _OTHER else "first"
        if here in self._waits and _at_work():
            self._waits.discard(here)
            self._met.wait()
        if not self._waits:
            self.counts[here] += 1
            if here == self._which and self.counts[here] == self._at:
                self._then(dir_fd, os.fsdecode(name))
        os.symlink(text, name, dir_fd=dir_fd)


def _at_work() -> bool:
    return any(thread.name == _OTHER for thread in threading.enumerate())


def _run(
    farm: Farm, changes: Changes, *, stream: bool = False, token: CancellationToken | None = None
) -> Execution[Result]:
    plan = farm.client().stream("manage", everything=True, prefer=_NEVER)
    terms = Terms(stream=stream, batch=_BATCH)
    return execution_of_plan(plan, host=host(farm.state, changes), terms=terms, cancel=token)


def _open() -> int:
    return len(opened())


def _refuse(_fd: int, name: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def _interrupt(_fd: int, _name: str) -> None:
    raise KeyboardInterrupt


def _occupy(fd: int, name: str) -> None:
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=fd))


@_STREAMED
def test_two_threads_make_what_one_makes(
    wide: Farm, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = _Both()
    dones = [
        event.done for event in _run(wide, both, stream=stream) if isinstance(event, Applied)
    ]
    assert min(both.counts.values()) > 0
    assert dones == sorted(dones)
    made = wide.home()
    assert list(wide.client().doctor()) == []
    assert wide.client().apply(wide.client().stream_undo()).applied
    assert wide.home() == {}
    monkeypatch.setattr(links, "LONG", float("inf"))
    _run(wide, Changes(), stream=stream).drain()
    assert wide.home() == made
    assert not _at_work()


@_STREAMED
@_EITHER
def test_what_the_system_refuses_either_thread_is_told_and_all_is_rolled_back(
    wide: Farm, which: str, stream: bool
) -> None:
    before, held = wide.tree(), _open()
    with pytest.raises(OperationFailed, match="No space left") as failed:
        _run(wide, _Both(which, then=_refuse), stream=stream).drain()
    assert failed.value.operation.kind == "create_link"
    assert difference(before, wide.tree()) == []
    assert wide.client().unfinished() is None
    assert (_at_work(), _open()) == (False, held)


@_STREAMED
@_EITHER
def test_an_interrupt_of_either_thread_is_rolled_back(
    wide: Farm, which: str, stream: bool
) -> None:
    before, held = wide.tree(), _open()
    with pytest.raises(KeyboardInterrupt):
        _run(wide, _Both(which, then=_interrupt), stream=stream).drain()
    assert difference(before, wide.tree()) == []
    assert wide.client().unfinished() is None
    assert (_at_work(), _open()) == (False, held)


@_EITHER
def test_a_file_that_either_thread_comes_upon_is_left_as_it_is(wide: Farm, which: str) -> None:
    occupied: list[str] = []

    def occupy(fd: int, name: str) -> None:
        occupied.append(place(fd) + f"/{name}")
        _occupy(fd, name)

    with pytest.raises(RollbackIncomplete, match="something is there now") as failed:
        _run(wide, _Both(which, then=occupy)).drain()
    directory = os.path.dirname(occupied[0])
    assert [left.split(" contains ")[0] for left in failed.value.left] == [
        directory,
        os.path.dirname(directory),
    ]
    assert isinstance(failed.value.__cause__, PreconditionFailed)
    assert {path for path, kind in wide.home().items() if kind != "dir"} == {
        occupied[0].removeprefix(f"{wide.target}/")
    }


@_EITHER
@pytest.mark.parametrize("keep", [False, True], ids=["rolled back", "kept"])
def test_stopped_while_two_threads_work_it_is_taken_back_or_kept_as_far_as_all_is_done(
    wide: Farm, which: str, keep: bool
) -> None:
    before, token = wide.tree(), CancellationToken()
    run = _run(wide, _Both(which, then=lambda *_: run.cancel(keep=keep)), token=token)
    if not keep:
        with pytest.raises(Cancelled):
            run.drain()
        assert difference(before, wide.tree()) == []
        return
    kept = run.drain()
    assert not kept.complete
    assert 0 < kept.applied == len(wide.home())
    assert list(wide.client().doctor()) == []
    assert wide.client().apply(wide.client().stream_undo()).applied == kept.applied
    assert difference(before, wide.tree()) == []


@_STREAMED
@_EITHER
def test_killed_while_two_threads_work_it_is_recovered(
    wide: Farm, which: str, stream: bool
) -> None:
    before = wide.tree()
    for at in (1, 7, 100):
        child = os.fork()
        if not child:
            try:
                _run(
                    wide,
                    _Both(which, at, lambda *_: os.kill(os.getpid(), signal.SIGKILL)),
                    stream=stream,
                ).drain()
            finally:
                os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        found = wide.client().recover()
        assert (found.left, found.direction) == ((), "rolled_back")
        assert difference(before, wide.tree()) == []


def test_what_two_threads_were_killed_at_is_carried_on(wide: Farm) -> None:
    child = os.fork()
    if not child:
        try:
            _run(
                wide, _Both("other", 30, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            ).drain()
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert wide.client().recover(resume=True).direction == "resumed"
    assert sum(kind.startswith("->") for kind in wide.home().values()) == 180 * 15
    assert list(wide.client().doctor()) == []


def test_no_more_directories_are_held_open_than_said(wide: Farm) -> None:
    most, held = 0, _open()

    class Counting(_Both):
        def _link(self, text: str | bytes, name: str | bytes, *, dir_fd: int) -> None:
            nonlocal most
            if name in {"f7", b"f7"}:  # to count them takes long
                most = max(most, _open())
            super()._link(text, name, dir_fd=dir_fd)

    _run(wide, Counting()).drain()
    assert most - held < WAITING + 60  # the journal, the locks, and what is to be flushed
    assert _open() == held


def test_where_no_more_files_may_be_open_nothing_waits(
    wide: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def at_the_limit(fd: int) -> int:
        asked.append(fd)
        if len(asked) > 20:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return os.dup(fd)

    monkeypatch.setattr(two_threads, "duplicate", at_the_limit)
    _run(wide, _Both("other", 1, lambda *_: None)).drain()
    assert len(asked) > 20
    assert sum(kind.startswith("->") for kind in wide.home().values()) == 180 * 15
    assert list(wide.client().doctor()) == []


def test_a_small_change_has_no_second_thread(farm: Farm) -> None:
    farm.make({f"stow/v/d{d}/f": "" for d in range(30)})
    seen: set[bool] = set()
    for _event in _run(farm, Changes()):
        seen.add(_at_work())
    assert seen == {False}


def test_where_directories_are_flushed_one_by_one_one_thread_makes_all(
    wide: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dotstream.fs import system

    monkeypatch.setattr(system, "flushes", lambda _fd: False)  # as on FUSE
    seen = {_at_work() for _event in _run(wide, Changes())}
    assert seen == {False}
    assert list(wide.client().doctor()) == []


def test_a_batch_is_in_doubt_as_a_whole_and_never_more(wide: Farm) -> None:
    """Two threads are at one batch at a time, of which recovery looks at every step."""
    made = 0

    def told(event: object) -> None:
        nonlocal made
        if isinstance(event, Applied):
            links_there = sum(len(names) for _, _, names in os.walk(wide.target))
            made = links_there
            assert event.done >= links_there > event.done - UNSURE

    for event in _run(wide, _Both(), stream=True):
        told(event)
    assert made == 180 * 15
