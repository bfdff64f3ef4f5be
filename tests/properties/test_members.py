"""Some members are planned as packages that only have those, and as ``where=`` has it."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from tests.farm import QUICK, Entry, Farm, Link, lines
from tests.long import by_length
from tests.properties.test_path_plan import (
    _farms,
    _inside,
    _laid_out,
    _lived,
    _lived_in,
    _preferences,
    _some,
)

import dotstream
from dotstream.errors import OperationFailed
from dotstream.model.items import Operation
from dotstream.model.options import Action, Folding, Preferences

if TYPE_CHECKING:
    from dotstream.model.member import Member

_unhurried = settings(
    max_examples=by_length(150, 3_000),
)


def _lead_to_copy(link: str, root: str, copy: str) -> None:
    """Make a link of a farm lead to what it leads to in a copy of the farm."""
    above = os.path.dirname(link)
    led = os.path.join(above, os.readlink(link)).replace(root, copy, 1)
    os.unlink(link)
    os.symlink(os.path.relpath(led, above), link)


def _kept(members: list[Member], dropped: set[int]) -> list[Member]:
    return [member for index, member in enumerate(members) if index not in dropped]


@given(**_farms, dropped=st.sets(st.integers(0, 12)), prefer=_preferences, packages=_some)
@example(  # vim/b, a member, leads to vim/a, whose only file is left out
    members={"stow/git/b/a": "text", "stow/vim/a/a": "text", "stow/vim/b": Link("a")},
    theirs={},
    dropped={3},
    prefer=Preferences(),
    packages=["git", "vim"],
)
@_unhurried
def test_some_members_are_planned_as_packages_that_only_have_those(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    dropped: set[int],
    prefer: Preferences,
    packages: list[str],
) -> None:
    prefer = prefer._replace(folding="never")  # another package is folded in other places
    # A clone in the way of a clone is one conflict where all of a package is planned.
    theirs = {path: entry for path, entry in theirs.items() if ".git" not in path.split("/")}
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        whole = root + "/less/farm/stow/.whole"  # links out of a repository open nothing
        for copy in (root + "/less/farm", whole):
            shutil.copytree(farm.root, copy, symlinks=True)
        less = Farm.__new__(Farm)
        less.__dict__.update(
            {key: value.replace(root, root + "/less") for key, value in vars(farm).items()}
        )
        client = farm.client()
        scanned = list(client.scan(*packages, prefer=prefer))
        kept = _kept(scanned, dropped)
        for member in kept:  # a link is a member with all that it leads to
            if member.kind == "link":
                link = member.source.replace(root, root + "/less")
                _lead_to_copy(link, less.root, whole)
        above = set()
        for member in kept:
            source = member.source
            while source != farm.directory:  # directories are there for what is in them
                above.add(source)
                source = os.path.dirname(source)
        for member in reversed(scanned):
            if member.source not in above and os.path.dirname(member.source) != farm.directory:
                source = member.source.replace(root, root + "/less")
                if member.kind == "directory":
                    shutil.rmtree(source)
                else:
                    os.unlink(source)
        some = client.plan_members(kept, *packages, prefer=prefer)
        event(f"{len(kept)} of {len(scanned)} members")
        assert lines(some.items, farm.root) == lines(
            less.client().plan("manage", packages, prefer=prefer).items, less.root
        )
        if not some.conflicts and not some.errors:
            client.apply(some)
            less.run("manage", *packages, prefer=prefer)
            assert farm.home() == less.home()
            assert not [told for told in client.doctor() if told.kind == "stale_record"]


@given(**_farms, **_lived, unwanted=st.sets(_inside, max_size=6))
@_unhurried
def test_some_members_are_planned_as_where_would_have_them(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    managed: Folding | None,
    before: tuple[Action, list[str], Preferences],
    now: tuple[Action, list[str], Preferences],
    unwanted: set[str],
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        _lived_in(farm, managed, before)
        _, packages, prefer = now
        client = farm.client()

        def wanted(path: str) -> bool:
            return not any(f"{path}/".startswith(f"{each}/") for each in unwanted)

        whole = client.plan("manage", packages, prefer=prefer._replace(where=wanted))
        scanned = client.scan(*packages, prefer=prefer)
        chosen = (member for member in scanned if wanted(member.path))
        some = client.plan_members(chosen, *packages, prefer=prefer)
        event(f"{len(some.items)} items")
        assert lines(some.items, farm.root) == lines(whole.items, farm.root)


@given(**_farms, **_lived, dropped=st.sets(st.integers(0, 20), max_size=5))
@_unhurried
def test_what_is_left_without_some_operations_is_carried_out_whole_or_not_at_all(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    managed: Folding | None,
    before: tuple[Action, list[str], Preferences],
    now: tuple[Action, list[str], Preferences],
    dropped: set[int],
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        _lived_in(farm, managed, before)
        action, packages, prefer = now
        client, start = farm.client(), farm.tree()
        plan = client.plan(action, packages, prefer=prefer._replace(report_kept=False))
        operations = [item for item in plan.items if isinstance(item, Operation)]
        count = iter(range(len(operations)))
        rest = list(dotstream.without(operations, drop=lambda _: next(count) in dropped))
        event(f"{len(operations) - len(rest)} left out")
        if not rest:
            return
        try:
            client.execute(rest, partial=True).drain()
        except OperationFailed as failed:  # something stays in a directory that goes
            event(f"{failed.operation.kind} refused")
            assert farm.tree() == start
            return
        assert not [told for told in client.doctor() if told.kind == "stale_record"]
        client.apply(client.stream_undo())
        assert farm.tree() == start
