"""Patterns of a stranger: each is matched in bounded time, or refused by name, file and line.

Work is counted in steps, so that nothing here depends on how fast the machine is: what would
take for ever would hang the test.
"""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotstream.errors import ConfigError, UsageError
from dotstream.planner.automaton import Automaton, TooLarge, TooLong
from dotstream.planner.backtracking import parsed, refers_back, ways
from dotstream.planner.ignore import compile_rules, parse_list
from dotstream.planner.patterns import DEEPEST, LONGEST, glob

LONG = "a" * 250

SLOW_EXPRESSIONS = [
    "(a+)+b",
    "(a|a)*b",
    "(a*)*b",
    "(a|aa)+b",
    "(?:a?){60}b",
    "a?" * 100 + "b",
    "(a+a+)+b",
    ".*a.*a.*a.*a.*a.*b",
    r"(\w+\s?)*b",
    "((a+)+)+b",
    "(?:a{1,9}){1,9}b",
    "(?=(a+)+b)a*",
    "(?<!b)(a+)+b",
    "(?:(?>a+)+)+b",
    "x*" * 50 + "b",
    "(.*)*(.*)*(.*)*b",
    "(?i:(A+)+B)",
]


def name_hidden(text: str, name: str) -> bool:
    test = compile_rules(patterns=parse_list(text, path="list"))("")
    return test is not None and test(name)


@pytest.mark.parametrize("pattern", SLOW_EXPRESSIONS)
def test_no_expression_of_a_list_takes_for_ever(pattern: str) -> None:
    assert not name_hidden(pattern, f"{LONG}c")
    assert not name_hidden(f"/{pattern}", f"{LONG}c")
    assert not name_hidden(f"x/{pattern}", f"{LONG}c")


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(?i:(A+)+B)", ".*a.*a.*a.*a.*a.*b"])
def test_a_slow_expression_still_means_what_it_says(pattern: str) -> None:
    assert name_hidden(pattern, f"{LONG}b")
    assert name_hidden(f"^/{pattern}", "aaaaaab")
    assert not name_hidden(f"^/{pattern}", "xaaaaaabx")


@pytest.mark.parametrize("pattern", SLOW_EXPRESSIONS)
def test_no_ignore_option_takes_for_ever(pattern: str) -> None:
    test = compile_rules(options=(pattern,))("some/directory")
    assert test is not None
    assert not test(f"{LONG}c")


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 100 + "c",
        "**/" * 40 + "*a*a*a*b",
        "a*/**/" * 30 + "b",
        "*?" * 80 + "c",
        "*[ab]" * 90,
    ],
)
@pytest.mark.parametrize("dotfiles", [False, True])
def test_no_glob_takes_for_ever(pattern: str, *, dotfiles: bool) -> None:
    rules = compile_rules(globs=(pattern,), dotfiles=dotfiles)
    test = rules("/".join([LONG] * 30))
    assert test is None or not test(f"{LONG}d")


def test_many_globs_are_matched_as_one_by_one() -> None:
    globs = tuple(f"*a*{number}*" for number in range(600))
    test = compile_rules(globs=globs)("x")
    assert test is not None
    assert test("bac599d")
    assert not test("b" * 250)


@given(
    st.lists(st.sampled_from(["*", "a", "b", "?", "[ab]", "*a", "*ab"]), min_size=1, max_size=9),
    st.text("ab", max_size=9),
)
def test_a_glob_matches_the_same_when_it_is_spared(parts: list[str], name: str) -> None:
    pattern = "".join(parts)
    fast, spared = glob(pattern), glob(pattern, sparing=True)
    naive = "".join("[^/]*" if part == "*" else part for part in re.findall(r"\[ab\]|.", pattern))
    wanted = bool(re.fullmatch(naive.replace("?", "[^/]"), name))
    assert bool(re.fullmatch(fast.name, name)) is wanted
    assert bool(re.fullmatch(spared.name, name)) is wanted


@given(
    st.lists(st.sampled_from(["**", "*", "a", "b", "*a*"]), min_size=1, max_size=7),
    st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=7),
)
def test_stars_across_directories_match_any_number_of_them(
    parts: list[str], path: list[str]
) -> None:
    directory = glob("/".join([*parts, "x"])).directory

    def fits(wanted: list[str], given: list[str]) -> bool:
        if not wanted:
            return not given
        if wanted[0] == "**":
            return fits(wanted[1:], given) or (bool(given) and fits(wanted, given[1:]))
        one = wanted[0].replace("*", ".*")
        return bool(given) and bool(re.fullmatch(one, given[0])) and fits(wanted[1:], given[1:])

    text = "".join(f"{part}/" for part in path)
    found = directory is None or bool(re.fullmatch(directory, text))
    assert found is fits(parts, path)


