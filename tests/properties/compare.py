"""Three worlds that are the same before each command, and what differs after it."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.scenarios.case import arguments, put, start
from tests.snapshot import Node, Tree, difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.scenarios.case import Scenario
    from tests.scenarios.process import Outcome, Runner

__all__ = ["Command", "Seen", "Step", "prepare", "steps"]

_CONFLICTS = (
    ("absolute", re.compile(r"source is an absolute symlink (.+?) =>")),
    ("foreign", re.compile(r"existing target is not owned by stow: (.+?)(?: => .*)?$")),
    ("other", re.compile(r"existing target is stowed to a different package: (.+?) =>")),
    ("file", re.compile(r"cannot stow non-directory .+ over existing directory target (.+)$")),
    (
        "directory",
        re.compile(r"cannot stow directory .+ over existing non-directory target (.+)$"),
    ),
    ("real", re.compile(r"cannot stow .+ over existing target (.+) since neither a link")),
    ("real", re.compile(r"existing target is neither a link nor a directory: (.+)$")),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, taken apart."""

    flags: frozenset[str]
    patterns: tuple[str, ...]
    unstow: tuple[str, ...]
    stow: tuple[str, ...]

    @classmethod
    def parse(cls, words: Sequence[str]) -> Command:
        flags, patterns, unstow, stow = set(), [], [], []
        action = "-S"
        pending = iter(words)
        for word in pending:
            if word in {"-d", "-t"}:
                next(pending)
            elif word in {"-S", "-D", "-R"}:
                action = word
            elif "=" in word:
                patterns.append(word)
            elif word.startswith("-"):
                flags.add(word)
            else:
                unstow += [word] if action in {"-D", "-R"} else []
                stow += [word] if action in {"-S", "-R"} else []
        return cls(frozenset(flags), tuple(patterns), tuple(unstow), tuple(stow))


@dataclass(frozen=True, slots=True)
class Seen:
    """What one command did to one world."""

    result: str
    conflicts: frozenset[tuple[str, str]]
    tree: Tree
    stderr: str

    def agrees(self, other: Seen) -> bool:
        """Whether both ended alike; messages of failures are not compared."""
        return (
            self.result == other.result
            and self.tree == other.tree
            and self.conflicts == other.conflicts
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One command in three worlds that were the same before it."""

    words: Sequence[str]
    command: Command
    stow: str
    before: Tree
    perl: Seen
    twin: Seen
    ours: Seen

    def explain(self) -> list[str]:
        """Return what each did, in lines."""
        lines = [f"stow {' '.join(self.words)}"]
        for name in ("perl", "twin", "ours"):
            seen: Seen = getattr(self, name)
            lines.append(f"{name}: {seen.result} {sorted(seen.conflicts)}")
            lines += [f"    {line}" for line in difference(self.before, seen.tree)]
            if seen.result == "error":
                lines.append(f"    {seen.stderr.strip()[-300:]}")
        return lines


def steps(scenario: Scenario, scratch: str, programs: Mapping[str, Runner]) -> Iterator[Step]:
    """Run a scenario in three worlds, step by step.

    After a step whose ends differ the worlds are made the same again, as the Python twin
    left them.
    """
    boxes = {name: os.path.join(scratch, name) for name in programs}
    for box in boxes.values():
        prepare(box)
        for entry in scenario["setup"]:
            _put_gently(box, entry)
    for step in scenario["run"]:
        for box in boxes.values():
            for entry in step.get("mutate", []):
                _put_gently(box, entry)
        before = _tree(boxes["twin"])
        for name, program in programs.items():
            start(program, step, boxes[name])
        seen = {}
        for name, program in programs.items():
            outcome = program.finish()
            seen[name] = Seen(
                outcome.result,
                frozenset(_conflicts(outcome)),
                _tree(boxes[name]),
                outcome.stderr,
            )
        words = arguments(step, "")
        yield Step(words, Command.parse(words), words[1].strip("/"), before, **seen)
        for name, box in boxes.items():
            if seen[name].tree != seen["twin"].tree:
                _copy(boxes["twin"], box)


def prepare(box: str) -> None:
    """Make an empty sandbox."""
    shutil.rmtree(box, ignore_errors=True)
    for name in ("stow", "target", "home"):
        os.makedirs(os.path.join(box, name))


def _put_gently(box: str, entry: Mapping[str, Any]) -> None:
    """Put an entry where there is room for it; mutations are blind."""
    kinds = ("mkdir", "file", "link", "remove", "move")
    kind, path = next((key, os.path.join(box, entry[key])) for key in kinds if key in entry)
    if kind not in {"remove", "move"} and os.path.lexists(path):
        return
    with suppress(OSError):
        put(box, entry)


def _tree(box: str) -> Tree:
    """Return stow directories, target and global ignore list, free of the box's own path."""
    return {
        path: Node(node.kind, node.mode, node.text.replace(box, "{SANDBOX}"))
        for path, node in snapshot(box).items()
        if not path.startswith("home/") or path == "home/.stow-global-ignore"
    }


def _conflicts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for line in outcome.conflicts:
        for kind, pattern in _CONFLICTS:
            found = pattern.search(line)
            if found:
                yield kind, found[1]
                break
        else:
            yield "unknown", line


def _copy(source: str, box: str) -> None:
    shutil.rmtree(box)
    shutil.copytree(source, box, symlinks=True)
    for directory, names, files in os.walk(box):
        for name in (*names, *files):
            path = os.path.join(directory, name)
            if os.path.islink(path) and source in os.readlink(path):
                text = os.readlink(path).replace(source, box)
                os.unlink(path)
                os.symlink(text, path)
