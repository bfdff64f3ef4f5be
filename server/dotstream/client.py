"""The public face of dotstream: plan as a stream or in one go, and apply.

client = Client("~/dotfiles", target="~")
plan = client.plan_manage("zsh", "vim")
client.apply(plan)
"""

from __future__ import annotations

from contextlib import closing
from time import time

from dotstream.config.repository import Repository
from dotstream.declaring import declaring
from dotstream.errors import UsageError
from dotstream.fs.process import process_name
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import AS_CONFIGURED, Preferences
from dotstream.model.plan import Metadata
from dotstream.planner.request import (
    Asked,
    plan_adoption,
    plan_packages,
    plan_release,
    scan_packages,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from os import PathLike
    from typing import Concatenate, ParamSpec, TypeVar

    from dotstream.config.settings import Settings
    from dotstream.declaring import Declaring
    from dotstream.doctor.checkup import Checkup
    from dotstream.history.history import Past
    from dotstream.model.events import Corrected, Happening, Result
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Child, Operation
    from dotstream.model.located import Difference, Located
    from dotstream.model.member import Member
    from dotstream.model.options import Action
    from dotstream.model.plan import Plan
    from dotstream.model.status import PackageInfo, PackageStatus, Unwanted
    from dotstream.model.wish import Wish
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution
    from dotstream.transaction.terms import Control, Host

    _Arguments = ParamSpec("_Arguments")
    _Outcome = TypeVar("_Outcome")


def _collected(
    stream: Callable[Concatenate[Client, _Arguments], StreamingPlan],
) -> Declaring[Concatenate[Client, _Arguments], Plan]:
    """Declare a method that computes a whole plan into memory."""

    def call(client: Client, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Plan:
        return stream(client, *args, **kwargs).collect()

    return declaring(stream, call, "Plan")


def _drained(
    stream: Callable[Concatenate[Client, _Arguments], Execution[_Outcome]],
) -> Declaring[Concatenate[Client, _Arguments], _Outcome]:
    """Declare a method that carries a run to its end, and returns what came of it."""

    def call(client: Client, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Outcome:
        return stream(client, *args, **kwargs).drain()

    outcome = stream.__annotations__["return"].removeprefix("Execution[").removesuffix("]")
    return declaring(stream, call, outcome)


def _executing(
    steps: Callable[[Control[_Outcome]], Generator[Happening, None, _Outcome]],
    cancel: CancellationToken | None,
) -> Execution[_Outcome]:
    """Return the run of steps that are controlled from outside."""
    from dotstream.transaction.execution import Execution
    from dotstream.transaction.terms import Control

    control: Control[_Outcome] = Control(cancel)
    return Execution(steps(control), control)


class Client:
    """A package directory and its target, ready to plan and apply.

    Args:
        directory: the package directory; by default ``$DOTSTREAM_DIR``, or else the nearest
            one at or above the working directory.
        target: where links are made; by default what the configuration says, else home.
        state: where journals are kept; by default ``$XDG_STATE_HOME/dotstream``.
        environ, home, cwd: instead of this process's own.

    Raises:
        UsageError: no package directory was found.
    """

    def __init__(
        self,
        directory: str | PathLike[str] | None = None,
        *,
        target: str | PathLike[str] | None = None,
        state: str | PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        home: str | None = None,
        cwd: str | None = None,
    ) -> None:
        self._repository = Repository(
            directory, target=target, state=state, environ=environ, home=home, cwd=cwd
        )

    @property
    def directory(self) -> str:
        """The absolute canonical path of the package directory."""
        return self._repository.directory

    @property
    def root(self) -> str:
        """That of the directory with its configuration, which may be above it."""
        return self._repository.root

    @property
    def settings(self) -> Settings:
        """The configuration, read when it is first needed.

        Raises:
            ConfigError: it is wrong.
        """
        return self._repository.settings

    @property
    def target(self) -> str:
        """The absolute canonical path of the target."""
        return self._repository.target

    @property
    def state(self) -> str:
        """The absolute path of the state directory, where journals and backups are kept."""
        return self._repository.state

    @property
    def wishes(self) -> dict[Wish, bool]:
        """What the repository asks for beyond links in the home; whether that is agreed to.

        Raises:
            ConfigError: the configuration is wrong.
        """
        return self._repository.wishes

    def agree(self, wishes: Iterable[Wish] | None = None) -> None:
        """Agree to what the repository asks for, from here on; see ``wishes``.

        Args:
            wishes: some of them, beside those that are agreed to already; by default all.

        Raises:
            ConfigError: the configuration is wrong.
            OSError: that cannot be remembered.
        """
        from dotstream.config.agreement import agree

        known = self.wishes
        wanted = known.keys() if wishes is None else set(wishes)
        agree(
            self._repository.state,
            self.directory,
            (wish for wish, agreed in known.items() if agreed or wish in wanted),
        )

    def disagree(self) -> bool:
        """Withdraw what was agreed to; false if there was nothing.

        Raises:
            OSError: that cannot be forgotten.
        """
        from dotstream.config.agreement import revoke

        return revoke(self._repository.state, self.directory)

    # Planning -------------------------------------------------------------------------

    def stream(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan ``manage``, ``unmanage`` or ``remanage``, computed as it is iterated.

        Args:
            packages: names; none means the profile, or everything, or the default profile.
            path: plan only this path of the target and what is below it.
            cancel: stops the plan from any thread.

        Raises:
            UsageError: a name is no package name, or nothing is named.
            PackageNotFound: a package does not exist.
            ConfigError: the configuration or an ignore list is wrong.
        """
        asked = Asked(packages, profile, everything, prefer, cancel)
        return plan_packages(self._repository, action, asked, path=path)

    def stream_manage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to install links; see ``stream``."""
        asked = Asked(packages, profile, everything, prefer, cancel)
        return plan_packages(self._repository, "manage", asked, path=path)

    def stream_unmanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to remove links; see ``stream``."""
        asked = Asked(packages, profile, everything, prefer, cancel)
        return plan_packages(self._repository, "unmanage", asked, path=path)

    def stream_remanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to bring links up to date with the smallest change; see ``stream``."""
        asked = Asked(packages, profile, everything, prefer, cancel)
        return plan_packages(self._repository, "remanage", asked, path=path)

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        whole: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move what is in the target into a package, and link it back.

        Args:
            paths: in the target; relative ones are looked for in the working directory,
                then in the target. ``*``, ``?`` and ``[…]`` match names.
            package: where to; by default named after the paths. It need not exist.
            whole: move git repositories too, each as one; else they stay in place.

        Raises:
            UsageError: a path is outside of the target, or is in the package directory or the
                state directory; or no package name can be found.
        """
        return plan_adoption(
            self._repository,
            paths,
            package=package,
            whole=whole,
            prefer=prefer,
            cancel=cancel,
        )

    def stream_release(
        self,
        *paths: str | PathLike[str],
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move what packages have out of them, to where it is linked: undo ``adopt``.

        Args:
            paths: links, or what is below one, in the target; as for ``stream_adopt``.

        Raises:
            UsageError: no package of this directory has a path.
        """
        return plan_release(self._repository, paths, prefer=prefer, cancel=cancel)

    @_collected(stream)
    def plan(self) -> None:
        """Plan an action, the whole plan in memory; see ``stream``."""

    @_collected(stream_manage)
    def plan_manage(self) -> None:
        """Plan to install links, the whole plan in memory; see ``stream``."""

    @_collected(stream_unmanage)
    def plan_unmanage(self) -> None:
        """Plan to remove links, the whole plan in memory; see ``stream``."""

    @_collected(stream_remanage)
    def plan_remanage(self) -> None:
        """Plan to bring links up to date, the whole plan in memory; see ``stream``."""

    @_collected(stream_adopt)
    def plan_adopt(self) -> None:
        """Plan to move what is in the target into a package, the whole plan in memory."""

    @_collected(stream_release)
    def plan_release(self) -> None:
        """Plan to move what packages have out of them, the whole plan in memory."""

    def scan(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Scan:
        """Stream what packages have, as the target would show it; the target is not looked at.

        Raises: as ``stream``.
        """
        asked = Asked(packages, profile, everything, prefer, cancel)
        return scan_packages(self._repository, asked)

    def stream_members(
        self,
        members: Iterable[Member],
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to install links for some of the members that ``scan`` has, and for no others.

        A directory is opened, not folded, where a member of it is missing.  Directories
        themselves may be missing: they are there for what is in them.  A link is a member
        with all that it leads to.  All members are read before the first item, which takes
        memory for the open directories only.

        Args:
            members: of a scan of these packages, in its order, some left out.
            packages, profile, everything, prefer: as they were given to ``scan``.

        Raises (while iterating):
            MemberRefused: a member is not in a package of these, is not as ``scan`` has it
                with these preferences, or is not in its order; nothing is planned.
        """
        if members is None:
            raise TypeError("members come from a scan; without them, this is stream_manage")
        asked = Asked(packages, profile, everything, prefer, cancel)
        return plan_packages(self._repository, "manage", asked, members=members)

    @_collected(stream_members)
    def plan_members(self) -> None:
        """Plan to link some members, the whole plan in memory; see ``stream_members``."""

    def children(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        directory: str | PathLike[str] | None = None,
        skip: int = 0,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Iterator[Child]:
        """Plan the names of one directory, and nothing below; see ``stream``.

        Put together, all directories are the whole plan.  Whether a directory becomes one
        link, and whether one that we made goes, depends on all that is in it, so it is
        looked through until that is known.

        Args:
            directory: in the target; by default the target.
            skip: how many names to leave out at the beginning, for the next page.

        Yields:
            The names that the plan has something for, or looks further down at, each once
            and in byte order; with an empty name what is about the directory itself.

        Raises:
            UsageError: the directory is in no target of these packages.
            PackageNotFound, ConfigError: as ``stream``.
        """
        from dotstream.planner.children import children

        asked = Asked(packages, profile, everything, prefer, cancel)
        return children(self._repository, action, asked, directory=directory, skip=skip)

    # Carrying out ---------------------------------------------------------------------

    def apply(
        self,
        plan: Plan | StreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
    ) -> Result:
        """Carry a plan out, in one go; see ``stream_apply``."""
        return self.stream_apply(
            plan, stream=stream, digest=digest, cancel=cancel, wait=wait, keep=keep
        ).drain()

    def stream_apply(
        self,
        plan: Plan | StreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        planned: bool = False,
    ) -> Execution[Result]:
        """Carry a plan out as it is iterated, all of it or nothing, and tell what happens.

        An unfinished transaction of an earlier run is rolled back first.

        Args:
            stream: begin while the plan is still being computed.
            digest: of the plan that was shown; if the plan is another by now, it is refused.
            cancel: stops it between two operations, and everything is rolled back.
            wait: wait for another dotstream that is changing the same target.
            keep: if it is stopped, keep what was done and record it.
            planned: also yield each operation as it is planned.

        Raises:
            NotAgreed: the repository asks for what its user has not agreed to.

        Raises (while iterating):
            ConflictError, ScanFailed, StalePlan, TargetLocked: nothing was changed.
            UsageError: the items of a plan in memory are not those that it was made with;
                nothing was changed.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        from dotstream.transaction.execution import execution_of_plan
        from dotstream.transaction.terms import Terms

        execution = execution_of_plan(
            plan,
            host=self._host,
            terms=Terms(stream=stream, digest=digest, wait=wait),
            cancel=cancel,
            keep=keep,
            planned=planned,
        )
        self._repository.require_agreement(plan.metadata)
        return execution

    def execute(
        self,
        operations: Iterable[Operation],
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        partial: bool = False,
        batch: int = 2048,
    ) -> Execution[Result]:
        """Carry out operations from anywhere, as they are iterated: all of them or nothing.

        They may be those of a plan with some left out.  They need not be in memory: nothing
        is taken from them before the first event is asked for.

        Args:
            stream: carry each batch out before the next is asked for, instead of
                writing all of them down first.  Each is on the disk, in the journal, before
                it begins, so that small batches cost a flush of the disk each.
            digest: of the operations that were shown.
            keep: if it is stopped, keep what was done and record it.
            partial: go on although the plan they are of met conflicts or scan errors.
            batch: how many are carried out, and told of, together.

        Raises (while iterating):
            OperationRefused: one cannot be carried out as it is: it was left without what it
                depends on, is in the wrong place, of another plan, or no operation of ours.
            ConflictsUnsettled: there were conflicts, and ``partial`` was not said.
            NotAgreed: the repository asks for what its user has not agreed to.
        """
        from dotstream.transaction.execution import execution_of_operations
        from dotstream.transaction.terms import Terms

        return execution_of_operations(
            operations,
            self._metadata,
            host=self._host,
            terms=Terms(stream=stream, digest=digest, wait=wait, batch=batch),
            cancel=cancel,
            keep=keep,
            partial=partial,
        )

    def _metadata(self, first: Operation | None) -> Metadata:
        """Return what operations that are of no plan are about, by the first of them.

        Raises:
            NotAgreed: they are of a plan that heeds what the user has not agreed to.
        """
        origin = None if first is None else first.directory.origin
        if origin is not None and origin.metadata.directory == self.directory:
            self._repository.require_agreement(origin.metadata)
        packages = (first.package,) if first is not None and first.package else ()
        removes = first is not None and first.kind in ("remove_link", "remove_dir")
        action: Action = "unmanage" if removes else "manage"
        return Metadata(action, packages, self.directory, self.target, self.settings.options())

    @property
    def _host(self) -> Host:
        """What the engine is told of this process."""
        from dotstream.fs.change import Changes
        from dotstream.transaction.terms import Host

        return Host(self._repository.state, process_name(), time, Changes())

    # Looking --------------------------------------------------------------------------

    def packages(self) -> list[PackageInfo]:
        """List the packages that exist or are configured, in byte order of their names."""
        return self.settings.listed()

    def status(
        self, *packages: str, cancel: CancellationToken | None = None
    ) -> Iterator[PackageStatus]:
        """Tell how far each package is linked, one package at a time.

        Args:
            packages: names; none means all that are for this machine.
        """
        from dotstream.planner.linked import Linked

        yield from Linked(self._repository, cancel).status(packages)

    def outdated(
        self, *packages: str, beyond: int = 0, cancel: CancellationToken | None = None
    ) -> int:
        """Count the links of packages that no longer lead to anything; ``remanage`` removes them.

        Args:
            packages: names.
            beyond: how many links are known to be as wanted; where no more are recorded, that
                is all there is to it.
        """
        from dotstream.planner.linked import Linked

        return Linked(self._repository, cancel).outdated(packages, beyond)

    def unwanted(self) -> list[Unwanted]:
        """List packages whose links are no longer wanted; ``remanage`` removes them.

        They are gone, or disabled here, or have another target now, or are in no profile that
        was chosen.
        """
        from dotstream.planner.linked import Linked

        here = Linked(self._repository, None).managed()
        return [*here.unwanted, *here.moved]

    def linked_elsewhere(self) -> dict[str, dict[str, int]]:
        """Return how many links of each package are in targets other than this one.

        Those in a target that was configured before do not count; ``unwanted`` has them.

        Raises:
            JournalError: what is recorded of one cannot be read.
        """
        with closing(self._repository.records()) as records:
            return records.linked_elsewhere(self.directory)

    def links(
        self, *packages: str, cancel: CancellationToken | None = None
    ) -> Iterator[Operation]:
        """List the links that are in place, package by package, as ``keep_link`` operations.

        Args:
            packages: names; none means all that are for this machine.
        """
        from dotstream.planner.linked import Linked

        yield from Linked(self._repository, cancel).links(packages)

    def locate(self, path: str | PathLike[str]) -> Located:
        """Tell how one path relates to the packages; it may be on either side.

        Only the way down to it is looked at, once for every package that could have it.

        Args:
            path: in a package, or in a target; need not exist.

        Raises:
            ConfigError: the configuration or an ignore list is wrong.
            OSError: the package directory or the target cannot be opened.
        """
        from dotstream.planner.locate import locate

        return locate(self._repository, path)

    def diff(
        self, path: str | PathLike[str], *, cancel: CancellationToken | None = None
    ) -> Difference:
        """Compare a package's file with what is at its place in the target.

        Args:
            path: of either of them.

        Raises:
            Cancelled: the token was cancelled.
            UsageError: it has nothing to do with any package.
            OSError: one of them cannot be read.
        """
        from dotstream.fs.difference import difference

        found = self.locate(path)
        source, target = found.source, found.target
        if source is None or target is None:
            raise UsageError(f"{found.path} cannot be compared: {found.message}")
        return difference(
            source, target, linked=found.state == "linked", cancel=cancel or CancellationToken()
        )

    # The past -------------------------------------------------------------------------

    def history(self, limit: int | None = None) -> Iterator[Transaction]:
        """Stream the target's transactions, newest first.

        Raises:
            JournalError: the journal cannot be used.
        """
        yield from self._past.history(limit)

    def unfinished(self) -> Transaction | None:
        """Return the transaction that another run left unfinished, without waiting for it."""
        from dotstream.history.unfinished import unfinished

        return unfinished(self.state, self.target)

    def stream_undo(
        self,
        number: int | None = None,
        *,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to undo a finished transaction.

        Args:
            number: of the transaction; by default the last one that is no undo itself.

        Raises:
            UsageError: there is no such transaction, or it cannot be undone.
        """
        return self._past.plan_undo(
            number,
            options=self.settings.options(prefer),
            skip=prefer.on_conflict == "skip",
            cancel=cancel,
        )

    def stream_recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Execution[Recovery]:
        """Finish what another run left unfinished, as it is iterated, and tell what happens.

        Args:
            resume: carry it to its end instead of rolling it back, where that can be done.
            cancel: stops waiting for the lock, or between two steps; the rest is left for
                the next time.

        Raises (while iterating):
            RecoveryStopped: it was cancelled half-way.
            TargetLocked: the other run is still at it.
            RollbackIncomplete: the system refused something; trying again is safe.
        """
        return _executing(
            lambda control: self._past.recovering(control, resume=resume, wait=wait), cancel
        )

    @_drained(stream_recover)
    def recover(self) -> None:
        """Finish what another run left unfinished, in one go; see ``stream_recover``."""

    def backups(self) -> Iterator[Backup]:
        """Stream what was moved out of the way and is kept, oldest first."""
        yield from self._past.backups()

    def stream_restore(
        self,
        *numbers: int,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move backups back to where they were.

        Raises:
            UsageError: there is no backup of that number.
        """
        return self._past.plan_restore(
            numbers,
            directory=self.directory,
            options=self.settings.options(prefer),
            skip=prefer.on_conflict == "skip",
            cancel=cancel,
        )

    def stream_prune_backups(
        self,
        older_than: float | None = None,
        *,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Execution[list[Backup]]:
        """Remove backups for good, and report each once they are gone.

        Args:
            older_than: only those of transactions that began at least so many seconds ago.
            cancel: stops waiting for the lock; pruning itself is never cut short.

        Raises (while iterating):
            TargetLocked: another dotstream is changing the target.
        """
        return _executing(
            lambda control: self._past.pruning(control, older_than, wait=wait), cancel
        )

    @_drained(stream_prune_backups)
    def prune_backups(self) -> None:
        """Remove backups for good, and return them; see ``stream_prune_backups``."""

    def prune_history(
        self,
        *,
        keep: int | None = None,
        older_than: float | None = None,
        dry_run: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> list[Transaction]:
        """Forget old transactions for good, and return them, oldest first.

        They cannot be undone any more.  One that has a backup in the list stays, and so does
        the last one.

        Args:
            keep: how many of the newest stay.
            older_than: only those that began at least so many seconds ago.
            dry_run: only return them.
            cancel: stops waiting for the lock; pruning itself is never cut short.

        Raises:
            TargetLocked: another dotstream is changing the target.
        """
        if dry_run:
            return self._past.to_prune(keep, older_than)
        return self._past.prune_history(keep, older_than, wait=wait, cancel=cancel)

    @property
    def _past(self) -> Past:
        from dotstream.history.history import Past

        return Past(self._host, self.target)

    # Health ---------------------------------------------------------------------------

    def doctor(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> Iterator[Finding]:
        """Find what is wrong with links and records, each problem once; nothing is changed.

        Args:
            mode: ``off`` looks at what is recorded; ``scoped`` also lists the directories
                that packages or records have; ``deep`` the whole target.
            depth, skip: how far down ``deep`` goes, and globs for what it passes over.
        """
        from dotstream.doctor.check import examine

        yield from examine(self._checkup(mode, depth, skip, cancel))

    def stream_fix(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan the fixes that need no decision and lose nothing; apply it, then ``correct``.

        It is not for ``apply(stream=True)``.
        """
        from dotstream.doctor.fix import fixing

        return fixing(self._checkup(mode, depth, skip, cancel))

    def stream_correct(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Execution[Corrected]:
        """Correct the records to match the links on disk, and report progress.

        Raises (while iterating):
            TargetLocked: another dotstream is changing the target.
            JournalError: the database cannot be used, or a transaction is unfinished.
        """
        from dotstream.doctor.records import correcting

        return _executing(
            lambda control: correcting(
                self._checkup(mode, depth, skip, control.cancel, wait=wait), control
            ),
            cancel,
        )

    @_drained(stream_correct)
    def correct(self) -> None:
        """Correct the records to match the links on disk, in one go; see ``stream_correct``."""

    def stream_rebuild(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Execution[Corrected]:
        """Rebuild the records; a database that cannot be used is moved aside.

        Raises (while iterating):
            TargetLocked: another dotstream is changing the target.
            JournalError: a transaction is unfinished, or the state cannot be written.
        """
        from dotstream.doctor.records import rebuilding

        return _executing(
            lambda control: rebuilding(
                self._checkup(mode, depth, skip, control.cancel, wait=wait), control
            ),
            cancel,
        )

    @_drained(stream_rebuild)
    def rebuild(self) -> None:
        """Rebuild the records, in one go; see ``stream_rebuild``."""

    def _checkup(
        self,
        mode: ScanMode,
        depth: int | None,
        skip: Sequence[str],
        cancel: CancellationToken | None,
        *,
        wait: bool = False,
    ) -> Checkup:
        from dotstream.config.names import require_word
        from dotstream.doctor.checkup import checkup_of
        from dotstream.model.finding import SCAN_MODES

        require_word("mode", mode, SCAN_MODES)
        return checkup_of(
            self._repository,
            self._host,
            mode=mode,
            depth=depth,
            skip=skip,
            cancel=cancel,
            wait=wait,
        )
