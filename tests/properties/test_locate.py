"""What is told of one path is what is on the disk, and what the whole plan says."""

from __future__ import annotations

import os
import tempfile

from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from tests.farm import QUICK, Entry, Link
from tests.long import by_length
from tests.properties.test_path_plan import (
    _actions,
    _found,
    _inside,
    _laid_out,
    _member,
    _packed,
    _some,
)

from dotstream.model.items import Conflict, Operation
from dotstream.model.options import FOLDINGS, Action, Folding, Preferences


def _members(directory: str) -> list[str]:
    """Return everything in the packages, as absolute paths."""
    found = []
    for above, directories, files in os.walk(directory):
        found += [f"{above}/{name}" for name in directories + files]
    return [path for path in found if path.count("/") > directory.count("/") + 1]


@given(
    members=st.dictionaries(_member, _packed, min_size=1, max_size=8),
    theirs=st.dictionaries(_inside.map(lambda path: f"home/{path}"), _found, max_size=3),
    before=st.none() | st.tuples(_actions, _some, st.sampled_from(FOLDINGS)),
)
@example(  # two members that show as one name, both broken: the later one is linked
    members={"stow/vim/.c": Link("b/a"), "stow/vim/dot-c": Link("a")},
    theirs={},
    before=("manage", ["git"], "safe"),
)
@settings(
    max_examples=by_length(150, 3_000),
)
def test_every_member_is_told_as_it_is(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    before: tuple[Action, list[str], Folding] | None,
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        if before is not None:
            action, packages, folding = before
            prefer = Preferences(folding=folding, on_conflict="skip")
            farm.run("manage", prefer=Preferences(on_conflict="skip"))
            farm.run(action, *packages, prefer=prefer)
        client = farm.client()
        for source in _members(farm.directory):
            found = client.locate(source)
            event(found.state)
            assert (found.role, found.source) == ("source", source)
            assert found.target is not None
            assert found.package is not None
            same = os.path.lexists(found.target) and os.path.realpath(
                found.target
            ) == os.path.realpath(source)
            if found.state == "linked":
                assert same
                assert client.locate(found.target).state == "linked"
                continue
            if found.state == "ignored":
                continue  # whatever is above it
            plan = client.stream(
                "manage", [found.package], path=found.target, prefer=Preferences(folding="never")
            ).collect()
            below = f"{found.target}/"
            here = [
                item
                for item in plan.items
                if isinstance(item, Operation | Conflict) and not item.path.startswith(below)
            ]
            conflicts = [item for item in here if isinstance(item, Conflict)]
            assert (found.state == "conflict") == bool(conflicts)
            if found.state == "conflict":
                # Whether that may give way for one path is of the plan alone.
                assert found.conflict == conflicts[0]._replace(whole=False)
            if found.state == "directory":
                assert not here
            if found.state == "unlinked":
                assert here
