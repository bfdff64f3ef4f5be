"""The reference pages on configuration say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dotstream.config.document import problems
from dotstream.config.schema import PACKAGE, PLATFORMS, PROFILE, TOP, Key
from dotstream.errors import ConfigError
from dotstream.planner.ignore import BUILTIN, compile_rules, parse_list

REFERENCE = Path(__file__).parents[2] / "docs/reference"
CONFIGURATION = (REFERENCE / "configuration.md").read_text()
IGNORE = (REFERENCE / "ignore.md").read_text()

KEYS = {
    **{key.name: key for key in TOP},
    **{f"packages.{key.name}": key for key in PACKAGE},
    **{f"profiles.{key.name}": key for key in PROFILE},
}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def section(name: str) -> str:
    pattern = rf"(?ms)^### `{re.escape(name)}`\n(.*?)(?=^##|\Z)"
    found = re.search(pattern, CONFIGURATION)
    assert found is not None, f"{name} is not documented"
    return found[1]


@pytest.mark.parametrize("block", blocks(CONFIGURATION, "toml"))
def test_every_example_is_right(block: str) -> None:
    assert problems(block, path="dotstream.toml") == []


def test_every_key_is_documented_and_no_other() -> None:
    assert re.findall(r"^### `(.*)`$", CONFIGURATION, re.MULTILINE) == list(KEYS)


@pytest.mark.parametrize(("name", "key"), KEYS.items(), ids=KEYS)
def test_a_key_has_an_example_its_choices_and_its_default(name: str, key: Key) -> None:
    text = section(name)
    assert any(key.name in block for block in blocks(text, "toml"))
    inherited = "Default: the" in text and name.startswith("packages.")
    assert inherited or f"Default: `{key.default}`" in text
    if not inherited and key.choices != PLATFORMS:
        assert [choice for choice in key.choices if f'`"{choice}"`' not in text] == []


def test_every_platform_is_documented() -> None:
    assert set(re.findall(r'`"(\w+)"`', section("packages.platforms"))) == set(PLATFORMS)


def test_the_error_shown_is_the_error_given() -> None:
    (shown,) = blocks(CONFIGURATION, "text")
    (problem,) = problems("\nfoldign = 1\n", path="dotstream.toml")
    assert str(problem) == shown.strip()


def test_the_builtin_list_shown_is_the_builtin_list() -> None:
    shown = parse_list(blocks(IGNORE, "text")[0], path="")
    assert [text for _, _, text in shown.patterns] == [text for _, _, text in BUILTIN.patterns]


def test_the_pattern_error_shown_is_the_error_given() -> None:
    shown = blocks(IGNORE, "text")[1].strip()
    stow = parse_list("fine\nbroken|*!\n", path="vim/.stow-local-ignore")
    with pytest.raises(ConfigError) as caught:
        compile_rules(patterns=stow)
    assert str(caught.value) == shown


def test_every_glob_shown_can_be_used() -> None:
    rows = re.findall(r"^\| (`.*?) \|", IGNORE, re.MULTILINE)
    globs = [glob for row in rows for glob in re.findall(r"`([^`]+)`", row)]
    assert len(globs) == 8
    compile_rules(globs=globs)
