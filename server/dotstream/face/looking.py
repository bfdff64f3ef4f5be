"""What there is: packages, how far they are linked, and by which links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.face.planning import Planning
from dotstream.model.items import Operation
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.status import PackageInfo, PackageStatus

__all__ = ["Looking"]


class Looking(Planning):
    """Tells how things are; see ``Client``."""

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
