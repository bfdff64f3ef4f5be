"""A farm in a scratch directory: packages in ``stow/``, the target ``home/``, from a literal.

farm.make({"stow/zsh/dot-zshrc": "rc", "home/.zshrc": "mine", "home/.vim": Link("x")})
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from tests.snapshot import Tree, snapshot

from dotstream.client import Client
from dotstream.fs.area import own
from dotstream.fs.change import Changes
from dotstream.model.items import Conflict, Notice, Operation
from dotstream.model.options import Preferences
from dotstream.transaction.execution import execution_of_plan
from dotstream.transaction.terms import Host, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Event, Result
    from dotstream.model.items import Item
    from dotstream.model.options import Action
    from dotstream.model.plan import Plan
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution

__all__ = [
    "DIR",
    "FIFO",
    "QUICK",
    "SOCKET",
    "Entry",
    "Farm",
    "File",
    "Link",
    "apply",
    "follow",
    "host",
    "lines",
]

_Outcome = TypeVar("_Outcome")

_AS_CONFIGURED = Preferences()

QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where to make scratch directories: a RAM disk, or ``None`` for the usual place."""


class Link(NamedTuple):
    """A symbolic link, in a tree literal."""

    text: str


class File(NamedTuple):
    """A file with a mode, in a tree literal; a plain string is a file of mode 0644."""

    content: str
    mode: int = 0o644


class Special(NamedTuple):
    """Anything else, in a tree literal."""

    kind: str


DIR, FIFO, SOCKET = Special("dir"), Special("fifo"), Special("socket")

Entry: TypeAlias = str | Link | File | Special


def host(state: str, changes: Changes | None = None) -> Host:
    """Return where the changes of a test are made from."""
    return Host(state, f"process {os.getpid()} (a test)", time.time, changes or Changes())


def apply(
    plan: Plan | StreamingPlan,
    *,
    state: str,
    stream: bool = False,
    cancel: CancellationToken | None = None,
    changes: Changes | None = None,
) -> Result:
    """Apply a plan, with a state directory and a seam to the file system of the test's own."""
    return execution_of_plan(
        plan, host=host(state, changes), terms=Terms(stream=stream), cancel=cancel
    ).drain()


def follow(run: Execution[_Outcome], listener: Callable[[Event], object]) -> _Outcome:
    """Carry something out, have each event told, and return what came of it."""
    with run:
        for event in run:
            listener(event)
    return run.result


class Farm:
    """A package directory, a target and a state directory side by side below ``root``."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.realpath(root)
        self.directory = f"{self.root}/stow"
        self.target = f"{self.root}/home"
        self.state = f"{self.root}/state"
        os.makedirs(self.directory)
        os.makedirs(self.target)

    def make(self, tree: Mapping[str, Entry]) -> Farm:
        """Create what the literal says, with the directories above it."""
        for path, entry in tree.items():
            _create(f"{self.root}/{path}", entry)
        return self

    def client(self, target: str | None = None) -> Client:
        """Return a client; by default on ``home/``."""
        return Client(
            self.directory, target=target or self.target, state=self.state, home=self.target
        )

    def configured(self, toml: str) -> Client:
        """Write ``dotstream.toml`` and return a client that follows it."""
        with open(f"{self.directory}/dotstream.toml", "w", encoding="utf-8") as file:
            file.write(toml)
        return Client(self.directory, state=self.state, home=self.target)

    def plan(self, action: Action, *packages: str, prefer: Preferences = _AS_CONFIGURED) -> Plan:
        """Plan an action over packages, or over all of them."""
        everything = not packages
        return (
            self.client().stream(action, packages, everything=everything, prefer=prefer).collect()
        )

    def run(
        self,
        action: Action,
        *packages: str,
        prefer: Preferences = _AS_CONFIGURED,
        stream: bool = False,
        changes: Changes | None = None,
    ) -> Result:
        """Plan and apply an action over packages, or over all of them."""
        plan = self.client().stream(action, packages, everything=not packages, prefer=prefer)
        return apply(plan, state=self.state, stream=stream, changes=changes)

    def adopt(self, *paths: str, package: str | None = None) -> Result:
        """Adopt paths that are relative to the target."""
        client = self.client()
        full = [f"{self.target}/{path}" for path in paths]
        return client.apply(client.stream_adopt(*full, package=package))

    def tree(self) -> Tree:
        """Return a snapshot of packages and target."""
        return snapshot(self.root, prune=frozenset({"state"}))

    def home(self) -> dict[str, str]:
        """Return the target as relative path → ``-> text`` for links, else the kind."""
        found = snapshot(self.target)
        del found[""]
        return {
            path: f"-> {node.text}" if node.kind == "link" else node.kind
            for path, node in found.items()
        }

    def read(self, path: str) -> str:
        """Return the content of a file below the root."""
        with open(f"{self.root}/{path}", encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def backups(self) -> dict[str, str]:
        """Return what is in the backup area: content → mode in octal, files only."""
        found = {}
        for above, _, names in os.walk(self.state):
            for name in names:
                path = f"{above}/{name}"
                if own(name):
                    continue
                if "/backups" in above and os.path.isfile(path) and not os.path.islink(path):
                    with open(path, encoding="utf-8") as file:
                        found[file.read()] = f"{os.stat(path).st_mode & 0o7777:o}"
        return found


def _create(path: str, entry: Entry) -> None:
    if entry == DIR:
        os.makedirs(path, exist_ok=True)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(entry, Link):
        os.symlink(entry.text, path)
    elif entry == FIFO:
        os.mkfifo(path)
    elif entry == SOCKET:
        _bind(path)
    else:
        file = entry if isinstance(entry, File) else File(str(entry))
        with open(path, "w", encoding="utf-8") as out:
            out.write(file.content)
        os.chmod(path, file.mode)


def _bind(path: str) -> None:
    # A socket's address is short; the name alone, from where it is to be, always fits.
    with contextlib.chdir(os.path.dirname(path)), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.basename(path))


def lines(items: Iterable[Item], root: str) -> list[str]:
    """Return items as lines with paths relative to ``root``: what tests compare."""
    return [_line(item, f"{root}/") for item in items]


def _line(item: Item, root: str) -> str:
    path = item.path.removeprefix(root)
    if isinstance(item, Operation):
        text = "" if item.text is None else f" -> {item.text.removeprefix(root)}"
        return f"{item.kind} {path}{text}"
    if isinstance(item, Conflict):
        other = f" against {item.other}" if item.other else ""
        return f"{item.kind} {path} for {item.package}{other}"
    kind = "notice" if isinstance(item, Notice) else "error"
    return f"{kind} {path}: {item.message.replace(root, '')}"
