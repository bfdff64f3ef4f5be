"""Configuration of a stranger: whatever is written, it is read, or refused in a sentence.

Nothing here is timed: what is not linear would not come to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.config.document import MOST_FAULTS, parse, problems
from dotstream.config.from_dot import answers_from_dot
from dotstream.config.load import load
from dotstream.config.mistakes import mistakes, readable
from dotstream.config.positions import Positions
from dotstream.config.profiles import Profiles
from dotstream.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.config.settings import Settings


def loaded(directory: Path, text: str) -> Settings:
    (directory / "dotstream.toml").write_text(text)
    return load(str(directory), home=str(directory), environ={}, hostname="h", platform="linux")


def test_forty_profiles_that_extend_twice_are_read(tmp_path: Path) -> None:
    text = '[profiles.p0]\npackages = ["z"]\n' + "".join(
        f'[profiles.p{n}]\nextends = ["p{n - 1}", "p{n - 1}"]\npackages = ["q{n}"]\n'
        for n in range(1, 41)
    )
    members = loaded(tmp_path, text).profiles["p40"]
    assert members == ("z", *(f"q{n}" for n in range(1, 41)))


def test_a_chain_of_ten_thousand_profiles_is_read(tmp_path: Path) -> None:
    text = '[profiles.p0]\npackages = ["z"]\n' + "".join(
        f'[profiles.p{n}]\nextends = "p{n - 1}"\n' for n in range(1, 10_000)
    )
    assert loaded(tmp_path, text).profiles["p9999"] == ("z",)


def test_a_circle_of_ten_thousand_profiles_is_named(tmp_path: Path) -> None:
    text = "".join(f'[profiles.p{n}]\nextends = "p{(n + 1) % 10_000}"\n' for n in range(10_000))
    with pytest.raises(ConfigError, match="profile 'p0' extends itself by way of 'p1'") as caught:
        loaded(tmp_path, text)
    assert caught.value.line == 2


def test_profiles_that_meet_again_come_once_and_in_the_order_of_the_first() -> None:
    profiles = Profiles(
        {
            "a": ((), ("one",)),
            "b": (("a",), ("two", "one")),
            "c": (("a",), ("three",)),
            "d": (("c", "b"), ("two", "four")),
        }
    )
    assert profiles["d"] == ("one", "three", "two", "four")
    assert list(profiles) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("\ntarget = " + "9" * 5_000, 2, "an integer has more than 4,300 digits"),
        ("\n\nignore = " + "[" * 100_000, 3, "nested too deeply"),
        ("\nx = " + "{a = " * 5_000, 2, "nested too deeply"),
        ("\n" + "a." * 200_000 + "a = 1", 2, "nested too deeply"),
        ("\n[" + "a." * 200_000 + "a]", 2, "nested too deeply"),
    ],
)
def test_what_is_more_than_can_be_read_is_named_with_its_line(
    text: str, line: int, why: str
) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        parse(text, path="dotstream.toml")
    assert caught.value.line == line
    (mistake,) = mistakes(text)
    assert (mistake.place.line, why in mistake.message) == (line, True)


def test_a_message_quotes_only_the_beginning_of_a_long_key() -> None:
    (problem,) = problems("k" * 500_000 + " = 1", path="dotstream.toml")
    assert "unknown key 'kkk" in str(problem)
    assert len(str(problem)) < 1_000
    (problem,) = problems(f'folding = "{"x" * 500_000}"', path="dotstream.toml")
    assert len(str(problem)) < 1_000


def test_a_hundred_mistakes_are_enough() -> None:
    text = "".join(f'[profiles.p{n}]\nextends = "q{n}"\n' for n in range(10_000))
    assert len(problems(text, path="dotstream.toml")) == MOST_FAULTS
    assert len(mistakes(text)) == MOST_FAULTS


def test_the_places_of_a_long_line_are_found_in_one_pass() -> None:
    positions = Positions("ignore = [" + '"é", ' * 100_000 + "]")
    last = positions.values["ignore", 99_999]
    assert (last.line, last.column, last.end_column) == (1, 11 + 99_999 * 5, 11 + 99_999 * 5 + 3)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 50_000, "a." * 50_000 + "b = 1", "a = " + "{b=" * 9_000]
)
def test_places_are_found_however_deep_it_goes(text: str) -> None:
    document, _ = readable(text)
    assert Positions(text).repeated == []
    assert document == {}


def test_a_large_broken_file_is_told_of_without_end() -> None:
    assert mistakes("= 1\n" * 100_000)
    assert mistakes("x = [\n" * 50_000)
    assert mistakes('x = """\n' * 50_000)


@pytest.mark.parametrize("text", ["[" * 100_000, "x: " + "9" * 5_000, "{" * 50_000])
def test_yaml_that_cannot_be_read_is_a_sentence(tmp_path: Path, text: str) -> None:
    pytest.importorskip("yaml")
    (tmp_path / ".dotbootstrap.yaml").write_text(text)
    with pytest.raises(ConfigError, match="broken YAML"):
        answers_from_dot(str(tmp_path), home=str(tmp_path), environ={})
