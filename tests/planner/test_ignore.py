"""Ignore rules: Stow's lists and options, our globs, and that the fast way is the right way."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rights import nobody

from dotstream.errors import ConfigError, PermissionRefused, UsageError
from dotstream.planner.compiling import compiled
from dotstream.planner.ignore import (
    BUILTIN,
    Rules,
    StowList,
    builtin_rules,
    compile_rules,
    parse_list,
    stow_list,
)
from dotstream.planner.patterns import PatternError, perl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.farm import Farm

    from dotstream.model.options import IgnoreRules


def ignored(rules: IgnoreRules, path: str) -> bool:
    directory, _, name = path.rpartition("/")
    test = rules(directory)
    if test is None or not test(name):
        return False
    assert not test.none_of(sorted(["x", name])), "a glance at the names must not miss one"
    return True


def from_list(text: str) -> IgnoreRules:
    return compile_rules(patterns=parse_list(text, path="list"))


def texts(stow: StowList) -> list[str]:
    return [text for _, _, text in stow.patterns]


# -- which list holds


def test_the_local_list_wins_over_the_global_one(tmp_path: Path) -> None:
    package = tmp_path / "vim"
    package.mkdir()
    (package / ".stow-local-ignore").write_text("mine\n")
    (tmp_path / ".stow-global-ignore").write_text("everywhere\n")
    assert texts(stow_list(str(package), str(tmp_path))) == ["mine"]


def test_the_global_list_wins_over_the_builtin_one(tmp_path: Path) -> None:
    (tmp_path / "vim").mkdir()
    (tmp_path / ".stow-global-ignore").write_text("everywhere\n")
    found = stow_list(str(tmp_path / "vim"), str(tmp_path))
    assert (found.path, texts(found)) == (f"{tmp_path}/.stow-global-ignore", ["everywhere"])


def test_the_builtin_list_holds_where_there_is_no_other(tmp_path: Path) -> None:
    assert stow_list(str(tmp_path), str(tmp_path)) is BUILTIN
    assert stow_list(str(tmp_path), None) is BUILTIN


def test_an_empty_local_list_switches_the_others_off(tmp_path: Path) -> None:
    (tmp_path / ".stow-local-ignore").write_text("")
    rules = compile_rules(patterns=stow_list(str(tmp_path), str(tmp_path)))
    assert not ignored(rules, "CVS")
    assert ignored(rules, ".stow-local-ignore")
    assert rules("sub") is None


def test_a_list_that_is_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".stow-local-ignore").mkdir()
    with pytest.raises(ConfigError, match="cannot be read: it is a directory, not a file"):
        stow_list(str(tmp_path), None)


def test_a_list_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".stow-local-ignore").touch(mode=0)
    with nobody(), pytest.raises(PermissionRefused, match="Permission denied"):
        stow_list(str(tmp_path), None)


def test_names_that_are_not_utf8_are_matched_by_a_list_with_the_same_bytes(
    tmp_path: Path,
) -> None:
    (tmp_path / ".stow-local-ignore").write_bytes(b"caf\xe9\n")
    rules = compile_rules(patterns=stow_list(str(tmp_path), None))
    assert ignored(rules, "caf\udce9")
    assert not ignored(rules, "café")


# -- how a list is written


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("plain", "plain"),
        ("  blanks around \t", "blanks around"),
        ("name # a comment", "name"),
        ("name\t#comment", "name"),
        ("name#no comment", "name#no comment"),
        ("name #", "name #"),
        (r"\#hash", "#hash"),
        (r"a \#b # c", "a #b"),
        ("windows\r", "windows"),
    ],
)
def test_a_line_is_trimmed_and_loses_its_comment(line: str, pattern: str) -> None:
    assert texts(parse_list(line, path="list")) == [pattern]


@pytest.mark.parametrize("line", ["", "   ", "# comment", "   # comment", "#"])
def test_empty_lines_and_comments_are_no_patterns(line: str) -> None:
    assert texts(parse_list(f"{line}\n{line}", path="list")) == []


# -- what a list matches


@pytest.mark.parametrize(
    "path",
    [
        *("RCS", "a/CVS", "_darcs", "x/.git", ".gitignore", ".gitmodules", ".svn", ".hg"),
        *("a/foo~", "foo,v", ".#lock", "#auto#", ".cvsignore"),
        *("README", "README.md", "LICENSE-MIT", "COPYING", "README/below"),
    ],
)
def test_the_builtin_list_ignores(path: str) -> None:
    assert ignored(compile_rules(patterns=BUILTIN), path)


@pytest.mark.parametrize(
    "path",
    [
        *("dot-gitignore", "gitignore", ".gitconfig", "~", ",v", "xRCS", "RCSx"),
        *("sub/README", "sub/LICENSE", "COPYING.txt", "a/COPYING", "sub/.stow-local-ignore"),
    ],
)
def test_the_builtin_list_leaves(path: str) -> None:
    assert not ignored(compile_rules(patterns=BUILTIN), path)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("bar", "bar", True),
        ("bar", "a/bar", True),
        ("bar", "foobar", False),
        ("bar", "bar2", False),
        ("a|b", "b", True),
        ("a|b", "ab", False),
        ("foo/bar", "foo/bar", True),
        ("foo/bar", "a/foo/bar", True),
        ("foo/bar", "a/foo/bars", False),
        ("foo/bar", "a/xfoo/bar", False),
        ("/x", "x", True),
        ("/x", "d/x", False),
        ("^/x", "x", True),
        ("^/x", "d/x", False),
        ("^/x.*", "xyz", True),
        ("^/d/x", "d/x", True),
        ("^/d/x", "e/d/x", False),
        ("^/d", "d/anything", True),
        ("^/d|e/f", "d", True),
        ("^/d|e/f", "a/e/f", True),
        ("^/?d/x", "d/x", True),
        (r"^/\.config/dot-a", ".config/dot-a", True),
        (r"^/dot-config/dot-b", ".config/dot-b", False),
        ("(?i)readme", "ReadMe", True),
        ("(?i)^/readme", "ReadMe", True),
        (r"(.)\1", "aa", True),
        (r"(.)\1", "ab", False),
        (r"^/(.)\1", "aa", True),
        (r"^/(?<!x)a", "a", True),
        ("x$", "x", True),
        (r"x\z", "x", True),
    ],
)
def test_a_pattern_of_a_list_matches(pattern: str, path: str, expected: bool) -> None:
    assert ignored(from_list(pattern), path) is expected


def test_an_inline_flag_stays_with_its_pattern() -> None:
    patterns = ["(?i)readme", "notes", "todo"]
    for order in itertools.permutations(patterns):
        rules = from_list("\n".join(order))
        assert ignored(rules, "README")
        assert not ignored(rules, "NOTES")
        assert not ignored(rules, "TODO")


def test_a_back_reference_counts_its_own_groups() -> None:
    rules = from_list("(x)(y)\n(.)\\1\n(z)")
    assert ignored(rules, "qq")
    assert not ignored(rules, "qx")


# -- --ignore


@pytest.mark.parametrize(
    ("option", "path", "expected"),
    [
        ("bar", "foobar", True),
        ("bar", "bar", True),
        ("bar", "m/xbar", True),
        ("bar", "bart", False),
        ("~", "m/f.1~", True),
        (r"\.#.*", "m/.#f.1", True),
        (r"\.#.*", ".#d/f", True),
        (".*~", "a/b~", True),
        ("d/f", "d/f", True),
        ("d/f", "xd/f", True),
        ("^f", "f", True),
        ("^f", "d/f", False),
        ("a|b", "xb", True),
        (".*a|b", "xb", True),
        ("[a-c]x", "d/ax", True),
        ("[^a]x", "d/x", True),
        (r"\bfoo", "d/foo", True),
        (r"\bfoo", "xfoo", False),
        ("", "anything", True),
    ],
)
def test_an_option_matches_at_the_end_of_the_path(option: str, path: str, expected: bool) -> None:
    assert ignored(compile_rules(options=[option]), path) is expected


def test_options_add_to_the_list() -> None:
    rules = compile_rules(patterns=BUILTIN, options=["zap"])
    assert ignored(rules, "CVS")
    assert ignored(rules, "zap")
    assert not ignored(rules, "f")


# -- globs


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.bak", "x.bak", True),
        ("*.bak", "a/b/x.bak", True),
        ("*.bak", "x.bak2", False),
        ("*", ".hidden", True),
        ("?", "ab", False),
        ("[ab]c", "bc", True),
        ("[!ab]c", "bc", False),
        ("[!ab]c", "xc", True),
        ("[^ab]c", "xc", True),
        ("[]x]", "]", True),
        ("[a-c]", "b", True),
        (r"\*", "*", True),
        (r"\*", "x", False),
        (r"\!x", "!x", True),
        ("/zshrc", "zshrc", True),
        ("/zshrc", "a/zshrc", False),
        ("zshrc/", "a/zshrc", True),
        ("a/b", "a/b", True),
        ("a/b", "x/a/b", False),
        ("a/*/c", "a/x/c", True),
        ("a/*/c", "a/x/y/c", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/x/y/c", True),
        ("a/**/c", "b/c", False),
        ("a/**", "a/x", True),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("**/c", "c", True),
        ("**/c", "a/b/c", True),
        ("**/b/c", "b/c", True),
        ("**/b/c", "a/b/c", True),
        ("**/b/c", "xb/c", False),
        ("a/**/**/c", "a/c", True),
        ("**", "anything/at/all", True),
        ("a.c", "abc", False),
        (".config/nvim/*.log", ".config/nvim/x.log", True),
    ],
)
def test_a_glob_matches(pattern: str, path: str, expected: bool) -> None:
    assert ignored(compile_rules(globs=[pattern]), path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        (".netrc", "dot-netrc", True),
        (".netrc", ".netrc", True),
        (".netrc", "a/dot-netrc", True),
        ("dot-netrc", "dot-netrc", True),
        ("dot-netrc", ".netrc", False),
        (".*", "dot-netrc", True),
        (".*", "dot-", False),
        (".*", "dot-.x", False),
        ("dot-config/x", ".config/x", True),
        (".config/.x", ".config/dot-x", True),
        ("*.bak", "dot-x.bak", True),
    ],
)
def test_a_glob_knows_both_names_of_a_dotfile(pattern: str, path: str, expected: bool) -> None:
    assert ignored(compile_rules(globs=[pattern], dotfiles=True), path) is expected


def test_a_glob_takes_dot_names_as_they_are_where_they_are_not_translated() -> None:
    rules = compile_rules(globs=[".netrc", "dot-config/x"])
    assert not ignored(rules, "dot-netrc")
    assert ignored(rules, "dot-config/x")


def test_there_is_no_test_where_nothing_can_match() -> None:
    assert compile_rules()("") is None
    rules = compile_rules(globs=["a/b", "/c"])
    assert rules("x") is None
    assert rules("a/x") is None
    assert rules("a") is not None
    assert compile_rules(patterns=parse_list("^/a/b", path="list"))("x") is None


# -- what cannot be used


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "broken|*!",
            "(",
            "a)",
            "[a",
            "a\\",
            "*a",
            "a**",
            "x{2,1}",
            "a)|(b",
            "(?P<n>a)(?P<n>b)",
        ),
        *(r"\p{L}", r"\Qa\E", r"\Kx", r"\Gx", "(?R)", "(?1)", "(*FAIL)", "(?|a|b)", r"\b{wb}"),
        *(
            "(?x)a b",
            "(?x:a b)",
            "a(?i)b",
            "{,3}",
            "a{b",
            r"\g1",
            r"(?<n>a)\k<n>",
            "[[:^alpha:]]",
        ),
        *(
            "[[:nope:]]",
            r"\x{110000}",
            r"[\x{110000}]",
            "[]--",
            "[a--b]",
            "[]--a]",
            "(?<=a+)b",
            r"\1",
            "(?^:a)",
            r"[\N]",
        ),
    ],
)
def test_what_python_cannot_do_as_perl_does_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_list(f"fine\n# comment\n  {pattern}\n")
    assert (caught.value.path, caught.value.line, caught.value.column) == ("list", 3, 3)
    assert f"Failed to compile regexp {pattern!r}: " in str(caught.value)


def test_a_wrong_option_is_refused_by_name() -> None:
    with pytest.raises(
        UsageError, match=r"--ignore: Failed to compile regexp '\(': a \( is never"
    ):
        compile_rules(options=["fine", "("])


@pytest.mark.parametrize("pattern", ["", "/", "!x", "a/../b", "./a", "[a", "a\\", "[z-a]"])
def test_a_wrong_glob_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_rules(globs=[pattern])
    assert str(caught.value).startswith(f"ignore pattern {pattern!r}: ")


# -- in general

_ATOMS = ["a", "b", ".", "[ab]", "[^a]", r"\.", "/", "^", "$", "a*", "b?", ".*", "(a|b)", r"\w"]
_PATTERNS = st.lists(
    st.one_of(st.sampled_from(_ATOMS), st.just("|")), min_size=1, max_size=5
).map("".join)
_NAMES = st.text("ab.~", min_size=1, max_size=4)
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)


def by_definition(patterns: Sequence[str], options: Sequence[str], path: str) -> bool:
    """What Stow's manual says, word by word, one pattern at a time."""
    name = path.rpartition("/")[2]
    for pattern in patterns:
        if "/" in pattern:
            found = re.search(rf"(^|/)({pattern})(/|$)", f"/{path}")
        else:
            found = re.search(rf"^({pattern})$", name)
        if found:
            return True
    return any(re.search(rf"({option})\Z", path) for option in options)


