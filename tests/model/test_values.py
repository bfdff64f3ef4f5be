"""The values: directories, operations, conflicts and what they say."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotstream.model.directory import Directory, display
from dotstream.model.items import (
    OPERATION_KINDS,
    Conflict,
    ConflictKind,
    Operation,
    OperationKind,
)
from dotstream.model.options import (
    ACTIONS,
    FOLDINGS,
    LAYOUTS,
    LINK_STYLES,
    POLICIES,
    Action,
    Folding,
    Layout,
    LinkStyle,
    Policy,
)
from dotstream.model.plan import Summary
from dotstream.model.status import PackageStatus
from dotstream.planner.naming import raw_candidates, to_package, to_target


@pytest.mark.parametrize("root", ["/", "/home/me"])
def test_a_directory_knows_its_paths(root: str) -> None:
    here = Directory(root).child("a").child("b")
    base = root.rstrip("/")
    assert (here.path, here.depth, here.absolute) == ("a/b", 2, f"{base}/a/b")
    assert (here.join("x"), here.at("x")) == ("a/b/x", f"{base}/a/b/x")
    assert (Directory(root).absolute, Directory(root).at("x")) == (root, f"{base}/x")


def test_descending_is_a_child_at_a_time() -> None:
    here = Directory("/home/me").descend("a/b")
    assert here.parent is not None
    assert (here.path, here.name, here.parent.path) == ("a/b", "b", "a")
    assert Directory("/home/me").descend("").path == ""


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_what_is_displayed_is_printable_and_can_be_encoded(path: str) -> None:
    shown = display(path)
    assert shown.isprintable()
    shown.encode("utf-8")
    assert shown == path or not path.isprintable()


@pytest.mark.parametrize(
    ("path", "shown"), [("a\nb", "a\\nb"), ("\udcff", "\\xff"), ("\x1b[1m", "\\x1b[1m")]
)
def test_control_and_undecodable_bytes_are_displayed_as_escapes(path: str, shown: str) -> None:
    assert display(path) == shown


@pytest.mark.parametrize(
    ("names", "literal"),
    [
        (FOLDINGS, Folding),
        (LAYOUTS, Layout),
        (LINK_STYLES, LinkStyle),
        (POLICIES, Policy),
        (OPERATION_KINDS, OperationKind),
    ],
)
def test_each_list_of_words_is_its_type(names: tuple[str, ...], literal: object) -> None:
    assert names == typing.get_args(literal)


def test_what_can_be_asked_for_are_actions() -> None:
    assert set(ACTIONS) <= set(typing.get_args(Action))


@pytest.mark.parametrize("kind", OPERATION_KINDS)
def test_every_kind_of_operation_has_a_verb(kind: OperationKind) -> None:
    assert Operation(kind, Directory("/t"), "x", "zsh").verb.replace(" ", "").isalpha()


@pytest.mark.parametrize("kind", typing.get_args(ConflictKind))
def test_every_kind_of_conflict_says_what_is_wrong(kind: ConflictKind) -> None:
    conflict = Conflict(kind, Directory("/t"), "x", "zsh", "/s/zsh/x", "git", "../s/git/x")
    assert conflict.path == "/t/x"
    assert len(conflict.message) > 20
    assert "None" not in conflict.message


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("dot-zshrc", ".zshrc"),
        ("dot-", "dot-"),
        ("dot-.", "dot-."),
        ("dot-.x", "dot-.x"),
        (".x", ".x"),
        ("x", "x"),
        ("dot-dot-x", ".dot-x"),
    ],
)
def test_a_dot_prefix_becomes_a_dot(raw: str, name: str) -> None:
    assert to_target(raw) == name


_names = st.text(st.sampled_from("dot-.x"), min_size=1, max_size=8)


@given(_names)
def test_the_package_name_of_a_target_name_is_translated_back_to_it(name: str) -> None:
    raw = to_package(name)
    assert raw is None or to_target(raw) == name


@given(_names, _names)
def test_the_candidates_of_a_name_are_all_that_are_translated_to_it(name: str, raw: str) -> None:
    candidates = raw_candidates(name, dotfiles=True)
    assert (raw in candidates) == (to_target(raw) == name)
    assert list(candidates) == sorted(candidates)


def test_a_summary_counts_what_is_done_apart_from_what_is_told() -> None:
    summary = Summary({"create_link": 3, "unfold": 1, "conflict": 2, "error": 1, "keep_link": 9})
    assert (summary.operations, summary.conflicts, summary.errors) == (4, 2, 1)


@pytest.mark.parametrize(
    ("counts", "unchanged", "state"),
    [
        ({}, 2, "managed"),
        ({}, 0, "empty"),
        ({"create_link": 1}, 0, "unmanaged"),
        ({"create_link": 1}, 1, "partial"),
        ({"conflict": 1}, 5, "conflict"),
    ],
)
def test_a_package_has_the_state_that_its_plan_shows(
    counts: dict[str, int], unchanged: int, state: str
) -> None:
    assert PackageStatus.of("zsh", Summary(counts, unchanged)).state == state
