"""What may be on a disk after a power cut, by four models of a file system.

=========  ============================================================================
ordered    Names, modes and lengths reach the disk in the order in which they were made.
           An fsync carries everything up to the last change of its inode (ext4, xfs).
treelog    The same order, but an fsync carries only its inode, the names of that, the
           directories above it and, of a directory, its entries (btrfs).
weak       Any subset that no fsync covers, as long as it can be: an entry is made where
           it is free, what is in a directory needs the directory, a rename is one step.
           An fsync carries what it does in ``treelog``.
strict     ``weak``, but an fsync carries no name of the directories above (POSIX).
=========  ============================================================================

Bytes that no fsync covers are there, or not, or some pages of them, whatever the names say;
where there is an order, a file is no longer than that allows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from tests.crash.power.disk import Inode, carry_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crash.power.disk import Disk, Inodes, Op

__all__ = ["MODELS", "Model", "State", "States"]

Model: TypeAlias = Literal["ordered", "treelog", "weak", "strict"]
MODELS: tuple[Model, ...] = get_args(Model)

_PAGE = 4096


@dataclass(frozen=True)
class State:
    """The power goes before the op ``at``.

    Attributes:
        kept: the changes of names and modes that are on the disk.
        spilt: of each file with bytes in doubt, how much of them is.
        ends: of each file system, the first op that is not, where there is an order.
    """

    at: int
    kept: frozenset[int]
    spilt: tuple[tuple[int, str], ...]
    ends: tuple[int, ...] = ()


class States:
    """The states that a run may leave, by one model.

    Attributes:
        covered: by op, the sync that it is on the disk after, whatever else is; in
            ``ordered`` that is told by the order instead.
    """

    def __init__(self, disk: Disk, model: Model) -> None:
        self._disk = disk
        self._log = disk.log
        self._in_order = model in ("ordered", "treelog")
        self._needs = _Needs(disk)
        self._meta = [n for n, op in enumerate(self._log) if op.kind in ("names", "mode")]
        self._least: list[tuple[int, ...]] = []
        self.covered: dict[int, int] = {}
        if model == "ordered":
            self._least = _carried(self._log, len(disk.roots))
        else:
            self.covered = _covered(disk, self._needs, strict=model == "strict")
        self._strict = model == "strict"
        # Before each sync: what may be there then includes all that may be earlier.
        syncs = {n for n, op in enumerate(self._log) if op.kind in ("fsync", "syncfs")}
        self._cuts = sorted({*syncs, len(self._log)})

    def some(self, seed: int, count: int) -> Iterator[State]:
        """Choose states: as the disk may be at any sync, and at the end."""
        rng = random.Random(seed)
        choose = self._prefix if self._in_order else self._subset
        for number in range(count):
            at = self._cuts[-1] if number % 8 == 0 else rng.choice(self._cuts)
            kept, ends = choose(at, rng)
            yield State(at, frozenset(kept), self._bytes(at, rng), ends)

    def _prefix(self, at: int, rng: random.Random) -> tuple[set[int], tuple[int, ...]]:
        """Keep the first ops of each file system, and what an fsync has carried."""
        meta = [n for n in self._meta if n < at]
        kept = {n for n in meta if self.covered.get(n, at) < at}
        ends = []
        for system in range(len(self._disk.roots)):
            own = [n for n in meta if self._log[n].system == system]
            least = self._least[at][system] if self._least else 0
            sure = sum(n < least for n in own)
            first = rng.choice([sure, len(own), rng.randint(sure, len(own))])
            kept.update(own[:first])
            ends.append(own[first] if first < len(own) else at)
        return kept, tuple(ends)

    def _subset(self, at: int, rng: random.Random) -> tuple[set[int], tuple[int, ...]]:
        """Keep all, none, one, all but one, or any of what is in doubt, as far as it can be."""
        meta = [n for n in self._meta if n < at]
        doubt = [n for n in meta if self.covered.get(n, at) >= at]
        one = {rng.choice(doubt)} if doubt else set()
        part = rng.random()
        any_ = {n for n in doubt if rng.random() < part}
        all_ = set(doubt)
        some = rng.choice([set(), all_, one, one, all_ - one, all_ - one, any_, any_])
        kept: set[int] = set()
        for n in meta:
            sure = self.covered.get(n, at) < at
            # In ``strict`` it may be in a directory that nothing leads to.
            if (sure and self._strict) or (
                (sure or n in some) and all(need in kept for need in self._needs.of(n))
            ):
                kept.add(n)
        return kept, ()

    def _bytes(self, at: int, rng: random.Random) -> tuple[tuple[int, str], ...]:
        doubt = sorted(self._in_doubt(at))
        alike = rng.choice(["all", "none", ""])
        return tuple((inode, alike or self._part(rng)) for inode in doubt)

    @staticmethod
    def _part(rng: random.Random) -> str:
        seed = rng.randrange(1 << 30)
        return rng.choice(["all", "none", f"pages {seed}", f"first {seed}"])

    def _in_doubt(self, at: int) -> dict[int, list[int]]:
        """Return the writes that no fsync covers, by file."""
        found: dict[int, list[int]] = {}
        for number, op in enumerate(self._log[:at]):
            if op.kind in ("write", "size"):
                found.setdefault(op.inode, []).append(number)
            elif op.kind == "fsync":
                found.pop(op.inode, None)
            elif op.kind == "syncfs":
                for inode in [i for i in found if self._disk.inodes[i].system == op.system]:
                    del found[inode]
        return found

    # What a state looks like -------------------------------------------------------------

    def is_last(self, state: State) -> bool:
        """Whether the run had ended before the power went."""
        return state.at == len(self._log)

    def build(self, state: State) -> Inodes:
        """Return the inodes as the disk has them."""
        inodes = {number: inode.copy() for number, inode in self._disk.origin.items()}
        doubt = self._in_doubt(state.at)
        for number, op in enumerate(self._log[: state.at]):
            if op.kind in ("names", "mode"):
                if number in state.kept:
                    carry_out(inodes, op)
            elif op.kind in ("write", "size") and number not in doubt.get(op.inode, ()):
                carry_out(inodes, op)
        how = dict(state.spilt)
        for number, ops in doubt.items():
            inode, writes = inodes[number], [(n, self._log[n]) for n in ops]
            if state.ends:  # no longer than the order allows
                end = state.ends[inode.system]
                writes = [(n, op) for n, op in writes if n < end or not _resizes(op)]
            spilt = [op for _, op in writes]
            longest = _length(inode, spilt)
            _spill(inode, spilt, how[number])
            if state.ends:
                inode.data = inode.data[:longest]
        return inodes

    def tell(self, state: State) -> str:
        """Say what is, and what is not, on the disk."""
        lost = [self._log[n].label for n in self._meta if n < state.at and n not in state.kept]
        parts = [f"{self._disk.name(inode)}: {how}" for inode, how in state.spilt if how != "all"]
        after = self._log[state.at - 1].label if state.at else "nothing"
        more = f" and {len(lost) - 8} more" if len(lost) > 8 else ""
        return (
            f"cut after #{state.at} ({after}); not on the disk: {', '.join(lost[:8])}{more}; "
            f"of what was written: {'; '.join(parts) or 'all'}"
        )


def _resizes(op: Op) -> bool:
    return op.grows or op.kind == "size"


def _length(inode: Inode, ops: list[Op]) -> int:
    length = len(inode.data)
    for op in ops:
        if op.kind == "size":
            length = op.value
        else:
            length = max(length, op.offset + len(op.data))
    return length


def _spill(inode: Inode, ops: list[Op], how: str) -> None:
    """Have bytes that are in doubt on the disk: all, none, some pages, or the first writes."""
    word, _, seed = how.partition(" ")
    rng = random.Random(seed)
    before = bytes(inode.data)
    if word == "first":
        ops = ops[: rng.randrange(len(ops) + 1)]
    for op in ops if word != "none" else ():
        carry_out({op.inode: inode}, op)
    if word == "pages":
        after = bytes(inode.data)
        longer = rng.random() < 0.7
        pages = bytearray(max(len(before), len(after)) if longer else len(before))
        for start in range(0, len(pages), _PAGE):
            page = (after if rng.random() < 0.6 else before)[start : start + _PAGE]
            page = page[: len(pages) - start]
            pages[start : start + len(page)] = page
        inode.data = pages


# What a sync has carried -----------------------------------------------------------------


def _carried(log: list[Op], systems: int) -> list[tuple[int, ...]]:
    """Return how many ops of each file system are on the disk at least, before each op."""
    least, found = [0] * systems, []
    changed: dict[int, int] = {}
    mode: dict[int, int] = {}
    for number, op in enumerate(log):
        found.append(tuple(least))
        if op.kind == "syncfs":
            least[op.system] = number
        elif op.kind == "fsync":
            last = max(changed.get(op.inode, -1), -1 if op.data_only else mode.get(op.inode, -1))
            least[op.system] = max(least[op.system], last + 1)
        elif op.kind == "mode":
            mode[op.inode] = number
        elif op.kind == "names":
            for slot in op.slots:
                changed[slot.directory] = number
                if slot.after is not None:
                    changed[slot.after] = number
        elif _resizes(op):  # a write in place changes nothing that there is an order of
            changed[op.inode] = number
    return [*found, tuple(least)]


def _covered(disk: Disk, needs: _Needs, *, strict: bool) -> dict[int, int]:
    """Return the sync that covers each op, if one does, without an order of ops."""
    covered: dict[int, int] = {}
    pending: list[int] = []
    above = {child: each.number for each in disk.origin.values() for child in each.names.values()}
    for number, op in enumerate(disk.log):
        if op.kind not in ("fsync", "syncfs"):
            pending.append(number)
            above.update((s.after, s.directory) for s in op.slots if s.after is not None)
            continue
        led_by = {op.inode} if strict else {op.inode, *_way_up(op.inode, above)}
        chosen = [n for n in pending if _covers(op, disk.log[n], led_by, strict=strict)]
        for n in chosen if strict else needs.closed(chosen):
            covered.setdefault(n, number)
        pending = [n for n in pending if n not in covered]
    return covered


def _way_up(inode: int, above: dict[int, int]) -> Iterator[int]:
    while inode in above:
        inode = above[inode]
        yield inode


def _covers(sync: Op, op: Op, led_by: set[int], *, strict: bool) -> bool:
    if sync.kind == "syncfs":
        return sync.system == op.system
    if op.kind == "names":
        return any(
            slot.directory == sync.inode or (not strict and slot.after in led_by)
            for slot in op.slots
        )
    return op.inode == sync.inode and not (sync.data_only and op.kind == "mode")


class _Needs:
    """What each change of names or modes cannot be without."""

    def __init__(self, disk: Disk) -> None:
        self._needs: dict[int, list[int]] = {}
        last: dict[tuple[int, str], int] = {}
        born: dict[int, int] = {}
        for number, op in enumerate(disk.log):
            if op.kind == "mode":
                self._needs[number] = [born[op.inode]] if op.inode in born else []
            if op.kind != "names":
                continue
            needs = [last[slot[:2]] for slot in op.slots if slot[:2] in last]
            for slot in op.slots:
                needs += [born[i] for i in (slot.directory, slot.after) if i in born]
            for slot in op.slots:
                last[slot[:2]] = number
                if slot.after is not None and disk.inodes[slot.after].born >= 0:
                    born.setdefault(slot.after, number)
            for _, _, before, after in op.slots if len(op.slots) == 1 else ():
                if after is None:  # a directory goes only once what was in it has gone
                    needs += [n for (directory, _), n in last.items() if directory == before]
            self._needs[number] = needs

    def of(self, number: int) -> list[int]:
        """Return what an op needs at once."""
        return self._needs.get(number, [])

    def closed(self, chosen: list[int]) -> set[int]:
        """Return the chosen ops and all that they need."""
        found, todo = set(chosen), list(chosen)
        while todo:
            more = [need for need in self.of(todo.pop()) if need not in found]
            found.update(more)
            todo += more
        return found
