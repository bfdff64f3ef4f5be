"""All directories of a plan, each planned by itself, are the whole plan."""

from __future__ import annotations

import tempfile
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import event, example, given, settings
from tests.farm import QUICK, Entry, lines
from tests.long import by_length
from tests.properties.test_path_plan import (
    _farms,
    _is_note,
    _laid_out,
    _lived,
    _lived_in,
)

from dotstream.model.options import Action, Folding, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.client import Client
    from dotstream.model.items import Child


def _expanded(
    client: Client, action: Action, packages: Sequence[str], prefer: Preferences, directory: str
) -> Iterator[Child]:
    """Open a tree completely, a directory at a time."""
    level = client.children(action, packages, prefer=prefer, directory=directory)
    children = list(level)
    names = [child.name for child in children]
    assert len(names) == len(set(names)), "a name is told of once"
    for child in children:
        yield child
        if child.expandable:
            yield from _expanded(client, action, packages, prefer, child.path)


@given(**_farms, **_lived)
@example(  # a conflict about a name, and then the member that is moved for its adoption
    members={"stow/git/a": "text", "stow/git/b": "text", "stow/zsh/b": "text"},
    theirs={"home/b": "mine"},
    managed=None,
    before=("unmanage", ["git"], Preferences()),
    now=("manage", ["git", "zsh"], Preferences(on_conflict="adopt")),
)
@settings(
    max_examples=by_length(200, 4_000),
)
def test_all_directories_together_are_the_whole_plan(
    members: dict[str, Entry],
    theirs: dict[str, Entry],
    managed: Folding | None,
    before: tuple[Action, list[str], Preferences],
    now: tuple[Action, list[str], Preferences],
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = _laid_out(root + "/farm", members | theirs)
        _lived_in(farm, managed, before)
        action, packages, prefer = now
        client = farm.client()
        whole = lines(client.stream(action, packages, prefer=prefer).collect().items, farm.root)
        children = list(_expanded(client, action, packages, prefer, farm.target))
        told = [line for child in children for line in lines(child.items, farm.root)]
        event(f"{len(children)} names")
        # A notice may stand at a directory and above it, so it is told of more than once.
        assert set(told) == set(whole)
        assert Counter(line for line in told if not _is_note(line)) == Counter(
            line for line in whole if not _is_note(line)
        )
