"""What is wrong with a ``dotstream.toml``, where, and what to do about it."""

from __future__ import annotations

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from dotstream.config.document import parse, problems
from dotstream.config.reading import decode
from dotstream.config.schema import PACKAGE, PROFILE, TOP, Key
from dotstream.errors import ConfigError


def found(text: str) -> list[tuple[int | None, int | None, str, str | None]]:
    return [
        (error.line, error.column, error.problem, error.hint)
        for error in problems(text, path="dotstream.toml")
    ]


def only(text: str) -> tuple[int | None, int | None, str, str | None]:
    (problem,) = found(text)
    return problem


EVERYTHING = """\
target = "~"
layout = "named"
dotfiles = false
folding = "always"
never-fold = [".config", ".local/share"]
ignore = ["*.bak", "/README.md"]
on-conflict = "backup"
link = "absolute"

[packages.zsh]
target = "/srv"
ignore = ["*.zwc"]
platforms = ["linux", "macos"]
hosts = ["laptop", "*.example.org"]
required = true
on-conflict = "skip"
folding = "never"
never-fold = ["x"]

[profiles.default]
packages = ["zsh", "vim"]

[profiles.work]
packages = ["git"]
extends = "default"

[profiles.all]
extends = ["default", "work"]
"""


def test_a_file_with_every_key_is_right() -> None:
    assert found(EVERYTHING) == []


def test_an_empty_file_is_right() -> None:
    assert found("") == []


# -- unknown keys


def test_an_unknown_key_names_the_nearest_right_one() -> None:
    assert only("\n  foldign = 1\n") == (2, 3, "unknown key 'foldign'", "did you mean 'folding'?")


def test_an_unknown_key_in_a_package_names_the_nearest_right_one() -> None:
    text = "[packages.zsh]\nhost = []\n"
    assert only(text) == (2, 1, "unknown key 'host'", "did you mean 'hosts'?")


def test_a_key_of_another_place_is_sent_there() -> None:
    assert only("required = true\n")[3] == "it belongs in [packages.NAME]"
    assert only("[packages.zsh]\nexclude = ['docs']\n")[3] == "it belongs at the top of the file"
    assert only("[profiles.a]\nrequired = true\n")[3] == "it belongs in [packages.NAME]"


def test_a_key_like_no_other_lists_those_there_are() -> None:
    assert (
        only("[profiles.a]\nzzz = 1\n")[3]
        == "the keys here are packages, extends, platforms, hosts"
    )


def test_an_unknown_table_is_an_unknown_key() -> None:
    assert only("[package.zsh]\n") == (
        *(1, 2),
        "unknown key 'package'",
        "did you mean 'packages'?",
    )


def test_a_key_of_a_package_beside_the_packages_is_explained() -> None:
    text = "[packages]\nrequired = true\n"
    assert only(text) == (
        *(2, 1),
        "[packages] holds one table for each name",
        "'required' belongs in a table such as [packages.zsh]",
    )


def test_the_exact_key_is_named_in_every_way_to_write_it() -> None:
    assert only("packages.zsh.foo1 = 1\n")[:2] == (1, 14)
    assert only("packages = { zsh = { foo1 = 1 } }\n")[:2] == (1, 22)
    assert only('[packages."a é"]\n"é" = 1\n')[:2] == (2, 1)


# -- wrong types and values

_WRONG = {
    "1": "an integer",
    "1.5": "a float",
    "true": "a boolean",
    '"x"': "a string",
    "[]": "an array",
    "{}": "a table",
    "1979-05-27": "a date or time",
    "07:32:00": "a date or time",
}
_WANTED = {
    "text": ("a string", {'"x"'}),
    "path": ("a string or a table", {'"x"', "{}"}),
    "choice": ("a string", {'"x"'}),
    "switch": ("true or false", {"true"}),
    "globs": ("an array of strings", {"[]"}),
    "expressions": ("an array of strings", {"[]"}),
    "commands": ("an array of strings", {"[]"}),
    "hosts": ("an array of strings", {"[]"}),
    "platforms": ("an array of strings", {"[]"}),
    "packages": ("an array of strings", {"[]"}),
    "profiles": ("an array of strings", {"[]", '"x"'}),
}
_SECTIONS = (
    [("", key) for key in TOP]
    + [("packages.zsh", key) for key in PACKAGE]
    + [("profiles.a", key) for key in PROFILE]
)


@pytest.mark.parametrize(
    ("section", "key"), _SECTIONS, ids=lambda part: getattr(part, "name", part)
)
def test_every_key_refuses_every_wrong_type(section: str, key: Key) -> None:
    wanted, right = _WANTED[key.kind]
    for written, name in _WRONG.items():
        if written in right:
            continue
        text = (f"[{section}]\n" if section else "\n") + f"{key.name} = {written}\n"
        whole = f"{section}.{key.name}".lstrip(".")
        message = f"{whole} must be {wanted}, not {name}"
        assert only(text) == (2, len(key.name) + 4, message, None)


