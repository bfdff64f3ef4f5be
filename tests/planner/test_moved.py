"""A farm of Stow's, or made by hand, whose repository moved before anything was recorded."""

from __future__ import annotations

import os

import pytest
from tests.farm import Farm, Link, lines

from dotstream.config.answers import answers_for

_MEMBERS = {"stow/zsh/.zshrc": "z", "stow/vim/.vim/colors/dusk.vim": "v", "stow/vim/.vimrc": "v"}
_LINKS = {
    "home/.zshrc": Link("../dotfiles/zsh/.zshrc"),
    "home/.vimrc": Link("/nowhere/dotfiles/vim/.vimrc"),
    "home/.vim/colors": Link("../../dotfiles/vim/.vim/colors"),
}


@pytest.fixture
def moved(farm: Farm) -> Farm:
    """Return a repository with links that lead to where it was."""
    return farm.make({**_MEMBERS, **_LINKS})


def test_managing_relinks_what_leads_to_where_it_was(moved: Farm) -> None:
    assert lines(moved.plan("manage").items, moved.root) == [
        "replace_link home/.vim/colors -> ../../stow/vim/.vim/colors",
        "replace_link home/.vimrc -> ../stow/vim/.vimrc",
        "replace_link home/.zshrc -> ../stow/zsh/.zshrc",
    ]
    before = moved.tree()
    moved.run("manage")
    assert list(moved.client().doctor()) == []
    moved.client().apply(moved.client().stream_undo())
    assert moved.tree() == before


def test_the_doctor_names_each_and_its_command_relinks_them(moved: Farm) -> None:
    client = moved.client()
    found = list(client.doctor())
    assert [finding.kind for finding in found] == ["broken_link"] * 3
    assert all("it should lead to " in finding.message for finding in found)
    assert {finding.command for finding in found} == {"dotstream doctor --fix"}
    client.apply(client.stream_fix().collect())
    client.correct()
    assert list(client.doctor()) == []
    assert moved.read("home/.vim/colors/dusk.vim") == "v"


def test_unmanaging_removes_them(moved: Farm) -> None:
    moved.run("unmanage")
    assert moved.home() == {".vim": "dir"}  # nobody knows who made it


@pytest.mark.parametrize("toml", ['layout = "single"\n', ""])
def test_init_says_where_it_was_and_reads_the_layout_from_the_links(
    farm: Farm, toml: str
) -> None:
    single = bool(toml)
    inside = "" if single else "p/"
    farm.make({f"stow/{inside}.zshrc": "z", f"stow/{inside}.config/nvim/init.lua": "x"})
    farm.make(
        {
            "home/.zshrc": Link(f"../gone/stow/{inside}.zshrc"),
            "home/.config": Link(f"../gone/stow/{inside}.config"),
        }
    )
    found = answers_for(farm.directory, None, target=farm.target, home=farm.target, environ={})
    assert (found.top.get("layout"), found.top["folding"]) == (
        "single" if single else None,
        "always",
    )
    assert (
        f"2 links led here when this was {farm.root}/gone/stow; "
        "managing its packages relinks them"
    ) in found.found
    client = farm.configured(f'{toml}folding = "always"\ntarget = "{farm.target}"\n')
    plan = client.plan("manage", everything=True)
    assert {operation.kind for operation in plan.operations} == {"replace_link"}
    client.apply(plan)
    assert os.path.exists(f"{farm.target}/.config/nvim/init.lua")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("home/.zshrc", "../other/zsh/.zshrc"),
        ("home/.zshrc", "/nowhere/.zshrc"),
        ("home/.zshrc", "../gone/zsh/zshrc"),
        ("home/.zshrc", "../gone/vim/.zshrc"),
        ("home/.vim/colors", "../../gone/vim/colors"),
    ],
    ids=[
        "a repository that is there and has no such file",
        "a file of no package",
        "another name",
        "another package",
        "another directory",
    ],
)
def test_a_broken_link_that_tells_less_is_a_strangers(farm: Farm, path: str, text: str) -> None:
    farm.make({**_MEMBERS, "other/zsh/.zprofile": "", path: Link(text)})
    (conflict,) = farm.plan("manage").conflicts
    assert (conflict.kind, conflict.path) == ("dangling_link", f"{farm.root}/{path}")


def test_one_name_alone_tells_only_with_the_name_of_the_repository_or_a_second_one(
    farm: Farm,
) -> None:
    farm.make({"stow/.zshrc": "z", "stow/dot-vimrc": "v", "home/.zshrc": Link("../was/.zshrc")})
    client = farm.configured(f'layout = "single"\ntarget = "{farm.target}"\n')
    (conflict,) = client.plan("manage", ["."]).conflicts
    assert conflict.kind == "dangling_link"
    os.unlink(f"{farm.target}/.zshrc")
    farm.make({"home/.zshrc": Link("../was/stow/.zshrc")})
    relinked = ["replace_link home/.zshrc -> ../stow/.zshrc"]
    linked = ["create_link home/.vimrc -> ../stow/dot-vimrc"]
    assert lines(client.plan("manage", ["."]).items, farm.root) == linked + relinked
    os.unlink(f"{farm.target}/.zshrc")
    farm.make(
        {"home/.zshrc": Link("../was/.zshrc"), "home/.vimrc": Link(f"{farm.root}/was/dot-vimrc")}
    )
    linked = ["replace_link home/.vimrc -> ../stow/dot-vimrc"]
    assert lines(client.plan("manage", ["."]).items, farm.root) == linked + relinked
