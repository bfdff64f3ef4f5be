"""``dotstream chkstow``: GNU Stow's look through a target for what has gone astray."""

from __future__ import annotations

import posixpath
import sys

from dotstream.cli.report.output import Output
from dotstream.errors import UsageError
from dotstream.fs.listing import DIR, LINK, sorted_entries
from dotstream.fs.look import Tree, canonical, close
from dotstream.fs.oserror import reason
from dotstream.fs.process import environment, working_directory
from dotstream.light_typing import TYPE_CHECKING, Literal, TypeAlias, get_args
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dotstream.fs.listing import Entry

HELP = """\
usage: dotstream chkstow [OPTION]...

Looks through a target directory, without following links, and names what is out of place.
Directories with a .stow or .notstowed file are passed over.

  -t, --target=DIR  look here (default: the parent of $STOW_DIR, or else /usr/local)
  -b, --badlinks    name the links that lead nowhere (the default)
  -a, --aliens      name what is neither a link nor a directory
  -l, --list        name the packages that links lead to
  -h, --help        print this text

exit status: 0 looked everywhere, 1 a wrong command line, 2 a directory could not be read
"""

_MARKERS = (".stow", ".notstowed")

Mode: TypeAlias = Literal["badlinks", "aliens", "list"]

_MODES: tuple[Mode, ...] = get_args(Mode)


def main(words: Sequence[str]) -> int:
    """Run ``dotstream chkstow`` with the words after it, and return the exit code."""
    out, err = Output.of(sys.stdout), Output.of(sys.stderr)
    try:
        mode, target = _parse(words)
        if mode is None:
            out.write(HELP)
            return 0
        shown = _default_target(environment()) if target is None else target
        return _look(mode, shown, out, err)
    except UsageError as error:
        err.line(f"chkstow: {error}; see dotstream chkstow --help")
        return 1
    finally:
        out.flush()
        err.flush()


def _default_target(environ: Mapping[str, str]) -> str:
    directory = environ.get("STOW_DIR")
    return posixpath.dirname(canonical(directory)) if directory else "/usr/local"


def _parse(words: Sequence[str]) -> tuple[Mode | None, str | None]:
    """Return the mode, ``None`` for help, and the target."""
    mode: Mode = "badlinks"
    target: str | None = None
    left = list(words)
    while left:
        word = left.pop(0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            option = _long(name)
        elif len(word) > 1 and word.startswith("-"):
            option = _SHORT.get(word[1], "")
            equals, value = ("=", word[2:]) if option == "target" and word[2:] else ("", "")
            if option != "target" and word[2:]:
                left.insert(0, f"-{word[2:]}")
        else:
            raise UsageError(f"unexpected argument {word!r}")
        if option == "help":
            return None, None
        if option == "target":
            if not equals and not left:
                raise UsageError(f"option {word} needs a value")
            target = value if equals else left.pop(0)
        elif option in _MODES and not equals:
            mode = option
        else:
            raise UsageError(f"unknown option {word}")
    return mode, target


_SHORT: dict[str, str] = {
    "t": "target",
    "b": "badlinks",
    "a": "aliens",
    "l": "list",
    "h": "help",
}


def _long(written: str) -> str:
    found = [name for name in _SHORT.values() if written and name.startswith(written)]
    return found[0] if len(found) == 1 else ""


def _look(mode: Mode, target: str, out: Output, err: Output) -> int:
    packages: set[str] = set()
    failures = 0

    def failed(path: str, error: OSError) -> None:
        nonlocal failures
        failures += 1
        err.line(f"chkstow: {display(path)}: {reason(error)}")

    try:
        tree = Tree(posixpath.join(working_directory(), target))
    except OSError as error:
        failed(target, error)
        return 2
    try:
        for path, kind in _walk(tree, target, err, failed):
            if out.failure is not None:
                break
            if mode == "aliens" and kind != LINK:
                out.line(f"Unstowed file: {_shown(target, path)}")
            elif mode == "badlinks" and kind == LINK and not tree.exists(path):
                out.line(f"Bogus link: {_shown(target, path)}")
            elif mode == "list" and kind == LINK:
                packages.add(_package(tree.link_text(path)))
    finally:
        tree.close()
    for name in sorted(packages - {"", ".", ".."}):
        out.line(display(name))
    return 2 if failures else 0


def _walk(
    tree: Tree, target: str, err: Output, failed: Callable[[str, OSError], None]
) -> Iterator[tuple[str, int]]:
    """Yield the path and kind of everything but directories, in sorted depth-first order."""
    pending: list[tuple[str, Iterator[Entry]]] = []

    def enter(path: str) -> None:
        if any(tree.kind(posixpath.join(path, name)) is not None for name in _MARKERS):
            err.line(f"skipping {_shown(target, path)}")
            return
        try:
            fd = tree.open_real(path)
            try:
                pending.append((path, iter(sorted_entries(fd))))
            finally:
                close(fd)
        except OSError as error:
            failed(_shown(target, path), error)

    enter("")
    while pending:
        above, entries = pending[-1]
        entry = next(entries, None)
        if entry is None:
            pending.pop()
            continue
        name, kind, _ = entry
        path = posixpath.join(above, name)
        if kind == DIR:
            enter(path)
        else:
            yield path, kind


def _shown(target: str, path: str) -> str:
    return display(posixpath.join(target, path) if path else target)


def _package(text: str) -> str:
    """Return the package that a link's text names, if the package directory is ``stow``."""
    below = text
    while below.startswith("../"):
        below = below[3:]
    if below != text:
        below = below.removeprefix("stow/")
    return below.partition("/")[0]
