"""Paths in a configuration, expanded as a shell would, with the defaults of the specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotstream.config.variables import expand, fault_in_path

SET = {"A": "/a", "EMPTY": "", "XDG_DATA_HOME": "relative"}


def expanded(written: str) -> str:
    assert fault_in_path(written) is None
    return expand(written, environ=SET, home="/home/me", home_of={"you": "/home/you"}.get)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("~/x", "/home/me/x"),
        ("~you/x", "/home/you/x"),
        ("a~b/~", "a~b/~"),
        ("$A/x", "/a/x"),
        ("${A}x", "/ax"),
        ("$HOME/x", "/home/me/x"),
        (r"\~/\$A/\${A}", "~/$A/${A}"),
        ("$XDG_CONFIG_HOME/nvim", "/home/me/.config/nvim"),
        ("$XDG_DATA_HOME", "/home/me/.local/share"),  # a relative one is to be ignored
        ("${XDG_STATE_HOME}", "/home/me/.local/state"),
        ("${XDG_CACHE_HOME:-/x}", "/home/me/.cache"),
        ("${NOT:-/d}/x", "/d/x"),
        ("${NOT-/d}/x", "/d/x"),
        ("${EMPTY:-/d}/x", "/d/x"),
        ("/d${EMPTY-/x}", "/d"),
        ("${A:-/d}", "/a"),
        ("${A:-$NOT}", "/a"),
        ("${NOT:-~/.config}/nvim", "/home/me/.config/nvim"),
        ("${NOT:-$A/b}", "/a/b"),
        ("${NOT:-${NEITHER:-${A}/c}}/d", "/a/c/d"),
        ("${NOT:-}x", "x"),
        ("{a}", "{a}"),
    ],
)
def test_a_path_is_expanded(written: str, path: str) -> None:
    assert expanded(written) == path


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("$NOT/x", "$NOT"),
        ("${NOT}", "$NOT"),
        ("$EMPTY/x", "$EMPTY"),  # it would lead to /x
        ("${EMPTY}/x", "$EMPTY"),
        ("${NOT:-$NEITHER}", "$NEITHER"),
        ("~nobody/x", "~nobody"),
    ],
)
def test_what_is_not_there_is_named(written: str, missing: str) -> None:
    with pytest.raises(KeyError) as caught:
        expanded(written)
    assert caught.value.args == (missing,)


@pytest.mark.parametrize(
    "written", ["${A:=x}", "${A:+x}", "${A%x}", "${}", "${A", "${A b}", "x${A:-${B}"]
)
def test_a_form_that_is_not_known_is_a_fault(written: str) -> None:
    assert fault_in_path(written) is not None


@given(st.text(st.sampled_from("ab$\\{}:-~/"), max_size=20))
def test_whatever_has_no_fault_is_expanded_or_something_is_missing(written: str) -> None:
    if fault_in_path(written) is None:
        try:
            expanded(written)
        except KeyError as error:
            assert str(error.args[0])[0] in "$~"  # noqa: PT017 - either will do
