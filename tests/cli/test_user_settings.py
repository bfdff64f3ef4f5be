"""What a user prefers everywhere, and the page that names every variable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.cli.test_events import of

from dotstream.config.schema import USER

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/environment.md").read_text()


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def prefer(home: Path, text: str) -> Path:
    file = home / ".config/dotstream/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


@pytest.mark.usefixtures("root")
def test_the_usual_directory_is_used_where_none_is_found(scratch_home: Path) -> None:
    assert dotstream("manage", "zsh", cwd=Path("/")).code == 2
    prefer(scratch_home, 'directory = "~/dotfiles"\n')
    assert dotstream("manage", "zsh", cwd=Path("/")).code == 0
    assert (scratch_home / ".zshrc").is_symlink()


def test_a_directory_that_is_found_or_named_comes_first(
    scratch_home: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefer(scratch_home, 'directory = "/nonexistent"\n')
    assert dotstream("packages", cwd=root).code == 0
    assert dotstream("-d", str(root), "packages", cwd=Path("/")).code == 0
    monkeypatch.setenv("DOTSTREAM_DIR", str(root))
    assert dotstream("packages", cwd=Path("/")).code == 0


def test_my_policy_holds_where_the_repository_has_none_and_needs_no_agreement(
    scratch_home: Path, root: Path
) -> None:
    file = prefer(scratch_home, 'on-conflict = "backup"\n')
    (scratch_home / ".zshrc").write_text("mine\n")
    settings = of(events("config", cwd=root), "setting")
    [shown] = [each for each in settings if each["key"] == ["on-conflict"]]
    assert (shown["value"], shown["origin"]) == ("backup", str(file))
    assert dotstream("manage", "zsh", cwd=root).code == 0
    assert (scratch_home / ".zshrc").is_symlink()
    dotstream("undo", "--yes", cwd=root)
    (root / "dotstream.toml").write_text('on-conflict = "skip"\n')
    assert dotstream("manage", "zsh", cwd=root).code == 0
    assert (scratch_home / ".zshrc").read_text() == "mine\n"


def test_my_colours_hold_where_no_flag_says_otherwise(scratch_home: Path, root: Path) -> None:
    prefer(scratch_home, 'color = "never"\n')
    assert "\x1b[3" not in on_terminal("plan", "manage", "zsh", cwd=root).out
    shown = on_terminal("plan", "manage", "zsh", "--color", "auto", cwd=root).out
    assert "\x1b[32m" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('colour = "never"\n', ":1:1: unknown key 'colour' (did you mean 'color'?)"),
        ('\ncolor = "blue"\n', ":2:9: color cannot be 'blue'"),
        ("directory = 7\n", ":1:13: directory must be a string"),
        ("color = ", "broken TOML"),
    ],
)
def test_a_mistake_in_it_is_named_with_its_place(
    scratch_home: Path, root: Path, text: str, message: str
) -> None:
    file = prefer(scratch_home, text)
    done = dotstream("manage", "zsh", cwd=root)
    assert done.code == 2
    assert f"{file}".replace(str(scratch_home), "~") in done.err or str(file) in done.err
    assert message in done.err.replace("\n  ", " ")


def test_every_key_and_its_values_are_on_the_page() -> None:
    rows = dict(re.findall(r"(?m)^\| `([a-z-]+)` \| (.*?) \| .* \|$", PAGE))
    assert list(rows) == [key.name for key in USER]
    for key in USER:
        assert [choice for choice in key.choices if f'`"{choice}"`' not in rows[key.name]] == []


def test_every_variable_that_is_read_is_on_the_page() -> None:
    read: set[str] = set()
    for file in (ROOT / "server/dotstream").rglob("*.py"):
        text = file.read_text()
        read |= set(re.findall(r'environ(?:ment\(\))?\.get\("([A-Z_]+)"', text))
        read |= set(re.findall(r'"(DOTSTREAM_[A-Z_]+)"', text))
    assert {"DOTSTREAM_DIR", "NO_COLOR", "COLUMNS"} <= read
    assert sorted(name for name in read if f"`{name}`" not in PAGE) == []
