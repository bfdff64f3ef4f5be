"""Random farms: packages, a target with a past, and commands, as scenarios.

Names come from a small pool, so that packages collide, folds open and close, and every
kind of thing ends up where a link is wanted.  The same seed gives the same farm.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from tests.scenarios.case import Scenario

__all__ = ["farm"]

_PACKAGES = ("a", "b", "c", "q+")
_DIRECTORIES = ("d", "e", "s")
_FILES = ("x", "y", "d", "zap", "t~")
_IGNORE_FILES = ("zap\n", "x\n", "/d/x\n", "e/y\n# nothing\n", "")


def farm(rng: Random, name: str) -> Scenario:
    """Return one random scenario without expectations."""
    dotted = rng.random() < 0.3
    packages = rng.sample(_PACKAGES, rng.choice((1, 2, 2, 3, 3, 4)))
    inside = rng.random() < 0.1
    stow = "target/stow" if inside else "stow"
    setup = [
        entry for package in packages for entry in _package(rng, f"{stow}/{package}", dotted)
    ]
    if rng.random() < 0.1:
        setup.append({"file": "stow2/.stow"})
        setup += _package(rng, "stow2/other", dotted)
    if rng.random() < 0.1:
        setup.append({"file": "home/.stow-global-ignore", "text": rng.choice(_IGNORE_FILES)})
    run = []
    for number in range(rng.choice((1, 2, 2, 3, 3, 4))):
        mutations = rng.choice((0, 0, 1, 2, 3)) if number else rng.choice((0, 0, 0, 2, 4))
        run.append(
            {
                "action": "raw",
                "args": _command(rng, packages, stow, dotted=dotted),
                "mutate": [_mutation(rng, packages, stow, dotted) for _ in range(mutations)],
            }
        )
    more = random.Random(name)
    if more.random() < 0.35:
        _upheavals(more, setup, run, packages, stow, dotted)
    return {"id": name, "setup": setup, "run": run}


def _upheavals(
    rng: Random,
    setup: list[dict[str, str]],
    run: list[dict[str, Any]],
    packages: list[str],
    stow: str,
    dotted: bool,
) -> None:
    """Add a second repository, or a clone; have repositories move, and packages go."""
    left, repositories = list(packages), [stow]
    if rng.random() < 0.5 and {"file": "stow2/.stow"} not in setup:
        setup += _second(rng, stow, packages, dotted)
        repositories.append("stow2")
    if rng.random() < 0.4:
        clone = f"{stow}/{rng.choice(packages)}/{rng.choice(('', 'd/', 's/'))}"
        setup += [{"file": f"{clone}.git/HEAD"}, {"file": f"{clone}x"}]
    for number, step in enumerate(run):
        place, chance = rng.choice(repositories), rng.random()
        if number and chance < 0.2 and "moved" not in repositories and place != "target/stow":
            step["mutate"].append({"move": place, "to": "moved"})
            repositories[repositories.index(place)] = place = "moved"
        elif number and chance < 0.4 and len(left) > 1:
            gone = left.pop()
            step["mutate"] += [{"remove": f"{each}/{gone}"} for each in repositories]
        words = [word for word in step["args"] if word in left or word not in packages]
        step["args"] = [words[0], f"{{SANDBOX}}/{place}", *words[2:]]
        if not any(word in left for word in words):
            step["args"].append(left[0])


def _second(rng: Random, stow: str, packages: list[str], dotted: bool) -> list[dict[str, str]]:
    """Return a second repository with packages of the same names, and maybe markers."""
    setup = [entry for package in packages for entry in _package(rng, f"stow2/{package}", dotted)]
    marked = rng.choice(((), (stow,), ("stow2",), (stow, "stow2")))
    return setup + [{"file": f"{place}/.stow"} for place in marked]


def _package(rng: Random, root: str, dotted: bool) -> list[dict[str, str]]:
    members = rng.choice((1, 2, 3, 4, 6))
    entries = [{"mkdir": root}]
    entries += [_member(rng, f"{root}/{_path(rng, dotted)}") for _ in range(members)]
    if rng.random() < 0.1:
        entries.append({"file": f"{root}/.stow-local-ignore", "text": rng.choice(_IGNORE_FILES)})
    return entries


def _member(rng: Random, path: str) -> dict[str, str]:
    chance = rng.random()
    if chance < 0.75:
        return {"file": path, "text": path}
    if chance < 0.87:
        return {"mkdir": path}
    if chance < 0.99:
        return {"link": path, "to": rng.choice(("x", "nowhere", "../d", "y", "/dev/null"))}
    return {"file": f"{path}/{rng.choice(('.nonstow', '.stow'))}"}


def _path(rng: Random, dotted: bool) -> str:
    depth = rng.choice((0, 1, 1, 1, 2, 2, 3))
    names = [rng.choice(_DIRECTORIES) for _ in range(depth)] + [rng.choice(_FILES)]
    if dotted:
        names = [f"dot-{name}" if rng.random() < 0.35 else name for name in names]
    return "/".join(names)


def _target_path(rng: Random, dotted: bool) -> str:
    names = _path(rng, dotted).split("/")
    return "/".join(
        f".{name.removeprefix('dot-')}" if name.startswith("dot-") else name for name in names
    )


def _command(rng: Random, packages: list[str], stow: str, *, dotted: bool) -> list[str]:
    words = ["-d", f"{{SANDBOX}}/{stow}", "-t", "{SANDBOX}/target"]
    words += ["--dotfiles"] if dotted and rng.random() < 0.9 else []
    words += ["--no-folding"] if rng.random() < 0.2 else []
    words += ["--adopt"] if rng.random() < 0.1 else []
    words += ["--compat"] if rng.random() < 0.08 else []
    words += ["-n"] if rng.random() < 0.04 else []
    for option in ("--ignore", "--defer", "--override"):
        if rng.random() < 0.1:
            words.append(f"{option}={rng.choice(('x', 'd', 'd/x', 'zap', 'e|s', '.*y'))}")
    pattern = rng.random()
    chosen = rng.sample(packages, rng.randint(1, len(packages)))
    if pattern < 0.4:
        return [*words, "-S", *chosen]
    if pattern < 0.6:
        return [*words, "-D", *chosen]
    if pattern < 0.8:
        return [*words, "-R", *chosen]
    for package in chosen:
        words += [rng.choice(("-S", "-D", "-R")), package]
    return words


def _mutation(rng: Random, packages: list[str], stow: str, dotted: bool) -> dict[str, str]:
    path = f"target/{_target_path(rng, dotted)}"
    up = "../" * path.count("/")
    chance = rng.random()
    if chance < 0.15:
        return {"file": path, "text": "mine"}
    if chance < 0.25:
        return {"mkdir": path}
    if chance < 0.33:
        return {"link": path, "to": rng.choice((f"{up}home", f"{up}nowhere", "/dev/null", "x"))}
    if chance < 0.38:
        return {"link": path, "to": f"{{SANDBOX}}/{stow}/{rng.choice(packages)}/x"}
    if chance < 0.58:
        package = rng.choice(packages)
        return {"link": path, "to": f"{up}{stow}/{package}/{_path(rng, dotted)}"}
    if chance < 0.62:
        return {"link": path, "to": f"{up}stow2/other/{_path(rng, dotted)}"}
    if chance < 0.75:
        return {"remove": path}
    if chance < 0.78:
        parent = path.rpartition("/")[0]
        return {"file": f"{parent}/{rng.choice(('.nonstow', '.stow'))}"}
    member = f"{stow}/{rng.choice(packages)}/{_path(rng, dotted)}"
    return {"remove": member} if chance < 0.9 else _member(rng, member)
