"""Every layout in the wild is taken over as it stands, and can be worked with from there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.cli.process import dotstream, events
from tests.layouts.trees import LAYOUTS, Layout
from tests.lsp.language.desk import CAPABLE, Desk
from tests.lsp.language.test_commands import run
from tests.lsp.language.test_member import actions, hover
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.process import Finished
    from tests.snapshot import Tree


class World:
    """A home with a repository that GNU Stow linked, and dotstream took over.

    Attributes:
        everything: the words that mean every package of it.
        stowed: the links as Stow made them.
    """

    def __init__(self, home: Path, layout: Layout) -> None:
        self.home, self.layout = home, layout
        self.where = home / layout.where
        self.target = home / layout.target
        self.everything = ["."] if layout.packages == (".",) else list(layout.packages)
        layout.build(home)
        self.stowed = self.links()
        if layout.init:
            assert self.run("init").code == 0

    def run(self, *words: str) -> Finished:
        done = dotstream(*words, cwd=self.where)
        assert done.code == 0, done
        return done

    def events(self, *words: str) -> list[dict[str, Any]]:
        return events(*words, cwd=self.where)

    def links(self) -> Tree:
        """Return the links into the repository."""
        return {
            path: node
            for path, node in snapshot(self.target).items()
            if node.kind == "link" and not path.startswith(("dotfiles/", "stow/"))
        }

    def packages(self) -> Tree:
        """Return all that is in the repository."""
        return snapshot(self.where if self.layout.where != "." else self.home / "dotfiles")


@pytest.fixture(params=LAYOUTS)
def world(request: pytest.FixtureRequest, scratch_home: Path) -> World:
    """Return a world of each layout."""
    return World(scratch_home, LAYOUTS[request.param])


def test_what_stow_made_is_as_wanted(world: World) -> None:
    assert world.stowed
    for action in ("manage", "remanage"):
        assert "nothing to do" in world.run("plan", action, *world.everything).out
        assert "nothing to do" in world.run(action, *world.everything).out
    assert world.links() == world.stowed


def test_no_stranger_is_linked_by_those_who_ask_for_everything(world: World) -> None:
    planned = world.events("plan", "manage", "--all")
    paths = {event["path"] for event in planned if event.get("op") == "create_link"}
    assert not {os.path.basename(path) for path in paths} & set(world.layout.strangers)
    if world.layout.init:
        assert not paths
    world.run("manage", "--all")
    shown = {os.path.basename(path) for path in world.links()}
    assert not shown & set(world.layout.strangers)


def test_every_link_is_known_and_healthy(world: World) -> None:
    listed = {event["path"] for event in world.events("list") if "to" in event}
    assert listed == {str(world.target / path) for path in world.stowed}
    states = [event for event in world.events("status") if "state" in event]
    assert {one["package"]: one["state"] for one in states} == dict.fromkeys(
        world.layout.packages, "managed"
    )
    world.run("doctor", "--fix")  # to record them
    assert "no problems" in world.run("doctor").out
    assert world.links() == world.stowed


def test_packages_are_removed_and_come_back(world: World) -> None:
    before = world.packages()
    world.run("manage", *world.everything)
    world.run("unmanage", *world.everything)
    assert world.links() == {}
    world.run("undo", "--yes")
    assert world.links() == world.stowed
    world.run("unmanage", *world.everything)
    world.run("manage", *world.everything)
    assert world.links() == world.stowed
    assert difference(before, world.packages()) == []


def test_a_file_is_adopted_and_given_back(world: World) -> None:
    fresh = world.target / world.layout.fresh
    fresh.parent.mkdir(parents=True, exist_ok=True)
    before = world.packages()
    fresh.write_text("mine\n")
    world.run("adopt", "-p", world.layout.packages[-1], str(fresh))
    assert fresh.read_text() == "mine\n"
    assert fresh.resolve() != fresh
    assert "nothing to do" in world.run("remanage", *world.everything).out
    world.run("undo", "--yes")
    assert not fresh.is_symlink()
    assert fresh.read_text() == "mine\n"
    assert difference(before, world.packages()) == []


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    """Return an editor with the repository open."""
    found = await Desk.sit_down(capabilities=CAPABLE, folders=[world.where])
    yield found
    await found.leave()


@pytest.mark.asyncio
async def test_an_editor_has_nothing_to_complain_of(world: World, desk: Desk) -> None:
    member = world.home / world.layout.member
    shown = [member, next(iter(world.target / path for path in world.stowed))]
    config = world.where / "dotstream.toml"
    if config.exists():
        shown.append(config)
    for path in shown:
        if path.is_file():
            desk.open(path)
            assert [one.message for one in await desk.diagnostics(path)] == []


def _sides(world: World) -> list[Path]:
    """Return a member, and where it is shown."""
    member = world.home / world.layout.member
    shown = (world.target / path for path in world.stowed)
    return [member, next(path for path in shown if path.resolve() == member)]


@pytest.mark.asyncio
async def test_an_editor_tells_of_a_member_from_both_sides_and_all_it_offers_is_done(
    world: World, desk: Desk
) -> None:
    for path in _sides(world):
        desk.open(path)
        await desk.diagnostics(path)
        assert "linked" in (await hover(desk, path) or "")
        (action,) = await actions(desk, path)
        assert action.title.startswith("Unlink ")
        assert action.command is not None
        await run(desk, action.command)
        assert world.links() != world.stowed
        world.run("undo", "--yes")
        assert world.links() == world.stowed


@pytest.mark.asyncio
async def test_an_editor_offers_nothing_in_files_that_concern_no_package(
    world: World, desk: Desk
) -> None:
    elsewhere = world.home / "project/main.c"
    elsewhere.parent.mkdir()
    elsewhere.write_text("int main;\n")
    strangers = (
        world.home / path
        for path in world.layout.files
        if not {*path.split("/")}.isdisjoint(world.layout.strangers)
    )
    for path in (elsewhere, *strangers):
        desk.open(path)
        assert list(await desk.diagnostics(path)) == []
        assert await actions(desk, path) == []
        if ".git" in path.parts:
            assert await hover(desk, path) is None
