"""Loading settings from real package directories."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.rights import nobody

from dotstream.config.load import load
from dotstream.config.settings import PackageSettings, Settings
from dotstream.errors import ConfigError, PermissionRefused, UsageError
from dotstream.model.options import Options, Preferences
from dotstream.model.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home with a package directory in it."""
    directory = tmp_path / "home/dotfiles"
    for name in ("git", "vim", "zsh"):
        (directory / name).mkdir(parents=True)
    return directory


def loaded(directory: Path, target: str | None = None, **environ: str) -> Settings:
    return load(
        str(directory),
        home=str(directory.parent),
        environ=environ,
        hostname="laptop.example.org",
        platform="linux",
        target=target,
    )


def written(directory: Path, text: str, target: str | None = None, **environ: str) -> Settings:
    (directory / "dotstream.toml").write_text(text)
    return loaded(directory, target, **environ)


def refused(directory: Path, text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        written(directory, text, **environ)
    return str(caught.value).removeprefix(f"{directory}/")


# -- where settings come from


def test_a_directory_without_a_file_has_the_defaults(place: Path) -> None:
    home = str(place.parent)
    assert loaded(place) == Settings(
        str(place), home, home, str(place), hostname="laptop.example.org", platform="linux"
    )


def test_an_empty_file_means_the_defaults_too(place: Path) -> None:
    settings = written(place, "")
    assert settings.target == str(place.parent)
    assert settings.path == f"{place}/dotstream.toml"
    assert settings.options() == Options()


def test_every_key_is_taken_over(place: Path) -> None:
    settings = written(
        place,
        """
        target = "/srv"
        layout = "named"
        dotfiles = false
        folding = "always"
        never-fold = [".config"]
        ignore = ["*.bak"]
        on-conflict = "backup"
        link = "absolute"
        [packages.zsh]
        target = "/opt"
        ignore = ["*.zwc"]
        platforms = ["linux"]
        hosts = ["laptop"]
        required = true
        on-conflict = "skip"
        folding = "never"
        never-fold = ["x"]
        [profiles.default]
        packages = ["zsh", "vim"]
        """,
    )
    assert settings == Settings(
        directory=str(place),
        target="/srv",
        home=str(place.parent),
        root=str(place),
        hostname="laptop.example.org",
        platform="linux",
        dotfiles=False,
        layout="named",
        link="absolute",
        folding="always",
        never_fold=(".config",),
        ignore=("*.bak",),
        on_conflict="backup",
        packages={
            "zsh": PackageSettings(
                target="/opt",
                ignore=("*.zwc",),
                platforms=("linux",),
                hosts=("laptop",),
                required=True,
                on_conflict="skip",
                folding="never",
                never_fold=("x",),
            )
        },
        profiles={"default": ("zsh", "vim")},
        path=f"{place}/dotstream.toml",
        wishes=(
            Wish("target", "/srv"),
            Wish("on-conflict", "backup"),
            Wish("target", "/opt", "zsh"),
        ),
    )


def test_a_stowrc_means_what_it_means_to_stow(place: Path) -> None:
    (place / ".stowrc").write_text(
        "--target=$WHERE/t --no-folding\n--ignore='\\.bak' --defer=man --override=info\n"
    )
    settings = loaded(place, WHERE="/srv")
    assert (settings.target, settings.folding, settings.dotfiles) == ("/srv/t", "never", False)
    assert (settings.ignore_regex, settings.defer) == (("\\.bak",), ("man",))
    assert settings.options().override == ("info",)
    ignored = settings.package("zsh").ignored("")
    assert ignored is not None
    assert ignored("x.bak")


def test_a_stowrc_without_a_target_means_the_parent(place: Path) -> None:
    (place / ".stowrc").write_text("--dotfiles\n")
    settings = loaded(place)
    assert (settings.target, settings.folding) == (str(place.parent), "always")
    assert settings.dotfiles


def test_a_stowrc_does_not_count_beside_our_own_file(place: Path) -> None:
    (place / ".stowrc").write_text("--target=/srv\n")
    assert written(place, "").target == str(place.parent)


def test_a_wrong_stowrc_is_named(place: Path) -> None:
    (place / ".stowrc").write_text("--target=$NOWHERE\n")
    with pytest.raises(ConfigError, match=r"\.stowrc: --target references .*NOWHERE"):
        loaded(place)


# -- targets


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("~", "{home}"),
        ("~/sub", "{home}/sub"),
        ("$WHERE", "/srv"),
        ("${WHERE}/x", "/srv/x"),
        ("..", "{home}"),
        ("out", "{home}/dotfiles/out"),
        ("/a/../b/.", "/b"),
        (r"/a\\$b", "/a$b"),
        (r"\\~", "{home}/dotfiles/~"),
        ("$LINK", "{home}"),
    ],
)
def test_a_target_is_expanded_and_made_canonical(place: Path, target: str, expected: str) -> None:
    link = place / "link"
    link.symlink_to(place.parent)
    settings = written(place, f'target = "{target}"\n', WHERE="/srv", LINK=str(link))
    assert settings.target == expected.format(home=place.parent)


def test_an_unknown_variable_is_named_with_its_place(place: Path) -> None:
    assert refused(place, '\ntarget = "$NOPE/x"\n') == (
        "dotstream.toml:2:10: the variable $NOPE is not set "
        "(set it, write ${NOPE:-default}, or \\\\$NOPE for a $ that is part of the name)"
    )


