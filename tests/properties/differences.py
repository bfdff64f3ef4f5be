"""Where dotstream departs from GNU Stow on purpose, as predicates over one command.

Each names the paths it speaks for; a difference that no predicate speaks for is a fault of
ours.  The ids are those of ``docs/reference/stow-differences.md``.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.properties.compare import Step
    from tests.snapshot import Node, Tree

__all__ = ["DIFFERENCES", "Verdict", "judge"]

REPOSITORIES = ("stow/", "stow2/", "moved/")
"""Stow directories of the farms outside of the target."""

_HIDDEN = frozenset({".stow-local-ignore", "zap", "t~", "x", "y", "d", "e", "s"})
"""Names that the farms' ignore lists and ``--ignore`` options may hide."""


class Member(NamedTuple):
    """Where an owned link leads: a path in a package of a stow directory."""

    stow: str
    package: str
    path: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one comparison.

    ``kind`` is ``same`` (as the Python twin), ``perl`` (as the Perl original where the twin
    is known to depart from it), ``deliberate`` (``ids`` say why) or ``fault`` (``lines``
    say what).
    """

    kind: str
    ids: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def judge(step: Step) -> Verdict:
    """Compare what dotstream did with what the two GNU Stows did."""
    broken = tuple(_broken_promises(step))
    if broken:
        return Verdict("fault", lines=broken)
    if step.ours.agrees(step.twin):
        return Verdict("same")
    if step.ours.agrees(step.perl) and any(_dangling(step.before)):
        return Verdict("perl")
    unclaimed = _differing(step)
    ids = []
    for name, claims in DIFFERENCES.items():
        covered = {path for path in unclaimed for prefix in claims(step) if _within(path, prefix)}
        if covered:
            ids.append(name)
            unclaimed -= covered
    if not unclaimed:
        return Verdict("deliberate", tuple(ids))
    return Verdict("fault", lines=(f"differs at {sorted(unclaimed)}",))


def _differing(step: Step) -> set[str]:
    """Return the paths that are not alike; a conflict on one side explains all the rest."""
    ours, twin = step.ours, step.twin
    paths = {
        posixpath.normpath(posixpath.join("target", path))
        for _, path in ours.conflicts ^ twin.conflicts
    }
    if not paths:
        paths = {
            path
            for path in ours.tree.keys() | twin.tree.keys()
            if ours.tree.get(path) != twin.tree.get(path)
        }
    return paths or {"result"}


# ---------------------------------------------------------------- what always holds


def _broken_promises(step: Step) -> Iterator[str]:
    """Yield what dotstream must never do, whatever GNU Stow does."""
    before, ours = step.before, step.ours
    if ours.result == "error" and step.twin.result != "error":
        yield f"fails where the twin does not: {ours.stderr.strip()[-300:]}"
    if "Traceback" in ours.stderr:
        yield f"crashes: {ours.stderr.strip()[-600:]}"
    if ours.result != "ok" and ours.tree != before:
        yield "changes something although it does not succeed"
    if "-n" in step.command.flags and ours.tree != before:
        yield "changes something although it only simulates"
    adopting = "--adopt" in step.command.flags
    contents = {node.text for node in ours.tree.values() if node.kind == "file"}
    for path, node in before.items():
        if ours.tree.get(path) == node or node.kind == "dir":
            continue
        in_package = path.startswith((f"{step.stow}/", *REPOSITORIES, "home/"))
        if in_package and not adopting:
            yield f"changes {path} in a package"
        elif node.kind == "file" and not in_package and node.text not in contents:
            yield f"loses the file {path}"
        elif node.kind == "link" and not in_package and not owner(step, path, node):
            yield f"touches the foreign link {path}"


# ---------------------------------------------------------------- the differences


def _dies(step: Step) -> Iterator[str]:
    """GNU Stow dies half-way or refuses without need; dotstream finishes the work."""
    if step.twin.result == "error":
        yield ""


def _loose_fold(step: Step) -> Iterator[str]:
    """GNU Stow folds where that would hide, expose, rename or bring back something."""
    if step.command.unstow and "--no-folding" not in step.command.flags:
        packages = {
            path.removeprefix(f"{step.stow}/").partition("/")[0]
            for path in step.before
            if path.startswith(f"{step.stow}/")
        }
        for path in _open_directories(step):
            if _unsafe(step, path):
                yield path
                # Opened again by the stowing half, the fold is read at the newcomer's path
                # (B6), and what is there may conflict.
                inner = path.removeprefix("target/")
                yield from (f"{step.stow}/{package}/{inner}" for package in packages)


def _forgotten_removal(step: Step) -> Iterator[str]:
    """GNU Stow forgets that it planned to remove a fold that two packages then open."""
    for path, member in _folds(step):
        sharers = [name for name in step.command.stow if _has_directory(step, name, path)]
        if member.package in step.command.unstow and len(sharers) > 1:
            yield path
            yield _source(member)  # Stow looks through the old link


def _wrong_member(step: Step) -> Iterator[str]:
    """GNU Stow opens a fold at the newcomer's path, or in the wrong stow directory."""
    for path, member in _folds(step):
        if member.stow != step.stow or member.path != path.removeprefix("target/"):
            yield path


