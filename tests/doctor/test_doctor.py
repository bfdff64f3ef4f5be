"""A check-up finds each thing that is wrong, once, and changes nothing."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.doctor.checkup import found, raw, records
from tests.farm import DIR, FIFO, Farm, File, Link
from tests.snapshot import difference, snapshot
from tests.systems import any_bytes

from dotstream.doctor.ranges import Ranges
from dotstream.fs.lock import Lock
from dotstream.fs.state import existing_state
from dotstream.model.finding import FINDING_KINDS
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

_NEVER = Preferences(folding="never")

HOUSEHOLD = {
    "stow/vim/dot-vimrc": "v",
    "stow/vim/dot-vim/colors/dusk.vim": "hi",
    "stow/vim/dot-vim/after/x.vim": "x",
    "stow/zsh/dot-zshrc": "z",
    "stow/zsh/dot-config/zsh/aliases": "a",
    "stow/git/dot-config/git/config": "g",
}


@pytest.fixture
def managed(farm: Farm) -> Farm:
    """Return the household, managed without folds."""
    farm.make(HOUSEHOLD).run("manage", prefer=_NEVER)
    return farm


def _gone(farm: Farm, path: str) -> Farm:
    os.unlink(f"{farm.root}/{path}")
    return farm


def _point(farm: Farm, path: str, text: str) -> Farm:
    os.unlink(f"{farm.root}/{path}")
    return farm.make({path: Link(text)})


def _tear(farm: Farm, path: str) -> Farm:
    shutil.rmtree(f"{farm.root}/{path}")
    return farm


def state_of(farm: Farm) -> str:
    place = existing_state(farm.state, farm.target)
    assert place is not None
    return place.journal


def test_a_farm_that_is_in_order_is_healthy_in_every_mode(managed: Farm) -> None:
    assert [found(managed, mode) for mode in ("off", "scoped", "deep")] == [[], [], []]


def test_a_farm_that_was_never_managed_is_healthy(farm: Farm) -> None:
    farm.make(HOUSEHOLD)
    assert [found(farm, mode) for mode in ("off", "scoped", "deep")] == [[], [], []]
    assert not os.path.exists(farm.state)


DAMAGES: dict[str, tuple[Callable[[Farm], object], list[str]]] = {
    "a member is gone": (
        lambda farm: _gone(farm, "stow/zsh/dot-zshrc"),
        ["broken_link home/.zshrc"],
    ),
    "a package is gone": (
        lambda farm: _tear(farm, "stow/vim"),
        [
            "orphaned_link home/.vimrc",
            "orphaned_link home/.vim/after/x.vim",
            "orphaned_link home/.vim/colors/dusk.vim",
        ],
    ),
    "a member is a symlink that leads nowhere": (
        lambda farm: _point(farm, "stow/zsh/dot-zshrc", "nowhere"),
        ["broken_member home/.zshrc"],
    ),
    "a member is a symlink to itself": (
        lambda farm: _point(farm, "stow/zsh/dot-zshrc", "dot-zshrc"),
        ["link_loop home/.zshrc"],
    ),
    "a link is gone": (
        lambda farm: _gone(farm, "home/.zshrc"),
        ["missing_link home/.zshrc"],
    ),
    "a directory of links is gone": (
        lambda farm: _tear(farm, "home/.vim"),
        ["missing_link home/.vim/after/x.vim", "missing_link home/.vim/colors/dusk.vim"],
    ),
    "a link and its member are gone": (
        lambda farm: (_gone(farm, "home/.zshrc"), _gone(farm, "stow/zsh/dot-zshrc")),
        ["stale_record home/.zshrc"],
    ),
    "a file is in a link's place": (
        lambda farm: (_gone(farm, "home/.zshrc"), farm.make({"home/.zshrc": "mine"})),
        ["replaced_link home/.zshrc"],
    ),
    "a directory is in a link's place": (
        lambda farm: (_gone(farm, "home/.zshrc"), farm.make({"home/.zshrc/x": "mine"})),
        ["replaced_link home/.zshrc"],
    ),
    "a pipe is in a link's place": (
        lambda farm: (_gone(farm, "home/.zshrc"), farm.make({"home/.zshrc": FIFO})),
        ["replaced_link home/.zshrc"],
    ),
    "a file is in a link's place, and the member is gone": (
        lambda farm: (
            _gone(farm, "home/.zshrc"),
            _gone(farm, "stow/zsh/dot-zshrc"),
            farm.make({"home/.zshrc": "mine"}),
        ),
        ["stale_record home/.zshrc"],
    ),
    "a file is in a directory's place": (
        lambda farm: (_tear(farm, "home/.vim"), farm.make({"home/.vim": "mine"})),
        ["replaced_directory home/.vim"],
    ),
    "a foreign link is in a directory's place": (
        lambda farm: (
            _tear(farm, "home/.vim"),
            farm.make({"away/colors": DIR, "home/.vim": Link("../away")}),
        ),
        ["replaced_directory home/.vim"],
    ),
    "a fold of ours is in a directory's place": (
        lambda farm: (
            _tear(farm, "home/.vim"),
            farm.make({"home/.vim": Link("../stow/vim/dot-vim")}),
        ),
        ["stale_record home/.vim"],
    ),
    "a link leads out of the packages": (
        lambda farm: (farm.make({"away/x": "x"}), _point(farm, "home/.zshrc", "../away/x")),
        ["foreign_target home/.zshrc"],
    ),
    "a link leads to another package's member": (
        lambda farm: _point(farm, "home/.zshrc", "../stow/vim/dot-vimrc"),
        ["wrong_member home/.zshrc"],
    ),
    "a link leads to another member of its package": (
        lambda farm: _point(farm, "home/.zshrc", "../stow/zsh/dot-config/zsh/aliases"),
        ["wrong_member home/.zshrc"],
    ),
    "a link of ours leads to what never was": (
        lambda farm: _point(farm, "home/.zshrc", "../stow/zsh/nothing"),
        ["broken_link home/.zshrc"],
    ),
    "a link says the same in other words": (
        lambda farm: _point(farm, "home/.zshrc", f"{farm.directory}/zsh/dot-zshrc"),
        ["outdated_record home/.zshrc"],
    ),
    "a broken link of ours that nobody recorded": (
        lambda farm: farm.make({"home/.config/old": Link("../../stow/zsh/old")}),
        ["broken_link home/.config/old"],
    ),
    "a link of a package that nobody recorded and that is gone": (
        lambda farm: farm.make({"home/.config/old": Link("../../stow/old/old")}),
        ["orphaned_link home/.config/old"],
    ),
    "a fold that leads to a directory above itself, which nobody recorded": (
        lambda farm: farm.make(
            {
                "stow/zsh/dot-config/up": Link("../../../home"),
                "home/.config/up": Link("../../stow/zsh/dot-config/up"),
            }
        ),
        ["link_loop home/.config/up"],
    ),
    "a link to a removed link, left by a run": (
        lambda farm: farm.make({"home/.~dotstream-9-1": Link("../stow/zsh/dot-zshrc")}),
        ["leftover home/.~dotstream-9-1"],
    ),
    "a directory of links, left by a run": (
        lambda farm: farm.make(
            {"home/.config/.~dotstream-9-aside/d/x": Link("../../../../stow/zsh/x")}
        ),
        ["leftover home/.config/.~dotstream-9-aside"],
    ),
    "a file that a run had in quarantine": (
        lambda farm: farm.make({"home/.~dotstream-9-1": "saved just then"}),
        ["parked_file home/.~dotstream-9-1"],
    ),
    "a directory with a file, left by a run": (
        lambda farm: farm.make({"home/.~dotstream-9-aside/d/x": "mine"}),
        ["parked_file home/.~dotstream-9-aside"],
    ),
    "a foreign link that a run had in quarantine": (
        lambda farm: farm.make({"home/.~dotstream-9-1": Link("theirs")}),
        ["parked_file home/.~dotstream-9-1"],
    ),
    "a broken foreign link": (
        lambda farm: farm.make({"home/.config/theirs": Link("nowhere")}),
        [],
    ),
    "a link into a package that a person made": (
        lambda farm: farm.make({"home/mine": Link("../stow/zsh/dot-zshrc")}),
        [],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("mode", ["scoped", "deep"])
def test_each_thing_is_found_once_and_nothing_is_changed(
    managed: Farm, damage: str, mode: str
) -> None:
    hurt, expected = DAMAGES[damage]
    hurt(managed)
    before = snapshot(managed.root)
    assert found(managed, "deep" if mode == "deep" else "scoped") == expected
    changed = difference(before, snapshot(managed.root))
    assert [line for line in changed if "journal.db-" not in line] == []


@pytest.mark.parametrize(
    "damage", [name for name in DAMAGES if "nobody" not in name and "run" not in name]
)
def test_what_is_recorded_is_judged_without_listing_anything(managed: Farm, damage: str) -> None:
    hurt, expected = DAMAGES[damage]
    hurt(managed)
    assert found(managed, "off") == expected


def test_only_a_listing_finds_what_is_not_recorded(managed: Farm) -> None:
    managed.make({"home/.config/old": Link("../../stow/zsh/old")})
    assert found(managed, "off") == []


def test_two_names_that_sort_between_a_directory_and_its_links_confuse_nothing(
    farm: Farm,
) -> None:
    farm.make({f"stow/zsh/{path}": "z" for path in ("a/x", "a/b/x", "a-b/x", "a.b/x", "a0/x")})
    farm.run("manage", prefer=_NEVER)
    assert found(farm) == []
    _tear(farm, "home/a")
    farm.make({"home/a": "mine"})
    assert found(farm) == ["replaced_directory home/a"]


def test_every_finding_has_a_sentence_and_a_severity(managed: Farm) -> None:
    seen = set()
    for hurt, _ in DAMAGES.values():
        farm = Farm(f"{managed.root}/{len(os.listdir(managed.root))}")
        farm.make(HOUSEHOLD).run("manage", prefer=_NEVER)
        hurt(farm)
        for each in raw(farm):
            seen.add(each.kind)
            assert each.message
            assert "None" not in each.message
            assert each.severity in {"error", "warning", "info"}
            person = each.kind in {"broken_member", "link_loop"}
            assert (each.command is None) == person, each
    others = {"database", "unfinished_transaction", "busy", "missing_target", "no_permission"}
    others |= {
        "unrecorded_links",
        "unlisted_backup",
        "lost_directory",
        "unwanted_links",
        "linked_elsewhere",
        "too_open",
    }
    assert seen | others == set(FINDING_KINDS)


# Farms that are not recorded -------------------------------------------------------------


def test_a_farm_made_by_stow_is_reported_once_per_package_and_is_no_fault(farm: Farm) -> None:
    farm.make(HOUSEHOLD)
    subprocess.run(
        ["stow", "--dotfiles", "-d", farm.directory, "-t", farm.target, "vim", "zsh"], check=True
    )
    assert found(farm) == ["unrecorded_links stow/vim", "unrecorded_links stow/zsh"]
    vim, zsh = raw(farm)
    assert (vim.severity, vim.count, zsh.count) == ("info", 2, 2)
    assert "2 links are not in the manifest" in vim.message


def test_links_of_another_package_directory_are_judged_too(managed: Farm) -> None:
    managed.make(
        {"other/.stow": "", "other/tmux/conf": "t", "home/conf": Link("../other/tmux/conf")}
    )
    assert found(managed) == ["unrecorded_links other/tmux"]
    _gone(managed, "other/tmux/conf")
    assert found(managed) == ["broken_link home/conf"]


def test_a_package_with_a_target_of_its_own_is_looked_at_once(farm: Farm) -> None:
    farm.make({**HOUSEHOLD, "home/.config/x": "mine"})
    client = farm.configured(
        f'target = "{farm.target}"\n[packages.git]\ntarget = "{farm.target}/.config"\n'
        'ignore = ["x"]\n'
    )
    os.rename(f"{farm.directory}/git/dot-config/git", f"{farm.directory}/git/git")
    os.rmdir(f"{farm.directory}/git/dot-config")
    client.apply(client.stream("manage", everything=True))
    assert found(farm, "deep", client=client) == []
    farm.make({"home/.config/old": Link("../../stow/git/old")})
    _gone(farm, "home/.config/git")
    assert found(farm, "deep", client=client) == [
        "missing_link home/.config/git",
        "broken_link home/.config/old",
    ]


# How far to look -------------------------------------------------------------------------


def test_a_deep_scan_looks_everywhere_but_where_it_is_told_not_to(managed: Farm) -> None:
    link = f"{managed.directory}/zsh/old"
    managed.make({f"home/{path}/old": Link(link) for path in ("src/a/b", ".git", "node_modules")})
    assert found(managed) == []
    assert found(managed, "deep") == ["broken_link home/src/a/b/old"]
    assert found(managed, "deep", depth=2) == []
    assert found(managed, "deep", depth=3) == ["broken_link home/src/a/b/old"]
    for skip in ("src", "src/*", "b", "s?c"):
        assert found(managed, "deep", skip=(skip,)) == [], skip


def test_what_packages_have_is_looked_at_however_deep_and_whatever_it_is_called(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/src/node_modules/x": "z"}).run("manage", prefer=_NEVER)
    farm.make({"home/src/node_modules/old": Link(f"{farm.directory}/zsh/old")})
    expected = ["broken_link home/src/node_modules/old"]
    assert found(farm, "deep", depth=0, skip=("src",)) == expected


def test_a_package_directory_inside_of_the_target_is_not_looked_into(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": Link("../zsh/gone")})
    client = farm.client(farm.root)
    assert found(farm, "deep", client=client) == []


def test_nobody_is_kept_waiting_and_a_lock_is_no_hindrance(managed: Farm) -> None:
    os.unlink(f"{managed.target}/.zshrc")
    with Lock(f"{os.path.dirname(state_of(managed))}/lock", "process 7 (dotstream manage)"):
        assert found(managed) == ["missing_link home/.zshrc"]


def test_a_target_that_is_gone_is_one_finding(managed: Farm) -> None:
    about = managed.client()
    assert about.target == managed.target
    os.rename(managed.target, f"{managed.root}/moved")
    (only,) = raw(managed, client=about)
    assert only.kind == "missing_target"
    assert only.command == f"mkdir -p -- {managed.target}"


@pytest.mark.parametrize("replaced", [".config", ".config/nvim"])
def test_a_target_whose_place_a_file_has_taken_is_made_by_the_command_that_is_shown(
    farm: Farm, replaced: str
) -> None:
    farm.make({"stow/nvim/init.lua": "x"})
    client = farm.configured('[packages.nvim]\ntarget = "~/.config/nvim"\n')
    client.apply(client.plan("manage", ["nvim"]))
    shutil.rmtree(f"{farm.target}/{replaced}")
    farm.make({f"home/{replaced}": "mine"})
    commands = {found.command for found in client.doctor() if found.severity == "error"}
    path, target = f"{farm.target}/{replaced}", f"{farm.target}/.config/nvim"
    assert commands == {f"mv -n -- {path} {path}.moved && mkdir -p -- {target}"}
    subprocess.run(["sh", "-c", *map(str, commands)], check=True)
    client.apply(client.stream_fix().collect())
    assert list(client.doctor()) == []
    assert farm.read("home/.config/nvim/init.lua") == "x"
    assert farm.read(f"home/{replaced}.moved") == "mine"


def test_a_target_below_a_link_that_leads_nowhere_is_left_to_who_brings_that_back(
    farm: Farm,
) -> None:
    farm.make({"stow/nvim/init.lua": "x"})
    client = farm.configured('[packages.nvim]\ntarget = "~/.config/nvim"\n')
    client.apply(client.plan("manage", ["nvim"]))
    os.rename(f"{farm.target}/.config", f"{farm.root}/disk")
    farm.make({"home/.config": Link("/away")})
    found = list(client.doctor())
    assert {finding.command for finding in found} == {None}
    assert any(
        f"{farm.target}/.config is a link that leads nowhere" in each.message for each in found
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
@pytest.mark.parametrize("mode", ["off", "scoped", "deep"])
@pytest.mark.parametrize("rights", [0o000, 0o555, 0o444])
def test_a_directory_that_cannot_be_worked_in_is_reported_once(
    managed: Farm, mode: str, rights: int
) -> None:
    os.chmod(f"{managed.target}/.config/git", rights)
    os.makedirs(f"{managed.target}/private", 0o000)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.farm import Farm\nfrom tests.doctor.checkup import raw\n"
        "farm = Farm.__new__(Farm); farm.root = sys.argv[2]\n"
        "farm.directory, farm.target = f'{farm.root}/stow', f'{farm.root}/home'\n"
        "farm.state = f'{farm.root}/state'\n"
        "for each in raw(farm, sys.argv[3]): print(each.kind, each.path, each.command, sep='|')\n"
    )
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    drop = "--bounding-set=-dac_override,-dac_read_search"
    done = subprocess.run(
        ["setpriv", drop, "--", sys.executable, "-c", script, here, managed.root, mode],
        capture_output=True, text=True, check=False, cwd=here,
    )  # fmt: skip
    assert done.stderr == ""
    path = f"{managed.target}/.config/git"
    assert done.stdout.splitlines() == [f"no_permission|{path}|chmod u+rwx -- {path}"]


# The database ----------------------------------------------------------------------------


def spoil(path: str, how: str) -> None:
    for tail in ("-wal", "-shm"):
        if os.path.exists(path + tail):
            os.unlink(path + tail)
    if how == "foreign":
        os.unlink(path)
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE notes(x)")
        other.commit()
        other.close()
    elif how == "newer":
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        with open(path, "r+b") as file:
            if how == "garbage":
                file.write(b"this is no database at all" * 10)
            else:
                file.seek(4096)
                file.write(os.urandom(4096 * 3))


@pytest.mark.parametrize("how", ["foreign", "newer", "garbage", "torn"])
def test_a_database_that_cannot_be_used_is_one_finding_beside_those_on_disk(
    managed: Farm, how: str
) -> None:
    managed.make({"home/.config/old": Link("../../stow/zsh/old")})
    spoil(state_of(managed), how)
    database, link = raw(managed)
    assert (database.kind, database.command) == ("database", "dotstream doctor --rebuild")
    assert link.kind == "broken_link"


def _cut_short(farm: Farm, state: str = "active") -> None:
    database = sqlite3.connect(state_of(farm))
    database.execute("UPDATE txn SET state = ?", (state,))
    database.commit()
    database.close()


def test_a_transaction_that_was_cut_short_is_all_there_is_to_tell(managed: Farm) -> None:
    _gone(managed, "home/.zshrc")
    managed.make({"home/.~dotstream-1-1": Link("../stow/zsh/dot-zshrc")})
    _cut_short(managed)
    (only,) = raw(managed)
    assert (only.kind, only.command) == ("unfinished_transaction", "dotstream recover")
    assert "transaction 1 (manage git vim zsh) was cut short" in only.message


def test_a_transaction_that_somebody_is_at_work_on_is_no_fault(managed: Farm) -> None:
    _cut_short(managed)
    with open(f"{os.path.dirname(state_of(managed))}/lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"process {os.getpid()} (dotstream manage)")
        lock.flush()
        (only,) = raw(managed)
    assert (only.kind, only.severity) == ("busy", "info")
    assert f"process {os.getpid()}" in only.message


# The commands ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "command"),
    [
        ("a link is gone", "dotstream manage zsh"),
        ("a file is in a link's place", "dotstream manage zsh --on-conflict adopt"),
        ("a directory is in a link's place", "dotstream manage zsh --on-conflict backup"),
        ("a file is in a directory's place", "dotstream manage vim --on-conflict backup"),
        ("a link leads out of the packages", "dotstream manage zsh --on-conflict backup"),
        (
            "a link leads to another package's member",
            r"dotstream manage zsh --override '\.zshrc$'",
        ),
        (
            "a link leads to another member of its package",
            r"dotstream manage zsh --override '\.zshrc$'",
        ),
        (
            "a file that a run had in quarantine",
            "mv -n -- '{home}/.~dotstream-9-1' {home}/rescued-dotstream-9-1",
        ),
    ],
)
def test_the_command_that_is_shown_mends_and_loses_nothing(
    managed: Farm, damage: str, command: str
) -> None:
    DAMAGES[damage][0](managed)
    kept = contents(managed)
    (finding,) = raw(managed)
    assert finding.command == command.format(home=managed.target)
    words = shlex.split(finding.command)
    if words[0] == "dotstream":
        words = [sys.executable, "-m", *words]
    env = os.environ | {
        "XDG_STATE_HOME": os.path.dirname(managed.state),
        "DOTSTREAM_DIR": managed.directory,
        "HOME": managed.target,
    }
    os.rename(managed.state, f"{managed.root}/dotstream")
    told = ["-y", "--folding=never", "-t", managed.target]
    subprocess.run([*words, *told] if "manage" in words else words,
                   check=True, env=env, capture_output=True)  # fmt: skip
    os.rename(f"{managed.root}/dotstream", managed.state)
    assert found(managed) == []
    assert contents(managed) >= kept


def contents(farm: Farm) -> set[str]:
    """Return the content of every file of the farm, its backups included."""
    tree = snapshot(farm.root)
    return {
        node.text
        for path, node in tree.items()
        if node.kind == "file" and (not path.startswith("state") or "/backups/" in path)
    }


@any_bytes
def test_a_name_that_is_no_text_can_be_pasted_into_a_shell(farm: Farm) -> None:
    name = os.fsdecode(b"\xff it's\n")
    farm.make({f"stow/zsh/{name}/x": "z"}).run("manage", prefer=_NEVER)
    farm.make({f"home/{name}/.~dotstream-1-7": File("mine")})
    (finding,) = raw(farm)
    assert finding.command is not None
    subprocess.run(["bash", "-c", finding.command], check=True)
    assert sorted(os.listdir(f"{farm.target}/{name}")) == ["rescued-dotstream-1-7", "x"]


# Bookkeeping -----------------------------------------------------------------------------


def test_a_directory_is_remembered_until_nothing_below_it_can_come() -> None:
    ranges = Ranges()
    ranges.advance("/home", "a")
    ranges.add("a")
    ranges.advance("/home", "a-b")
    assert ranges.has("a")
    ranges.advance("/home", "a/b/c")
    assert ranges.has("a")
    ranges.advance("/home", "a0")
    assert not ranges.has("a")


def test_the_records_are_those_of_the_links(managed: Farm) -> None:
    links = {f"home/{path}": text[3:] for path, text in managed.home().items() if text[0] == "-"}
    kept = {path: text for path, text in records(managed).items() if text != "directory"}
    assert kept == links
