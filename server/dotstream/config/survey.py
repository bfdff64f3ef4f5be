"""Looking at a repository before anything is written: how it is laid out, and who uses it.

What is linked already tells most: a link in the target says where its package begins.  Where
nothing is linked, names tell: a package for a home has dotfiles at its top.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from fnmatch import fnmatchcase

from dotstream.config.from_tuckr import GROUPS, is_conditional
from dotstream.fs.files import entries, exists, is_directory, links_below
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.options import SINGLE
from dotstream.planner.moved import Moves
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_MOST = 2_000  # entries of one directory, and directories of the target
_DEEPEST = 4  # how far down in the target links are looked for

_REPOSITORYS_OWN = (
    ".git",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".gitkeep",
    ".keep",
    ".github",
    ".gitlab-ci.yml",
    ".circleci",
    ".devcontainer",
    ".editorconfig",
    ".envrc",
    ".idea",
    ".mailmap",
    ".pre-commit-config.yaml",
    ".shellcheckrc",
    ".travis.yml",
    ".vscode",
    ".DS_Store",
    ".stow",
    ".stowrc",
    ".stow-local-ignore",
    ".stow-global-ignore",
    ".dotter",
    ".hg",
    ".svn",
)
"""Hidden names at the top of a repository that no home is meant to have."""

_NO_PACKAGES = (
    "asset",
    "backup",
    "bootstrap",
    "build",
    "ci",
    "contrib",
    "demo",
    "dist",
    "doc",
    "dotbot",
    "example",
    "hook",
    "image",
    "install",
    "lib",
    "license",
    "media",
    "node_module",
    "picture",
    "preview",
    "screenshot",
    "script",
    "setup",
    "test",
    "tool",
    "util",
    "vendor",
    "venv",
    "wallpaper",
)
"""Names of directories that are hardly packages, without the s of the plural."""

_TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chezmoi", (".chezmoi*", "dot_*", "private_*", "executable_*", "run_once_*", "symlink_*")),
    ("dotter", (".dotter",)),
    ("dotbot", ("install.conf.yaml", "install.conf.yml", "install.conf.json", "dotbot")),
    ("rcm", ("rcrc", ".rcrc", "tag-*", "host-*")),
    ("yadm", ("*##*", ".yadm")),
    ("tuckr", (GROUPS, "Hooks")),
)
"""Other tools, and the names at the top of their sources."""


class Survey(NamedTuple):
    """What a repository looks like.

    Attributes:
        single: whether it is itself the one package.
        directory: where its packages are, from its top; ``.`` for the top itself.
        packages: what seems to be one, or is linked.
        strangers: what else lies beside the packages, and no target is meant to have.
        links: how many links into it were found.
        folded: whether links to directories are among them; ``None`` if nothing tells.
        translated: whether links show ``dot-`` names as dotfiles.
        tool: the other tool whose source it is.
        inside: where in the target it is linked, if that is not the target itself.
        others: links of the target into it that such packages would not make.
        moved: where it was when links were made that lead there, and nowhere now.
    """

    single: bool = False
    directory: str = "."
    packages: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    links: int = 0
    folded: bool | None = None
    translated: bool = False
    tool: str | None = None
    inside: str = ""
    others: tuple[str, ...] = ()
    moved: str = ""


class _Link(NamedTuple):
    """A link in the target: where it is, what it leads to in the repository, or led to."""

    shown: tuple[str, ...]
    source: tuple[str, ...]
    folds: bool
    moved: str = ""


class _Shape(NamedTuple):
    """How many components come before what the target shows, and what the first of two is."""

    depth: int
    directory: str


def survey(root: str, *, target: str, home: str, directory: str = ".") -> Survey:
    """Look at the repository at ``root``; at most a bounded part of it and of the target.

    Args:
        target: where it is linked to.
        directory: where its packages are, as far as that is known.
    """
    root, target = canonical(root), canonical(target)
    links = list(_links(root, target))
    shapes = Counter(shape for link in links if (shape := _shape(link)) is not None)
    tool, dotted = foreign_source(root), target == canonical(home)
    tool = tool or ("yadm" if _has_alternates(root) else None)
    if shapes:
        shape = max(shapes, key=lambda one: (shapes[one], -one.depth))
        ours = [link for link in links if _shape(link) == shape]
        others = _paths(link for link in links if _shape(link) != shape)
        moved = max((link.moved for link in ours), default="")
        found = _as_linked(root, shape, ours, tool, dotted=dotted)
        return found._replace(others=others, moved=moved)
    inside = _inside(links) if tool is None and not mirrors_home(root) else ""
    if inside:
        return survey(root, target=f"{target}/{inside}", home=home)._replace(inside=inside)
    return _by_names(root, directory, tool, dotted=dotted)._replace(others=_paths(links))


def _by_names(root: str, directory: str, tool: str | None, *, dotted: bool) -> Survey:
    """Return what names tell, where no link does."""
    if directory == "." and dotted and looks_single(root):
        return Survey(True, packages=(SINGLE,), strangers=_beside(root, ()), tool=tool)
    place = directory if directory != "." or not dotted else _deeper(root, tool)
    base = posixpath.normpath(f"{root}/{place}")
    packages, strangers = _sorted_out(base, (), tool, dotted=dotted)
    return Survey(False, place, packages, strangers, tool=tool)


def _has_alternates(root: str) -> bool:
    """Whether there are files below the top that yadm takes on some systems only."""
    waiting, looked = [(root, 0)], 0
    while waiting and looked < _MOST:
        here, depth = waiting.pop()
        looked += 1
        for name, is_dir in entries(here, _MOST):
            if "##" in name:
                return True
            if is_dir and depth < _DEEPEST and name != ".git":
                waiting.append((f"{here}/{name}", depth + 1))
    return False


def _links(root: str, target: str) -> Iterator[_Link]:
    """Yield the links of the target that lead into the repository, or did before it moved."""
    moves = Moves(root)
    for path, text in links_below(target, deepest=_DEEPEST, most=_MOST, but=root):
        full = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
        shown = tuple(path[len(target) :].strip("/").split("/"))
        if full != root and within(full, root):
            source = tuple(full[len(root) :].strip("/").split("/"))
            yield _Link(shown, source, is_directory(path))
        else:
            tails = (moves.tail(target, shown[:-1], full, depth=depth) for depth in (1, 0, 2))
            tail = next((tail for tail in tails if tail is not None), None)
            if tail is not None:
                source, before = tuple(tail.split("/")), full[: -len(tail)].rstrip("/")
                yield _Link(shown, source, is_directory(f"{root}/{tail}"), before)


def _shape(link: _Link) -> _Shape | None:
    """Return what a link tells of the layout; ``None`` if the target does not mirror it."""
    for depth in range(3):
        rest = link.source[depth:]
        if rest == link.shown or tuple(map(to_target, rest)) == link.shown:
            return _Shape(depth, link.source[0] if depth == 2 else ".")
    return None


def _inside(links: Sequence[_Link]) -> str:
    """Return the one directory of the target that all links mirror the repository in, if any."""
    found = {
        link.shown[: -len(link.source)] if link.shown[-len(link.source) :] == link.source else ()
        for link in links
    }
    return "/".join(found.pop()) if len(links) > 1 and len(found) == 1 else ""


def _paths(links: Iterable[_Link]) -> tuple[str, ...]:
    return tuple(sorted("/".join(link.shown) for link in links))


def _as_linked(
    root: str, shape: _Shape, links: Sequence[_Link], tool: str | None, *, dotted: bool
) -> Survey:
    """Return what the links say."""
    folds = any(link.folds for link in links)
    folded = True if folds else False if any(len(link.shown) > 1 for link in links) else None
    translated = any(link.source[shape.depth :] != link.shown for link in links)
    top = {link.source[0] for link in links}
    if shape.depth == 0:
        return Survey(
            True, ".", (SINGLE,), _beside(root, top), len(links), folded, translated, tool
        )
    base = root if shape.depth == 1 else f"{root}/{shape.directory}"
    linked = {link.source[shape.depth - 1] for link in links}
    packages, strangers = _sorted_out(base, linked, tool, dotted=dotted)
    return Survey(
        False, shape.directory, packages, strangers, len(links), folded, translated, tool
    )


def _sorted_out(
    base: str, linked: Collection[str] = (), tool: str | None = None, *, dotted: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which directories are packages, and which are none.

    Those that are empty are neither, unless their names tell.
    """

    def is_none(name: str) -> bool:
        own = exists(f"{base}/{name}/dotstream.toml")  # a package directory by itself
        return own or _is_plainly_none(name) or (tool == "tuckr" and is_conditional(name))

    names = sorted(name for name, is_dir in entries(base, _MOST) if is_dir and name[0] != ".")
    packages = [
        name
        for name in names
        if name in linked or (not is_none(name) and (not dotted or _is_dotted(f"{base}/{name}")))
    ]
    return tuple(packages), tuple(
        name
        for name in names
        if name not in packages and (is_none(name) or not _is_empty(f"{base}/{name}"))
    )


