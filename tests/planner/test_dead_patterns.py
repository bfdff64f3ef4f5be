"""A pattern that is said never to match does not match, and its neighbours are left alone."""

from __future__ import annotations

from itertools import product

import pytest

from dotstream.planner.ignore import StowList, compile_rules
from dotstream.planner.left_out import why_dead

_NAMES = (".config", "config", "dot-config", "foo", "bar", ".x")


def _matches(pattern: str) -> bool:
    rules = compile_rules(patterns=StowList("list", ((1, 1, pattern),)), dotfiles=True)
    for above in (*product(_NAMES, repeat=2), *((name,) for name in _NAMES), ()):
        # Directories are compared as the target has them.
        shown = "/".join(above).replace("dot-", ".")
        hidden = rules(shown)
        if hidden is not None and any(hidden(name) for name in _NAMES):
            return True
    return False


@pytest.mark.parametrize(
    "pattern",
    ["foo/", "^/foo/", "^foo/bar", r"^\.config/foo", "dot-config/foo", "^/dot-config/foo/bar"],
)
def test_what_is_dead_matches_nothing(pattern: str) -> None:
    assert why_dead(pattern, dotfiles=True) is not None
    assert not _matches(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "foo", "^foo", "foo/bar", "^/foo", "foo/?bar", "^.?/foo", "^f*/bar", "(^foo|bar)/foo",
        r"\.config/foo", "foo/dot-config", "^/foo/.x", "dot-config",
    ],
)  # fmt: skip
def test_what_matches_is_not_dead(pattern: str) -> None:
    assert _matches(pattern)
    assert why_dead(pattern, dotfiles=True) is None


def test_directories_keep_their_names_where_dot_names_are_not_translated() -> None:
    assert why_dead("dot-config/foo", dotfiles=False) is None
