"""One scenario: a sandbox, some commands, and what must be there afterwards.

A scenario is a mapping of
  id, title, from   what it is about; ``from`` says where it comes from
  kind              core (default), quirk or bug; see stow.yaml
  setup             what the sandbox holds besides its empty stow/ target/ home/: a list of
                    {mkdir: PATH}, {file: PATH, text: STRING}, {link: PATH, to: TEXT};
                    parents are made; {SANDBOX} stands for the sandbox's absolute path
  run               one command, or a list of them:
                    action: stow | unstow | restow | raw; packages, flags, args (raw only);
                    dir, target: after -d and -t (null: neither is given); cwd; env;
                    program: stow | chkstow; mutate: setup entries, {remove: PATH} or
                    {move: PATH, to: PATH} first
  expect            of the last command: result (ok | conflict | error), exit, target and
                    stow (relative path → dir | file | {file: TEXT} | {link: TEXT}),
                    unchanged, prune (paths of the target to leave out), conflicts (one
                    pattern for each), stdout, stderr, not_stderr (patterns).  Without
                    ``stow`` the stow directory must be as it was
  want              the same, for what we do instead of what GNU Stow does
Undecodable bytes in names are written as "\\uDCxx".
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from tests.snapshot import Tree, difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.scenarios.process import Outcome, Runner

__all__ = ["Scenario", "judge", "load", "perform", "put", "start"]

Scenario: TypeAlias = dict[str, Any]
"""A scenario as the YAML file has it."""

_ACTIONS = {"stow": ["-S"], "unstow": ["-D"], "restow": ["-R"]}
_EXPECTATIONS = {
    "result",
    "exit",
    "target",
    "stow",
    "unchanged",
    "prune",
    "conflicts",
    "stdout",
    "stderr",
    "not_stderr",
}


def load(path: str) -> list[Scenario]:
    """Return the scenarios of a file; ids must differ and expectations be known."""
    with open(path, encoding="utf-8") as source:
        scenarios: list[Scenario] = yaml.safe_load(source)["scenarios"]
    ids = [scenario["id"] for scenario in scenarios]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        raise ValueError(f"{path}: more than one scenario called {sorted(doubled)}")
    for scenario in scenarios:
        for expectation in (scenario["expect"], scenario.get("want", {})):
            unknown = expectation.keys() - _EXPECTATIONS
            if unknown:
                raise ValueError(f"{path}: {scenario['id']}: unknown {sorted(unknown)}")
    return scenarios


def put(box: str, entry: Mapping[str, str]) -> None:
    """Make (remove, move) one entry of the sandbox."""
    kind = next(key for key in ("mkdir", "file", "link", "remove", "move") if key in entry)
    path = os.path.join(box, entry[kind])
    if kind == "move":
        os.rename(path, os.path.join(box, entry["to"]))
        return
    if kind == "remove":
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
        return
    if kind == "mkdir":
        os.makedirs(path, exist_ok=True)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if kind == "file":
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write(entry.get("text", "").replace("{SANDBOX}", box))
    else:
        os.symlink(entry["to"].replace("{SANDBOX}", box), path)


def arguments(step: Mapping[str, Any], box: str) -> list[str]:
    """Return the command line of one step."""
    if step.get("action") == "raw":
        words = step.get("args", [])
    else:
        words = []
        for option, key, default in (("-d", "dir", "stow"), ("-t", "target", "target")):
            place = step.get(key, default)
            if place is not None:
                words += [option, os.path.join(box, place)]
        words += step.get("flags", [])
        words += _ACTIONS[step.get("action", "stow")]
        words += step.get("packages", [])
    return [word.replace("{SANDBOX}", box) for word in words]


def environment(step: Mapping[str, Any], box: str) -> dict[str, str]:
    """Return the environment of one step."""
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": f"{box}/home"}
    for name, value in step.get("env", {}).items():
        env.pop(name, None)
        if value is not None:
            env[name] = value.replace("{SANDBOX}", box)
    return env


def perform(
    scenario: Scenario, expectation: Mapping[str, Any], box: str, programs: Mapping[str, Runner]
) -> list[str]:
    """Run a scenario in an empty directory; return what is not as expected."""
    for name in ("stow", "target", "home"):
        os.makedirs(os.path.join(box, name))
    for entry in scenario.get("setup", []):
        put(box, entry)
    steps = scenario["run"] if isinstance(scenario["run"], list) else [scenario["run"]]
    prune = frozenset(expectation.get("prune", ()))
    for number, step in enumerate(steps, start=1):
        for entry in step.get("mutate", []):
            put(box, entry)
        before = _trees(box, prune)
        program = programs[step.get("program", "stow")]
        start(program, step, box)
        outcome = program.finish()
        if number == len(steps):
            return list(judge(expectation, outcome, before, _trees(box, prune), box))
    raise ValueError(f"{scenario['id']} runs nothing")


def start(program: Runner, step: Mapping[str, Any], box: str) -> None:
    """Start one step's command in the sandbox."""
    program.start(
        arguments(step, box),
        cwd=os.path.join(box, step.get("cwd", ".")),
        env=environment(step, box),
    )


