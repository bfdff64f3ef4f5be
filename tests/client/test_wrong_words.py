"""A program without a type checker passes words that there are not: nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dotstream.client import Client
from dotstream.errors import UsageError
from dotstream.model.items import Notice
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.farm import Farm

    from dotstream.model.items import Operation


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


@pytest.mark.parametrize("given", [[1], ["/x"], "abc", None, 5, [None], "plan", "items", "more"])
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_operation_is_not_carried_out_and_nothing_is(
    two: Farm, given: Any, *, stream: bool
) -> None:
    client = two.client()
    plan = client.plan_manage("git", "zsh")
    prepared: dict[str, Any] = {
        "plan": plan,
        "items": [Notice(f"{two.target}/x", "said"), *plan.operations],
        "more": [*plan.operations, 1],
    }
    before = two.home()
    with pytest.raises(TypeError, match="execute takes operations"):
        client.execute(
            prepared.get(given, given) if isinstance(given, str) else given, stream=stream
        ).drain()
    assert two.home() == before


def test_what_is_no_member_selects_nothing_and_none_is_not_all_of_them(two: Farm) -> None:
    client = two.client()
    given: Any
    for given in ([1], "abc", ["/x"], client.plan_manage("zsh").operations, None):
        with pytest.raises(TypeError, match="members come from a scan"):
            client.plan_members(given, "zsh")


def test_an_error_of_whoever_hands_operations_in_is_passed_on_and_nothing_stays(
    two: Farm,
) -> None:
    client, before = two.client(), two.home()

    def some() -> Iterator[Operation]:
        yield from client.plan_manage("git", "zsh").operations
        raise LookupError("theirs")

    for stream in (False, True):
        with pytest.raises(LookupError, match="theirs"):
            client.execute(some(), stream=stream, batch=1).drain()
        assert two.home() == before


@pytest.mark.parametrize("name", [1, None, ["zsh"], b"zsh"])
def test_a_name_that_is_no_string_is_refused(two: Farm, name: Any) -> None:
    client = two.client()
    for asked in (
        lambda: client.plan_manage(name),
        lambda: list(client.status(name)),
        lambda: list(client.scan(name)),
    ):
        with pytest.raises(TypeError, match="a package is named by a string"):
            asked()


@pytest.mark.parametrize(
    ("path", "error"), [(1, TypeError), (["/x"], TypeError), ("", UsageError)]
)
def test_a_path_that_is_none_or_is_empty_stands_for_nothing(
    two: Farm, path: Any, error: type[Exception]
) -> None:
    client = two.client()
    for asked in (
        lambda: client.locate(path),
        lambda: client.plan_adopt(path),
        lambda: client.plan_manage("zsh", path=path),
        lambda: Client(two.directory, target=path),
    ):
        with pytest.raises(error):
            asked()


@pytest.mark.parametrize("prefer", [None, {"folding": "never"}, Preferences(ignore="*~")])  # type: ignore[arg-type]
def test_what_is_preferred_comes_as_it_should(two: Farm, prefer: Any) -> None:
    client = two.client()
    for asked in (
        lambda: client.plan_manage("zsh", prefer=prefer),
        lambda: client.scan("zsh", prefer=prefer),
    ):
        with pytest.raises(TypeError, match=r"Preferences\(|a tuple of patterns"):
            asked()


def test_a_mode_that_there_is_not_finds_no_health(two: Farm) -> None:
    mode: Any = "deeep"
    with pytest.raises(UsageError, match="mode cannot be 'deeep'; did you mean 'deep'"):
        list(two.client().doctor(mode=mode))


def test_adopting_nothing_says_so(two: Farm) -> None:
    with pytest.raises(UsageError, match="no paths named"):
        two.client().plan_adopt()
