"""A program without a type checker passes words that there are not: nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dotstream.errors import UsageError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm


@pytest.fixture
def two(farm: Farm) -> Farm:
    return farm.make({"stow/git/.gitconfig": "g", "stow/zsh/.zshrc": "z"})


@pytest.mark.parametrize(
    ("preferred", "message"),
    [
        ({"folding": "saef"}, "folding cannot be 'saef'; did you mean 'safe'?"),
        ({"layout": "flat"}, "layout cannot be 'flat'; it can be mirror, named, single"),
        ({"link": "hard"}, "link cannot be 'hard'"),
        ({"on_conflict": "bakup"}, "on_conflict cannot be 'bakup'; did you mean 'backup'?"),
        ({"resolutions": {"/home/me/.zshrc": "bakup"}}, "/home/me/.zshrc cannot be 'bakup'"),
    ],
)
def test_what_is_preferred_is_one_of_the_words(
    two: Farm, preferred: dict[str, Any], message: str
) -> None:
    prefer, client = Preferences(**preferred), two.client()
    for asked in (
        lambda: client.plan_manage("zsh", prefer=prefer),
        lambda: client.plan_adopt(f"{two.target}/.zshrc", prefer=prefer),
        lambda: list(client.children("manage", ["zsh"], prefer=prefer)),
        lambda: list(client.scan("zsh", prefer=prefer)),
    ):
        with pytest.raises(UsageError) as refused:
            asked()
        assert message in str(refused.value)


@pytest.mark.parametrize("action", ["manag", "adopt", "undo", ""])
def test_an_action_that_is_none_for_packages_is_refused(two: Farm, action: Any) -> None:
    with pytest.raises(UsageError, match="the action cannot be"):
        two.client().plan(action, ["zsh"])


def test_one_name_in_the_place_of_a_list_is_not_read_letter_by_letter(two: Farm) -> None:
    with pytest.raises(UsageError, match=r"\['zsh'\]"):
        two.client().plan("manage", "zsh")


def test_adopting_nothing_says_so(two: Farm) -> None:
    with pytest.raises(UsageError, match="no paths named"):
        two.client().plan_adopt()