def _trees(box: str, prune: frozenset[str]) -> tuple[Tree, Tree]:
    return snapshot(f"{box}/target", prune=prune), snapshot(f"{box}/stow")


def judge(
    expectation: Mapping[str, Any],
    outcome: Outcome,
    before: tuple[Tree, Tree],
    after: tuple[Tree, Tree],
    box: str,
) -> Iterator[str]:
    """Yield one line for everything that is not as expected."""
    wanted = expectation.get("result", outcome.result)
    if outcome.result != wanted:
        yield (
            f"{outcome.result} instead of {wanted}, exit status {outcome.status}\n"
            f"{outcome.stdout}{outcome.stderr}"
        )
    if expectation.get("exit", outcome.status) != outcome.status:
        yield f"exit status {outcome.status} instead of {expectation['exit']}"
    if expectation.get("unchanged"):
        yield from (f"target changed: {line}" for line in difference(before[0], after[0]))
    if "target" in expectation:
        yield from _misplaced("target", expectation["target"], after[0], box)
    if "stow" in expectation:
        yield from _misplaced("stow", expectation["stow"], after[1], box)
    else:
        yield from (f"stow changed: {line}" for line in difference(before[1], after[1]))
    if "conflicts" in expectation:
        yield from _unmatched(expectation["conflicts"], outcome.conflicts)
    for stream in ("stdout", "stderr"):
        text = getattr(outcome, stream)
        for pattern in expectation.get(stream, []):
            if not re.search(pattern, text, re.MULTILINE):
                yield f"{stream} lacks /{pattern}/: {text!r}"
    for pattern in expectation.get("not_stderr", []):
        if re.search(pattern, outcome.stderr, re.MULTILINE):
            yield f"stderr has /{pattern}/: {outcome.stderr!r}"


def _misplaced(where: str, wanted: Mapping[str, Any], found: Tree, box: str) -> Iterator[str]:
    there = {path: node for path, node in found.items() if path}
    for path in sorted((wanted or {}).keys() | there.keys()):
        want, node = (wanted or {}).get(path), there.get(path)
        if node is None:
            yield f"{where}/{path!a} is missing, wanted {want}"
        elif want is None:
            yield f"{where}/{path!a} should not be there: {node.kind} {node.text!a}"
        elif not _fits(want, node.kind, node.text, box):
            yield f"{where}/{path!a} is {node.kind} {node.text!a}, wanted {want!a}"


def _fits(want: str | Mapping[str, str], kind: str, text: str, box: str) -> bool:
    if isinstance(want, str):
        return kind == want
    if "link" in want:
        return kind == "link" and text == want["link"].replace("{SANDBOX}", box)
    content = want["file"].replace("{SANDBOX}", box).encode()
    return kind == "file" and text == hashlib.blake2b(content).hexdigest()[:32]


def _unmatched(patterns: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    if len(patterns) != len(lines):
        yield f"{len(lines)} conflicts instead of {len(patterns)}: {lines}"
    for pattern in patterns:
        if not any(re.search(pattern, line) for line in lines):
            yield f"no conflict matches /{pattern}/: {lines}"