# -- what is refused says where


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("a" * (LONGEST + 1), "longer than 4,096 characters"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), "more than 50 groups"),
        ("((a{1,999}){1,999}b)+", "repeats too much"),
        (r"((a+)+)\1b", "takes too long"),
    ],
)
def test_a_pattern_that_costs_too_much_is_named_with_its_line(pattern: str, why: str) -> None:
    text = f"fine\n{pattern}\n"
    with pytest.raises(ConfigError, match=why) as caught:
        compile_rules(patterns=parse_list(text, path="/d/.stow-local-ignore"))
    assert (caught.value.path, caught.value.line) == ("/d/.stow-local-ignore", 2)


def test_a_list_that_is_too_long_is_refused_at_the_line_where_it_is() -> None:
    with pytest.raises(ConfigError, match="the patterns are too many") as caught:
        compile_rules(patterns=parse_list("x\n" * 100_000, path="list"))
    assert (caught.value.line or 0) > 1_000


def test_globs_that_are_too_many_are_refused() -> None:
    with pytest.raises(UsageError, match="the patterns are too many"):
        compile_rules(globs=tuple(f"x{number}" for number in range(100_000)))


def test_wide_ranges_that_are_too_many_are_refused() -> None:
    pattern = "(?i)" + "[\u0100-\uffff]" * 101
    with pytest.raises(ConfigError, match="too many wide ranges"):
        compile_rules(patterns=parse_list(pattern, path="list"))


def test_a_pattern_whose_budget_is_used_up_is_named_with_its_line() -> None:
    text = "fine\n" + "(" + "(a?){60}|" * 40 + "b)+c"
    rules = compile_rules(patterns=parse_list(text, path="/d/.stow-local-ignore"))
    test = rules("")
    assert test is not None
    with pytest.raises(ConfigError, match="takes too long") as caught:
        [test(f"{LONG}d") for _ in range(1_000)]
    assert (caught.value.path, caught.value.line) == ("/d/.stow-local-ignore", 2)


def test_blanks_in_a_list_are_read_in_one_pass() -> None:
    (pattern,) = parse_list("a" + " " * 500_000 + "b", path="list").patterns
    assert len(pattern[2]) == 500_002
    assert parse_list("a  # b", path="list").patterns == ((1, 1, "a"),)


# -- the automaton gives the answers of `re`

_ATOMS = ["a", "b", ".", "[ab]", "[^a]", "/", r"\w", "^", "$", r"\b", r"\Z", "(?i:A)"]
_REPEATS = ["", "", "*", "+", "?", "{0,2}", "{1,3}", "{2}", "*?", "+?", "??", "*+", "++", "?+"]
_GROUPS = ["(?:{})", "({})", "(?>{})", "(?={})", "(?!{})", "(?<={})", "(?<!{})"]


def _grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    alternatives = st.lists(inner, min_size=1, max_size=3).map("|".join)
    group = st.builds(str.format, st.sampled_from(_GROUPS), alternatives)
    return st.lists(
        st.builds(str.__add__, group, st.sampled_from(_REPEATS)), min_size=1, max_size=3
    ).map("".join)


_expressions = st.recursive(
    st.lists(st.sampled_from(_ATOMS), min_size=1, max_size=4).map("".join), _grouped, max_leaves=6
)


@settings(max_examples=400)
@given(_expressions, st.lists(st.text("abA/\n", max_size=6), min_size=1, max_size=5))
def test_the_automaton_answers_as_re_does(expression: str, texts: list[str]) -> None:
    try:
        known = re.compile(expression, re.ASCII)
    except re.error:
        return
    if re.search(r"[*+?}]\+", expression):
        return  # an empty match repeated: `re` and Perl disagree about going on after it
    tree = parsed(expression)
    assert not refers_back(tree)
    try:
        automaton = Automaton(tree, known.flags, most=2_000)
        for text in texts:
            assert (automaton.match(text, most=50_000) > 0) is bool(known.match(text))
    except (TooLarge, TooLong):
        return


@pytest.mark.parametrize("letter", string.ascii_letters + string.digits + string.punctuation)
def test_plain_patterns_stay_with_re(letter: str) -> None:
    for form in ("{}", ".*{}", "{}.*", r".+\.{}", ".*{}.*"):
        assert ways(parsed(form.format(re.escape(letter)))).longest() >= 255
