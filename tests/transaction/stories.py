"""Farms that have come to where one more command does every kind of step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.farm import File, Link

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.farm import Farm

    from dotstream.model.options import Action
    from dotstream.planner.stream import StreamingPlan

__all__ = ["STORIES", "Story"]


@dataclass(frozen=True)
class Story:
    """What happened before, the plan that is applied then, and the kinds that it has."""

    begin: Callable[[Farm], object]
    plan: Callable[[Farm], StreamingPlan]
    kinds: tuple[str, ...]


def _plan(action: Action, *packages: str, **prefer: str) -> Callable[[Farm], StreamingPlan]:
    preferences = Preferences(**prefer)  # type: ignore[arg-type]
    return lambda farm: farm.client().stream(action, packages, prefer=preferences)


def _two_in_one_directory(farm: Farm) -> None:
    farm.make(
        {"stow/git/c/d/x": "g", "stow/git/c/y": "g", "stow/zsh/c/d/z": "z", "stow/zsh/c/e/z": "z"}
    ).run("manage", "git")


def _two_managed(farm: Farm) -> None:
    _two_in_one_directory(farm)
    farm.run("manage", "zsh")


def _theirs(farm: Farm) -> None:
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/b/x": "z", "stow/zsh/c": "z", "stow/zsh/d": "z",
            "home/a": File("private", 0o600), "home/b": "theirs", "home/c/x": "theirs too",
            "home/d": Link("nowhere"),
        }
    )  # fmt: skip


def _relinked(farm: Farm) -> None:
    farm.make(
        {"stow/git/m/x": "g", "stow/git/m/y": "g", "stow/zsh/m/x": "z", "stow/zsh/m/y": "z"}
    )
    farm.make({"stow/zsh/n": "z"}).run("manage", "git", prefer=Preferences(folding="never"))


def _mine(farm: Farm) -> None:
    farm.make(
        {"home/.a/b/c": File("private", 0o600), "home/.a/.d": "hidden", "home/.a/old~": "stays"}
    ).make({"home/.whole/x/y": "1", "home/.whole/to": Link("x")})


def _adopt(farm: Farm) -> StreamingPlan:
    paths = [f"{farm.target}/.a", f"{farm.target}/.whole"]
    return farm.client().stream_adopt(*paths, package="zsh")


def _all_managed(farm: Farm) -> None:
    farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/a/y": "z", "stow/zsh/z": "z"})
    farm.run("manage", "zsh", prefer=Preferences(folding="never"))


_overwritten = _plan("manage", "zsh", on_conflict="overwrite", folding="never")

STORIES: dict[str, Story] = {
    "manage": Story(
        lambda farm: farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/c": "z"}),
        _plan("manage", "zsh", folding="never"),
        ("make_dir", "create_link"),
    ),
    "unmanage": Story(_all_managed, _plan("unmanage", "zsh"), ("remove_link",)),
    "manage with unfold": Story(
        _two_in_one_directory, _plan("manage", "zsh"), ("unfold", "create_link")
    ),
    "unmanage with refold": Story(
        _two_managed, _plan("unmanage", "zsh"), ("refold", "remove_link", "remove_dir")
    ),
    "adopt": Story(_mine, _adopt, ("make_dir", "move_file", "create_link")),
    "backup": Story(
        _theirs, _plan("manage", "zsh", on_conflict="backup"), ("move_file", "create_link")
    ),
    "overwrite": Story(
        _theirs, _plan("manage", "zsh", on_conflict="overwrite"), ("move_file", "create_link")
    ),
    "replace": Story(_relinked, _overwritten, ("replace_link", "create_link")),
}
