from __future__ import annotations

import pytest

from dotstream.config.stow_arguments import StowArguments, parse_stow_arguments
from dotstream.errors import UsageError


def parse(line: str) -> StowArguments:
    return parse_stow_arguments(line.split())


def test_packages_are_stowed_unless_an_action_says_otherwise() -> None:
    assert parse("vim zsh") == StowArguments(stow=("vim", "zsh"))


def test_an_action_holds_for_the_packages_after_it() -> None:
    assert parse("vim -D zsh git -S tmux --restow bash") == StowArguments(
        unstow=("zsh", "git", "bash"), stow=("vim", "tmux", "bash")
    )


def test_options_mix_with_packages() -> None:
    found = parse("vim --adopt zsh -t there")
    assert found == StowArguments(stow=("vim", "zsh"), adopt=True, target="there")


@pytest.mark.parametrize(
    "line", ["-d dots", "-ddots", "--dir dots", "--dir=dots", "--di=dots", "--d=dots", "-nd dots"]
)
def test_a_value_may_be_attached_or_follow(line: str) -> None:
    assert parse(line).directory == "dots"


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("-v", 1),
        ("-vvv", 3),
        ("-nv", 1),
        ("-vn", 1),
        ("-v2", 2),
        ("-nv3", 3),
        ("-v3n", 3),
        ("-v 2", 2),
        ("--verbose", 1),
        ("--verbose=4", 4),
        ("--verb 4", 4),
        ("-v --verbose -v", 3),
        ("-vvv --verbose=0", 0),
        ("-v zsh", 1),
    ],
)
def test_verbosity_counts_or_is_set(line: str, level: int) -> None:
    assert parse(line).verbose == level


def test_short_switches_bundle() -> None:
    assert parse("-npD vim") == StowArguments(simulate=True, compat=True, unstow=("vim",))


@pytest.mark.parametrize("line", ["-n", "--no", "--simulate", "--sim"])
def test_simulate_has_three_names(line: str) -> None:
    assert parse(line) == StowArguments(simulate=True)


@pytest.mark.parametrize("line", ["--no-folding", "--no-fold", "--no-"])
def test_no_is_not_short_for_no_folding_but_longer_beginnings_are(line: str) -> None:
    assert parse(line) == StowArguments(no_folding=True)


def test_lists_add_up_in_order() -> None:
    found = parse("--ignore=a --ignore b --defer=c --override=d --override=e")
    assert (found.ignore, found.defer, found.override) == (("a", "b"), ("c",), ("d", "e"))


def test_a_value_may_look_like_an_option() -> None:
    assert parse("--ignore --adopt -t -n") == StowArguments(ignore=("--adopt",), target="-n")


def test_after_two_dashes_everything_is_a_package() -> None:
    assert parse("-D -- -n --adopt") == StowArguments(unstow=("-n", "--adopt"))


def test_a_lone_dash_and_an_empty_word_are_packages() -> None:
    assert parse_stow_arguments(["-", ""]).stow == ("-", "")


def test_help_goes_before_version() -> None:
    assert (parse("-V").show, parse("-V --help").show) == ("version", "help")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--bogus", "unknown option --bogus"),
        ("-nx", "unknown option -x"),
        ("--=x", "unknown option --"),
        ("--de", "option --de is ambiguous: --defer or --delete"),
        ("--ver", "option --ver is ambiguous: --verbose or --version"),
        ("--adopt=yes", "option --adopt does not take a value"),
        ("vim -d", "option -d needs a value"),
        ("vim --target", "option --target needs a value"),
        ("--verbose=much", "option --verbose takes a number, not 'much'"),
        ("--verbose=-1", "option --verbose takes a number, not '-1'"),
    ],
)
def test_a_wrong_option_is_named(line: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(line)
    assert str(raised.value) == message


def test_later_arguments_win_lists_add_up_and_switches_stay_on() -> None:
    early = parse("-d one -t two -vvv --ignore=a --adopt vim")
    late = parse("-d other -v --ignore=b --dotfiles zsh")
    assert early.then(late) == StowArguments(
        directory="other",
        target="two",
        verbose=1,
        adopt=True,
        dotfiles=True,
        ignore=("a", "b"),
        stow=("vim", "zsh"),
    )