@given(
    patterns=st.lists(_PATTERNS, max_size=3),
    options=st.lists(_PATTERNS, max_size=2),
    path=_PATHS,
)
def test_the_compiled_rules_say_what_the_definition_says(
    patterns: list[str], options: list[str], path: str
) -> None:
    stow = StowList("list", tuple((1, 1, pattern) for pattern in patterns))
    rules = compile_rules(patterns=stow, options=options)
    assert ignored(rules, path) == by_definition(patterns, options, path)


_GLOB_PARTS = st.one_of(
    st.just("**"),
    st.lists(st.sampled_from(["a", "b", "*", "?", "[ab]", "."]), min_size=1, max_size=3).map(
        "".join
    ),
)


def glob_by_definition(parts: list[str], names: list[str]) -> bool:
    if not parts:
        return not names
    if parts[0] == "**":
        if len(parts) == 1:
            return bool(names)
        return any(glob_by_definition(parts[1:], names[i:]) for i in range(len(names) + 1))
    if not names:
        return False
    source = "".join({"*": ".*", "?": ".", ".": r"\."}.get(char, char) for char in parts[0])
    return bool(re.fullmatch(source, names[0])) and glob_by_definition(parts[1:], names[1:])


@given(
    parts=st.lists(_GLOB_PARTS, min_size=1, max_size=4).filter(lambda p: not {".", ".."} & {*p}),
    path=_PATHS,
)
def test_an_anchored_glob_says_what_the_definition_says(parts: list[str], path: str) -> None:
    rules = compile_rules(globs=["/" + "/".join(parts)])
    assert ignored(rules, path) == glob_by_definition(parts, path.split("/"))