def test_a_variable_that_only_one_package_needs_leaves_out_that_one(place: Path) -> None:
    settings = written(place, '[packages.zsh]\ntarget = "${NOPE}"\n')
    assert settings.excluded("zsh") == "its target cannot be told: the variable $NOPE is not set"
    assert (settings.excluded("vim"), settings.is_astray("zsh")) == (None, True)


def test_a_target_that_is_given_wins_over_every_other(place: Path) -> None:
    settings = written(
        place, 'target = "$NOPE"\n[packages.zsh]\ntarget = "/opt"\n', target="/scratch"
    )
    assert settings.target_of("zsh") == settings.target_of("vim") == "/scratch"


def test_a_package_may_have_a_target_of_its_own(place: Path) -> None:
    settings = written(place, 'target = "/srv"\n[packages.zsh]\ntarget = "~/z"\n[packages.vim]\n')
    assert settings.target_of("zsh") == f"{place.parent}/z"
    assert settings.target_of("vim") == settings.target_of("git") == "/srv"


def test_the_directory_is_made_canonical(place: Path) -> None:
    (place.parent / "link").symlink_to(place)
    assert loaded(place.parent / "link").directory == str(place)


# -- what cannot be loaded


def test_a_missing_directory_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no package directory at .*gone") as refused:
        loaded(tmp_path / "gone")
    assert refused.value.remedy == "name_directory"


def test_a_wrong_file_is_refused_with_path_line_and_column(place: Path) -> None:
    assert refused(place, "lnk = 1\n") == (
        "dotstream.toml:1:1: unknown key 'lnk' (did you mean 'link'?)"
    )
    assert refused(place, "target = \n").startswith("dotstream.toml:1:10: broken TOML: ")


def test_a_file_that_is_not_utf8_is_refused(place: Path) -> None:
    (place / "dotstream.toml").write_bytes(b"# \xff\n")
    with pytest.raises(ConfigError, match=r"toml:1:3: the file is not UTF-8: byte 0xff"):
        loaded(place)


def test_a_file_that_is_a_directory_is_refused(place: Path) -> None:
    (place / "dotstream.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read: it is a directory, not a file"):
        loaded(place)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "dotstream.toml").touch(mode=0)
    with nobody(), pytest.raises((PermissionRefused, UsageError)) as caught:
        loaded(tmp_path)
    # As nobody, even the way there may be closed.
    assert str(tmp_path) in str(caught.value)


# -- a package ready to be planned


def test_a_package_has_its_own_settings_on_top_of_the_general_ones(place: Path) -> None:
    settings = written(
        place,
        'ignore = ["*.bak"]\nnever-fold = ["a"]\n'
        '[packages.zsh]\nignore = [".zcompdump"]\nnever-fold = ["b"]\nfolding = "never"\n'
        'on-conflict = "skip"\n',
    )
    package = settings.package("zsh")
    assert (package.name, package.path, package.directory) == ("zsh", f"{place}/zsh", str(place))
    assert (package.folding, package.never_fold) == ("never", ("a", "b"))
    assert package.on_conflict == "skip"
    ignored = package.ignored("x")
    assert ignored is not None
    assert [bool(ignored(name)) for name in ("x.bak", "dot-zcompdump", "CVS", "y")] == [
        *(True, True, True, False),
    ]
    other = settings.package("vim")
    assert (other.folding, other.never_fold, other.on_conflict) == ("safe", ("a",), None)


def test_what_a_run_prefers_wins(place: Path) -> None:
    settings = written(
        place,
        'on-conflict = "skip"\n[packages.zsh]\nfolding = "never"\non-conflict = "backup"\n',
    )
    prefer = Preferences(
        folding="always",
        dotfiles=False,
        layout="named",
        link="absolute",
        ignore=("*.tmp",),
        defer=("d",),
        override=("o",),
        on_conflict="adopt",
        resolutions={"/x": "skip"},
        report_kept=True,
    )
    package = settings.package("zsh", prefer)
    assert (package.folding, package.on_conflict) == ("always", None)
    assert (package.dotfiles, package.layout, package.link) == (False, "named", "absolute")
    ignored = package.ignored("")
    assert ignored is not None
    assert ignored("x.tmp")
    assert settings.options(prefer) == Options(
        defer=("d",),
        override=("o",),
        on_conflict="adopt",
        resolutions={"/x": "skip"},
        report_kept=True,
    )


def test_a_package_has_its_own_ignore_list(place: Path) -> None:
    (place / "zsh/.stow-local-ignore").write_text("mine\n")
    ignored = loaded(place).package("zsh").ignored("")
    assert ignored is not None
    assert ignored("mine")
    assert not ignored("CVS")
    (place / "zsh/.stow-local-ignore").write_text("fine\n(\n")
    with pytest.raises(ConfigError, match=r"zsh/\.stow-local-ignore:2:1: Failed to compile"):
        loaded(place).package("zsh")


# -- start-up


def test_loading_needs_neither_the_locating_parser_nor_the_matcher_of_names(place: Path) -> None:
    (place / "dotstream.toml").write_text('ignore = ["*.bak"]\n[packages.zsh]\n')
    code = (
        "import sys\n"
        "from dotstream.config.load import load\n"
        "import dotstream.config.discover, dotstream.config.document\n"
        "settings = load(sys.argv[1], home='/', environ={}, hostname='h', platform='linux')\n"
        "settings.package(settings.select(['zsh'])[0])\n"
        "heavy = {'tree_sitter', 'tree_sitter_toml', 'difflib', 'yaml', 'json'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(place)], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
