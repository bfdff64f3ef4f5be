"""The file that ``dotstream init`` writes: right from the start, whatever it is made from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from dotstream.client import Client
from dotstream.config.answers import answers_for
from dotstream.config.document import problems
from dotstream.config.from_dot import answers_from_dot
from dotstream.config.load import load
from dotstream.config.schema import PACKAGE, PROFILE, TOP
from dotstream.config.starter import Answers, starter
from dotstream.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.config.settings import Settings


def right(text: str) -> dict[str, object]:
    assert problems(text, path="dotstream.toml") == []
    return tomli.loads(text)


def uncommented(text: str) -> str:
    """The file with every proposed line switched on."""
    lines = [line.removeprefix("# ") for line in text.split("\n")]
    return "\n".join(line for line in lines if line.startswith("[") or " = " in line)


def loaded(directory: Path) -> Settings:
    return load(
        str(directory),
        home=str(directory.parent),
        environ={"WHERE": "/srv"},
        hostname="laptop",
        platform="linux",
    )


# -- from nothing


SHARED = [".config", ".local", ".local/share", ".local/bin", ".ssh", ".gnupg"]


def test_the_starter_is_right_and_only_keeps_shared_directories_real() -> None:
    assert right(starter()) == {"never-fold": SHARED}


def test_what_was_answered_does_not_take_the_suggestions_away() -> None:
    assert right(starter(Answers(top={"target": "/srv/www"}))) == {
        "target": "/srv/www",
        "never-fold": SHARED,
    }
    assert right(starter(Answers(top={"never-fold": [".vim"]}))) == {"never-fold": [".vim"]}


def test_the_reason_stands_by_the_suggestion_and_by_nothing_else() -> None:
    reason = "# Many programs write to these."
    assert reason in starter().split("never-fold")[0].splitlines()[-2]
    assert reason not in starter(Answers(top={"never-fold": [".vim"]}))
    assert reason not in starter(Answers(source=".stowrc"))


def test_no_program_s_directory_becomes_a_link_with_the_starter(tmp_path: Path) -> None:
    (tmp_path / "dotfiles/zsh/dot-local/share/zsh").mkdir(parents=True)
    (tmp_path / "dotfiles/zsh/dot-local/share/zsh/history").touch()
    (tmp_path / "dotfiles/dotstream.toml").write_text(starter())
    client = Client(tmp_path / "dotfiles", target=tmp_path, state=tmp_path / "state", environ={})
    made = {item.path: item.kind for item in client.plan_manage("zsh").operations}
    assert made == {
        f"{tmp_path}/.local": "make_dir",
        f"{tmp_path}/.local/share": "make_dir",
        f"{tmp_path}/.local/share/zsh": "create_link",
    }


def test_the_starter_names_every_key() -> None:
    document = right(uncommented(starter()))
    packages, profiles = document.pop("packages"), document.pop("profiles")
    assert list(document) == [key.name for key in TOP]
    assert isinstance(packages, dict)
    assert list(packages["zsh"]) == [key.name for key in PACKAGE]
    assert isinstance(profiles, dict)
    assert list(profiles["default"]) == [key.name for key in PROFILE]


def test_what_else_the_starter_proposes_are_the_defaults(tmp_path: Path) -> None:
    for name in ("none", "all"):
        (tmp_path / name).mkdir()
    (tmp_path / "all/dotstream.toml").write_text(uncommented(starter()).split("\n[")[0])
    everything, nothing = loaded(tmp_path / "all"), loaded(tmp_path / "none")
    assert everything.path is not None
    assert everything.options() == nothing.options()
    assert (everything.target, everything.folding) == (nothing.target, nothing.folding)


_WORDS = st.text(st.sampled_from("ab.~#\"'\\\n\r\t\x00\x7f\x85é\u2028\ud800[]={}"), max_size=8)


@given(
    target=_WORDS.filter(lambda text: text and "\0" not in text),
    names=st.lists(_WORDS, max_size=3, unique=True),
    notes=st.lists(_WORDS, max_size=3),
)
def test_the_starter_is_right_whatever_it_is_told(
    target: str, names: list[str], notes: list[str]
) -> None:
    answers = Answers(
        top={"target": target},
        profiles={f"p{name}": {"packages": ["zsh"]} for name in names},
        notes=notes,
        source="notes",
    )
    document = right(starter(answers))
    assert document["target"] == target.replace("\ud800", "?")


# -- from Stow


def from_stow(directory: Path, stowrc: str) -> str:
    (directory / ".stowrc").write_text(stowrc)
    answers = answers_for(
        str(directory),
        "stow",
        target=None,
        home=str(directory.parent),
        environ={"WHERE": "/srv"},
    )
    return starter(answers)


@pytest.mark.parametrize(
    "stowrc",
    [
        "",
        "--target=~\n--no-folding\n--dotfiles",
        "--target $WHERE/t\n--ignore='\\.bak' --ignore=.*~ --ignore='\\.DS_Store'",
        "--ignore='(a|b)' --ignore=x+ --ignore=d/f --ignore='\\[a\\]\\*' --ignore='^(?!CVS)x$'",
        "--dir=. --ignore=README.md --ignore=.stowrc",
        "-t '/srv/my files' # comment",
        "--verbose=2 --simulate\n",
    ],
)
def test_a_file_made_from_a_stowrc_means_the_same(tmp_path: Path, stowrc: str) -> None:
    directory = tmp_path / "dotfiles"
    (directory / "zsh").mkdir(parents=True)
    text = from_stow(directory, stowrc)
    right(text)
    before = loaded(directory)
    (directory / "dotstream.toml").write_text(text)
    after = loaded(directory)
    assert after.path == f"{directory}/dotstream.toml"
    assert (after.target, after.options(), after.folding) == (
        *(before.target, before.options()),
        before.folding,
    )
    for name in ("x.bak", "bak", ".bak", "x~", "~", "a.DS_Store", ".DS_Store", "DS_Store", "CVS"):
        for place in ("", "sub/dir"):
            old = before.package("zsh").ignored(place)
            new = after.package("zsh").ignored(place)
            assert old is not None
            assert new is not None
            assert bool(new(name)) == bool(old(name)), (place, name)


def test_what_cannot_be_carried_over_from_a_stowrc_is_said(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    text = from_stow(
        tmp_path / "dotfiles", "--defer=man --override=info --adopt --simulate --dir=stow"
    )
    assert right(text) == {
        "directory": "stow",
        "target": ".",
        "dotfiles": False,
        "folding": "always",
    }
    for note in (
        "--defer=man: ",
        "--override=info: ",
        '--adopt: set on-conflict = "adopt"',
        "--simulate: ",
    ):
        assert f"#   - {note}" in text


def test_a_stowrc_whose_packages_are_elsewhere_is_taken_over_there(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    with pytest.raises(UsageError, match="the packages are in /srv/other, not in "):
        from_stow(tmp_path / "dotfiles", "--dir=$WHERE/other")


def test_the_users_own_stowrc_is_taken_over_too(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / ".stowrc").write_text("--dotfiles --ignore=a --target=/srv")
    assert right(from_stow(tmp_path / "dotfiles", "--ignore=b --target=~")) == {
        "target": "~",
        "dotfiles": True,
        "folding": "always",
        "ignore-regex": ["a", "b"],
    }


def test_without_a_stowrc_there_are_the_defaults_of_stow(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    answers = answers_for(
        str(tmp_path / "dotfiles"), "stow", target=None, home=str(tmp_path), environ={}
    )
    assert answers.top == {"target": "..", "dotfiles": False, "folding": "always"}


def test_a_stowrc_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    with pytest.raises(ConfigError, match=r"\.stowrc:\d: unknown option --nope"):
        from_stow(tmp_path / "dotfiles", "--nope")


# -- from dot

BOOTSTRAP = """\
version: "1.0"
packages:
  - name: dot-vim
    required: true
  - name: dot-zsh
    platform: [linux, darwin, plan9]
    on_conflict: backup
  - name: ../bad
