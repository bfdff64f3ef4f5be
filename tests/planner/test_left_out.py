"""What an ignore rule leaves out is told, with the rule and where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

_EXPLAIN = Preferences(explain=True, ignore=("*.run",))

_TOML = """\
ignore = ["*.all"]

[packages.p]
ignore = [
  "*.other",
  "*.own",
]
"""

_RULES = {
    "x~": "the built-in ignore list: .+~",
    "x.all": "stow/dotstream.toml:1: *.all",
    "x.own": "stow/dotstream.toml:6: *.own",
    "x.run": "--ignore: *.run",
    "d/x.all": "stow/dotstream.toml:1: *.all",
}


@pytest.mark.parametrize(("name", "rule"), _RULES.items(), ids=_RULES)
def test_each_name_is_told_with_its_rule(farm: Farm, name: str, rule: str) -> None:
    client = farm.make({f"stow/p/{name}": "", "stow/p/d/fine": ""}).configured(_TOML)
    plan = client.plan_manage("p", prefer=_EXPLAIN)
    (notice,) = plan.notices
    assert notice.path == f"{farm.directory}/p/{name}"
    assert notice.message.replace(f"{farm.root}/", "") == f"left out by {rule}"
    without = client.plan_manage("p", prefer=_EXPLAIN._replace(explain=False))
    assert (without.notices, without.summary.digest) == ([], plan.summary.digest)


def test_a_list_of_the_package_is_named_with_its_line(farm: Farm) -> None:
    farm.make({"stow/p/.stow-local-ignore": "# mine\n\n^/notes\n", "stow/p/notes": ""})
    (notice,) = farm.plan("manage", prefer=_EXPLAIN).notices
    list_path = f"{farm.directory}/p/.stow-local-ignore"
    assert notice.message == f"left out by {list_path}:3: ^/notes"


def test_an_option_of_a_stowrc_is_named_with_its_line(farm: Farm) -> None:
    farm.make({"stow/.stowrc": "--no-folding\n--ignore=notes\n", "stow/p/notes": ""})
    (notice,) = farm.plan("manage", prefer=_EXPLAIN).notices
    assert notice.message == f"left out by {farm.directory}/.stowrc:2: notes"


def test_a_list_that_nobody_reads_is_told(farm: Farm) -> None:
    farm.make({"stow/p/x/.stow-local-ignore": "a\n", "stow/p/x/a": "", "home/x/mine": ""})
    _, notice = farm.plan("manage", prefer=_EXPLAIN).notices
    assert notice.message.startswith("this list is not read")


def test_a_pattern_that_can_never_match_is_told_with_its_line(farm: Farm) -> None:
    farm.make({"stow/p/.stow-local-ignore": "a\nx/\n", "stow/p/b": ""})
    (notice,) = farm.plan("manage", prefer=_EXPLAIN).notices
    assert notice.path == f"{farm.directory}/p/.stow-local-ignore"
    assert notice.message.startswith("line 2: x/: it can never match")


def test_a_directory_that_is_there_is_why_the_names_in_it_are_linked(farm: Farm) -> None:
    farm.make({"stow/p/d/x": "", "stow/p/e/x": "", "home/d/mine": ""})
    told = [
        (notice.path, notice.message) for notice in farm.plan("manage", prefer=_EXPLAIN).notices
    ]
    why = "a directory is there already, so the names in it are linked"
    assert told == [(f"{farm.target}/d", why)]
