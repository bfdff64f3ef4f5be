"""Repositories as they are in the wild, each with the commands of GNU Stow that link it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LAYOUTS", "Layout"]


class Layout(NamedTuple):
    """A repository in a home.

    Attributes:
        files: what there is, by path in the home.
        stow: the words after ``stow``, run in ``where``.
        packages: what they link.
        strangers: paths that never get into the target, by their names.
        init: whether a ``dotstream.toml`` is made; else what Stow reads has to do.
        where: the repository.
        target: where it is linked to.
        member: a file of a package.
        fresh: a name that is no package's, and would be adopted.
    """

    files: Mapping[str, str]
    stow: str
    packages: tuple[str, ...]
    strangers: tuple[str, ...] = ()
    init: bool = True
    where: str = "dotfiles"
    target: str = "."
    member: str = "dotfiles/zsh/.zshrc"
    fresh: str = ".newrc"

    def build(self, home: Path) -> None:
        """Write the files, and have Stow link them."""
        for path, text in self.files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text)
        subprocess.run(["stow", *self.stow.split()], cwd=home / self.where, check=True)


_PACKAGES = {
    "dotfiles/zsh/.zshrc": "# zsh\n",
    "dotfiles/zsh/.config/zsh/aliases": "alias g=git\n",
    "dotfiles/vim/.vimrc": '" vim\n',
    "dotfiles/vim/.vim/colors/dusk.vim": "hi clear\n",
}
_BESIDE = {
    "dotfiles/docs/guide.md": "# Guide\n",
    "dotfiles/scripts/update.sh": "true\n",
    "dotfiles/screenshots/one.png": "png\n",
    "dotfiles/README.md": "# Dotfiles\n",
}
_FLAT = {
    "dotfiles/.zshrc": "# zsh\n",
    "dotfiles/.config/nvim/init.lua": "x = 1\n",
    "dotfiles/.git/config": "[core]\n",
    "dotfiles/.gitignore": "*.swp\n",
    "dotfiles/README.md": "# Dotfiles\n",
    "dotfiles/LICENSE": "free\n",
}


def _below(files: Mapping[str, str], directory: str) -> dict[str, str]:
    return {
        path.replace("dotfiles/", f"dotfiles/{directory}/", 1): text
        for path, text in files.items()
    }


LAYOUTS = {
    "single": Layout(
        _FLAT,
        ".",
        (".",),
        (".git", ".gitignore", "README.md", "LICENSE", "dotstream.toml"),
        member="dotfiles/.zshrc",
    ),
    "single with a list": Layout(
        {
            **_FLAT,
            **_BESIDE,
            "dotfiles/.stow-local-ignore": (
                "^/docs$\n^/screenshots$\n^/scripts\n^/README.*\n^/LICENSE\n\\.git\n\\.gitignore\n"
                "dotstream\\.toml\n"
            ),
        },
        ".",
        (".",),
        (".git", "README.md", "docs", "guide.md", "screenshots", "dotstream.toml"),
        member="dotfiles/.zshrc",
    ),
    "single with a .stowrc": Layout(
        {
            **_FLAT,
            "dotfiles/.stowrc": (
                "--target=~ --no-folding\n--ignore=\\.stowrc --ignore=install.sh\n"
            ),
            "dotfiles/install.sh": "true\n",
        },
        ".",
        (".",),
        (".git", "README.md", ".stowrc", "install.sh"),
        member="dotfiles/.zshrc",
    ),
    "directories beside the packages": Layout(
        {**_PACKAGES, **_BESIDE}, "zsh vim", ("vim", "zsh"), ("guide.md", "update.sh", "one.png")
    ),
    "packages in a directory": Layout(
        {**_below(_PACKAGES, "stow"), **_BESIDE},
        "-d stow -t .. zsh vim",
        ("vim", "zsh"),
        ("guide.md", "docs"),
        member="dotfiles/stow/zsh/.zshrc",
    ),
    "packages in the directory that a .stowrc names": Layout(
        {
            **_below(_PACKAGES, "Configs"),
            **_BESIDE,
            "dotfiles/.stowrc": "--dir=Configs --target=~\n",
        },
        "zsh vim",
        ("vim", "zsh"),
        ("guide.md", "docs"),
        init=False,
        member="dotfiles/Configs/zsh/.zshrc",
    ),
    "dot- names": Layout(
        {
            "dotfiles/zsh/dot-zshrc": "# zsh\n",
            "dotfiles/zsh/dot-config/zsh/dot-aliases": "alias g=git\n",
            "dotfiles/.stowrc": "--dotfiles\n",
        },
        "zsh",
        ("zsh",),
        member="dotfiles/zsh/dot-zshrc",
    ),
    "expressions that no glob holds": Layout(
        {
            **_PACKAGES,
            "dotfiles/zsh/.config/zsh/README.md": "read\n",
            "dotfiles/vim/.vim/x.bak": "old\n",
            "dotfiles/.stowrc": (
                "--target=$HOME --no-folding\n--ignore=README.md\n--ignore=(bak|orig)\n"
                "--ignore=setup\\.[^.]h$\n"
            ),
            "dotfiles/vim/setup.sh": "true\n",
        },
        "zsh vim",
        ("vim", "zsh"),
        ("README.md", "x.bak", "setup.sh"),
    ),
    "/usr/local": Layout(
        {
            "local/stow/.stow": "",
            "local/stow/hello/bin/hello": "true\n",
            "local/stow/hello/share/man/man1/hello.1": ".TH\n",
            "local/bin/other": "true\n",
        },
        "hello",
        ("hello",),
        init=False,
        where="local/stow",
        target="local",
        member="local/stow/hello/bin/hello",
        fresh="etc/fresh",
    ),
    "the user's own .stowrc": Layout(
        {**_PACKAGES, ".stowrc": "--dir=~/dotfiles --target=~ --no-folding\n"},
        "zsh vim",
        ("vim", "zsh"),
        init=False,
        where=".",
    ),
    "yadm": Layout(
        {**_FLAT, "dotfiles/.config/git/config##os.Darwin": "[core]\n"},
        "--ignore=.*##.* --no-folding .",
        (".",),
        (".git", "README.md", "config##os.Darwin"),
        member="dotfiles/.zshrc",
    ),
    "tuckr": Layout(
        {**_below(_PACKAGES, "Configs"), "dotfiles/Hooks/zsh/pre.sh": "true\n"},
        "-d Configs -t .. zsh vim",
        ("vim", "zsh"),
        ("pre.sh", "Hooks"),
        member="dotfiles/Configs/zsh/.zshrc",
    ),
    "dotbot, where links mirror the home": Layout(
        {
            **_PACKAGES,
            "dotfiles/install.conf.yaml": "- link: {~/.zshrc: zsh/.zshrc}\n",
            "dotfiles/dotbot/bin/dotbot": "true\n",
        },
        "zsh vim",
        ("vim", "zsh"),
        ("install.conf.yaml", "dotbot"),
    ),
    "dotter, where links mirror the home": Layout(
        {**_PACKAGES, "dotfiles/.dotter/global.toml": "[zsh.files]\n"},
        "zsh vim",
        ("vim", "zsh"),
        (".dotter", "global.toml"),
    ),
    "one that is linked in ~/.config": Layout(
        {
            "dotfiles/nvim/init.lua": "x = 1\n",
            "dotfiles/starship.toml": "x = 1\n",
            "dotfiles/README.md": "# Dotfiles\n",
            ".config/own/rc": "mine\n",
        },
        "-t ../.config .",
        (".",),
        ("README.md",),
        target=".config",
        member="dotfiles/starship.toml",
        fresh="newrc",
    ),
    "a package that holds the user's .stowrc": Layout(
        {**_PACKAGES, "dotfiles/stow/.stowrc": "--no-folding\n", "dotfiles/stow/.stow": ""},
        "zsh vim stow",
        ("stow", "vim", "zsh"),
    ),
}