@given(st.text(st.sampled_from("ab.*+?()[]{}|^$\\/#-:!<=P1zZdwsKQ,i~& \n"), max_size=12))
def test_any_pattern_is_either_compiled_or_refused(pattern: str) -> None:
    stow = StowList("list", ((1, 1, pattern),))
    with contextlib.suppress(ConfigError):
        assert isinstance(ignored(compile_rules(patterns=stow), "a/b"), bool)


_PERL = r"""
use strict; use warnings; use JSON::PP;
my ($patterns, $names) = @{decode_json(do { local $/; <STDIN> })};
no warnings;
print encode_json([map { my $p = $_; [map { $_ =~ /^(?:$p)$/ ? 1 : 0 } @$names] } @$patterns]);
"""


def test_translated_patterns_mean_what_perl_takes_them_to_mean() -> None:
    patterns = [
        *(r"a\z", r"a\Z", "a$", r"\Aa", r"\h+", r"\H", r"\v", r"\V+", r"\R", r"\N+", r"\e"),
        *("[[:alpha:]]+", "[[:digit:][:space:]]", "[[:punct:]]", "[^[:upper:]]", "[[:word:]-]+"),
        *(
            r"\x41",
            r"\x{41}b?",
            r"[\x{41}-\x{43}\x{5d}\x{2d}]+",
            r"[^\x{5e}b]",
            r"[\x{26}\x{26}\x{e9}]",
            r"[]a]",
            "[^]a]",
            "[[]",
            "[a[]",
            "[&&]",
            "[a||b]",
            "[~]",
            r"[\h]",
        ),
        *(
            "a++b?",
            "a*+a",
            "(?>a|ab)b",
            "(?i)AB",
            "(?i:A)b",
            "(?<n>a)b",
            "(?#x)a",
            "a{2}",
            "a{1,}",
        ),
        *("(?=a)..", "(?!a).", "a(?<=a)b", "a(?<!b)b", r"\101", r"\d+", r"\w+", r"\s", r"\W"),
        *(r"\.", r"\-", r"\_", r"\~", r"\/", "(a)(b)?(?(2)c|)", r"(.)\1", "a|b|", ".", ".+,v"),
    ]
    names = [
        *("a", "b", "ab", "abc", "aa", "aab", "AB", "A", "Ab", "Ab1_", " ", "\t", "\n", "\r\n"),
        *(
            "a\n",
            "1",
            "[",
            "]",
            "&",
            "|",
            "~",
            "-",
            "_",
            ".",
            "/",
            "\x1b",
            "x,v",
            "\x0b",
            "!",
            "aaa",
        ),
    ]
    answer = subprocess.run(
        ["perl", "-e", _PERL],
        input=json.dumps([patterns, names]).encode(),
        capture_output=True,
        check=True,
    )
    for pattern, expected in zip(patterns, json.loads(answer.stdout), strict=True):
        test = re.compile(f"^(?:{perl(pattern).text})$", re.ASCII)
        found = [int(test.search(name) is not None) for name in names]
        assert found == expected, pattern


