"""The manifest: pages of names per directory that say at any time what is on disk."""

from __future__ import annotations

import os
import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.crash.scenes import check_manifest, links
from tests.farm import Farm, File, apply
from tests.transaction.stories import STORIES

from dotstream.errors import ConflictError
from dotstream.fs.state import existing_state
from dotstream.model.directory import Directory
from dotstream.model.entry import Entry
from dotstream.model.items import Operation
from dotstream.model.options import FOLDINGS, Preferences
from dotstream.model.run import Run
from dotstream.store.encoding import decode, encode
from dotstream.store.folding import fold
from dotstream.store.journal import Journal
from dotstream.store.manifest import Manifest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from dotstream.model.items import OperationKind
    from dotstream.model.options import Action
    from dotstream.store.steps import Step

_ROOT, _STOW = "/home", "/home/dotfiles"


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    found = Journal(":memory:", readonly=True)
    yield found.database.connection
    found.close()


@pytest.fixture
def manifest(database: sqlite3.Connection) -> Manifest:
    return Manifest(database)


def _fold(
    manifest: Manifest, kind: OperationKind, names: Iterable[str], path: str = "d", **more: str
) -> None:
    """Fold one transaction that does the same to names of one directory, in byte order."""
    place = Directory(_ROOT).descend(path)
    ordered = sorted(names, key=os.fsencode)
    text = more.get("text", "../dotfiles/zsh/{}")
    operations = [
        Operation(kind, place, name, "zsh", *_fields(kind, text.format(name))) for name in ordered
    ]
    parts = decode(1, encode(list(_runs(operations))))
    fold(manifest, parts, _STOW, _ROOT, lambda _number, _path: None)


def _runs(operations: list[Operation]) -> Iterator[Step]:
    """Have links in a row as runs, as the planner has them."""
    for start in range(0, len(operations), 512):
        chunk = operations[start : start + 512]
        first = chunk[0]
        stem = (first.text or first.before or "").removesuffix(first.name)
        if first.kind in ("create_link", "remove_link") and stem != first.text:
            names = [operation.name for operation in chunk]
            run = Run(first.kind, first.directory, names, first.package, stem)
            assert list(run.operations()) == chunk
            yield run
        else:
            yield from chunk


def _fields(kind: OperationKind, text: str) -> tuple[str | None, str | None]:
    if kind == "create_link":
        return text, None
    if kind == "remove_link":
        return None, text
    return None, "755" if kind == "remove_dir" else None


def _names(manifest: Manifest, path: str = "d") -> list[str]:
    return [entry.name for entry in manifest.directory(_ROOT, path)]


def _pages(database: sqlite3.Connection) -> list[list[str]]:
    """Return the names of each page, and see that the pages are in order and not too big."""
    found = []
    for first, data in database.execute(
        "SELECT first, entries FROM page ORDER BY root, path, first"
    ):
        fields = data.split(b"\0")
        names = fields[::5] if fields[0] else fields[4:]
        assert names == sorted(set(names))
        assert names[0] == first
        assert 0 < len(names) <= 512
        found.append([os.fsdecode(name) for name in names])
    return found


# Pages -------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 511, 512, 513, 1024, 1025, 3000])
def test_any_number_of_names_is_kept_in_order(
    database: sqlite3.Connection, manifest: Manifest, count: int
) -> None:
    names = [f"n{number:05}" for number in range(count)]
    _fold(manifest, "create_link", names)
    assert _names(manifest) == names
    assert [name for page in _pages(database) for name in page] == names


