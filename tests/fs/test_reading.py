"""Listing, looking, holding directories open, locking."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.descriptors import opened
from tests.farm import DIR, FIFO, Farm, Link

from dotstream.fs import listing
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.listing import bounded_listing, sorted_entries
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.look import fingerprint, link_text
from dotstream.fs.state import note_home, target_state
from dotstream.model.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def here(farm: Farm) -> Iterator[int]:
    """Return a descriptor of the target."""
    fd = os.open(farm.target, os.O_RDONLY)
    yield fd
    os.close(fd)


_ODD = ["a", "Z", "é", "\udcff", "日", "\uffee", "\U0001f600", " ", "n\nl", "0"]


def test_entries_come_in_byte_order_with_their_kinds(farm: Farm, here: int) -> None:
    farm.make({"home/c": "", "home/a": DIR, "home/b": Link("nowhere"), "home/d": FIFO})
    assert list(sorted_entries(here)) == [
        ("a", listing.DIR, "a"),
        ("b", listing.LINK, "b"),
        ("c", listing.FILE, "c"),
        ("d", listing.SPECIAL, "d"),
    ]


@pytest.mark.parametrize("odd", [False, True], ids=["plain names", "names beyond ASCII"])
def test_a_directory_too_wide_for_memory_is_listed_like_any_other(
    farm: Farm, here: int, monkeypatch: pytest.MonkeyPatch, odd: bool
) -> None:
    names = [f"{number}{_ODD[number % 10] if odd else ''}" for number in range(1000)]
    farm.make({f"home/{name}": "" for name in names})
    whole = list(sorted_entries(here))
    monkeypatch.setattr(listing, "RUN", 7)
    assert list(sorted_entries(here)) == whole
    assert [entry[0] for entry in whole] == sorted(names, key=os.fsencode)


def test_a_spilled_listing_that_is_not_read_to_the_end_leaves_nothing_open(
    farm: Farm, here: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.make({f"home/{number}": "" for number in range(50)})
    monkeypatch.setattr(listing, "RUN", 7)
    before = opened()
    unread = sorted_entries(here)
    begun = iter(sorted_entries(here))
    assert next(begun)[0] == "0"
    del unread, begun
    assert opened() == before


@given(
    st.lists(
        st.sampled_from(["dot-a", ".a", "dot-b", ".b", "c", "é", "dot-é", ".é"]), unique=True
    )
)
@settings(max_examples=30)
def test_members_that_share_a_name_come_in_the_order_of_their_own(raws: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as root:
        for raw in raws:
            os.close(os.open(f"{root}/{raw}", os.O_CREAT))
        fd = os.open(root, os.O_RDONLY)
        try:
            found = list(
                sorted_entries(fd, rename=("dot-", lambda raw: raw.replace("dot-", ".", 1)))
            )
        finally:
            os.close(fd)
    keys = [(os.fsencode(name), os.fsencode(raw)) for name, _, raw in found]
    assert keys == sorted(keys)


def test_a_bounded_listing_gives_up_when_there_is_more(farm: Farm, here: int) -> None:
    farm.make({"home/a": "", "home/b": DIR})
    assert bounded_listing(here, 2) == {"a": listing.FILE, "b": listing.DIR}
    assert bounded_listing(here, 1) is None


def test_one_look_tells_links_from_the_rest(farm: Farm, here: int) -> None:
    farm.make({"home/file": "", "home/dir": DIR, "home/link": Link("x"), "home/pipe": FIFO})
    found = [link_text(here, name) for name in ("file", "dir", "link", "pipe", "nothing")]
    assert found == [listing.FILE, listing.DIR, "x", listing.SPECIAL, None]
    assert link_text(here, "n" * 300) is None


def test_a_fingerprint_tells_a_rewritten_file(farm: Farm, here: int) -> None:
    farm.make({"home/x": "1"})
    first = fingerprint(here, "x")
    assert fingerprint(here, "x") == first
    with open(f"{farm.target}/x", "w", encoding="utf-8") as file:
        file.write("22")
    assert fingerprint(here, "x") != first


def test_directories_are_opened_without_following_links(farm: Farm) -> None:
    farm.make({"home/real/d": DIR, "home/link": Link("real")})
    held = Descriptors()
    root = Directory(farm.target)
    assert held.fd(root.descend("real/d")) >= 0
    for path in ("link", "link/d", "nothing", "nothing/d"):
        with pytest.raises(OSError, match=r"Not a directory|No such file|Too many levels"):
            held.fd(root.descend(path))
    held.close()


def test_a_directory_stays_the_one_that_was_opened_when_its_name_goes_elsewhere(
    farm: Farm,
) -> None:
    farm.make({"home/d/x": "mine", "home/away/y": "theirs"})
    held = Descriptors()
    there = Directory(farm.target).child("d")
    held.fd(there)
    os.rename(f"{farm.target}/d", f"{farm.target}/moved")
    os.symlink("away", f"{farm.target}/d")
    assert os.listdir(held.fd(there)) == ["x"]
    held.close()


def test_a_directory_deeper_than_is_kept_open_is_reached(farm: Farm) -> None:
    depth = 300
    path = "/".join("d" for _ in range(depth))
    os.makedirs(f"{farm.target}/{path}")
    held = Descriptors()
    before = opened()
    root = Directory(farm.target)
    deep = root.descend(path)
    held.fd(deep)
    assert len(opened()) - len(before) <= 130
    for above in (deep.parent, deep, root.child("d"), deep, root):
        assert above is not None
        found = os.fstat(held.fd(above))
        wanted = os.stat(above.absolute)
        assert (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)
    held.close()
    assert opened() == before


_HOLDS = """
import sys
from dotstream.fs.lock import Lock
with Lock(sys.argv[1], "the other process"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_lock_is_held_against_other_processes_until_they_end(farm: Farm) -> None:
    path = f"{farm.root}/lock"
    command = [sys.executable, "-c", _HOLDS, path]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockHeld) as held, Lock(path, "me"):
            pass
        assert held.value.holder == "the other process"
        other.kill()
    with Lock(path, "me"):
        assert farm.read("lock") == "me"


def test_a_lock_waits_and_asks_whether_to_go_on(farm: Farm) -> None:
    path = f"{farm.root}/lock"
    asked = 0

    def poll() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise KeyboardInterrupt

    with Lock(path, "me"):
        before = opened()
        with pytest.raises(KeyboardInterrupt), Lock(path, "me too", wait=True, poll=poll):
            pass
        assert opened() == before
    assert asked == 3


def test_each_target_has_a_private_state_directory_of_its_own(farm: Farm) -> None:
    one, other = (target_state(farm.state, target) for target in ("/home/me", "/home/you"))
    assert one.journal != other.journal
    for place in (os.path.dirname(one.journal), one.backups):
        assert os.stat(place).st_mode & 0o077 == 0
    assert target_state(farm.state, "/home/me").journal == one.journal


def test_a_state_says_which_directory_it_is_of(farm: Farm) -> None:
    place = target_state(farm.state, farm.target)
    note_home(farm.state, farm.target)
    with open(f"{os.path.dirname(place.journal)}/home", encoding="utf-8") as note:
        target, inode, _, state = note.read().split("\0")
    assert (target, int(inode), state) == (farm.target, os.stat(farm.target).st_ino, farm.state)
