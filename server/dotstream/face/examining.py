"""Checking links and records, and mending them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.face.opened import AS_CONFIGURED, Opened
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.doctor.subject import Subject
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.options import Package
    from dotstream.planner.stream import StreamingPlan

__all__ = ["Examining"]


class Examining(Opened):
    """Looks for what is wrong, and puts it right; see ``Client``."""

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
        from dotstream.doctor.check import examine

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
        from dotstream.doctor.fix import mending

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
        from dotstream.doctor.fix import correct

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
        from dotstream.doctor.fix import rebuild

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
        from dotstream.doctor.subject import Subject

        settings = self.settings
        packages: dict[str, list[Package]] = {}
        for name in settings.available():
            packages.setdefault(settings.target_of(name), []).append(settings.package(name))
        return Subject(
            directory=self.directory,
            target=settings.target,
            options=settings.options(),
            packages=packages,
            lookup=self._lookup(AS_CONFIGURED),
            state=self._state,
            mode=mode,
            depth=depth,
            wait=wait,
            skip=tuple(skip),
            cancel=cancel or CancellationToken(),
        )
