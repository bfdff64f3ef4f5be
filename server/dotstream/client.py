"""The face of dotstream: plan as a stream or in one go, and apply.

client = Client("~/dotfiles", target="~")
plan = client.plan_manage("zsh", "vim")
client.apply(plan)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.engine.past import Past
from dotstream.engine.records import ManifestRecords
from dotstream.errors import UsageError
from dotstream.fs.files import host_name, is_directory, platform
from dotstream.fs.look import canonical
from dotstream.fs.state import state_home
from dotstream.fs.surroundings import home_directory
from dotstream.fs.terminal import environment
from dotstream.model.cancel import CancellationToken
from dotstream.model.items import Operation
from dotstream.model.options import Package, Preferences
from dotstream.model.plan import Metadata
from dotstream.places import Places
from dotstream.planner.groups import Group, plan_groups
from dotstream.planner.stream import StreamingPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from os import PathLike

    from dotstream.config.settings import Settings
    from dotstream.engine.doctor.subject import Subject
    from dotstream.model.events import Progress, Result
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Item
    from dotstream.model.options import Action, Options
    from dotstream.model.plan import Plan
    from dotstream.model.status import PackageInfo, PackageStatus

__all__ = ["Client"]

_AS_CONFIGURED = Preferences()


class Client:
    """A package directory and its target, ready to plan and apply.

    Args:
        directory: the package directory; by default the nearest one at or above the
            working directory, else ``$DOTSTREAM_DIR``.
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
        self._environ = environment() if environ is None else environ
        self._home = home or home_directory(self._environ)
        self._places = Places(self._home, cwd)
        self._target = None if target is None else self._places.expand(target)
        self._state = (
            self._places.expand(state) if state else state_home(self._environ, self._home)
        )
        self.directory = canonical(
            self._places.expand(directory) if directory else self._discover()
        )
        self._settings: Settings | None = None

    def _discover(self) -> str:
        from dotstream.config.discover import find_directory

        named = self._environ.get("DOTSTREAM_DIR")
        if named:
            return self._places.expand(named)
        found = find_directory(self._places.cwd)
        if found is None:
            raise UsageError(
                "no package directory here; name one with --dir, set DOTSTREAM_DIR, "
                "or make one with 'dotstream init'"
            )
        return found

    @property
    def settings(self) -> Settings:
        """The configuration, read when it is first needed.

        Raises:
            ConfigError: it is wrong.
        """
        if self._settings is None:
            from dotstream.config.load import load

            self._settings = load(
                self.directory,
                home=self._home,
                environ=self._environ,
                hostname=host_name(),
                platform=platform(),
                target=self._target,
            )
        return self._settings

    @property
    def target(self) -> str:
        """The absolute canonical path of the target."""
        return self.settings.target

    # Streaming -------------------------------------------------------------------------

    def stream(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = _AS_CONFIGURED,
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
        settings = self.settings
        names = settings.select(
            packages, profile, everything=everything, anywhere=action == "unmanage"
        )
        links, unlinks = action != "unmanage", action != "manage"
        records = ManifestRecords(self._state, settings.target)
        by_target: dict[str, list[Package]] = {}
        for name in names:
            target = self._existing_target(settings.target_of(name))
            by_target.setdefault(target, []).append(settings.package(name, prefer))
        groups = [
            Group(
                target,
                found if links else (),
                [(0, package) for package in found] if unlinks else (),
            )
            for target, found in by_target.items()
        ]
        only: tuple[str, ...] = ()
        if path is not None:
            wanted = self._places.below(path, {group.target for group in groups})
            groups = [group for group in groups if f"{wanted}/".startswith(f"{group.target}/")]
            groups = sorted(groups, key=lambda group: len(group.target))[-1:]
            if groups:
                inside = wanted[len(groups[0].target) :].strip("/")
                only = tuple(inside.split("/")) if inside else ()
        return plan_groups(
            Metadata(
                action,
                names,
                self.directory,
                settings.target,
                settings.options(prefer),
                targets=tuple(sorted(by_target)),
            ),
            groups,
            lookup=self._lookup(prefer),
            cancel=cancel or CancellationToken(),
            only=only,
            records=records,
        )

    def stream_manage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> StreamingPlan:
        """Plan to install links; see ``stream``."""
        return self.stream("manage", packages, prefer=prefer)

    def stream_unmanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> StreamingPlan:
        """Plan to remove links; see ``stream``."""
        return self.stream("unmanage", packages, prefer=prefer)

    def stream_remanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> StreamingPlan:
        """Plan to bring links up to date with the smallest change; see ``stream``."""
        return self.stream("remanage", packages, prefer=prefer)

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move what is in the target into a package, and link it back.

        Args:
            paths: in the target; relative ones are looked for in the working directory,
                then in the target. ``*``, ``?`` and ``[…]`` match names.
            package: where to; by default named after the paths. It need not exist.

        Raises:
            UsageError: a path is outside of the target, or no package name can be found.
        """
        from dotstream.config.names import package_name
        from dotstream.planner.adopt import adopt, suggest_package

        settings = self.settings
        target = self._existing_target(settings.target)
        inside = self._places.inside(paths, target)
        if package is None:
            suggested = suggest_package(inside)
            if suggested is None:
                raise UsageError("these paths have no name in common; name one with --package")
            if settings.options(prefer).layout == "named":
                from dotstream.planner.names import to_package

                suggested = to_package(inside[0].partition("/")[0]) or suggested
            package = suggested
        package = package_name(package)
        into = settings.package(package, prefer)
        return plan_groups(
            Metadata(
                "adopt", (package,), self.directory, settings.target, settings.options(prefer)
            ),
            [Group(target)],
            lookup=self._lookup(prefer),
            cancel=cancel or CancellationToken(),
            plan=lambda farm, _: adopt(farm, into, inside, keep=(self._state,)),
        )

    def stream_steps(
        self,
        *,
        unmanage: Sequence[Package],
        manage: Sequence[Package],
        options: Options,
        target: str,
        lookup: Callable[[str, str], Package],
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan packages that are already resolved: first unlink in order, then link in order.

        What GNU Stow's command line asks for; no configuration is read.
        """
        names = tuple(dict.fromkeys(package.name for package in (*unmanage, *manage)))
        action: Action = "remanage" if unmanage and manage else "manage"
        if unmanage and not manage:
            action = "unmanage"
        return plan_groups(
            Metadata(action, names, self.directory, target, options),
            [Group(target, manage, list(enumerate(unmanage)))],
            lookup=lookup,
            cancel=cancel or CancellationToken(),
        )

    # In one go -------------------------------------------------------------------------

    def plan_manage(self, *packages: str, prefer: Preferences = _AS_CONFIGURED) -> Plan:
        """Plan to install links, the whole plan in memory."""
        return self.stream_manage(*packages, prefer=prefer).collect()

    def plan_unmanage(self, *packages: str, prefer: Preferences = _AS_CONFIGURED) -> Plan:
        """Plan to remove links, the whole plan in memory."""
        return self.stream_unmanage(*packages, prefer=prefer).collect()

    def plan_remanage(self, *packages: str, prefer: Preferences = _AS_CONFIGURED) -> Plan:
        """Plan to bring links up to date, the whole plan in memory."""
        return self.stream_remanage(*packages, prefer=prefer).collect()

    def plan_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = _AS_CONFIGURED,
    ) -> Plan:
        """Plan to move what is in the target into a package, the whole plan in memory."""
        return self.stream_adopt(*paths, package=package, prefer=prefer).collect()

    # Applying --------------------------------------------------------------------------

    def apply(
        self,
        plan: Plan | StreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        on_item: Callable[[Item], None] | None = None,
        on_trouble: Callable[[Item], None] | None = None,
        on_recovery: Callable[[Recovery], None] | None = None,
    ) -> Result:
        """Carry a plan out: all of it or nothing.

        An unfinished transaction of an earlier run is taken back first.

        Args:
            stream: begin while the plan is still being computed.
            digest: of the plan that was shown; if the plan is another by now, it is refused.
            cancel: stops it between two operations, and everything is rolled back.
            wait: wait for another dotstream that is changing the same target.
            on_progress: called once per batch of operations.
            on_item: called for every item as it is planned.
            on_trouble: called for those that are no operations; a long plan is done sooner
                if nobody asks for the others.
            on_recovery: called if an unfinished transaction was taken back.

        Raises:
            ConflictError, ScanFailed, StalePlan, TargetLocked: nothing was changed.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        from dotstream.engine.transaction import apply

        return apply(
            plan,
            state=self._state,
            stream=stream,
            digest=digest,
            cancel=cancel,
            wait=wait,
            on_progress=on_progress,
            on_item=on_item,
            on_trouble=on_trouble,
            on_recovery=on_recovery,
        )

    # The past --------------------------------------------------------------------------

    def history(self, limit: int | None = None) -> Iterator[Transaction]:
        """Stream the target's transactions, newest first.

        Raises:
            JournalError: the journal cannot be used.
        """
        yield from self._past.history(limit)

    def unfinished(self) -> Transaction | None:
        """Return the transaction that another run left unfinished; nobody is kept waiting."""
        return self._past.unfinished()

    def stream_undo(
        self,
        number: int | None = None,
        *,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to take a finished transaction back.

        Args:
            number: of the transaction; by default the last one that is no undo itself.

        Raises:
            UsageError: there is no such transaction, or it cannot be undone.
        """
        token = cancel or CancellationToken()
        found = self._past.to_undo(number)
        metadata = Metadata(
            "undo",
            found.packages,
            found.directory,
            self.target,
            self.settings.options(prefer),
            found.id,
        )
        items = self._past.undo(found, skip=prefer.on_conflict == "skip", cancel=token)
        return StreamingPlan(metadata, items, token, lambda: 0)

    def recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Recovery:
        """Finish what another run left unfinished.

        Args:
            resume: carry it to its end instead of taking it back, where that can be done.
            cancel: stops waiting for the lock; a rollback is never cut short.

        Raises:
            TargetLocked: the other run is still at it.
            RollbackIncomplete: the system refused something; trying again is safe.
        """
        return self._past.recover(
            resume=resume, wait=wait, cancel=cancel, on_progress=on_progress
        )

    def backups(self) -> Iterator[Backup]:
        """Stream what was moved out of the way and is kept, oldest first."""
        yield from self._past.backups()

    def stream_restore(
        self,
        *numbers: int,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move backups back to where they were.

        Raises:
            UsageError: there is no backup of that number.
        """
        items = self._past.restore(numbers, skip=prefer.on_conflict == "skip")
        metadata = Metadata(
            "restore", (), self.directory, self.target, self.settings.options(prefer)
        )
        return StreamingPlan(metadata, items, cancel or CancellationToken(), lambda: 0)

    def prune_backups(
        self, older_than: float | None = None, *, wait: bool = False
    ) -> list[Backup]:
        """Remove backups for good, and return them.

        Args:
            older_than: only those of transactions begun so many seconds ago.
        """
        return self._past.prune(older_than, wait=wait)

    @property
    def _past(self) -> Past:
        return Past(self._state, self.target)

    # Looking ---------------------------------------------------------------------------

    def packages(self) -> list[PackageInfo]:
        """List the packages that exist or are configured, in byte order of their names."""
        from dotstream.fs.listing import sort_key
        from dotstream.model.status import PackageInfo

        settings = self.settings
        existing = set(settings.available())
        found = []
        for name in sorted(existing | set(settings.packages), key=sort_key):
            own = settings.packages.get(name)
            why = settings.excluded(name)
            if why is None and name not in existing:
                why = "there is no such directory"
            path = f"{self.directory}/{name}"
            required = own is not None and own.required
            found.append(
                PackageInfo(name, path, settings.target_of(name), why is None, why, required)
            )
        return found

    def status(
        self, *packages: str, cancel: CancellationToken | None = None
    ) -> Iterator[PackageStatus]:
        """Tell how far each package is linked, one package at a time.

        Args:
            packages: names; none means all that are for this machine.
        """
        from dotstream.model.status import PackageStatus

        names = self.settings.select(packages, everything=not packages)
        for name in names:
            with self.stream("manage", [name], cancel=cancel) as plan:
                for _ in plan:
                    pass
            yield PackageStatus.of(name, plan.summary)

    def links(
        self, *packages: str, cancel: CancellationToken | None = None
    ) -> Iterator[Operation]:
        """List the links that are in place, as ``keep_link`` operations.

        Args:
            packages: names; none means all that are for this machine.
        """
        prefer = Preferences(report_kept=True)
        with self.stream(
            "manage", packages, everything=not packages, prefer=prefer, cancel=cancel
        ) as plan:
            for item in plan:
                if isinstance(item, Operation) and item.kind == "keep_link":
                    yield item

    # Checking and mending --------------------------------------------------------------

    def doctor(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> Iterator[Finding]:
        """Look for what is wrong with links and records, each thing once; changes nothing.

        Args:
            mode: ``off`` looks at what is recorded; ``scoped`` also lists the directories
                that packages or records have; ``deep`` the whole target.
            depth, skip: how far down ``deep`` goes, and globs for what it passes over.
        """
        from dotstream.engine.doctor.check import examine

        yield from examine(self._subject(mode, depth, skip, cancel))

    def stream_fix(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan what mends links without a decision and without loss; apply it, then ``correct``.

        It is not for ``apply(stream=True)``.
        """
        from dotstream.engine.doctor.mend import mending

        return mending(self._subject(mode, depth, skip, cancel))

    def correct(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> int:
        """Put the records right by the links on disk; returns how many were wrong.

        Raises:
            TargetLocked: another dotstream is changing the target.
            JournalError: the database cannot be used, or a transaction is unfinished.
        """
        from dotstream.engine.doctor.mend import correct

        return correct(self._subject(mode, depth, skip, cancel, wait=wait))

    def rebuild(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> tuple[str | None, int]:
        """Make the records anew; a database that cannot be used is moved aside.

        Returns:
            Where it is now, or ``None``, and how many records were made or corrected.

        Raises:
            TargetLocked: another dotstream is changing the target.
            JournalError: a transaction is unfinished, or the state cannot be written.
        """
        from dotstream.engine.doctor.mend import rebuild

        return rebuild(self._subject(mode, depth, skip, cancel, wait=wait))

    def _subject(
        self,
        mode: ScanMode,
        depth: int | None,
        skip: Sequence[str],
        cancel: CancellationToken | None,
        *,
        wait: bool = False,
    ) -> Subject:
        from dotstream.engine.doctor.subject import Subject

        settings = self.settings
        packages: dict[str, list[Package]] = {}
        for name in settings.available():
            packages.setdefault(settings.target_of(name), []).append(settings.package(name))
        return Subject(
            directory=self.directory,
            target=settings.target,
            options=settings.options(),
            packages=packages,
            lookup=self._lookup(_AS_CONFIGURED),
            state=self._state,
            mode=mode,
            depth=depth,
            wait=wait,
            skip=tuple(skip),
            cancel=cancel or CancellationToken(),
        )

    # Paths and packages ----------------------------------------------------------------

    def _existing_target(self, target: str) -> str:
        if not is_directory(target):
            raise UsageError(f"the target {target} is not a directory; make it, or name another")
        return target

    def _lookup(self, prefer: Preferences) -> Callable[[str, str], Package]:
        """Return what finds packages whose folds are in the way of this run's."""

        def lookup(stow_dir: str, name: str) -> Package:
            if stow_dir == self.directory:
                return self.settings.package(name, prefer)
            from dotstream.config.load import load

            other = load(
                stow_dir,
                home=self._home,
                environ=self._environ,
                hostname=host_name(),
                platform=platform(),
                target=self._target,
            )
            return other.package(name, prefer)

        return lookup
