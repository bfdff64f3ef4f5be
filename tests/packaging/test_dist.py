"""What ``make dist`` makes: complete, the same each time, and working where it is installed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT
from tests.packaging.surroundings import make_dist, one, own_files, run, unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.surroundings import Surroundings

_BROUGHT_ALONG = (
    "man/man1/dotstream.1",
    "bash-completion/completions/dotstream",
    "fish/vendor_completions.d/dotstream.fish",
    "zsh/site-functions/_dotstream",
    "dotstream/schemas/dotstream.schema.json",
    "dotstream/schemas/events.schema.json",
    "dotstream/schemas/protocol.schema.json",
)


@pytest.fixture
def source(dist: Path, tmp_path: Path) -> Path:
    """Return the source distribution, unpacked."""
    return unpacked(one(dist, "dotstream-*.tar.gz"), tmp_path / "source")


def test_it_makes_the_same_bytes_from_its_own_source_distribution(
    dist: Path, source: Path, tmp_path: Path
) -> None:
    again = make_dist(source, tmp_path / "again")
    assert (again / "SHA256SUMS").read_text() == (dist / "SHA256SUMS").read_text()


def test_the_checksums_are_those_of_the_files(dist: Path) -> None:
    told = run(["sha256sum", "--check", "SHA256SUMS"], cwd=dist)
    assert told.count(": OK\n") == 5


def test_the_source_distribution_has_all_that_make_test_needs(source: Path) -> None:
    here = {path for path in own_files(ROOT) if not path.startswith(".ci/")}
    assert set(own_files(source)) == here | {"PKG-INFO"}


def test_tests_run_from_the_source_distribution(source: Path) -> None:
    tests = ["tests/model", "tests/config", "tests/generated"]
    run([sys.executable, "-m", "pytest", "-q", "-n0", *tests], cwd=source)


@pytest.mark.parametrize(
    ("command", "share"),
    [
        ("uv tool install {wheel}", ".local/share/uv/tools/dotstream/share"),
        ("pipx install {wheel}", ".local/share/pipx/venvs/dotstream/share"),
        ("uv tool install {source}", ".local/share/uv/tools/dotstream/share"),
        ("pipx install {source}", ".local/share/pipx/venvs/dotstream/share"),
        (
            "python3 -m venv ~/.local && cd {source} && ~/.local/bin/pip install .",
            ".local/share",
        ),
    ],
)
def test_an_installation_works_and_has_all_that_belongs_to_it(
    command: str, share: str, dist: Path, source: Path, surroundings: Surroundings
) -> None:
    wheel = one(dist, "*.whl")
    surroundings.carries_out(command.format(wheel=wheel, source=source))
    there = surroundings.home / share
    assert [path for path in _BROUGHT_ALONG if not (there / path).is_file()] == []


def test_the_single_file_works_by_itself(dist: Path, surroundings: Surroundings) -> None:
    surroundings.works([str(one(dist, "*.pyz"))])


def test_versions_that_are_not_in_step_are_named(tmp_path: Path) -> None:
    for path in own_files(ROOT):
        if path.startswith(("release/", "extensions/", "CHANGELOG", "server/dotstream/__init__")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text(changes.read_text().replace("## 0.", "## 7.", 1))
    made = subprocess.run(
        [sys.executable, "release/make.py", str(tmp_path / "out")],
        cwd=tmp_path,
        env={"SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 1
    assert "CHANGELOG.md is of version 7." in made.stderr
    assert not (tmp_path / "out").exists()


def test_the_manual_page_is_without_faults() -> None:
    page = ROOT / "server/share/man/man1/dotstream.1"
    done = subprocess.run(
        ["groff", "-ww", "-man", "-Tutf8", str(page)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "dotstream manage" in done.stdout
