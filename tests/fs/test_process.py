"""The home directory: known for sure, or not at all."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys

import pytest

from dotstream.errors import UsageError
from dotstream.fs.process import home_directory, known_home


def test_home_is_what_the_variable_says() -> None:
    assert home_directory({"HOME": "/home/me"}) == "/home/me"


def test_without_the_variable_it_is_what_the_system_has_on_record() -> None:
    assert home_directory({}) == pwd.getpwuid(os.getuid()).pw_dir


@pytest.mark.parametrize("written", ["", "home/me", "~", ".", "/", "/srv/.."])
def test_a_home_that_is_empty_or_relative_or_the_root_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match=r"no home directory is known: HOME is .*; set HOME"):
        home_directory({"HOME": written})
    assert known_home({"HOME": written}) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_user_without_a_home_is_told_so() -> None:
    nobody = next(uid for uid in range(60_000, 70_000) if not _known(uid))
    code = (
        "import os, pwd; from dotstream.fs.process import home_directory as home; "
        f"os.setuid({nobody}); home({{}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"HOME is not set, and the system has none on record for user {nobody}" in done.stderr


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
