"""A user with two repositories, an outsider with an editor, and crashes: no byte is ever lost.

Every content is written once and known; whatever happens, it is somewhere, with its mode,
until the outsider destroys it.  ``DOTSTREAM_LONG=1`` plays for half an hour and at random.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.crash.killing import die_at
from tests.crash.scenes import world
from tests.farm import QUICK, Farm, apply
from tests.long import LONG, by_length
from tests.snapshot import difference, snapshot

from dotstream.errors import ConflictError, OperationFailed, ScanFailed, UsageError
from dotstream.fs.state import existing_state
from dotstream.model.options import FOLDINGS, POLICIES, Folding, Policy, Preferences
from dotstream.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.fs.change import Changes
    from dotstream.model.options import Action
    from dotstream.planner.stream import StreamingPlan

_GAMES = by_length(150, 20_000)

_packages = st.lists(st.sampled_from(("git", "zsh")), min_size=1, max_size=2, unique=True)
_members = st.sampled_from(
    ("a", "b", "dot-c", "d/x", "d/y", "d/e/x", "f/g", "a/b", "d", "k/.git/HEAD", "k/x")
)
_paths = st.sampled_from(
    ("a", "b", ".c", "d", "d/x", "d/y", "d/e", "d/e/x", "d/mine", "f", "f/g", "k", "k/x")
)
_modes = st.sampled_from((0o600, 0o644, 0o755))
_actions = st.sampled_from(("manage", "remanage", "unmanage"))


class UserAndOutsider(RuleBasedStateMachine):
    """One game; ``alive`` holds every content that has to be somewhere, and its mode."""

    def __init__(self) -> None:
        super().__init__()
        self.root = tempfile.mkdtemp(prefix="dotstream-game-", dir=QUICK)
        self.farm = Farm(f"{self.root}/farm")
        self.other = Farm(f"{self.root}/other")
        self.other.target, self.other.state = self.farm.target, self.farm.state
        self.alive: dict[str, int] = {}
        self.touched: set[str] = set()
        self.count = 0
        self.changed = False

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(
        git=st.lists(_members, min_size=2, max_size=6, unique=True),
        zsh=st.lists(_members, min_size=2, max_size=6, unique=True),
        other=st.lists(_members, max_size=3, unique=True),
        home=st.lists(_paths, max_size=4, unique=True),
        mode=_modes,
    )
    def begin(
        self, git: list[str], zsh: list[str], other: list[str], home: list[str], mode: int
    ) -> None:
        for farm, name, members in (
            (self.farm, "git", git),
            (self.farm, "zsh", zsh),
            (self.other, "git", other),
        ):
            os.makedirs(f"{farm.directory}/{name}")
            for member in members:
                self._save(f"{farm.directory}/{name}/{member}", mode)
        for path in home:
            self._save(f"{self.farm.target}/{path}", mode)

    # The outsider --------------------------------------------------------------------

    def _content(self, mode: int) -> str:
        self.count += 1
        content = f"content {self.count}"
        self.alive[content] = mode
        return content

    def _gone(self, path: str) -> None:
        """Note that the outsider is about to destroy what is at a path."""
        if os.path.islink(path) or not os.path.lexists(path):
            return
        files = [path] if os.path.isfile(path) else []
        for above, _, names in os.walk(path):
            files += [f"{above}/{name}" for name in names]
        for file in files:
            if not os.path.islink(file):
                with open(file, encoding="utf-8") as opened:
                    del self.alive[opened.read()]

    def _save(self, path: str, mode: int) -> None:
        """Save as an editor does: a new file, renamed over whatever is there."""
        if os.path.isdir(path) and not os.path.islink(path):
            return
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError:
            return
        self._gone(path)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            file.write(self._content(mode))
        os.chmod(f"{path}.new", mode)
        os.replace(f"{path}.new", path)

    @rule(
        package=st.sampled_from(("git", "zsh")), member=_members, mode=_modes, keep=st.booleans()
    )
    def change_a_member(self, package: str, member: str, mode: int, keep: bool) -> None:
        path = f"{self.farm.directory}/{package}/{member}"
        if keep or not os.path.isfile(path) or os.path.islink(path):
            self._save(path, mode)
        else:
            self._gone(path)
            os.unlink(path)

    @rule(path=_paths, mode=_modes)
    def save_in_the_target(self, path: str, mode: int) -> None:
        self.touched.add(path)
        self._save(f"{self.farm.target}/{path}", mode)

    @rule(path=_paths)
    def edit_in_place(self, path: str) -> None:
        """Rewrite a file, through its link if it is one."""
        full = f"{self.farm.target}/{path}"
        if os.path.isfile(full):
            self._gone(os.path.realpath(full))
            with open(full, "w", encoding="utf-8") as file:
                file.write(self._content(os.stat(full).st_mode & 0o7777))

    @rule(path=_paths, text=st.sampled_from(("", "nowhere", "../stow/git/a", "../stow/zsh", "b")))
    def delete_or_point_elsewhere(self, path: str, text: str) -> None:
        full = f"{self.farm.target}/{path}"
        if os.path.islink(full) or (os.path.isfile(full) and not text):
            self.touched.add(path)
            self._gone(full)
            os.unlink(full)
            if text:
                os.symlink(text, full)

    @rule(path=_paths)
    def make_a_directory(self, path: str) -> None:
        self.touched.add(path)
        try:
            os.makedirs(f"{self.farm.target}/{path}")
        except OSError:
            return

    @rule(elsewhere=st.booleans())
    def move_a_repository(self, elsewhere: bool) -> None:
        farm = self.other if elsewhere else self.farm
        self.count += 1
        place = f"{farm.root}/moved-{self.count}"
        os.rename(farm.directory, place)
        farm.directory = place

    @rule(package=st.sampled_from(("git", "zsh")))
    def lose_a_package(self, package: str) -> None:
        """Remove a package as a pull does, bring what is managed up to date, and put it back."""
        path, away = f"{self.farm.directory}/{package}", f"{self.root}/away"
        os.rename(path, away)
        self._do(lambda: self.farm.client().stream_remanage(), stream=False, undo=False)
        os.rename(away, path)

    # The user ------------------------------------------------------------------------

    def _do(self, plan: Callable[[], StreamingPlan], *, stream: bool, undo: bool) -> bool:
        """Apply; what is refused changes nothing, and what was done can be undone."""
        before = world(self.farm)
        try:
            result = apply(plan(), state=self.farm.state, stream=stream)
        except (ConflictError, ScanFailed, OperationFailed, UsageError):
            assert difference(before, world(self.farm)) == []
            return False
        if undo and result.transaction is not None:
            client = self.farm.client()
            client.apply(client.stream_undo(result.transaction))
            assert difference(before, world(self.farm)) == []
            return False
        self.changed |= result.transaction is not None
        return True

    @rule(
        action=_actions,
        folding=st.sampled_from(FOLDINGS),
        policy=st.sampled_from(POLICIES[::-1]),
        undo=st.booleans(),
    )
    def change_from_the_other_repository(
        self, action: Action, folding: Folding, policy: Policy, undo: bool
    ) -> None:
        prefer = Preferences(folding=folding, on_conflict=policy)
        client = self.other.client()
        self._do(lambda: client.stream(action, ["git"], prefer=prefer), stream=False, undo=undo)

    def _plan(
        self, action: str, packages: list[str], folding: Folding, policy: Policy
    ) -> StreamingPlan:
        prefer = Preferences(folding=folding, on_conflict=policy)
        return self.farm.client().stream(action, packages, prefer=prefer)  # type: ignore[arg-type]

    @rule(
        action=_actions,
        packages=_packages,
        folding=st.sampled_from(FOLDINGS),
        policy=st.sampled_from(POLICIES[::-1]),
        stream=st.booleans(),
        undo=st.booleans(),
    )
    def change(
        self,
        action: str,
        packages: list[str],
        folding: Folding,
        policy: Policy,
        stream: bool,
        undo: bool,
    ) -> None:
        def plan() -> StreamingPlan:
            return self._plan(action, packages, folding, policy)

        if self._do(plan, stream=stream, undo=undo):
            again = plan().collect()
            assert again.operations == [], again.operations

    @rule(path=_paths, package=st.sampled_from(("git", "zsh")), undo=st.booleans())
    def adopt(self, path: str, package: str, undo: bool) -> None:
        def plan() -> StreamingPlan:
            client = self.farm.client()
            return client.stream_adopt(f"{self.farm.target}/{path}", package=package)

        self._do(plan, stream=False, undo=undo)

    @precondition(lambda self: self.changed)
    @rule(skip=st.booleans())
    def undo(self, skip: bool) -> None:
        prefer = Preferences(on_conflict="skip") if skip else Preferences()
        self._do(lambda: self.farm.client().stream_undo(prefer=prefer), stream=False, undo=False)

    @precondition(lambda self: self.changed and any(self.farm.client().backups()))
    @rule()
    def restore(self) -> None:
        def plan() -> StreamingPlan:
            client = self.farm.client()
            return client.stream_restore(*[backup.id for backup in client.backups()])

        self._do(plan, stream=False, undo=False)

    # The machine ---------------------------------------------------------------------

    @rule(
        action=_actions,
        packages=_packages,
        folding=st.sampled_from(FOLDINGS),
        policy=st.sampled_from(POLICIES[::-1]),
        stream=st.booleans(),
        point=st.integers(6, 30),
        resume=st.booleans(),
    )
    def crash(
        self,
        action: str,
        packages: list[str],
        folding: Folding,
        policy: Policy,
        stream: bool,
        point: int,
        resume: bool,
    ) -> None:
        before = world(self.farm)

        def run(changes: Changes) -> None:
            try:
                plan = self._plan(action, packages, folding, policy)
                apply(plan, state=self.farm.state, stream=stream, changes=changes)
            except (ConflictError, ScanFailed, OperationFailed, UsageError):
                return

        if not die_at(point, run):
            return
        recovery = self.farm.client().recover(resume=resume)
        assert recovery.left == ()
        if recovery.direction == "rolled_back":
            assert difference(before, world(self.farm)) == []

    # What always holds ---------------------------------------------------------------

    @invariant()
    def no_content_is_lost(self) -> None:
        found: dict[str, int] = {}
        for root in (
            self.farm.target,
            self.farm.directory,
            self.other.directory,
            self.farm.state,
        ):
            for above, _, names in os.walk(root):
                if root == self.farm.state and "/backups" not in above:
                    continue
                for name in names:
                    path = f"{above}/{name}"
                    if os.path.isfile(path) and not os.path.islink(path):
                        with open(path, encoding="utf-8") as file:
                            found[file.read()] = os.lstat(path).st_mode & 0o7777
        assert {content: found.get(content) for content in self.alive} == self.alive

    @invariant()
    def nothing_of_ours_is_left_lying_about(self) -> None:
        for root in (self.farm.target, self.farm.directory, self.other.directory):
            assert [path for path in snapshot(root) if ".~dotstream" in path] == []

    @invariant()
    def what_is_recorded_is_on_disk(self) -> None:
        place = existing_state(self.farm.state, self.farm.target)
        if place is None:
            return
        journal = Journal(place.journal, readonly=True)
        try:
            entries = list(journal.manifest.entries())
        finally:
            journal.close()
        for entry in entries:
            inside = entry.path.removeprefix(f"{self.farm.target}/")
            if not any(f"{inside}/".startswith(f"{path}/") for path in self.touched):
                if entry.kind == "directory":
                    assert os.path.isdir(entry.path), entry
                else:
                    assert os.readlink(entry.path) == entry.text, entry


@pytest.mark.timeout(by_length(400, 7200))
def test_no_byte_is_lost_and_everything_can_be_undone() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        UserAndOutsider,
        settings=settings(
            max_examples=_GAMES,
            stateful_step_count=14,
            derandomize=not LONG,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
