"""dotstream for asyncio: the same words, computed in worker threads.

async with client.stream_manage("zsh") as plan:
    async for item in plan:
        ...
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar, cast

from dotstream.async_streams import AsyncStream, AsyncStreamingPlan
from dotstream.client import Client
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from os import PathLike
    from typing import Self

    from dotstream.model.events import Progress, Result
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.located import Located
    from dotstream.model.options import Action
    from dotstream.model.plan import Plan
    from dotstream.model.status import PackageStatus

__all__ = ["AsyncClient"]

_AS_CONFIGURED = Preferences()

_Value = TypeVar("_Value")


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def open(
        cls,
        directory: str | PathLike[str] | None = None,
        *,
        target: str | PathLike[str] | None = None,
    ) -> Self:
        """Return the client of a package directory; see ``Client``."""
        return cls(Client(directory, target=target))

    def stream(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan an action, computed as it is iterated; see ``Client.stream``."""
        return AsyncStreamingPlan(
            self.client.stream(
                action,
                packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            )
        )

    def stream_manage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to install links; see ``Client.stream``."""
        return self.stream("manage", packages, prefer=prefer)

    def stream_unmanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to remove links; see ``Client.stream``."""
        return self.stream("unmanage", packages, prefer=prefer)

    def stream_remanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to bring links up to date; see ``Client.stream``."""
        return self.stream("remanage", packages, prefer=prefer)

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = _AS_CONFIGURED,
    ) -> AsyncStreamingPlan:
        """Plan to move what is in the target into a package; see ``Client.stream_adopt``."""
        return AsyncStreamingPlan(
            self.client.stream_adopt(*paths, package=package, prefer=prefer)
        )

    async def apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        on_recovery: Callable[[Recovery], None] | None = None,
    ) -> Result:
        """Carry a plan out in a worker thread; see ``Client.apply``.

        Cancelling the awaiting task cancels the apply, waits for its rollback, and then
        raises ``asyncio.CancelledError``. ``on_progress`` runs in the worker thread.
        """
        token = cancel or CancellationToken()
        source = plan.plan if isinstance(plan, AsyncStreamingPlan) else plan
        return await _whole(
            token,
            lambda: self.client.apply(
                source,
                stream=stream,
                digest=digest,
                cancel=token,
                wait=wait,
                on_progress=on_progress,
                on_recovery=on_recovery,
            ),
        )

    # The past --------------------------------------------------------------------------

    def history(self, limit: int | None = None) -> AsyncStream[Transaction]:
        """Stream the target's transactions, newest first; see ``Client.history``."""
        return _stream(self.client.history(limit))

    async def unfinished(self) -> Transaction | None:
        """Return the transaction that another run left unfinished."""
        return await asyncio.to_thread(self.client.unfinished)

    def stream_undo(
        self,
        number: int | None = None,
        *,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to take a finished transaction back; see ``Client.stream_undo``."""
        return AsyncStreamingPlan(self.client.stream_undo(number, prefer=prefer, cancel=cancel))

    async def recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Recovery:
        """Finish what another run left unfinished; see ``Client.recover``.

        Cancelling the awaiting task stops waiting for the lock, but never cuts it short.
        """
        token = cancel or CancellationToken()
        return await _whole(
            token,
            lambda: self.client.recover(
                resume=resume, wait=wait, cancel=token, on_progress=on_progress
            ),
        )

    def backups(self) -> AsyncStream[Backup]:
        """Stream what was moved out of the way and is kept; see ``Client.backups``."""
        return _stream(self.client.backups())

    def stream_restore(
        self, *numbers: int, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to move backups back to where they were; see ``Client.stream_restore``."""
        return AsyncStreamingPlan(self.client.stream_restore(*numbers, prefer=prefer))

    # Looking and mending ---------------------------------------------------------------

    def status(
        self, *packages: str, cancel: CancellationToken | None = None
    ) -> AsyncStream[PackageStatus]:
        """Tell how far each package is linked; see ``Client.status``."""
        return _stream(self.client.status(*packages, cancel=cancel))

    async def locate(self, path: str | PathLike[str]) -> Located:
        """Tell what one path has to do with the packages; see ``Client.locate``."""
        return await asyncio.to_thread(self.client.locate, path)

    def doctor(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> AsyncStream[Finding]:
        """Look for what is wrong with links and records; see ``Client.doctor``."""
        return _stream(self.client.doctor(mode=mode, depth=depth, skip=skip, cancel=cancel))

    def stream_fix(
        self,
        *,
        mode: ScanMode = "scoped",
        depth: int | None = None,
        skip: Sequence[str] = (),
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan what mends links without loss; see ``Client.stream_fix``."""
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
    ) -> int:
        """Put the records right by the links on disk; see ``Client.correct``."""
        token = cancel or CancellationToken()
        return await _whole(
            token,
            lambda: self.client.correct(
                mode=mode, depth=depth, skip=skip, wait=wait, cancel=token
            ),
        )


async def _whole(token: CancellationToken, work: Callable[[], _Value]) -> _Value:
    """Do something in a worker thread that is not left half done.

    Cancelling the awaiting task cancels ``token`` and waits for the end.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        token.cancel()
        await asyncio.wait([task])
        task.exception()  # it was taken back; the caller asked for that
        raise


def _stream(values: Iterator[_Value]) -> AsyncStream[_Value]:
    generator = cast("Generator[_Value]", values)  # which all of them are
    return AsyncStream(generator, generator.close)
