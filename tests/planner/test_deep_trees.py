"""A tree may be as deep as a path can name: nothing recurses over it, and looks are linear."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm

from dotstream.config.answers import answers_for
from dotstream.fs.copying import copy_entry, part_of, remove_entry
from dotstream.lsp.language.config.packages import PackageCounts
from dotstream.lsp.language.ignore.globs import explain
from dotstream.lsp.language.subject import subject_of
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import Preferences
from dotstream.transaction.names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEPTH = 900
# Relative link texts climb as far as they are deep, and would be longer than a path may be.
_EACH = Preferences(folding="never", link="absolute")
_SAFE = Preferences(link="absolute")


@pytest.fixture
def deep(scratch: Path) -> Iterator[Farm]:
    """Return an empty farm; what is made in it is removed however deep it is."""
    yield Farm(scratch / "farm")
    subprocess.run(["rm", "-rf", scratch / "farm"], check=True)


def _dig(directory: str, depth: int = DEPTH) -> str:
    """Make directories in directories; return the lowest."""
    os.mkdir(directory)
    for _ in range(depth - 1):
        directory += "/d"
        os.mkdir(directory)
    return directory


def _write(path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(os.path.basename(path))


def _packed(farm: Farm, package: str, name: str, depth: int = DEPTH) -> str:
    """Give a package one file, so many directories down; return its path in the package."""
    os.mkdir(f"{farm.directory}/{package}")
    path = f"{_dig(f'{farm.directory}/{package}/d', depth)}/{name}"
    _write(path)
    return path


def test_a_deep_tree_is_managed_unmanaged_and_both_are_undone(deep: Farm) -> None:
    source = _packed(deep, "zsh", "rc")
    before, client = deep.tree(), deep.client()
    deep.run("manage", prefer=_EACH)
    managed = deep.tree()
    link = source.replace(f"{deep.directory}/zsh", deep.target)
    assert os.readlink(link) == source
    deep.run("unmanage")
    assert deep.tree() == before
    client.apply(client.stream_undo())
    assert deep.tree() == managed
    client.apply(client.stream_undo(1), stream=True)
    assert deep.tree() == before


def test_a_deep_tree_is_seen_by_everything_that_looks(deep: Farm) -> None:
    source = _packed(deep, "zsh", "rc")
    link = source.replace(f"{deep.directory}/zsh", deep.target)
    deep.run("manage", prefer=_EACH)
    client = deep.client()
    assert [(told.state, told.links) for told in client.status()] == [("managed", 1)]
    assert [told.path for told in client.links()] == [link]
    assert [member.source for member in client.scan("zsh")][-1] == source
    assert client.locate(source).state == client.locate(link).state == "linked"
    assert not list(client.doctor(mode="deep"))
    assert not deep.plan("remanage", prefer=_EACH).operations
    names = list(client.children("unmanage", ["zsh"], directory=os.path.dirname(link)))
    assert [child.name for child in names] == ["rc"]


def test_a_deep_link_that_is_broken_is_found_fixed_and_that_is_undone(deep: Farm) -> None:
    source = _packed(deep, "zsh", "rc")
    deep.run("manage", prefer=_EACH)
    before, client = deep.home(), deep.client()
    os.remove(source)
    assert [told.kind for told in client.doctor()] == ["broken_link"]
    client.apply(client.stream_fix())
    assert client.correct().records == 0
    assert len(deep.home()) == len(before) - 1
    client.apply(client.stream_undo())
    assert deep.home() == before


def test_a_deep_file_in_the_way_is_compared_and_restored(deep: Farm) -> None:
    _packed(deep, "zsh", "rc")
    path = f"{_dig(f'{deep.target}/d')}/rc"
    with open(path, "w", encoding="utf-8") as file:
        file.write("mine")
    before, client = deep.tree(), deep.client()
    assert "-mine" in (client.diff(path).text or "")
    client.apply(client.stream_manage("zsh", prefer=_EACH._replace(on_conflict="backup")))
    deep.run("unmanage")
    client.apply(client.stream_restore(*(kept.id for kept in client.backups())))
    assert deep.tree() == before


@pytest.mark.parametrize("layout", ["named", "single"])
def test_a_deep_tree_is_managed_and_unmanaged_in_every_layout(deep: Farm, layout: str) -> None:
    deep.configured(f'target = "{deep.target}"\nlayout = "{layout}"\nlink = "absolute"\n')
    _packed(deep, "zsh", "rc", DEPTH - 1)
    before, client = deep.home(), deep.client()
    prefer = Preferences(folding="never")
    client.apply(client.stream_manage(everything=True, prefer=prefer))
    assert "zsh/d/d" in deep.home()
    client.apply(client.stream_unmanage(everything=True, prefer=prefer))
    assert deep.home() == before


def test_a_deep_repository_is_surveyed_for_its_first_configuration(deep: Farm) -> None:
    _packed(deep, "zsh", "rc")
    _write(f"{deep.directory}/zsh/dot-zshrc")
    deep.run("manage", prefer=_EACH)
    found = answers_for(deep.directory, None, target=deep.target, home=deep.target, environ={})
    assert "exclude" not in found.top
    assert found.usable


def test_editors_are_told_of_a_deep_file_and_of_globs_that_match_it(
    deep: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", deep.target)
    deep.configured(f'target = "{deep.target}"\nfolding = "never"\nlink = "absolute"\n')
    source = _packed(deep, "zsh", "rc")
    token = CancellationToken()
    for managed in (False, True):
        subject = subject_of(source, [deep.directory])
        assert subject is not None
        assert subject.located.state == ("linked" if managed else "unlinked")
        deep.run("manage", prefer=_EACH)
    assert "1 link" in PackageCounts().words(deep.directory, "zsh", token)
    assert "1 match" in explain("rc", deep.directory, None, token)


def test_operations_of_a_deep_tree_wait_for_the_reader_of_the_errors(deep: Farm) -> None:
    _packed(deep, "zsh", "rc")
    with deep.client().stream_manage("zsh", prefer=_EACH) as plan:
        operations, errors = plan.operations, plan.errors
        assert not list(errors)
        kinds = [operation.kind for operation in operations]
    assert kinds == ["make_dir"] * DEPTH + ["create_link"]


def test_a_deep_fold_is_opened_and_closed_again_and_both_are_undone(deep: Farm) -> None:
    _packed(deep, "git", "config")
    _packed(deep, "zsh", "rc")
    client = deep.client()
    deep.run("manage", "git", prefer=_SAFE)
    folded = deep.home()
    assert list(folded) == ["d"]
    deep.run("manage", "zsh", prefer=_SAFE)
    opened = deep.home()
    assert len(opened) == DEPTH + 2
    deep.run("unmanage", "zsh")
    assert deep.home() == folded
    client.apply(client.stream_undo())
    assert deep.home() == opened
    client.apply(client.stream_undo(2))
    assert deep.home() == folded


@pytest.mark.parametrize("name", ["mine", "ignored~"])
def test_a_deep_tree_is_adopted_whole_or_file_by_file_and_that_is_undone(
    deep: Farm, name: str
) -> None:
    below = _dig(f"{deep.target}/e")
    _write(f"{below}/rc")
    _write(f"{below}/{name}")
    before, client = deep.tree(), deep.client()
    client.apply(client.stream_adopt(f"{deep.target}/e", package="mine", prefer=_SAFE))
    assert os.path.islink(f"{deep.target}/e") == (name == "mine")
    assert os.path.exists(f"{below}/rc")
    client.apply(client.stream_undo())
    assert deep.tree() == before


def test_a_deep_directory_of_links_that_a_run_left_is_swept(deep: Farm) -> None:
    source = _packed(deep, "zsh", "rc")
    deep.run("manage", prefer=_SAFE)
    before, client = deep.home(), deep.client()
    os.symlink(source, f"{_dig(f'{deep.target}/{PREFIX}7-1')}/rc")
    assert [told.kind for told in client.doctor()] == ["leftover"]
    client.apply(client.stream_fix())
    assert deep.home() == before


def test_a_deep_directory_is_copied_compared_and_removed(deep: Farm) -> None:
    _write(f"{_dig(f'{deep.target}/old')}/rc")
    here, there = os.open(deep.target, os.O_RDONLY), os.open(deep.directory, os.O_RDONLY)
    try:
        copy_entry(here, "old", there, "new")
        assert part_of(here, "old", there, "new")
        remove_entry(there, "new")
        assert os.listdir(deep.directory) == []
    finally:
        os.close(here)
        os.close(there)


# Linear looks ahead --------------------------------------------------------------------

_reads: list[str] = []


def _count(event: str, _: object) -> None:
    if event in ("os.scandir", "os.listdir"):
        _reads.append(event)


sys.addaudithook(_count)


def _differing(farm: Farm, depth: int) -> None:
    _write(f"{os.path.dirname(_packed(farm, 'zsh', 'rc', depth))}/dot-login")


def _manage(farm: Farm) -> None:
    farm.plan("manage", prefer=_SAFE)


def _in_use(farm: Farm, depth: int) -> None:
    source = _packed(farm, "zsh", "rc", depth)
    farm.run("manage", prefer=_EACH)
    _write(f"{os.path.dirname(source).replace(f'{farm.directory}/zsh', farm.target)}/mine")


def _unmanage(farm: Farm) -> None:
    farm.plan("unmanage")


def _shared(farm: Farm, depth: int) -> None:
    _packed(farm, "git", "config", depth)
    _in_use(farm, depth)


def _one(farm: Farm) -> None:
    farm.plan("unmanage", "zsh")


def _found(farm: Farm, depth: int) -> None:
    _write(f"{_dig(f'{farm.target}/d', depth)}/ignored~")


def _adopt(farm: Farm) -> None:
    farm.client().plan_adopt(f"{farm.target}/d", package="mine")


@pytest.mark.parametrize(
    ("make", "look"),
    [
        (_differing, _manage),
        (_in_use, _manage),
        (_in_use, _unmanage),
        (_shared, _one),
        (_found, _adopt),
    ],
)
def test_directories_are_read_a_fixed_number_of_times_however_deep(
    scratch: Path, make: Callable[[Farm, int], None], look: Callable[[Farm], None]
) -> None:
    counts = []
    for depth in (75, 150, 300):
        farm = Farm(scratch / str(depth))
        make(farm, depth)
        _reads.clear()
        look(farm)
        counts.append(len(_reads))
    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])
    assert counts[2] <= 4 * 300 + 20