@pytest.mark.parametrize("seed", range(6))
def test_pages_stay_in_order_whatever_is_put_in_and_taken_out(
    database: sqlite3.Connection, manifest: Manifest, seed: int
) -> None:
    rng = random.Random(seed)
    pool = [*(f"{number:04}" for number in range(2500)), "é", "z\udcff", "z😀", "~", "\udc80"]
    there: set[str] = set()
    for _ in range(25):
        low = rng.randrange(len(pool))
        some = pool[low : low + rng.choice((1, 2, 40, 600, 1500))]
        chosen = set(rng.sample(some, max(1, len(some) // rng.choice((1, 2, 9)))))
        if rng.random() < 0.6:
            _fold(manifest, "create_link", chosen)
            there |= chosen
        else:
            _fold(manifest, "remove_link", chosen)
            there -= chosen
        assert _names(manifest) == sorted(there, key=os.fsencode)
        assert sum(map(len, _pages(database))) == len(there)
    _fold(manifest, "remove_link", there)
    assert _pages(database) == []


def test_one_name_in_the_middle_goes_where_it_belongs(manifest: Manifest) -> None:
    even = [f"{number:05}" for number in range(0, 3000, 2)]
    _fold(manifest, "create_link", even)
    for name in ("00001", "01023", "01025", "02999", "", " "):
        if name:
            _fold(manifest, "create_link", [name])
            even.append(name)
    assert _names(manifest) == sorted(even)


def test_names_put_in_one_by_one_do_not_leave_a_page_each(
    database: sqlite3.Connection, manifest: Manifest
) -> None:
    names = [f"{number:04}" for number in range(1500)]
    random.Random(1).shuffle(names)
    for name in names:
        _fold(manifest, "create_link", [name])
    assert len(_pages(database)) < 150


def test_a_name_that_is_linked_again_is_there_once(manifest: Manifest) -> None:
    _fold(manifest, "create_link", ["a", "b"])
    _fold(manifest, "create_link", ["b"], text="elsewhere/{}")
    assert [entry.text for entry in manifest.directory(_ROOT, "d")] == [
        "../dotfiles/zsh/a", "elsewhere/b",
    ]  # fmt: skip


def test_names_are_kept_to_the_byte(manifest: Manifest) -> None:
    names = ["a\nb", "é", "e\u0301", "n\udcff", "ﬁ", "\x01", "dot-x", "n" * 255, "日" * 85]
    _fold(manifest, "create_link", names)
    assert sorted(_names(manifest), key=os.fsencode) == _names(manifest)
    assert set(_names(manifest)) == set(names)


def test_a_few_changes_far_apart_do_not_read_all_between(
    database: sqlite3.Connection, manifest: Manifest
) -> None:
    """The first and the last of many names: two pages, however many there are."""
    _fold(manifest, "create_link", [f"{number:06}" for number in range(20_000)])
    before = {page[0]: page for page in _pages(database)}
    written: list[str] = []
    database.set_trace_callback(written.append)
    _fold(manifest, "remove_link", ["000000", "019999"])
    database.set_trace_callback(None)
    assert len([text for text in written if text.startswith(("DELETE", "INSERT INTO page"))]) < 10
    assert len([page for page in _pages(database) if before.get(page[0]) == page]) > 30


# Reading -----------------------------------------------------------------------------


def test_entries_come_by_root_directory_and_name(manifest: Manifest) -> None:
    for path in ("b", "", "a/c", "a", "a-b", "a.d", "a/b/c"):
        _fold(manifest, "create_link", ["z", "y"], path)
    found = list(manifest.entries())
    keys = [(entry.root, entry.directory, entry.name) for entry in found]
    assert keys == sorted(keys, key=lambda key: tuple(map(os.fsencode, key)))
    assert len(found) == 14
    assert all(before < after for before, after in pairwise(keys))


def test_only_what_is_below_a_directory_is_asked_for(manifest: Manifest) -> None:
    for path in ("a", "a/b", "a/b/c", "a-b", "a0", "ab", "a.d", ""):
        _fold(manifest, "create_link", ["x"], path)
    below = {entry.directory for entry in manifest.entries(_ROOT, "a")}
    assert below == {"a", "a/b", "a/b/c"}
    assert list(manifest.entries("/other", "a")) == []
    assert {entry.root for entry in manifest.entries(_ROOT)} == {_ROOT}
    assert len(list(manifest.entries(_ROOT))) == 8
    assert manifest.any_below(_ROOT, "a/b")
    assert not manifest.any_below(_ROOT, "a/x")


def test_replacing_all_gives_back_what_was_given(manifest: Manifest) -> None:
    _fold(manifest, "create_link", ["old"])
    wanted = [
        Entry(_ROOT, "", "d", "directory", "zsh", _STOW, None, "700"),
        Entry(_ROOT, "", "w", "adopted", "zsh", _STOW, "dotfiles/zsh/w", "600"),
        *(
            Entry(_ROOT, "d", f"{number:04}", "link", "zsh", _STOW, f"../{number}", None)
            for number in range(1300)
        ),
        Entry("/srv", "", "x", "link", "git", "/srv/dotfiles", "dotfiles/git/x", None),
    ]
    manifest.replace_all(wanted)
    assert list(manifest.entries()) == wanted


# On disk -----------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
def test_the_manifest_is_what_is_on_disk(farm: Farm, story: object, stream: bool) -> None:
    assert hasattr(story, "begin")
    story.begin(farm)
    check_manifest(farm)
    apply(story.plan(farm), state=farm.state, stream=stream)  # type: ignore[attr-defined]
    check_manifest(farm)
    client = farm.client()
    for _ in range(3):
        client.apply(client.stream_undo(next(iter(client.history(1))).id))
        check_manifest(farm)


def test_a_big_directory_is_what_is_on_disk_after_several_runs(farm: Farm) -> None:
    never = Preferences(folding="never")
    farm.make({f"stow/zsh/d/{number:05}": "z" for number in range(0, 2400, 2)})
    farm.run("manage", prefer=never)
    check_manifest(farm)
    farm.make({f"stow/zsh/d/{number:05}": "z" for number in range(1, 2400, 7)})
    for number in range(0, 2400, 6):
        os.unlink(f"{farm.directory}/zsh/d/{number:05}")
    farm.run("remanage", prefer=never)
    check_manifest(farm)
    client = farm.client()
    client.apply(client.stream_undo())
    check_manifest(farm)
    farm.run("unmanage", prefer=never)
    check_manifest(farm)


def _random_package(rng: random.Random, farm: Farm) -> None:
    """Add a member to a package or take one away."""
    package = rng.choice(("git", "vim", "zsh"))
    parts = [rng.choice("abc") for _ in range(rng.randint(1, 3))]
    path = f"{farm.directory}/{package}/{'/'.join(parts)}"
    if os.path.isfile(path):
        os.unlink(path)
        return
    try:
        farm.make({f"stow/{package}/{'/'.join(parts)}": package})
    except OSError:
        return


@pytest.mark.parametrize("seed", range(12))
def test_after_any_history_the_manifest_is_what_is_on_disk(scratch: object, seed: int) -> None:
    rng = random.Random(seed)
    farm = Farm(f"{scratch}/farm")
    actions: tuple[Action, ...] = ("manage", "unmanage", "remanage")
    done = 0
    for package in ("git", "vim", "zsh"):
        os.makedirs(f"{farm.directory}/{package}")
    for _ in range(30):
        for _ in range(rng.randint(0, 3)):
            _random_package(rng, farm)
        client = farm.client()
        packages = rng.sample(("git", "vim", "zsh"), rng.randint(1, 3))
        prefer = Preferences(folding=rng.choice(FOLDINGS))
        past = [each.id for each in client.history() if each.state == "committed"]
        try:
            if past and rng.random() < 0.2:
                result = client.apply(client.stream_undo(past[0]))
            else:
                plan = client.stream(rng.choice(actions), packages, prefer=prefer)
                result = client.apply(plan, stream=rng.random() < 0.5)
        except ConflictError:
            continue
        done += result.transaction is not None
        check_manifest(farm)
    assert done > 5


def test_what_was_adopted_is_recorded_with_its_mode(farm: Farm) -> None:
    farm.make({"home/.netrc": File("secret", 0o600), "home/.d/x": File("run", 0o755)})
    client = farm.client()
    paths = [f"{farm.target}/.netrc", f"{farm.target}/.d/x"]
    client.apply(client.stream_adopt(*paths, package="zsh"))
    place = existing_state(farm.state, farm.target)
    assert place is not None
    journal = Journal(place.journal, readonly=True)
    try:
        found = {entry.path: (entry.kind, entry.mode) for entry in journal.manifest.entries()}
    finally:
        journal.close()
    assert found == {paths[0]: ("adopted", "600"), paths[1]: ("adopted", "755")}
    assert links(farm).keys() == found.keys()


def test_what_is_set_aside_with_its_directory_is_no_longer_recorded(farm: Farm) -> None:
    """A directory of the user's goes to the backup area with a link of ours in it."""
    farm.make({"stow/zsh/d/x": "z", "stow/git/d": "g", "home/d/mine": "m"}).run("manage", "zsh")
    farm.run("manage", "git", prefer=Preferences(on_conflict="overwrite"))
    check_manifest(farm)
    client = farm.client()
    client.apply(client.stream_undo())
    check_manifest(farm)


@pytest.mark.parametrize("seed", range(6))
def test_files_and_directories_among_each_other_are_recorded_as_they_are_linked(
    farm: Farm, seed: int
) -> None:
    """Several packages, one after the other, in directories that are new or not, nested."""
    choose = random.Random(seed)
    directories = [""]
    for _ in range(60):
        directories.append(f"{choose.choice(directories)}{choose.choice('abcmyzé')}{_}/")
    for package in "pq":
        places = choose.choices(directories, k=400)
        names = [f"{choose.choice('-bkxü')}{number}.{package}" for number in range(400)]
        farm.make({f"stow/{package}/{a}{b}": "" for a, b in zip(places, names, strict=True)})
        farm.run("manage", package, prefer=Preferences(folding="never"))
        check_manifest(farm)
        assert list(farm.client().doctor()) == []
    farm.run("unmanage", "p", prefer=Preferences(folding="never"))
    check_manifest(farm)
