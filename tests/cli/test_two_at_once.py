"""Two runs on one target: the second is told who is first, or waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cli.process import crowded, dotstream, start, until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """A package whose events are more than a pipe holds: a run of it can be held up."""
    return crowded(scratch_home)


def test_the_second_is_told_who_is_first_and_changes_nothing(
    scratch_home: Path, root: Path
) -> None:
    with start("manage", "zsh", "--stream", "--json", cwd=root) as first:
        assert first.stdout is not None
        until(first.stdout, "progress", phase="applying")
        second = dotstream("manage", "vim", cwd=root)
        assert second.code == 1
        assert "is being changed by" in second.err
        assert str(first.pid) in second.err
        assert "--wait" in second.err
        assert not (scratch_home / ".vimrc").is_symlink()
        first.stdout.read()
    assert first.returncode == 0


def test_the_second_waits_if_it_is_told_to(scratch_home: Path, root: Path) -> None:
    with start("manage", "zsh", "--stream", "--json", cwd=root) as first:
        assert first.stdout is not None
        until(first.stdout, "progress", phase="applying")
        with start("manage", "vim", "--wait", cwd=root) as second:
            first.stdout.read()
            assert first.wait() == 0
            assert second.wait() == 0
    assert (scratch_home / "rc2499").is_symlink()
    assert (scratch_home / ".vimrc").is_symlink()


def test_looking_never_waits(root: Path) -> None:
    with start("manage", "zsh", "--stream", "--json", cwd=root) as first:
        assert first.stdout is not None
        until(first.stdout, "progress", phase="applying")
        for words in (("plan", "manage", "vim"), ("status", "vim"), ("list", "vim")):
            assert dotstream(*words, cwd=root).code == 0
        first.stdout.read()