def _is_empty(path: str) -> bool:
    """Whether a directory may yet become a package: nothing that tells is in it."""
    return all(name in _REPOSITORYS_OWN for name, _ in entries(path, _MOST))


def _is_plainly_none(name: str) -> bool:
    return name.lower().rstrip("s") in _NO_PACKAGES


def _is_dotted(path: str) -> bool:
    """Whether a directory has at its top what belongs at the top of a home."""
    return any(
        name == "bin" or (to_target(name)[0] == "." and name not in _REPOSITORYS_OWN)
        for name, _ in entries(path, _MOST)
    )


def is_for_above(root: str, home: str) -> bool:
    """Whether packages are for the directory above, as in ``/usr/local/stow``, not for a home."""
    if within(canonical(root), canonical(home)) or survey(root, target=home, home=home).links:
        return False
    if survey(root, target=posixpath.dirname(canonical(root)), home=home).links:
        return True
    packages = (f"{root}/{name}" for name, is_dir in entries(root, _MOST) if is_dir)
    return not looks_single(root) and not any(
        to_target(name)[0] == "." for package in packages for name, _ in entries(package, _MOST)
    )


def looks_single(root: str) -> bool:
    """Whether a repository seems to be itself the one package."""
    return exists(f"{root}/.stow-local-ignore") or mirrors_home(root)


