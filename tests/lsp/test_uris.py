"""Paths as URIs and back."""

from __future__ import annotations

import os

import pytest

from dotstream.lsp.uris import label, path_of, to_uri


def test_every_byte_survives_the_round_trip() -> None:
    name = bytes(byte for byte in range(1, 256) if byte != ord("/"))
    path = os.fsdecode(b"/home/me/" + name)
    assert to_uri(path).isascii()
    assert path_of(to_uri(path)) == path


def test_plain_paths_are_written_plainly() -> None:
    assert to_uri("/home/me/.config/vim-9.1~") == "file:///home/me/.config/vim-9.1~"
    assert to_uri("/a b%c#d?e") == "file:///a%20b%25c%23d%3Fe"


def test_a_uri_may_name_localhost_and_end_in_a_slash() -> None:
    assert path_of("FILE://localhost/home/me/") == "/home/me"
    assert path_of("file:///") == "/"


def test_a_uri_may_be_the_shortest_that_there_is() -> None:
    assert path_of("file:/home/me/a%20b") == "/home/me/a b"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/x",
        "http://x/y",
        "file:x",
        "file:",
        "file:////x/../y?",
        "file://host/x",
        "file:///a?b",
        "file:///%0",
    ],
)
def test_other_uris_are_refused(uri: str) -> None:
    with pytest.raises(ValueError, match=r"expected a file://|hexadecimal"):
        path_of(uri)


def test_labels_shorten_the_home_directory_and_nothing_else() -> None:
    assert label("/home/me/.zshrc", "/home/me") == "~/.zshrc"
    assert label("/home/me", "/home/me") == "~"
    assert label("/home/meadow/x", "/home/me") == "/home/meadow/x"
    assert label("/x\udce9\n", "/") == "/x\\xe9\\n"
