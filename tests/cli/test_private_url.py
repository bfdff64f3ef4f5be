"""A repository that asks who you are: git's questions, its helpers, and what is never shown."""

from __future__ import annotations

import base64
import re
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, household, on_terminal
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = re.compile(rb"(?:Username|Password) for '[^']*': |\[y/N\] ")


class Private(SimpleHTTPRequestHandler):
    """Files for ``me`` with the password ``secret``."""

    def do_GET(self) -> None:
        """Answer who is known, and ask who is not."""
        known = "Basic " + base64.b64encode(b"me:secret").decode()
        if self.headers["Authorization"] == known:
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="dots"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A repository behind a password, for a user whose git is told no more than that."""
    (scratch_home / ".gitconfig").write_text("[user]\nname = Me\nemail = me@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    monkeypatch.delenv("SSH_ASKPASS", raising=False)
    elsewhere = scratch_home.parent / "elsewhere"
    elsewhere.mkdir()
    root = household(elsewhere)
    for words in (
        ("init", "--quiet"),
        ("add", "."),
        ("commit", "--quiet", "-m", "dotfiles"),
        ("clone", "--quiet", "--bare", ".", "../dots.git"),
        ("-C", "../dots.git", "update-server-info"),
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Private, directory=str(elsewhere)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}/dots.git"
    server.shutdown()
    thread.join()
    server.server_close()


def test_git_asks_on_the_terminal_and_the_plan_is_asked_about_after_that(
    scratch_home: Path, url: str
) -> None:
    words = ("clone", f"http://{url}")
    typed = "me\nsecret\ny\n"
    done = on_terminal(*words, cwd=scratch_home, typed=typed, controlling=True, question=ASKED)
    assert (done.code, "secret" in done.out) == (0, False)
    assert (scratch_home / ".zshrc").is_symlink()


def test_the_helper_that_the_environment_names_is_asked(
    scratch_home: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = scratch_home.parent / "askpass"
    helper.write_text("#!/bin/sh\ncase $1 in User*) echo me ;; *) echo secret ;; esac\n")
    helper.chmod(0o755)
    monkeypatch.setenv("GIT_ASKPASS", str(helper))
    assert dotstream("clone", "--yes", f"http://{url}", cwd=scratch_home).code == 0
    assert dotstream("update", "--yes", cwd=scratch_home / "dots").code == 0
    assert (scratch_home / ".zshrc").is_symlink()


def test_where_nobody_can_be_asked_nothing_is_changed(
    scratch_home: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    before = snapshot(scratch_home)
    done = dotstream("clone", "--yes", f"http://{url}", cwd=scratch_home)
    assert (done.code, "git clone failed" in done.err) == (1, True)
    assert difference(before, snapshot(scratch_home)) == []


@pytest.mark.parametrize("words", [(), ("--json",), ("-v",)])
def test_a_password_in_the_url_is_never_shown(
    scratch_home: Path, url: str, words: tuple[str, ...]
) -> None:
    (scratch_home / "taken").mkdir()
    (scratch_home / "taken/file").touch()
    for place in ("taken", "mine", "mine"):
        done = dotstream(
            "clone", "--yes", *words, f"http://me:secret@{url}", place, cwd=scratch_home
        )
        assert done.code == (2 if place == "taken" else 0)
        assert "secret" not in done.out + done.err