def mirrors_home(root: str) -> bool:
    """Whether more dotfiles lie at the top of a repository than directories that have some."""
    dotfiles = [
        name
        for name, _ in entries(root, _MOST)
        if to_target(name)[0] == "."
        and name not in _REPOSITORYS_OWN
        and not name.startswith((".chezmoi", ".stow"))
        and not (name.startswith("dot-") and is_directory(f"{root}/{name}"))
    ]
    packages, _ = _sorted_out(root, dotted=True)
    return len(dotfiles) > len(packages)


def _deeper(root: str, tool: str | None) -> str:
    """Return the one directory that has packages, where the top has none."""
    if tool == "tuckr" and _sorted_out(f"{root}/{GROUPS}", dotted=True)[0]:
        return GROUPS
    packages, others = _sorted_out(root, dotted=True)
    if packages:
        return "."
    found = [name for name in others if _sorted_out(f"{root}/{name}", dotted=True)[0]]
    return found[0] if len(found) == 1 else "."


def _beside(root: str, linked: Collection[str]) -> tuple[str, ...]:
    """Return what lies at the top of a single package, and no home is meant to have."""

    def strange(name: str, is_dir: bool) -> bool:
        if name in linked:
            return False
        if to_target(name)[0] == ".":
            return name in _REPOSITORYS_OWN or "##" in name
        return bool(linked) or not is_dir or _is_plainly_none(name)

    return tuple(sorted(name for name, is_dir in entries(root, _MOST) if strange(name, is_dir)))


def foreign_source(root: str) -> str | None:
    """Return the other tool whose source a directory is, by its names."""
    names = [name for name, _ in entries(root, _MOST)]
    for tool, globs in _TOOLS:
        if any(fnmatchcase(name, glob) for name in names for glob in globs):
            return tool
    return "yadm" if exists(f"{root}/.config/yadm") else None