def test_a_pattern_error_says_why() -> None:
    with pytest.raises(PatternError, match=r"a \[ is never closed"):
        perl("[a")


@pytest.mark.parametrize("above", ["", ".config", "README", "LICENSES/a", "COPYING", ".stow"])
def test_the_built_in_list_is_compiled_beforehand_to_what_its_patterns_say(above: str) -> None:
    ready, rules = builtin_rules(), compiled(BUILTIN, (), (), False)
    assert isinstance(rules, Rules)
    for field in ("names", "top", "alone", "anywhere", "globs", "begins", "ends"):
        assert getattr(ready, field) == getattr(rules, field), field
    assert [prefix for prefix, _ in ready.rooted] == [prefix for prefix, _ in rules.rooted]
    here, there = ready(above), rules(above)
    assert here is not None
    assert there is not None
    for name in ("README.md", "LICENSE", "COPYING", "RCS", "a,v", "#a#", "a~", ".git", "vimrc"):
        assert here(name) == there(name), name


@pytest.mark.parametrize("lists", [{}, {"stow/zsh/.stow-local-ignore": "other\n"}])
@pytest.mark.parametrize("toml", ["", 'ignore = ["other"]\n', "dotfiles = false\n"])
def test_what_a_system_or_an_editor_leaves_in_directories_is_never_linked(
    farm: Farm, lists: dict[str, str], toml: str
) -> None:
    litter = (
        ".DS_Store",
        "._x",
        "._dot-x",
        "Icon\r",
        ".AppleDouble/x",
        ".fseventsd/x",
        "Thumbs.db",
        ".dot-zshrc.swp",
        ".x.swo",
        ".x.kate-swp",
    )
    farm.make({f"stow/{package}/d/{name}": "l" for package in ("vim", "zsh") for name in litter})
    farm.make({f"stow/{package}/{name}": "l" for package in ("vim", "zsh") for name in litter})
    farm.make({"stow/vim/d/a": "v", "stow/zsh/d/b": "z", "stow/zsh/x._y": "z", **lists})
    farm.configured(f'target = "{farm.target}"\n{toml}')
    farm.run("manage")
    assert set(farm.home()) == {"d", "d/a", "d/b", "x._y"}