@pytest.mark.parametrize(
    ("line", "column", "message", "hint"),
    [
        ('folding = "alway"', 11, "folding cannot be 'alway'", "did you mean 'always'?"),
        ('folding = "xyz"', 11, "folding cannot be 'xyz'", "one of safe, always, never"),
        ('layout = "mirored"', 10, "layout cannot be 'mirored'", "did you mean 'mirror'?"),
        ('link = ""', 8, "link cannot be ''", "one of relative, absolute"),
        ('target = ""', 10, "target cannot be ''", None),
        ('ignore = ["a", 3]', 16, "ignore[1] must be a string, not an integer", None),
        ('ignore = ["a", "[b"]', 16, "ignore pattern '[b': a [ is never closed", None),
        ('never-fold = [""]', 15, "never-fold pattern '': the pattern is empty", None),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    line: str, column: int, message: str, hint: str | None
) -> None:
    assert only(f"{line}\n") == (1, column, message, hint)


def test_a_wrong_platform_names_the_nearest_right_one() -> None:
    assert only('[packages.zsh]\nplatforms = ["linux", "drawin"]\n') == (
        *(2, 23),
        "platforms cannot be 'drawin'",
        "did you mean 'darwin'?",
    )


def test_an_empty_host_is_refused() -> None:
    assert only('[packages.zsh]\nhosts = [""]\n')[:3] == (2, 10, "hosts cannot be ''")


def test_a_section_that_is_no_table_is_named() -> None:
    assert only("packages = 3\n")[:3] == (
        *(1, 12),
        "packages must be tables, such as [packages.NAME], not an integer",
    )
    assert only("[profiles]\nwork = ['zsh']\n")[:3] == (
        *(2, 8),
        "profiles.work must be a table, [profiles.work], not an array",
    )


@pytest.mark.parametrize("name", ["..", ".", "", "/etc", "a/b", ".git", "../x"])
def test_names_that_are_no_packages_are_refused_in_both_places(name: str) -> None:
    line, column, message, _ = only(f'[packages."{name}"]\n')
    assert (line, column) == (1, 11)
    assert message.startswith(f"{name!r} is not a package name: ")
    line, column, message, _ = only(f'[profiles.a]\npackages = ["zsh", "{name}"]\n')
    assert (line, column) == (2, 20)
    assert message.startswith(f"{name!r} is not a package name: ")


# -- profiles


def test_a_profile_cannot_extend_what_is_not_there() -> None:
    text = '[profiles.base]\n[profiles.work]\nextends = ["bsae"]\n'
    assert only(text) == (3, 12, "there is no profile 'bsae'", "did you mean 'base'?")


def test_a_profile_cannot_extend_itself() -> None:
    assert only('[profiles.a]\nextends = "a"\n')[:3] == (2, 11, "profile 'a' extends itself")


def test_profiles_cannot_extend_each_other() -> None:
    text = '[profiles.a]\nextends = "b"\n[profiles.b]\nextends = ["a"]\n'
    assert [problem[:3] for problem in found(text)] == [
        (2, 11, "profile 'a' extends itself by way of 'b'"),
        (4, 12, "profile 'b' extends itself by way of 'a'"),
    ]


# -- several, and none that can be read


def test_all_problems_are_found_in_the_order_they_are_written() -> None:
    text = '[packages.zsh]\nfolding = 1\nnope = 2\n[profiles.a]\npackages = [".."]\n'
    assert [problem[:2] for problem in found(text)] == [(2, 11), (3, 1), (5, 13)]
    with pytest.raises(ConfigError) as caught:
        parse(text, path="d/dotstream.toml")
    assert str(caught.value) == (
        "d/dotstream.toml:2:11: packages.zsh.folding must be a string, not an integer"
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("target = \n", 1, 10),
        ("[packages\n", 1, 10),
        ('ignore = ["a"\nlink = 1\n', 2, 1),
        ('target = "\\q"\n', 1, 13),
        ("\n\nx y = 1\n", 3, 3),
    ],
)
def test_broken_toml_is_named_with_its_place(text: str, line: int, column: int) -> None:
    problem = only(text)
    assert problem[:2] == (line, column)
    assert problem[2].startswith("broken TOML: ")


def test_a_key_written_twice_is_named_where_it_is_again() -> None:
    assert only('link = "relative"\n\n  link = "absolute"\n') == (
        *(3, 3),
        "'link' is written twice",
        "keep one of them",
    )
    assert only("[packages.zsh]\n[packages.zsh]\n")[:3] == (
        *(2, 2),
        "'packages.zsh' is written twice",
    )


def test_a_file_nested_beyond_reason_is_a_problem_not_a_crash() -> None:
    assert len(found("a = " + "[" * 100_000)) == 1


@given(st.text(st.sampled_from("abtarget =[]{}\"\n.#1,'\\é"), max_size=40))
def test_any_text_is_right_or_has_problems_with_places(text: str) -> None:
    for error in problems(text, path="dotstream.toml"):
        assert error.line is not None
        assert error.column is not None


_JUNK = st.recursive(
    st.sampled_from([1, 0.5, True, "", "a", "..", "[", "safe"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["packages", "extends", "a", "hosts"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([key.name for key in TOP] + ["packages", "profiles", "other"]),
        _JUNK,
        max_size=4,
    )
)
def test_any_document_at_all_can_be_checked(document: dict[str, object]) -> None:
    from dotstream.config.faults import faults

    for fault in faults(document):
        assert fault.message


# -- bytes


def test_a_file_that_is_not_utf8_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        decode(b'\xef\xbb\xbf# \xc3\xa9\ntarget = "caf\xe9"\n', path="dotstream.toml")
    assert str(caught.value) == (
        "dotstream.toml:2:14: the file is not UTF-8: byte 0xe9 (save it as UTF-8)"
    )


def test_a_byte_order_mark_and_windows_lines_are_fine() -> None:
    text = decode(b'\xef\xbb\xbftarget = "~"\r\nlnk = 1\r\n', path="dotstream.toml")
    assert only(text)[:2] == (2, 1)
    assert tomli.loads(text)["target"] == "~"
