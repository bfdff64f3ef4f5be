"""Differences of files: the standard library's, but cancellable."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotstream.errors import Cancelled
from dotstream.fs.difference import _unified
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from tests.farm import Farm

_texts = st.lists(st.sampled_from("abcdefgh"), max_size=40)


@given(_texts, _texts)
def test_a_difference_is_that_of_the_standard_library(old: list[str], new: list[str]) -> None:
    before, after = [f"{line}\n" for line in old], [f"{line}\n" for line in new]
    found, cut = _unified("".join(before).encode(), "".join(after).encode(), CancellationToken())
    assert found == "".join([*unified_diff(before, after)][2:])
    assert not cut


@pytest.mark.parametrize("text", ["a line of text\n", "\0"])
def test_long_files_are_compared_to_their_ends(farm: Farm, text: str) -> None:
    long = text * 400_000
    farm.make({"stow/a/x": long, "home/x": long, "stow/a/y": f"{long}y", "home/y": f"{long}z"})
    client = farm.client()
    assert client.diff(f"{farm.target}/x").kind == "same"
    assert client.diff(f"{farm.target}/y").kind in ("text", "binary")
    assert client.diff(f"{farm.target}/y").truncated


def test_a_comparison_can_be_cancelled(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "theirs\n", "home/.zshrc": "mine\n"}).client()
    token = CancellationToken()
    token.cancel()
    with pytest.raises(Cancelled):
        client.diff(f"{farm.target}/.zshrc", cancel=token)
