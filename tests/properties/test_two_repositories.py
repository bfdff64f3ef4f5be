"""Two repositories with packages of the same names, moved, cloned and thinned out meanwhile.

Whatever is done in one of them, what the other one shows in the home stays; what moves or is
cloned shows again all that it showed; and no repository is ever changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.farm import QUICK
from tests.long import by_length
from tests.snapshot import difference, snapshot

from dotstream.client import Client
from dotstream.errors import ConflictError, PackageNotFound, ScanFailed, UsageError
from dotstream.model.options import FOLDINGS, Folding, Preferences

if TYPE_CHECKING:
    from tests.snapshot import Tree

    from dotstream.model.options import Action

_REFUSED = (ConflictError, ScanFailed, UsageError, PackageNotFound)

_which = st.sampled_from(("public", "private"))
_packages = st.lists(st.sampled_from(("nvim", "zsh")), min_size=1, max_size=2, unique=True)
_members = st.sampled_from(
    ("a", "b", "dot-c", "d/x", "d/y", "d/e/x", "f/g", "clone/.git/HEAD", "clone/h")
)
_actions = st.sampled_from(("manage", "remanage", "unmanage"))
_foldings = st.sampled_from(FOLDINGS)


class TwoRepositories(RuleBasedStateMachine):
    """One game."""

    def __init__(self) -> None:
        super().__init__()
        self.root = tempfile.mkdtemp(prefix="dotstream-two-", dir=QUICK)
        self.home = f"{self.root}/home"
        self.places = {"public": f"{self.home}/public", "private": f"{self.home}/private"}
        self.count = 0

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(
        public=st.lists(_members, min_size=2, max_size=5, unique=True),
        private=st.lists(_members, min_size=2, max_size=5, unique=True),
    )
    def begin(self, public: list[str], private: list[str]) -> None:
        for which, members in (("public", public), ("private", private)):
            for package in ("nvim", "zsh"):
                for member in members:
                    self._write(f"{self.places[which]}/{package}/{member}")

    def _write(self, path: str) -> None:
        self.count += 1
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"content {self.count}")

    def _client(self, which: str) -> Client:
        return Client(
            self.places[which],
            target=self.home,
            state=f"{self.root}/state",
            home=self.home,
            environ={},
        )

    def _shown(self, which: str) -> dict[str, str]:
        """Return what a repository shows in the home: path → content."""
        place, found = self.places[which], {}
        for above, directories, names in os.walk(self.home, followlinks=True):
            if above == self.home:
                directories[:] = [name for name in directories if f"{above}/{name}" not in
                                  self.places.values()]  # fmt: skip
            for name in names:
                path = f"{above}/{name}"
                if os.path.realpath(path).startswith(f"{place}/"):
                    with open(path, encoding="utf-8") as file:
                        found[path] = file.read()
        return found

    def _repositories(self) -> list[Tree]:
        return [snapshot(place) for place in self.places.values()]

    @rule(
        which=_which, action=_actions, packages=_packages, folding=_foldings, undo=st.booleans()
    )
    def change(
        self, which: str, action: Action, packages: list[str], folding: Folding, undo: bool
    ) -> None:
        other = "private" if which == "public" else "public"
        shown, repositories = self._shown(other), self._repositories()
        before, client = snapshot(self.home), self._client(which)
        try:
            plan = client.stream(action, packages, prefer=Preferences(folding=folding))
            result = client.apply(plan)
        except _REFUSED:
            assert difference(before, snapshot(self.home)) == []
            return
        assert shown.items() <= self._shown(other).items()
        assert repositories == self._repositories()
        if undo and result.transaction is not None:
            client.apply(client.stream_undo(result.transaction))
            assert difference(before, snapshot(self.home)) == []

    @rule(which=_which)
    def fix(self, which: str) -> None:
        other = "private" if which == "public" else "public"
        both, repositories = [self._shown(each) for each in (which, other)], self._repositories()
        client = self._client(which)
        client.apply(client.stream_fix())
        client.correct()
        for shown, each in zip(both, (which, other), strict=True):
            assert shown.items() <= self._shown(each).items()
        assert repositories == self._repositories()

    @rule(which=_which, clone=st.booleans(), fixed=st.booleans())
    def move(self, which: str, clone: bool, fixed: bool) -> None:
        """Move a repository, or put a clone in its place; nothing that it shows is lost."""
        self.fix(which)
        shown = self._shown(which)
        self.count += 1
        old, new = self.places[which], f"{self.home}/{which}-{self.count}"
        if clone:
            shutil.copytree(old, new, symlinks=True)
            shutil.rmtree(old)
        else:
            os.rename(old, new)
        self.places[which] = new
        if fixed:
            self.fix(which)
            assert self._shown(which) == shown

    @rule(which=_which, package=st.sampled_from(("nvim", "zsh")))
    def lose_a_package(self, which: str, package: str) -> None:
        """Remove a package as a pull does, bring what is managed up to date, and put it back."""
        self.fix(which)
        other = "private" if which == "public" else "public"
        shown, path = self._shown(other), f"{self.places[which]}/{package}"
        os.rename(path, f"{self.root}/away")
        client = self._client(which)
        try:
            client.apply(client.stream_remanage())
            linked = {each.name for each in client.unwanted()}
            assert package not in linked
        except _REFUSED:
            pass  # nothing was managed, or a rival is in the way of what is
        assert shown.items() <= self._shown(other).items()
        os.rename(f"{self.root}/away", path)


@pytest.mark.timeout(by_length(400, 7200))
def test_what_one_repository_shows_is_not_touched_by_another() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        TwoRepositories,
        settings=settings(
            max_examples=by_length(40, 5_000),
            stateful_step_count=10,
            suppress_health_check=list(HealthCheck),
            derandomize=by_length(True, False),
        ),
    )
