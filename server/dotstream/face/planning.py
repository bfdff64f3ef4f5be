"""Planning, as a stream or in one go, and applying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import UsageError
from dotstream.face.opened import AS_CONFIGURED, Opened
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Metadata
from dotstream.places import components, within
from dotstream.planner.groups import Group, plan_groups
from dotstream.store.manifest_reader import ManifestRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from dotstream.model.events import Progress, Result
    from dotstream.model.history import Recovery
    from dotstream.model.items import Item, Operation
    from dotstream.model.options import Action, Options, Package, Preferences
    from dotstream.model.plan import Plan
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution

__all__ = ["Planning"]


class Planning(Opened):
    """Plans, and carries plans out; see ``Client``."""

    # Streaming ------------------------------------------------------------------------

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
        settings = self.settings
        names = settings.select(
            packages, profile, everything=everything, anywhere=action == "unmanage"
        )
        groups = self._groups(action, names, prefer)
        targets = tuple(sorted(group.target for group in groups))
        only: tuple[str, ...] = ()
        if path is not None:
            groups, only = self._narrowed(groups, path)
        return plan_groups(
            Metadata(
                action,
                names,
                self.directory,
                settings.target,
                settings.options(prefer),
                targets=targets,
            ),
            groups,
            lookup=self._lookup(prefer),
            cancel=cancel or CancellationToken(),
            only=only,
            records=ManifestRecords(self._state, settings.target),
        )

    def _groups(self, action: Action, names: Sequence[str], prefer: Preferences) -> list[Group]:
        """Return what is wanted of each target."""
        links, unlinks = action != "unmanage", action != "manage"
        by_target: dict[str, list[Package]] = {}
        for name in names:
            target = self._existing_target(self.settings.target_of(name))
            by_target.setdefault(target, []).append(self.settings.package(name, prefer))
        return [
            Group(
                target,
                found if links else (),
                [(0, package) for package in found] if unlinks else (),
            )
            for target, found in by_target.items()
        ]

    def _narrowed(
        self, groups: list[Group], path: str | PathLike[str]
    ) -> tuple[list[Group], tuple[str, ...]]:
        """Return the one group that a path is in, if any, and the path's components there."""
        wanted = self._places.below(path, {group.target for group in groups})
        around = [group for group in groups if within(wanted, group.target)]
        if not around:
            return [], ()
        group = max(around, key=lambda group: len(group.target))
        return [group], components(wanted, group.target)

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
        return self.stream(
            "manage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

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
        return self.stream(
            "unmanage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

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
        return self.stream(
            "remanage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = AS_CONFIGURED,
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

    # In one go ------------------------------------------------------------------------

    def plan(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan an action, the whole plan in memory; see ``stream``."""
        return self.stream(
            action,
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        ).collect()

    def plan_manage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to install links, the whole plan in memory; see ``stream``."""
        return self.plan(
            "manage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    def plan_unmanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to remove links, the whole plan in memory; see ``stream``."""
        return self.plan(
            "unmanage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    def plan_remanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to bring links up to date, the whole plan in memory; see ``stream``."""
        return self.plan(
            "remanage",
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    def plan_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to move what is in the target into a package, the whole plan in memory."""
        return self.stream_adopt(*paths, package=package, prefer=prefer, cancel=cancel).collect()

    # Scanning -------------------------------------------------------------------------

    def scan(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Scan:
        """Stream what packages have, as the target would show it; nothing there is looked at.

        Raises: as ``stream``.
        """
        from dotstream.planner.scan import Scan

        settings = self.settings
        names = settings.select(packages, profile, everything=everything)
        return Scan(
            [
                (settings.package(name, prefer), self._existing_target(settings.target_of(name)))
                for name in names
            ],
            directory=self.directory,
            options=settings.options(prefer),
            lookup=self._lookup(prefer),
            cancel=cancel or CancellationToken(),
        )

    # Applying -------------------------------------------------------------------------

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
        from dotstream.transaction.lifecycle import apply

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
    ) -> Execution:
        """Carry a plan out as it is iterated, and yield what happens; see ``apply``.

        Args:
            keep: if it is stopped, keep what was done and record it.
            planned: also yield each operation as it is planned.
        """
        from dotstream.transaction.execution import execution_of_plan

        return execution_of_plan(
            plan,
            state=self._state,
            stream=stream,
            digest=digest,
            cancel=cancel,
            wait=wait,
            keep=keep,
            planned=planned,
        )

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
    ) -> Execution:
        """Carry out operations from anywhere, as they are iterated: all of them or nothing.

        They may be those of a plan with some left out.  They need not be in memory: nothing
        is taken from them before the first event is asked for.

        Args:
            stream: carry each batch out before the next is asked for, instead of
                writing all of them down first.
            digest: of the operations that were shown.
            keep: if it is stopped, keep what was done and record it.
            partial: go on although the plan they are of met conflicts or scan errors.
            batch: how many are carried out, and told of, together.

        Raises (while iterating):
            OperationRefused: one cannot be carried out as it is: it was left without what it
                depends on, is in the wrong place, of another plan, or no operation of ours.
            ConflictsUnsettled: there were conflicts, and ``partial`` was not said.
        """
        from dotstream.transaction.execution import execution_of_operations

        return execution_of_operations(
            operations,
            directory=self.directory,
            target=self.target,
            options=lambda: self.settings.options(AS_CONFIGURED),
            state=self._state,
            stream=stream,
            digest=digest,
            cancel=cancel,
            wait=wait,
            keep=keep,
            partial=partial,
            batch=batch,
        )
