from __future__ import annotations

import re

import pytest

from dotstream.config.stow_arguments import StowArguments
from dotstream.config.stowrc import parse_stowrc, split_words
from dotstream.errors import ConfigError

ENVIRON = {"DOTS": "/srv/dots", "EMPTY": ""}


def read(text: str) -> StowArguments:
    return parse_stowrc(
        text,
        path="/home/me/.stowrc",
        environ=ENVIRON,
        home="/home/me",
        home_of={"ann": "/home/ann"}.get,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  \t ", []),
        ("--dir=a  -t b", ["--dir=a", "-t", "b"]),
        ("""a"b c"d 'e f'""", ["ab cd", "e f"]),
        ('x "" y', ["x", "", "y"]),
        (r"a\ b", ["a b"]),
        (r"--ignore=\.git", ["--ignore=.git"]),
        (r"'--ignore=\.git'", [r"--ignore=\.git"]),
        (r'"--ignore=\.git"', ["--ignore=.git"]),
        (r'"a\"b"', ['a"b']),
        ("a # b", ["a"]),
        ("# --adopt", []),
        (r"--ignore=\#a#", ["--ignore=#a#"]),
        ("'#a'", ["#a"]),
        ("-t a\r", ["-t", "a"]),
    ],
)
def test_a_line_splits_like_a_shell_command(line: str, words: list[str]) -> None:
    assert split_words(line, path="rc", line=1) == words


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("--adopt\n  -t 'a b\n", "/home/me/.stowrc:2:6: this quotation does not end on its line"),
        ('-t "a\\"', "/home/me/.stowrc:1:4: this quotation does not end on its line"),
        ("-t a\\", "/home/me/.stowrc:1:5: nothing follows this backslash"),
    ],
)
def test_a_line_that_does_not_end_is_refused_by_line_and_column(text: str, where: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(text)
    assert str(raised.value) == where


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        ("~", "/home/me"),
        ("~/dots", "/home/me/dots"),
        ("~ann/dots", "/home/ann/dots"),
        ("~nobody-here/dots", "~nobody-here/dots"),
        ("a~b", "a~b"),
        ("$DOTS/x", "/srv/dots/x"),
        ("${DOTS}x", "/srv/dotsx"),
        ("'$DOTS'", "/srv/dots"),
        ("x$EMPTY", "x"),
        ("$", "$"),
        ("${DOTS", "${DOTS"),
        (r"'\$DOTS'", "$DOTS"),
        (r"'\~/x'", "~/x"),
    ],
)
@pytest.mark.parametrize("option", ["dir", "target"])
def test_directories_are_expanded(option: str, written: str, expanded: str) -> None:
    found = read(f"--{option}={written}")
    assert (found.directory if option == "dir" else found.target) == expanded


def test_only_directories_are_expanded() -> None:
    found = read("--ignore=$DOTS --defer=~/x --override=$UNSET")
    assert (found.ignore, found.defer, found.override) == (("$DOTS",), ("~/x",), ("$UNSET",))


@pytest.mark.parametrize("written", ["$UNSET/x", "${UNSET}"])
def test_a_variable_that_is_not_set_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"--dir references undefined .* variable \$UNSET"):
        read(f"--dir={written}")


def test_packages_and_actions_are_dropped() -> None:
    assert read("-D vim --adopt\n-S zsh\n") == StowArguments(adopt=True)


def test_an_option_and_its_value_may_stand_on_two_lines() -> None:
    assert read("-t\nthere\n") == StowArguments(target="there")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("--bogus", "1: unknown option --bogus"),
        ("--no-folding\n--bogus --target=x\n-v", "2: unknown option --bogus"),
        ("-v\n\n# why\n--ignore=a -t", "4: option -t needs a value"),
        ("-v --verbose=x\n", "1: option --verbose takes a number, not 'x'"),
        ("--dotfiles=yes", "1: option --dotfiles does not take a value"),
    ],
)
def test_a_wrong_option_is_told_of_with_file_and_line(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"^/home/me/\.stowrc:{re.escape(told)}"):
        read(text)
