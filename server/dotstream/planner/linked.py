"""How far packages are linked, as the plans that would manage them have it."""

from __future__ import annotations

from contextlib import closing

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation
from dotstream.model.options import AS_CONFIGURED, Preferences
from dotstream.model.status import PackageStatus, Unwanted
from dotstream.planner.managed import managed, unwanted_links
from dotstream.planner.ownership import native_ownership
from dotstream.planner.request import Asked, plan_packages

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from dotstream.config.repository import Repository
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.entry import Records
    from dotstream.model.items import Item
    from dotstream.model.options import Action
    from dotstream.model.status import PackageState
    from dotstream.planner.managed import Managed
    from dotstream.planner.stream import StreamingPlan


class Linked:
    """Looks at what is linked; see the methods of ``Client`` of the same names."""

    def __init__(self, repository: Repository, cancel: CancellationToken | None) -> None:
        self._repository, self._cancel = repository, cancel
        self._settings = repository.settings

    def status(self, packages: Sequence[str]) -> Iterator[PackageStatus]:
        """Tell how far each package is linked, one package at a time."""
        names = self._select(packages, everything=not packages)
        recorded = self._recorded(names)
        for name in names:
            try:
                plan = self._planned("manage", [name])
            except (ConfigError, PermissionRefused):
                state: PackageState = "partial" if recorded[name] else "unmanaged"
                yield PackageStatus(name, state, recorded[name], 0, 0, errors=1)
                continue
            opened = "unfold" in plan.summary.counts and self._opens(name)
            status = PackageStatus.of(name, plan.summary, opened=opened)
            if recorded[name] > status.links + status.relinks:
                status = status.with_removals(self._removals([name]))
            yield status

    def outdated(self, packages: Sequence[str], beyond: int) -> int:
        """Count the links of packages that have nothing to lead to."""
        return self._removals(packages) if sum(self._recorded(packages).values()) > beyond else 0

    def links(self, packages: Sequence[str]) -> Iterator[Operation]:
        """List the links that are in place, package by package."""
        settings, prefer = self._settings, Preferences(report_kept=True, on_conflict="fail")
        here, directory, unread = self.managed(), self._repository.directory, list[Unwanted]()
        unwanted = {each.name for each in here.unwanted}
        wanted = [name for name in packages if name not in unwanted]
        every = not packages and settings.why_empty() is None
        names = self._select(wanted, everything=every) if wanted or every else ()
        with closing(self._repository.records()) as records:
            in_place = _InPlace(self._repository, records, unwanted)
            # One by one: together, they would open a fold that only one of them has.
            for name in names:
                try:
                    plan = self._plan("manage", [name], prefer)
                except (ConfigError, PermissionRefused) as error:  # what is recorded is known
                    unread.append(
                        Unwanted(name, str(error), records.linked(directory).get(name, {}))
                    )
                    continue
                with plan:
                    for item in plan:
                        link = in_place.link(item, name)
                        if link is not None:
                            yield link
        left = [
            *unread,
            *(
                each
                for each in (*here.unwanted, *here.moved)
                if each.moved or each.name not in names
                if not packages or each.name in packages
            ),
        ]
        yield from unwanted_links(settings, self._repository.records(), left)

    def _select(self, packages: Sequence[str], *, everything: bool) -> tuple[str, ...]:
        def linked() -> Container[str]:
            with closing(self._repository.records()) as records:
                return records.linked(self._repository.directory)

        return self._settings.select(packages, everything=everything, recorded=linked)

    def managed(self) -> Managed:
        """Return what is managed here."""
        with closing(self._repository.records()) as records:
            return managed(self._settings, records)

    def _plan(
        self, action: Action, names: Sequence[str], prefer: Preferences = AS_CONFIGURED
    ) -> StreamingPlan:
        asked = Asked(names, None, everything=False, prefer=prefer, cancel=self._cancel)
        return plan_packages(self._repository, action, asked)

    def _planned(self, action: Action, names: Sequence[str]) -> StreamingPlan:
        """Return a plan at its end."""
        with self._plan(action, names) as plan:
            for _ in plan:
                pass
        return plan

    def _opens(self, name: str) -> bool:
        """Whether managing a package opens a link of its own, whoever made it."""
        with closing(self._repository.records()) as records, self._plan("manage", [name]) as plan:
            in_place = _InPlace(self._repository, records)
            return any(in_place.opens(item, name) for item in plan)

    def _recorded(self, packages: Iterable[str]) -> dict[str, int]:
        """Return how many links of packages are recorded in their targets."""
        with closing(self._repository.records()) as records:
            linked = records.linked(self._repository.directory)
        return {
            name: linked[name][self._settings.target_of(name)] if name in linked else 0
            for name in packages
        }

    def _removals(self, packages: Sequence[str]) -> int:
        """Return how many links ``remanage`` would remove."""
        return self._planned("remanage", packages).summary.counts.get("remove_link", 0)


class _InPlace:
    """Reads plans to manage a package by itself.

    Args:
        others: packages whose links are told of in another way.
    """

    def __init__(
        self, repository: Repository, records: Records, others: Container[str] = ()
    ) -> None:
        self._ownership = native_ownership(repository.settings, records.package_directories)
        self._others = others

    def link(self, item: Item, package: str) -> Operation | None:
        """Return the link that is there where an item is about one, as ``keep_link``."""
        if not isinstance(item, Operation):
            return None
        if item.kind == "keep_link":
            return item
        if item.kind == "replace_link":  # it is there, and leads elsewhere
            there = self._owner(item) not in self._others
        else:
            there = self.opens(item, package)
        return item._replace(kind="keep_link", text=item.before) if there else None

    def opens(self, item: Item, package: str) -> bool:
        """Whether an item opens a fold of the package: one that is waiting for that."""
        return (
            isinstance(item, Operation) and item.kind == "unfold" and self._owner(item) == package
        )

    def _owner(self, operation: Operation) -> str | None:
        owner = self._ownership.owner(operation.directory, operation.before or "")
        return None if owner is None else owner.package
