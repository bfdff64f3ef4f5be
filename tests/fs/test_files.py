"""Reading whole files: whatever lies at the path, it is answered at once and within bounds."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from dotstream.fs.files import LARGEST, UnfitFile, read_bytes, read_start, read_text, replace_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(path.parent)  # the name of a socket has a hundred characters
        server.bind(path.name)
        os.chdir(here)


def directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (pipe, "a named pipe"),
        (link_to_a_device, "a device"),
        (listening, "a socket"),
        (directory, "a directory"),
    ],
)
def test_what_is_no_file_is_refused_by_name_and_never_waited_for(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    path = tmp_path / "file"
    make(path)
    for read in (read_bytes, read_text, lambda at: read_start(at, 8)):
        with pytest.raises(UnfitFile, match=f"it is {kind}, not a file") as caught:
            read(str(path))
        assert caught.value.filename == str(path)


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    pipe(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with pytest.raises(UnfitFile, match="it is a named pipe"):
        replace_text(str(tmp_path / "link"), "x")
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    os.truncate(path, 2 << 30)
    with pytest.raises(UnfitFile, match=f"larger than {LARGEST:,} bytes"):
        read_bytes(str(path))
    assert read_start(str(path), 4) == b"\0\0\0\0"


def test_the_largest_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * LARGEST)
    assert read_text(str(path)) == "x" * LARGEST


def test_a_link_is_followed_and_line_ends_are_line_feeds(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one\r\ntwo\rthree\xff\n")
    (tmp_path / "link").symlink_to("file")
    assert read_text(str(tmp_path / "link")) == "one\ntwo\nthree\udcff\n"


def test_nothing_there_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_bytes(str(tmp_path / "none")) is None
    assert read_text(str(tmp_path / "none")) is None
    assert read_text(str(tmp_path / "file/none")) is None