def _absolute_member(step: Step) -> Iterator[str]:
    """GNU Stow refuses to open a fold of a package that has an absolute symlink."""
    for path, node in step.before.items():
        if node.kind == "link" and path.startswith(f"{step.stow}/") and _absolute(node):
            package, _, inner = path.removeprefix(f"{step.stow}/").partition("/")
            for fold, member in _folds(step):
                if member.package == package and _within(path, _source(member)):
                    yield from (path, f"target/{_translated(step, inner)}", fold)


def _protected(step: Step) -> Iterator[str]:
    """With --dotfiles GNU Stow looks for protection under the package's own names."""
    if "--dotfiles" in step.command.flags:
        for path in step.before:
            directory, _, name = path.rpartition("/")
            marked = name in {".stow", ".nonstow"} or directory == step.stow
            if marked and directory.startswith("target/") and "/." in directory:
                yield directory


def _marker_in_package(step: Step) -> Iterator[str]:
    """GNU Stow takes a package's own .stow or .nonstow for protection of the target."""
    for path in step.before:
        directory, _, name = path.rpartition("/")
        if name in {".stow", ".nonstow"} and directory.startswith((f"{step.stow}/", "stow2/")):
            root = "stow2" if directory.startswith("stow2/") else step.stow
            inner = directory.removeprefix(f"{root}/").partition("/")[2]
            yield f"target/{_translated(step, inner)}"
            # GNU Stow looks at nothing below; neither at what would conflict there.
            yield from (f"{step.stow}/{package}/{inner}" for package in step.command.stow)


def _both_spellings(step: Step) -> Iterator[str]:
    """GNU Stow loses .name when a package also has dot-name."""
    if "--dotfiles" in step.command.flags:
        for path in step.before:
            directory, _, name = path.rpartition("/")
            hidden = f"{directory}/.{name.removeprefix('dot-')}"
            if name.startswith("dot-") and hidden in step.before:
                inner = hidden.removeprefix(f"{step.stow}/").partition("/")[2]
                yield f"target/{_translated(step, inner)}"


def _compat_dotfiles(step: Step) -> Iterator[str]:
    """GNU Stow's --compat cannot find every dot- name of a package."""
    if {"--compat", "--dotfiles"} <= step.command.flags and step.command.unstow:
        yield from (path for path in step.before if "/." in path and path.startswith("target/"))


def _dangling_member(step: Step) -> Iterator[str]:
    """The twin takes a link to a broken symlink of a package for a live one."""
    for path, node in step.before.items():
        if node.kind == "link" and not alive(step.before, path):
            root = next((r for r in (step.stow, "stow2") if path.startswith(f"{r}/")), None)
            if root:
                inner = path.removeprefix(f"{root}/").partition("/")[2]
                yield f"target/{_translated(step, inner)}"
            member = owner(step, path, node) if path.startswith("target/") else None
            if member and _source(member) in step.before:
                yield path


DIFFERENCES: Mapping[str, Callable[[Step], Iterator[str]]] = {
    "B3, B5": _dies,
    "B4": _loose_fold,
    "B1": _forgotten_removal,
    "B2, B6": _wrong_member,
    "B8": _absolute_member,
    "B9": _protected,
    "B10": _marker_in_package,
    "B7": _both_spellings,
    "B15": _compat_dotfiles,
    "twin": _dangling_member,
}
"""Id → the target paths a difference speaks for, with all that is below them."""


# ---------------------------------------------------------------- reading the trees