profiles:
  minimal:
    description: "only the: essentials"
    packages: [dot-vim]
  work:
    extends: minimal
    packages: [dot-zsh, ../bad]
  lost:
    extends: nowhere
    packages: []
machines:
  - host: "*.example.org"
    profile: work
defaults:
  on_conflict: skip
  profile: work
"""


def manifest(**packages: dict[str, object]) -> str:
    return json.dumps({"version": "1.0", "packages": packages, "hashes": {}})


def from_dot(directory: Path, **environ: str) -> str:
    return starter(answers_from_dot(str(directory), home=str(directory.parent), environ=environ))


def test_packages_profiles_and_defaults_come_from_the_bootstrap_file(tmp_path: Path) -> None:
    (tmp_path / ".dotbootstrap.yaml").write_text(BOOTSTRAP)
    text = from_dot(tmp_path)
    assert right(text) == {
        "layout": "named",
        "on-conflict": "skip",
        "packages": {
            "dot-vim": {"required": True},
            "dot-zsh": {"platforms": ["linux", "darwin"], "on-conflict": "backup"},
        },
        "profiles": {
            "minimal": {"packages": ["dot-vim"]},
            "work": {"packages": ["dot-zsh"], "extends": "minimal"},
            "lost": {"packages": []},
            "default": {"extends": "work"},
        },
    }
    assert text.startswith("# What dotstream does with the packages in this directory, made from")
    for note in (
        "the platform 'plan9' of package dot-zsh",
        "the package '../bad'",
        "the profile 'lost' extends 'nowhere'",
        "machines: the host *.example.org took the profile work",
        "the profile 'minimal' is described as: only the: essentials",
    ):
        assert f"#   - {note}" in text


def test_a_default_profile_of_another_meaning_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".dotbootstrap.yaml").write_text(
        "profiles: {default: {packages: [a]}, b: {packages: [b]}}\ndefaults: {profile: b}\n"
    )
    text = from_dot(tmp_path)
    assert right(text)["profiles"] == {"default": {"packages": ["a"]}, "b": {"packages": ["b"]}}
    assert "the default profile was 'b'" in text


def test_profiles_that_go_in_circles_are_cut(tmp_path: Path) -> None:
    (tmp_path / ".dotbootstrap.yaml").write_text(
        "profiles: {a: {extends: b}, b: {extends: a}, c: {extends: c}}\n"
    )
    assert right(from_dot(tmp_path))["profiles"] == {
        name: {"packages": []} for name in ("a", "b", "c")
    }


def test_the_layout_kept_in_the_repository_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".dotbootstrap.yaml").write_text("version: '1.0'\n")
    (tmp_path / ".config/dot").mkdir(parents=True)
    (tmp_path / ".config/dot/config.yaml").write_text(
        "dotfile:\n  package_name_mapping: false\n  translate: false\n"
    )
    assert right(from_dot(tmp_path)) == {"layout": "mirror", "dotfiles": False}


@pytest.mark.parametrize("where", ["home", "data"])
def test_what_is_installed_becomes_the_default_profile(tmp_path: Path, where: str) -> None:
    directory = tmp_path / "dotfiles"
    directory.mkdir()
    data = tmp_path if where == "home" else tmp_path / "xdg/dot/manifest"
    data.mkdir(parents=True, exist_ok=True)
    here: dict[str, object] = {"package_dir": str(directory), "target_dir": str(tmp_path)}
    (data / ".dot-manifest.json").write_text(
        manifest(
            zsh={**here, "backups": {".zshrc": "/b/1"}},
            git={"links": [".gitconfig"]},
            other={"package_dir": "/elsewhere", "target_dir": "/elsewhere"},
        )
    )
    text = from_dot(directory, XDG_DATA_HOME=str(tmp_path / "xdg"))
    assert right(text) == {
        "target": "~",
        "layout": "named",
        "profiles": {"default": {"packages": ["git", "zsh"]}},
    }
    assert "1 files that dot moved away" in text


def test_several_targets_are_left_to_the_reader(tmp_path: Path) -> None:
    directory = tmp_path / "dotfiles"
    directory.mkdir()
    (tmp_path / ".dot-manifest.json").write_text(
        manifest(a={"target_dir": "/x"}, b={"target_dir": "/y"})
    )
    text = from_dot(directory)
    assert "target" not in right(text)
    assert "several targets: /x, /y" in text


def test_nothing_of_dots_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neither \.dotbootstrap\.yaml in .* nor \.dot-man"):
        from_dot(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (".dotbootstrap.yaml", "a: [1\nb: 2\n", r"bootstrap.yaml:2:2: broken YAML: "),
        (".dotbootstrap.yaml", "a: \x07\n", r"bootstrap.yaml: broken YAML: "),
        (".dotbootstrap.yaml", "- a\n", r"bootstrap.yaml: this is not a file of dot's"),
        (".dotbootstrap.yaml", "a: 2020-99-99\n", r"bootstrap.yaml: broken YAML: month"),
        ("../.dot-manifest.json", '{"a": 1,\n]', r"manifest.json:2:1: broken JSON: "),
        ("../.dot-manifest.json", "[" * 100_000, r"manifest.json: broken JSON: "),
        ("../.dot-manifest.json", "[]", r"manifest.json: this is not a file of dot's"),
    ],
)
def test_a_broken_file_of_dots_is_named(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    directory = tmp_path / "dotfiles"
    directory.mkdir()
    (directory / name).write_text(content)
    with pytest.raises(ConfigError, match=message):
        from_dot(directory)


_YAMLISH = st.recursive(
    st.sampled_from(["a", "dot-zsh", "..", "linux", 1, True, None, "fail", "\n#x", ""]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "packages", "extends", "platform", "profile", "host", "a", "default"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=10,
)


@given(
    bootstrap=st.dictionaries(
        st.sampled_from(["packages", "profiles", "machines", "defaults"]), _YAMLISH
    ),
    installed=_YAMLISH,
)
def test_whatever_dot_left_behind_the_file_is_right(
    tmp_path_factory: pytest.TempPathFactory, bootstrap: dict[str, object], installed: object
) -> None:
    directory = tmp_path_factory.mktemp("home") / "dotfiles"
    directory.mkdir()
    # JSON is YAML.
    (directory / ".dotbootstrap.yaml").write_text(json.dumps(bootstrap))
    (directory.parent / ".dot-manifest.json").write_text(json.dumps({"packages": installed}))
    right(from_dot(directory))
