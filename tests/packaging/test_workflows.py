"""What would run elsewhere: well-formed, and naming what there is."""

from __future__ import annotations

import re
import sys
import tomllib
from typing import Any

import pytest
import yaml
from tests.docs.pages import ROOT
from tests.packaging.surroundings import run

_WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def _jobs(workflow: str) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(workflow)["jobs"]
    return jobs


def test_they_are_what_the_schema_of_workflows_wants() -> None:
    schema = ["--builtin-schema", "vendor.github-workflows"]
    run([sys.executable, "-m", "check_jsonschema", *schema, *map(str, _WORKFLOWS)])


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: str(path.name))
def test_what_they_name_is_there_and_they_say_that_they_never_ran(path: Any) -> None:
    text = path.read_text()
    assert text.startswith("# Never run")
    assert [
        each for each in re.findall(r"\btests/[\w/.]+", text) if not (ROOT / each).exists()
    ] == []
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert set(re.findall(r"--group (\w+)", text)) <= set(groups)


def test_both_systems_and_every_python_from_3_11_on_are_in_the_matrix() -> None:
    matrix = _jobs((ROOT / ".github/workflows/test.yml").read_text())["core"]["strategy"][
        "matrix"
    ]
    assert {re.sub("-.*", "", system) for system in matrix["os"]} == {"ubuntu", "macos"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
