"""What a renamed package, or a file that went over to another, had: relinked, not taken away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import lines

if TYPE_CHECKING:
    from tests.farm import Farm

VIM = {
    "stow/vim/dot-vimrc": "vimrc",
    "stow/vim/dot-vim/colors/dusk.vim": "dusk",
    "stow/zsh/dot-zshrc": "zshrc",
}


def move(farm: Farm, *names: str) -> None:
    """Rename one thing in the package directory, as ``git mv`` would."""
    before, after = (f"{farm.directory}/{name}" for name in names)
    os.makedirs(os.path.dirname(after), exist_ok=True)
    os.rename(before, after)


def fixed(farm: Farm) -> list[str]:
    """Fix what needs no decision, and return what was done."""
    client = farm.client()
    plan = client.stream_fix().collect()
    client.apply(plan)
    client.correct()
    return lines(plan.items, farm.root)


@pytest.mark.parametrize("choice", [{"everything": True}, {"packages": ("vim", "zsh")}])
def test_a_renamed_package_keeps_its_links_and_is_managed_under_its_new_name(
    farm: Farm, choice: dict[str, object]
) -> None:
    client = farm.make(VIM).client()
    client.apply(client.plan("manage", **choice))  # type: ignore[arg-type]
    move(farm, "vim", "neovim")
    assert fixed(farm) == [
        "replace_link home/.vim -> ../stow/neovim/dot-vim",
        "replace_link home/.vimrc -> ../stow/neovim/dot-vimrc",
    ]
    assert farm.client().plan("remanage").operations == []
    assert {status.name: status.state for status in farm.client().status()} == {
        "neovim": "managed",
        "zsh": "managed",
    }
    assert list(farm.client().doctor()) == []


def test_a_file_that_went_over_to_a_managed_package_is_relinked(farm: Farm) -> None:
    client = farm.make(VIM).client()
    client.apply(client.plan_manage("vim", "zsh"))
    move(farm, "vim/dot-vimrc", "zsh/.vimrc")
    assert fixed(farm) == ["replace_link home/.vimrc -> ../stow/zsh/.vimrc"]
    assert list(farm.client().doctor()) == []


@pytest.mark.parametrize(
    ("what", "after"),
    [
        ("a package that is not managed", ["zsh/dot-vimrc"]),
        ("two packages", ["git/dot-vimrc", "zsh/dot-vimrc"]),
    ],
)
def test_what_a_decision_is_needed_for_goes_and_the_next_command_makes_it(
    farm: Farm, what: str, after: list[str]
) -> None:
    client = farm.make(VIM).client()
    client.apply(client.plan_manage("vim"))
    farm.make({f"stow/{path}": what for path in after})
    os.unlink(f"{farm.directory}/vim/dot-vimrc")
    assert fixed(farm) == ["remove_link home/.vimrc"]
    assert lines(farm.client().plan_manage("zsh").items, farm.root)[0].startswith("create_link")


def test_a_package_that_is_not_for_this_machine_inherits_nothing(farm: Farm) -> None:
    client = farm.make(VIM).client()
    client.apply(client.plan_manage("vim"))
    move(farm, "vim", "neovim")
    farm.make({"stow/dotstream.toml": '[packages.neovim]\nplatforms = ["aix"]\n'})
    assert fixed(farm) == ["remove_link home/.vim", "remove_link home/.vimrc"]