def owner(step: Step, path: str, node: Node) -> Member | None:
    """Return the package member that a link leads to, going by its text alone."""
    if node.kind != "link" or _absolute(node):
        return None
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), node.text))
    for stow in (step.stow, *(each.rstrip("/") for each in REPOSITORIES), "target/stow"):
        if place.startswith(f"{stow}/") and (stow == step.stow or f"{stow}/.stow" in step.before):
            package, _, inner = place.removeprefix(f"{stow}/").partition("/")
            return Member(stow, package, inner)
    return None


def alive(tree: Tree, path: str) -> bool:
    """Whether something is at ``path``, following links inside the tree."""
    place = ""
    names = path.split("/")
    for _ in range(200):
        if not names:
            return True
        name = names.pop(0)
        here = posixpath.normpath(posixpath.join(place, name))
        node = tree.get(here if here != "." else "")
        if node is None:
            return False
        if node.kind != "link":
            place = here
        elif node.text.startswith("{SANDBOX}"):
            place, names = "", [*node.text.split("/")[1:], *names]
        elif node.text.startswith("/"):
            return node.text == "/dev/null" and not names
        else:
            names = [*node.text.split("/"), *names]
    return False


def _dangling(tree: Tree) -> Iterator[str]:
    return (path for path, node in tree.items() if node.kind == "link" and not alive(tree, path))


def _folds(step: Step) -> Iterator[tuple[str, Member]]:
    """Yield owned links to directories, and open directories that may fold on the way."""
    for path, node in step.before.items():
        member = owner(step, path, node) if path.startswith("target/") else None
        if member and _is_directory(step.before, _source(member)):
            yield path, member
    if step.command.unstow:
        for path in _open_directories(step):
            for child, node in step.before.items():
                member = owner(step, child, node) if posixpath.dirname(child) == path else None
                if member:
                    yield path, member._replace(path=posixpath.dirname(member.path))


def _open_directories(step: Step) -> Iterator[str]:
    """Yield real directories of the target that hold links and directories only."""
    for path, node in step.before.items():
        if node.kind == "dir" and path.startswith("target/") and not _within(path, step.stow):
            kinds = {entry.kind for other, entry in step.before.items() if _below(other, path)}
            if "link" in kinds and "file" not in kinds:
                yield path


def _unsafe(step: Step, directory: str) -> bool:
    """Whether folding a directory of the target could hide, expose or rename something."""
    for path, node in step.before.items():
        if not _below(path, directory) or node.kind != "link":
            continue
        member = owner(step, path, node)
        if member is None or not alive(step.before, path):
            return True
        if member.package in step.command.unstow and path in step.ours.tree:
            return True
        if posixpath.basename(member.path) != posixpath.basename(path):
            return True
        if member.path != path.removeprefix("target/") or member.stow != step.stow:
            return True
        folded = f"{member.stow}/{member.package}/{directory.removeprefix('target/')}"
        inside = (posixpath.basename(p) for p in step.before if _below(p, folded))
        if any(_hidden(step, name) for name in inside):
            return True
    return False


def _hidden(step: Step, name: str) -> bool:
    """Whether flags or lists may hide or rename a package's entry."""
    lists = any(path.endswith(("-local-ignore", "-global-ignore")) for path in step.before)
    ignoring = lists or any(pattern.startswith("--ignore") for pattern in step.command.patterns)
    renaming = "--dotfiles" in step.command.flags and name.startswith("dot-")
    return (
        renaming or name in {"t~", ".git"} or (ignoring and name.removeprefix("dot-") in _HIDDEN)
    )


def _has_directory(step: Step, package: str, path: str) -> bool:
    wanted = path.removeprefix("target/")
    return any(
        _translated(step, other.removeprefix(f"{step.stow}/{package}/")) == wanted
        for other in step.before
        if other.startswith(f"{step.stow}/{package}/") and _is_directory(step.before, other)
    )


def _translated(step: Step, path: str) -> str:
    if "--dotfiles" not in step.command.flags:
        return path
    names = path.split("/")
    return "/".join(
        f".{name[4:]}" if name.startswith("dot-") and name[4:5] not in {"", "."} else name
        for name in names
    )


def _source(member: Member) -> str:
    return posixpath.normpath(f"{member.stow}/{member.package}/{member.path}")


def _is_directory(tree: Tree, path: str) -> bool:
    node = tree.get(path)
    return node is not None and (
        node.kind == "dir" or (node.kind == "link" and alive(tree, f"{path}/."))
    )


def _absolute(node: Node) -> bool:
    return node.text.startswith(("/", "{SANDBOX}"))


def _below(path: str, directory: str) -> bool:
    return path.startswith(f"{directory}/")


def _within(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or _below(path, prefix)
