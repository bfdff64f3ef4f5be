"""Any composition of a plan's operations is carried out right, or refused and rolled back.

Operations of random plans on random farms are left out, swapped, doubled, reversed or cut
short between plan and execution.  Target, packages, records, history, counts, doctor and undo
have to agree afterwards.  ``DOTSTREAM_LONG=1`` runs 5,100 of them.
"""

from __future__ import annotations

import os
import random
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.snapshot import snapshot

from dotstream import Applied, Client, DotstreamError, Preferences, Result, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream import Action, Operation
    from dotstream.model.options import Folding, Policy

_CASES = 5100 if os.environ.get("DOTSTREAM_LONG") else 120
_BLOCKS = 12

_FOLDINGS: tuple[Folding, ...] = ("safe", "never", "always")
_POLICIES: tuple[Policy, ...] = ("backup", "overwrite", "adopt", "skip")
_LATER = {"missing_link", "unlisted_backup"}
"""Findings that a partial run may leave: packages have more than was asked for."""


def _without_one(rnd: random.Random, given: list[Operation]) -> list[Operation]:
    gone = rnd.randrange(len(given) or 1)
    return given[:gone] + given[gone + 1 :]


def _without_some(rnd: random.Random, given: list[Operation]) -> list[Operation]:
    return [each for each in given if rnd.random() < 0.6]


def _swapped(rnd: random.Random, given: list[Operation]) -> list[Operation]:
    found = list(given)
    if found:
        one, other = rnd.randrange(len(found)), rnd.randrange(len(found))
        found[one], found[other] = found[other], found[one]
    return found


def _doubled(rnd: random.Random, given: list[Operation]) -> list[Operation]:
    if not given:
        return []
    place = rnd.randrange(len(given) + 1)
    return [*given[:place], rnd.choice(given), *given[place:]]


def _reversed(_: random.Random, given: list[Operation]) -> list[Operation]:
    return given[::-1]


def _all(_: random.Random, given: list[Operation]) -> list[Operation]:
    return given


_COMPOSED = (_without_one, _without_some, _swapped, _doubled, _reversed, _all)
_CUTS = (None, None, None, "cancel", "close")


class _World(NamedTuple):
    """What must be as before when something is refused, or undone."""

    home: object
    packages: object
    links: list[tuple[str, str | None, str]]

    @classmethod
    def of(cls, root: Path, client: Client) -> _World:
        links = sorted((each.path, each.text, each.package) for each in client.links())
        return cls(snapshot(root / "home"), snapshot(root / "stow"), links)


def _farm(rnd: random.Random, root: Path) -> Client:
    """Make two packages that share directories, and a target with files in the way."""
    (root / "home").mkdir(parents=True)
    for package in ("a", "b"):
        (root / "stow" / package).mkdir(parents=True)
        for name in ("", "p", "p/q", "r", "dot-s"):
            if rnd.random() < 0.6:
                here = root / "stow" / package / name
                here.mkdir(parents=True, exist_ok=True)
                for number in range(rnd.randrange(4)):
                    whose = package if rnd.random() < 0.7 else "z"
                    (here / f"{whose}{number}").write_text(package)
    for name in ("p", "r"):
        if rnd.random() < 0.3:
            (root / "home" / name).mkdir()
            if rnd.random() < 0.5:
                (root / "home" / name / "a0").write_text("mine")
    home = str(root / "home")
    return Client(root / "stow", target=home, state=root / "state", home=home)


def _operations(rnd: random.Random, root: Path, client: Client) -> list[Operation]:
    """Return the operations of a random plan on a farm that random things were done to."""
    policy = rnd.choice(_POLICIES)
    prefer = Preferences(folding=rnd.choice(_FOLDINGS), on_conflict=policy)
    first = rnd.sample(["a", "b"], rnd.choice([1, 2]))
    client.apply(client.stream_manage(*first, prefer=prefer))
    if rnd.random() < 0.4:
        (root / "stow/a/p/new").mkdir(parents=True)
        (root / "stow/a/p/new/f").touch()
    action: Action | str = rnd.choice(["manage", "unmanage", "remanage", "undo"])
    prefer = Preferences(folding=rnd.choice(_FOLDINGS), on_conflict=policy)
    packages = ["a", "b"] if rnd.random() < 0.5 else ["b"]
    if action == "undo":
        plan = client.stream_undo()
    else:
        plan = client.stream(action, packages, prefer=prefer)  # type: ignore[arg-type]
    with plan:
        return list(plan.operations)


def _executed(rnd: random.Random, client: Client, given: list[Operation]) -> Result | None:
    """Carry operations out, perhaps cut short and kept; return the result, if there is one."""
    cut, after = rnd.choice(_CUTS), rnd.randrange(1, len(given) + 2)
    with client.execute(
        iter(given), stream=rnd.random() < 0.5, batch=rnd.choice([1, 2, 3, 5]), partial=True
    ) as run:
        for event in run:
            after -= isinstance(event, Applied)
            if cut is not None and not after:
                if cut == "close":
                    run.close(keep=True)
                    break
                run.cancel(keep=True)
    try:
        return run.result
    except UsageError:
        return None


def _agree(root: Path, client: Client, before: _World, result: Result, known: set[str]) -> None:
    """See that history, counts, records and doctor say what was done, and that undo works."""
    latest = next(client.history())
    assert (latest.id, latest.state) == (result.transaction, "committed")
    assert sum(latest.counts.values()) == result.applied == result.summary.operations
    for link in client.links():
        assert os.readlink(link.path) == link.text
    assert {str(each.kind) for each in client.doctor()} - known <= _LATER
    client.apply(client.stream_undo(result.transaction))
    after = _World.of(root, client)
    assert (after.home, after.packages) == (before.home, before.packages)


def _played(seed: int, root: Path) -> str:
    """Play one case; return how it ended."""
    rnd = random.Random(seed)
    client = _farm(rnd, root)
    try:
        operations = _operations(rnd, root, client)
    except DotstreamError:
        return "no plan"
    given = rnd.choice(_COMPOSED)(rnd, operations)
    before = _World.of(root, client)
    past, known = len(list(client.history())), {str(each.kind) for each in client.doctor()}
    try:
        result = _executed(rnd, client, given)
    except DotstreamError as error:
        assert _World.of(root, client) == before
        assert len(list(client.history())) <= past + 1
        assert client.unfinished() is None
        return type(error).__name__
    if result is not None and result.transaction:
        _agree(root, client, before, result, known)
        return "done" if result.complete else "kept"
    return "nothing"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_a_composition_is_right_or_refused(block: int, tmp_path: Path) -> None:
    for seed in range(block, _CASES, _BLOCKS):
        root = tmp_path / f"{seed}"
        try:
            _played(seed, root)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        shutil.rmtree(root)
