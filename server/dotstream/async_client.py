"""dotstream for asyncio: the same words, computed in worker threads.

async with client.stream_manage("zsh") as plan:
    async for item in plan:
        ...

Written by ``python -m tests.client.async_client`` from ``client.py``; a test keeps it so.
"""

from __future__ import annotations

import asyncio

from dotstream.async_feed import Feed
from dotstream.async_streams import (
    AsyncExecution,
    AsyncScan,
    AsyncStream,
    AsyncStreamingPlan,
    plan_of,
    stream_of,
    to_its_end,
)
from dotstream.client import Client
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import AS_CONFIGURED, Preferences

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
    from os import PathLike

    from dotstream.light_typing import Self
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.child import Child
    from dotstream.model.difference import Difference
    from dotstream.model.events import Corrected, Result
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Operation
    from dotstream.model.located import Located
    from dotstream.model.member import Member
    from dotstream.model.options import Action
    from dotstream.model.plan import Plan
    from dotstream.model.status import PackageInfo, PackageStatus, Unwanted
    from dotstream.model.wish import Wish

__all__ = ["AsyncClient"]


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``.

    What looks is computed in worker threads.  What changes something is not left half done:
    cancelling the awaiting task cancels the token, waits until what was done is rolled back,
    and then raises ``asyncio.CancelledError``.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def open(
        cls,
        directory: str | PathLike[str] | None = None,
        *,
        target: str | PathLike[str] | None = None,
        state: str | PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        home: str | None = None,
        cwd: str | None = None,
    ) -> Self:
        """Return the client of a package directory; see ``Client``."""
        return cls(
            Client(directory, target=target, state=state, environ=environ, home=home, cwd=cwd)
        )

    @property
    def directory(self) -> str:
        """The absolute canonical path of the package directory."""
        return self.client.directory

    async def agree(
        self,
        wishes: Iterable[Wish] | None = None,
    ) -> None:
        """Agree to what the repository asks for, from here on.

        See ``Client.agree``.
        """
        return await asyncio.to_thread(self.client.agree, wishes)

    async def disagree(
        self,
    ) -> bool:
        """Take back what was agreed to; false if there was nothing.

        See ``Client.disagree``.
        """
        return await asyncio.to_thread(self.client.disagree)

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
    ) -> AsyncStreamingPlan:
        """Plan ``manage``, ``unmanage`` or ``remanage``, computed as it is iterated.

        See ``Client.stream``.
        """
        return AsyncStreamingPlan(
            self.client.stream(
                action,
                packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                path=path,
                cancel=cancel,
            )
        )

    def stream_manage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to install links; see ``Client.stream_manage``."""
        return AsyncStreamingPlan(
            self.client.stream_manage(
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                path=path,
                cancel=cancel,
            )
        )

    def stream_unmanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to remove links; see ``Client.stream_unmanage``."""
        return AsyncStreamingPlan(
            self.client.stream_unmanage(
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                path=path,
                cancel=cancel,
            )
        )

    def stream_remanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to bring links up to date with the smallest change.

        See ``Client.stream_remanage``.
        """
        return AsyncStreamingPlan(
            self.client.stream_remanage(
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                path=path,
                cancel=cancel,
            )
        )

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        whole: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to move what is in the target into a package, and link it back.

        See ``Client.stream_adopt``.
        """
        return AsyncStreamingPlan(
            self.client.stream_adopt(
                *paths, package=package, whole=whole, prefer=prefer, cancel=cancel
            )
        )

    def stream_release(
        self,
        *paths: str | PathLike[str],
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to move what packages have out of them, to where it is linked: undo ``adopt``.

        See ``Client.stream_release``.
        """
        return AsyncStreamingPlan(
            self.client.stream_release(*paths, prefer=prefer, cancel=cancel)
        )

    async def plan(
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
        """Plan an action, the whole plan in memory.

        See ``Client.plan``.
        """
        return await asyncio.to_thread(
            self.client.plan,
            action,
            packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    async def plan_manage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to install links, the whole plan in memory.

        See ``Client.plan_manage``.
        """
        return await asyncio.to_thread(
            self.client.plan_manage,
            *packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    async def plan_unmanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to remove links, the whole plan in memory.

        See ``Client.plan_unmanage``.
        """
        return await asyncio.to_thread(
            self.client.plan_unmanage,
            *packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    async def plan_remanage(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        path: str | PathLike[str] | None = None,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to bring links up to date, the whole plan in memory.

        See ``Client.plan_remanage``.
        """
        return await asyncio.to_thread(
            self.client.plan_remanage,
            *packages,
            profile=profile,
            everything=everything,
            prefer=prefer,
            path=path,
            cancel=cancel,
        )

    async def plan_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        whole: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to move what is in the target into a package, the whole plan in memory.

        See ``Client.plan_adopt``.
        """
        return await asyncio.to_thread(
            self.client.plan_adopt,
            *paths,
            package=package,
            whole=whole,
            prefer=prefer,
            cancel=cancel,
        )

    async def plan_release(
        self,
        *paths: str | PathLike[str],
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to move what packages have out of them, the whole plan in memory.

        See ``Client.plan_release``.
        """
        return await asyncio.to_thread(
            self.client.plan_release, *paths, prefer=prefer, cancel=cancel
        )

    def scan(
        self,
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncScan:
        """Stream what packages have, as the target would show it; nothing there is looked at.

        See ``Client.scan``.
        """
        return AsyncScan(
            self.client.scan(
                *packages, profile=profile, everything=everything, prefer=prefer, cancel=cancel
            )
        )

    def stream_members(
        self,
        members: Iterable[Member] | AsyncIterable[Member],
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to install links for some of the members that ``scan`` has, and for no others.

        See ``Client.stream_members``.
        """
        feed = Feed(members)
        return AsyncStreamingPlan(
            self.client.stream_members(
                feed,
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            ),
            feed.stop,
        )

    async def plan_members(
        self,
        members: Iterable[Member] | AsyncIterable[Member],
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to link some members, the whole plan in memory.

        See ``Client.plan_members``.
        """
        feed = Feed(members)
        try:
            return await asyncio.to_thread(
                self.client.plan_members,
                feed,
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            )
        finally:
            feed.stop()

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
    ) -> AsyncStream[Child]:
        """Plan the names of one directory, and nothing below.

        See ``Client.children``.
        """
        return stream_of(
            self.client.children(
                action,
                packages,
                profile=profile,
                everything=everything,
                directory=directory,
                skip=skip,
                prefer=prefer,
                cancel=cancel,
            )
        )

    async def apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
    ) -> Result:
        """Carry a plan out, in one go; see ``Client.apply``."""
        return await to_its_end(
            lambda token: self.client.apply(
                plan_of(plan), stream=stream, digest=digest, cancel=token, wait=wait, keep=keep
            ),
            cancel,
        )

    def stream_apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        planned: bool = False,
    ) -> AsyncExecution[Result]:
        """Carry a plan out as it is iterated, all of it or nothing, and tell what happens.

        See ``Client.stream_apply``.
        """
        return AsyncExecution(
            self.client.stream_apply(
                plan_of(plan),
                stream=stream,
                digest=digest,
                cancel=cancel,
                wait=wait,
                keep=keep,
                planned=planned,
            )
        )

    def execute(
        self,
        operations: Iterable[Operation] | AsyncIterable[Operation],
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        partial: bool = False,
        batch: int = 2048,
    ) -> AsyncExecution[Result]:
        """Carry out operations from anywhere, as they are iterated: all of them or nothing.

        See ``Client.execute``.
        """
        feed = Feed(operations)
        return AsyncExecution(
            self.client.execute(
                feed,
                stream=stream,
                digest=digest,
                cancel=cancel,
                wait=wait,
                keep=keep,
                partial=partial,
                batch=batch,
            ),
            feed.stop,
        )

    async def packages(
        self,
    ) -> list[PackageInfo]:
        """List the packages that exist or are configured, in byte order of their names.

        See ``Client.packages``.
        """
        return await asyncio.to_thread(self.client.packages)

    def status(
        self,
        *packages: str,
        cancel: CancellationToken | None = None,
    ) -> AsyncStream[PackageStatus]:
        """Tell how far each package is linked, one package at a time.

        See ``Client.status``.
        """
        return stream_of(self.client.status(*packages, cancel=cancel))

    async def outdated(
        self,
        *packages: str,
        beyond: int = 0,
        cancel: CancellationToken | None = None,
    ) -> int:
        """Count the links of packages that have nothing to lead to; ``remanage`` removes them.

        See ``Client.outdated``.
        """
        return await asyncio.to_thread(
            self.client.outdated, *packages, beyond=beyond, cancel=cancel
        )

    async def unwanted(
        self,
    ) -> list[Unwanted]:
        """List packages with links that are not to be any more; ``remanage`` removes them.

        See ``Client.unwanted``.
        """
        return await asyncio.to_thread(self.client.unwanted)

    async def linked_elsewhere(
        self,
    ) -> dict[str, dict[str, int]]:
        """Return how many links of each package are in other targets than this one.

        See ``Client.linked_elsewhere``.
        """
        return await asyncio.to_thread(self.client.linked_elsewhere)

    def links(
        self,
        *packages: str,
        cancel: CancellationToken | None = None,
    ) -> AsyncStream[Operation]:
        """List the links that are in place, package by package, as ``keep_link`` operations.

        See ``Client.links``.
        """
        return stream_of(self.client.links(*packages, cancel=cancel))

    async def locate(
        self,
        path: str | PathLike[str],
    ) -> Located:
        """Tell what one path has to do with the packages, from whichever side it is on.

        See ``Client.locate``.
        """
        return await asyncio.to_thread(self.client.locate, path)

    async def diff(
        self,
        path: str | PathLike[str],
        *,
        cancel: CancellationToken | None = None,
    ) -> Difference:
        """Compare a package's file with what is at its place in the target.

        See ``Client.diff``.
        """
        return await asyncio.to_thread(self.client.diff, path, cancel=cancel)

    def history(
        self,
        limit: int | None = None,
    ) -> AsyncStream[Transaction]:
        """Stream the target's transactions, newest first.

        See ``Client.history``.
        """
        return stream_of(self.client.history(limit))

    async def unfinished(
        self,
    ) -> Transaction | None:
        """Return the transaction that another run left unfinished; nobody is kept waiting.

        See ``Client.unfinished``.
        """
        return await asyncio.to_thread(self.client.unfinished)

    def stream_undo(
        self,
        number: int | None = None,
        *,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to take a finished transaction back.

        See ``Client.stream_undo``.
        """
        return AsyncStreamingPlan(self.client.stream_undo(number, prefer=prefer, cancel=cancel))

    async def recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Recovery:
        """Finish what another run left unfinished, in one go.

        See ``Client.recover``.
        """
        return await to_its_end(
            lambda token: self.client.recover(resume=resume, wait=wait, cancel=token), cancel
        )

    def stream_recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> AsyncExecution[Recovery]:
        """Finish what another run left unfinished, as it is iterated, and tell what happens.

        See ``Client.stream_recover``.
        """
        return AsyncExecution(self.client.stream_recover(resume=resume, wait=wait, cancel=cancel))

    def backups(
        self,
    ) -> AsyncStream[Backup]:
        """Stream what was moved out of the way and is kept, oldest first.

        See ``Client.backups``.
        """
        return stream_of(self.client.backups())

    def stream_restore(
        self,
        *numbers: int,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to move backups back to where they were.

        See ``Client.stream_restore``.
        """
        return AsyncStreamingPlan(
            self.client.stream_restore(*numbers, prefer=prefer, cancel=cancel)
        )

    async def prune_backups(
        self,
        older_than: float | None = None,
        *,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> list[Backup]:
        """Remove backups for good, and return them.

        See ``Client.prune_backups``.
        """
        return await to_its_end(
            lambda token: self.client.prune_backups(older_than, wait=wait, cancel=token), cancel
        )

    def stream_prune_backups(
        self,
        older_than: float | None = None,
        *,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> AsyncExecution[list[Backup]]:
        """Remove backups for good, and tell of each once they are gone.

        See ``Client.stream_prune_backups``.
        """
        return AsyncExecution(
            self.client.stream_prune_backups(older_than, wait=wait, cancel=cancel)
        )

    async def prune_history(
        self,
        *,
        keep: int | None = None,
        older_than: float | None = None,
        dry_run: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> list[Transaction]:
        """Forget old transactions for good, and return them, oldest first.

        See ``Client.prune_history``.
        """
        return await to_its_end(
            lambda token: self.client.prune_history(
                keep=keep, older_than=older_than, dry_run=dry_run, wait=wait, cancel=token
            ),
            cancel,
        )

    def doctor(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> AsyncStream[Finding]:
        """Look for what is wrong with links and records, each thing once; changes nothing.

        See ``Client.doctor``.
        """
        return stream_of(self.client.doctor(mode=mode, depth=depth, skip=skip, cancel=cancel))

    def stream_fix(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan what fixes links without a decision and without loss; apply it, then ``correct``.

        See ``Client.stream_fix``.
        """
        return AsyncStreamingPlan(
            self.client.stream_fix(mode=mode, depth=depth, skip=skip, cancel=cancel)
        )

    async def correct(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Corrected:
        """Put the records right by the links on disk, in one go.

        See ``Client.correct``.
        """
        return await to_its_end(
            lambda token: self.client.correct(
                mode=mode, depth=depth, skip=skip, wait=wait, cancel=token
            ),
            cancel,
        )

    def stream_correct(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> AsyncExecution[Corrected]:
        """Put the records right by the links on disk, and tell how far it is.

        See ``Client.stream_correct``.
        """
        return AsyncExecution(
            self.client.stream_correct(
                mode=mode, depth=depth, skip=skip, wait=wait, cancel=cancel
            )
        )

    async def rebuild(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Corrected:
        """Make the records anew, in one go; see ``Client.rebuild``."""
        return await to_its_end(
            lambda token: self.client.rebuild(
                mode=mode, depth=depth, skip=skip, wait=wait, cancel=token
            ),
            cancel,
        )

    def stream_rebuild(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> AsyncExecution[Corrected]:
        """Make the records anew; a database that cannot be used is moved aside.

        See ``Client.stream_rebuild``.
        """
        return AsyncExecution(
            self.client.stream_rebuild(
                mode=mode, depth=depth, skip=skip, wait=wait, cancel=cancel
            )
        )
