"""An editor shows what a repository asks for, and takes its user's yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lsp.editor import Editor, uri

if TYPE_CHECKING:
    from tests.lsp.conftest import World

OVERWRITE = 'on-conflict = "overwrite"'
BACKUP = 'packages."zsh".on-conflict = "backup"'


@pytest.fixture
def asked(world: World) -> World:
    """A repository that asks for two policies, and a file in the way."""
    configure(world, f'{OVERWRITE}\n[packages.zsh]\non-conflict = "backup"\n')
    (world.target / ".vimrc").write_text("mine\n")
    return world


def configure(world: World, text: str) -> None:
    (world.root / "dotstream.toml").write_text(text)


def settings(rows: list[dict[str, object]], *, agreed: bool) -> list[object]:
    return [row["setting"] for row in rows if row["agreed"] is agreed]


def test_looking_agrees_to_nothing(asked: World, editor: Editor) -> None:
    root = {"root": uri(asked.root)}
    editor.ask("dotstream/agree", root)
    told = editor.ask("dotstream/agree", root)
    assert told["configuration"] == uri(asked.root / "dotstream.toml")
    assert settings(told["wishes"], agreed=False) == [OVERWRITE, BACKUP]
    meanings = [row["meaning"] for row in told["wishes"]]
    assert meanings[0] == "what is in the way is replaced"


def test_what_an_apply_misses_is_agreed_to_as_it_was_told(asked: World, editor: Editor) -> None:
    params = {"root": uri(asked.root), "action": "manage", "packages": ["vim"]}
    refused = editor.error("dotstream/apply", params)["data"]
    assert (refused["kind"], settings(refused["wishes"], agreed=False)) == (
        "not_agreed",
        [OVERWRITE],
    )
    told = editor.ask("dotstream/agree", {"root": uri(asked.root), "settings": [OVERWRITE]})
    assert settings(told["wishes"], agreed=True) == [OVERWRITE]
    assert settings(told["wishes"], agreed=False) == [BACKUP]
    assert editor.ask("dotstream/apply", params)["applied"] > 0
    told = editor.ask("dotstream/agree", {"root": uri(asked.root), "settings": [BACKUP]})
    assert settings(told["wishes"], agreed=True) == [OVERWRITE, BACKUP]


def test_a_yes_to_what_is_not_asked_for_any_more_agrees_to_nothing(
    asked: World, editor: Editor
) -> None:
    configure(asked, 'on-conflict = "adopt"\n')
    params = {"root": uri(asked.root), "settings": [OVERWRITE]}
    error = editor.error("dotstream/agree", params)
    assert (error["code"], error["data"]["kind"]) == (-32801, "stale_wishes")
    told = editor.ask("dotstream/agree", {"root": uri(asked.root)})
    assert settings(told["wishes"], agreed=True) == []
