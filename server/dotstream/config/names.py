"""Names and words that people type: which there are, and what they may have meant."""

from __future__ import annotations

from itertools import islice

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import FOLDINGS, LAYOUTS, LINK_STYLES, POLICIES, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LONGEST = 100  # characters that are shown, or compared with what is known
_MOST = 1_000  # names to choose from


def nearest(name: str, known: Iterable[str], *, limit: int = 1) -> list[str]:
    """Return the names in ``known`` that ``name`` may have been meant to be, best first."""
    from difflib import get_close_matches  # only mistakes pay for it

    if len(name) > _LONGEST:
        return []
    short = (one for one in known if len(one) <= _LONGEST)
    return get_close_matches(name, list(islice(short, _MOST)), n=limit, cutoff=0.6)


def shortened(text: str) -> str:
    """Return a text that somebody else wrote, as it fits into a message."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def quoted(text: str) -> str:
    """Return a text that somebody else wrote in quotes, as it fits into a message."""
    return repr(shortened(text))


def fault_in_name(name: str, known: Callable[[], Sequence[str]] = tuple) -> str | None:
    """Say what keeps ``name`` from being a package name and what to do; ``None`` if nothing.

    Args:
        known: returns the packages that there are, one of which a path may name.
    """
    remedy = "give the name of a directory in the package directory"
    if not name:
        return f"it is empty; {remedy}"
    if name.startswith("/"):
        return f"it is an absolute path; {_part_meant(name, known) or remedy}"
    if name == ".":
        return 'it is the package directory; if that is itself one, set layout = "single"'
    if name == "..":
        return f"it is not inside the package directory; {remedy}"
    if ".." in name.split("/"):
        return f"it leaves the package directory; {remedy}"
    if "/" in name:
        told = "it has a slash, and packages are not nested"
        return f"{told}; {_part_meant(name, known) or remedy}"
    if "\0" in name:
        return f"it has a zero byte; {remedy}"
    if name.startswith("."):
        return "hidden directories are not packages; rename it without the dot"
    return None


def _part_meant(path: str, known: Callable[[], Sequence[str]]) -> str | None:
    """Ask whether the part of a path that is a package was meant; ``None`` if none is one."""
    parts, packages = [part for part in path.split("/") if part], known()
    found = next((part for part in parts if part in packages), None)
    return None if found is None else f"did you mean {quoted(found)}?"


def package_name(name: str, known: Callable[[], Sequence[str]] = tuple) -> str:
    """Return ``name`` without slashes at its end and ``./`` before it, as shells complete it.

    Args:
        known: see ``fault_in_name``.

    Raises:
        UsageError: it is no package name.
    """
    if not isinstance(name, str):
        raise TypeError(f"a package is named by a string, and not by {name!r}")
    bare = name.rstrip("/") or name[:1]
    while bare.startswith("./"):
        bare = bare[2:].lstrip("/") or "."
    fault = fault_in_name(bare, known)
    if fault is not None:
        raise UsageError(f"{quoted(name)} is not a package name: {fault}")
    return bare


def require_known(prefer: Preferences) -> None:
    """Refuse preferences with a word that there is not.

    Raises:
        TypeError: they are none, or one of them is not what it should be.
        UsageError: one of them is such a word; the message names those that there are.
    """
    if not isinstance(prefer, Preferences):
        raise TypeError(f"what is preferred comes as Preferences(...), and not as {prefer!r}")
    for what in ("ignore", "defer", "override"):
        if isinstance(one := getattr(prefer, what), str):
            raise TypeError(f"{what} is a tuple of patterns: ({one!r},)")
    policies = ((f"the policy for {path}", word) for path, word in prefer.resolutions.items())
    for what, word, known in (
        ("folding", prefer.folding, FOLDINGS),
        ("layout", prefer.layout, LAYOUTS),
        ("link", prefer.link, LINK_STYLES),
        ("on_conflict", prefer.on_conflict, POLICIES),
        *((what, word, POLICIES) for what, word in policies),
    ):
        if word is not None:
            require_word(what, word, known)


def require_word(what: str, word: str, known: Sequence[str]) -> None:
    """Refuse a word that is not among those that there are.

    Raises:
        UsageError: it is not; the message names them.
    """
    if word not in known:
        near = nearest(str(word), known)
        hint = f"did you mean {near[0]!r}?" if near else f"it can be {', '.join(known)}"
        raise UsageError(f"{what} cannot be {quoted(str(word))}; {hint}")
