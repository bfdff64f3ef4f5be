"""What is interrupted: farms with one more command to do, and everything there is in them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.farm import Farm, File, Link, apply
from tests.snapshot import Node, snapshot
from tests.transaction.stories import STORIES

from dotstream.fs.area import own
from dotstream.fs.state import existing_state
from dotstream.model.options import Preferences
from dotstream.store.journal import Journal

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.snapshot import Tree

    from dotstream.client import Client
    from dotstream.planner.stream import StreamingPlan

__all__ = ["SCENES", "Away", "Scene", "Stage", "check_manifest", "lost", "world"]

Plan: TypeAlias = "Callable[[Farm], StreamingPlan]"

_NEVER = Preferences(folding="never")
_KEEPING = Preferences(folding="never", on_conflict="backup")


class Away(Farm):
    """A farm whose package directory or state is on another file system."""

    def __init__(self, root: str, away: str, part: str) -> None:
        super().__init__(root)
        os.rmdir(self.directory)
        if part == "packages":
            self.directory = f"{away}/stow"
        else:
            self.state = f"{away}/state"
        os.makedirs(self.directory)

    def pack(self, tree: dict[str, str | File]) -> None:
        """Put files into packages."""
        for path, entry in tree.items():
            file = entry if isinstance(entry, File) else File(entry)
            full = f"{self.directory}/{path}"
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as out:
                out.write(file.content)
            os.chmod(full, file.mode)


@dataclass(frozen=True)
class Scene:
    """A farm that is made, what is applied in it, and where its parts are."""

    begin: Callable[[Farm], object]
    plan: Plan
    away: str = ""


class Stage:
    """A scene set up once, and set up again from a copy as often as it is played.

    Attributes:
        farm: where it is set up.
        places: the directories that hold it, on a file system each.
    """

    def __init__(self, scene: Scene, root: str, away: str) -> None:
        self.scene = scene
        os.makedirs(root)
        os.makedirs(away)
        self.places = (f"{root}/farm", f"{away}/farm")
        self._root, self._away = self.places
        os.mkdir(self._away)
        self.farm = Away(*self.places, scene.away) if scene.away else Farm(self._root)
        self._pack()
        scene.begin(self.farm)
        os.makedirs(f"{self.farm.directory}/idle", exist_ok=True)
        self._copies = [f"{place}-copy" for place in self.places]
        for place, copy in zip(self.places, self._copies, strict=True):
            _copy(place, copy)

    def _pack(self) -> None:
        """Have ``make`` put packages where they are in this scene."""
        if isinstance(self.farm, Away) and not self.farm.directory.startswith(self._root):
            os.symlink(self.farm.directory, f"{self._root}/stow")

    def reset(self) -> Farm:
        """Set the scene up again."""
        for place, copy in zip(self.places, self._copies, strict=True):
            shutil.rmtree(place)
            _copy(copy, place)
        return self.farm


def _copy(place: str, copy: str) -> None:
    shutil.copytree(place, copy, symlinks=True, ignore=_passing)


def _passing(_directory: str, names: list[str]) -> list[str]:
    """Leave out what the journal makes again by itself."""
    return [name for name in names if name.endswith(("-shm", "-reserve"))]


def world(farm: Farm) -> Tree:
    """Return everything in the packages, the target and the backup area, files with mtimes."""
    found: Tree = {}
    for label, root in (("stow", farm.directory), ("home", farm.target)):
        found |= _timed(label, root)
    place = existing_state(farm.state, farm.target)
    if place is not None:
        kept = _timed("backups", place.backups)
        del kept["backups"]
        found |= {path: node for path, node in kept.items() if not own(path.split("/")[1])}
    return found


def _timed(label: str, root: str) -> Tree:
    tree: Tree = {}
    for path, node in snapshot(root).items():
        full = f"{label}/{path}" if path else label
        if node.kind == "file":
            when = os.lstat(f"{root}/{path}").st_mtime_ns
            tree[full] = Node(node.kind, node.mode, f"{node.text} {when}")
        else:
            tree[full] = node
    return tree


def lost(before: Tree, now: Tree) -> Counter[Node]:
    """Return the files that were there and are nowhere any more."""
    from collections import Counter

    def files(tree: Tree) -> Counter[Node]:
        return Counter(node for node in tree.values() if node.kind == "file")

    return files(before) - files(now)


def check_manifest(farm: Farm) -> None:
    """Have the manifest say exactly which links into the packages are on disk."""
    place = existing_state(farm.state, farm.target)
    recorded: dict[str, str] = {}
    if place is not None:
        journal = Journal(place.journal, readonly=True, moved=place.moved)
        try:
            entries = list(journal.manifest.entries())
        finally:
            journal.close()
        keys = [tuple(map(os.fsencode, entry[:3])) for entry in entries]
        assert keys == sorted(set(keys)), "the manifest is not in order"
        recorded = {
            entry.path: entry.text or "" for entry in entries if entry.kind != "directory"
        }
        for entry in entries:
            if entry.kind == "directory":
                assert os.path.isdir(entry.path), f"no directory {entry.path}"
                assert not os.path.islink(entry.path), f"a link at {entry.path}"
    assert recorded == links(farm)


def links(farm: Farm) -> dict[str, str]:
    """Return the links in the target that lead into the packages, as the disk has them."""
    found = {}
    for path, node in snapshot(farm.target).items():
        full = f"{farm.target}/{path}"
        leads = os.path.normpath(os.path.join(os.path.dirname(full), node.text))
        if node.kind == "link" and leads.startswith(f"{farm.directory}/"):
            found[full] = node.text
    return found


# The scenes --------------------------------------------------------------------------


def _plan(action: str, *packages: str, **prefer: str) -> Plan:
    preferences = Preferences(**prefer)  # type: ignore[arg-type]
    return lambda farm: farm.client().stream(action, packages, prefer=preferences)  # type: ignore[arg-type]


def _changed_package(farm: Farm) -> None:
    """A package of which files went, came, and became directories."""
    farm.make(
        {
            "stow/zsh/same": "z", "stow/zsh/gone": "z", "stow/zsh/opens": "z",
            "stow/zsh/deep/er/x": "z", "stow/zsh/deep/er/y": "z", "stow/zsh/empties/x": "z",
        }
    )  # fmt: skip
    farm.run("manage", "zsh", prefer=_NEVER)
    for path in ("gone", "opens", "deep/er/x", "empties/x"):
        os.unlink(f"{farm.directory}/zsh/{path}")
    farm.make({"stow/zsh/opens/x": "z", "stow/zsh/new/x": "z", "stow/zsh/deep/er/z": "z"})


def _taken(farm: Farm) -> None:
    """A home with files where a package has files of its own."""
    farm.make(
        {
            "stow/zsh/a": File("packaged", 0o640), "stow/zsh/d/x": "packaged x",
            "stow/zsh/d/y": "packaged y", "home/a": File("private", 0o600),
            "home/d/x": File("mine", 0o755), "home/b": "unrelated",
        }
    )  # fmt: skip


def _taken_names(farm: Farm) -> None:
    """Files to adopt, which the package has already."""
    farm.make(
        {
            "stow/zsh/dot-a": File("packaged", 0o640), "stow/zsh/dot-d/x": "packaged x",
            "home/.a": File("private", 0o600), "home/.d/x": File("mine", 0o755),
            "home/.d/new": "new",
        }
    )  # fmt: skip


def _adopt_over(farm: Farm) -> StreamingPlan:
    paths = [f"{farm.target}/.a", f"{farm.target}/.d"]
    prefer = Preferences(on_conflict="overwrite", folding="never")
    return farm.client().stream_adopt(*paths, package="zsh", prefer=prefer)


def _adopt_whole(farm: Farm) -> StreamingPlan:
    paths = [f"{farm.target}/.a", f"{farm.target}/.whole", f"{farm.target}/.private"]
    return farm.client().stream_adopt(*paths, package="zsh")


def _directories(farm: Farm) -> None:
    farm.make(
        {
            "home/.a": File("one", 0o600), "home/.whole/x/y": File("two", 0o640),
            "home/.whole/to": Link("x"), "home/.whole/z": "three", "home/.private/k": "four",
        }
    )  # fmt: skip
    os.chmod(f"{farm.target}/.private", 0o700)


def _in_the_way(farm: Farm) -> None:
    """Files, a directory and a link where a package wants links."""
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/b/x": "z", "stow/zsh/c": "z", "stow/zsh/d": "z",
            "home/a": File("private", 0o600), "home/b": File("theirs", 0o755),
            "home/c/x": File("theirs too", 0o640), "home/c/deep/y": "deep",
            "home/d": Link("nowhere"),
        }
    )  # fmt: skip
    os.chmod(f"{farm.target}/c", 0o700)


def _in_the_way_below(farm: Farm) -> None:
    """The same below directories that stay."""
    farm.make(
        {
            "stow/zsh/d/a": "z", "stow/zsh/d/e/b": "z", "stow/zsh/d/new/x": "z",
            "home/d/a": File("private", 0o600), "home/d/e/b": "mine", "home/d/other": "theirs",
        }
    )  # fmt: skip


def _backed_up_below_and_unmanaged(farm: Farm) -> None:
    _in_the_way_below(farm)
    farm.run("manage", "zsh", prefer=_KEEPING)
    farm.run("unmanage", "zsh")


def _restored(farm: Farm) -> StreamingPlan:
    client = farm.client()
    return client.stream_restore(*[backup.id for backup in client.backups()])


def _backed_up_and_unmanaged(farm: Farm) -> None:
    _in_the_way(farm)
    farm.run("manage", "zsh", prefer=Preferences(on_conflict="backup"))
    farm.run("unmanage", "zsh")


def _undone(scene: Scene) -> Scene:
    """Return the scene of taking a scene back."""

    def begin(farm: Farm) -> None:
        scene.begin(farm)
        apply(scene.plan(farm), state=farm.state)

    return Scene(begin, _undo_last, scene.away)


def _undo_last(farm: Farm) -> StreamingPlan:
    client: Client = farm.client()
    (last,) = client.history(1)
    return client.stream_undo(last.id)


def _crossed(names: dict[str, str]) -> dict[str, Scene]:
    return {
        f"{name}, {part} away": Scene(_DONE[name].begin, _DONE[name].plan, part)
        for name, part in names.items()
    }


_TREE = ("a", "b", "e/c", "e/d", "e/f/g", "e/f/h", "i/j", "i/k")


def _tree(farm: Farm) -> None:
    """Have directories in one another, with links in a row."""
    farm.make({f"stow/zsh/d/{name}": "z" for name in _TREE} | {"home/mine": "m"})


def _tree_in_use(farm: Farm) -> None:
    """The same, linked, and then something else in one of them."""
    _tree(farm)
    farm.run("manage", "zsh", prefer=_NEVER)
    farm.make({"home/d/e/mine": "m"})


def _folded(farm: Farm) -> None:
    """Link a directory as one, in which an application then keeps what is its own."""
    farm.make({
        "stow/app/dot-config/app/rc": "1",
        "stow/app/dot-config/app/cache/page": "2",
        "stow/app/dot-config/app/cache/more/page": "3",
        "home/.config/mine": "4",
    }).run("manage", "app")  # fmt: skip


def _to_another(farm: Farm) -> StreamingPlan:
    return farm.client().stream_adopt(f"{farm.target}/.config/app/cache/more", package="web")


def _out(farm: Farm) -> StreamingPlan:
    paths = (f"{farm.target}/.config/app/{name}" for name in ("cache/page", "rc"))
    return farm.client().stream_release(*paths)


_backup = _plan("manage", "zsh", on_conflict="backup")
_DONE: dict[str, Scene] = {
    **{name: Scene(story.begin, story.plan) for name, story in STORIES.items()},
    "remanage": Scene(_changed_package, _plan("remanage", "zsh", folding="never")),
    "remanage with folds": Scene(_changed_package, _plan("remanage", "zsh")),
    "back up directories": Scene(_in_the_way, _backup),
    "back up files in directories": Scene(
        _in_the_way_below, _plan("manage", "zsh", folding="never", on_conflict="backup")
    ),
    "restore into directories": Scene(_backed_up_below_and_unmanaged, _restored),
    "overwrite directories": Scene(_in_the_way, _plan("manage", "zsh", on_conflict="overwrite")),
    "manage, adopting": Scene(_taken, _plan("manage", "zsh", on_conflict="adopt")),
    "adopt over files": Scene(_taken_names, _adopt_over),
    "adopt directories": Scene(_directories, _adopt_whole),
    "restore": Scene(_backed_up_and_unmanaged, _restored),
    "manage a tree": Scene(_tree, _plan("manage", "zsh", folding="never")),
    "move to another package": Scene(_folded, _to_another),
    "move out of a package": Scene(_folded, _out),
}

_FAR = _crossed({"back up directories": "state", "restore": "state"}) | _crossed(
    {
        "adopt over files": "packages",
        "adopt directories": "packages",
        "manage, adopting": "packages",
        "move out of a package": "packages",
    }
)

_ONCE = _DONE | _FAR
SCENES: dict[str, Scene] = {
    **_ONCE,
    **{f"undo of: {name}": _undone(scene) for name, scene in _ONCE.items()},
    "undo of a tree in use": Scene(_tree_in_use, _undo_last),
    "undo of the undo of: manage a tree": _undone(_undone(_DONE["manage a tree"])),
    "undo of the undo of: adopt": _undone(_undone(_DONE["adopt"])),
    "undo of the undo of: move out of a package": _undone(
        _undone(_DONE["move out of a package"])
    ),
    "undo of the undo of: manage with unfold": _undone(_undone(_DONE["manage with unfold"])),
    "undo of the undo of: unmanage with refold": _undone(_undone(_DONE["unmanage with refold"])),
}
