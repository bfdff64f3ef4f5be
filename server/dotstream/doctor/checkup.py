"""What a check-up is about: a package directory, its targets, and how far to look."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

from dotstream.doctor.judge import Heirs
from dotstream.errors import JournalError
from dotstream.fs.state import existing_state
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.cancel import CancellationToken
from dotstream.model.items import ScanError
from dotstream.model.options import AS_CONFIGURED
from dotstream.planner.farm import Farm
from dotstream.planner.managed import Managed, managed
from dotstream.store.read_only import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dotstream.config.repository import Repository
    from dotstream.fs.state import TargetState
    from dotstream.model.entry import Identity
    from dotstream.model.finding import ScanMode
    from dotstream.model.options import Options, Package
    from dotstream.model.status import Unwanted
    from dotstream.transaction.terms import Host

SKIPPED = (
    ".cache",
    ".cargo",
    ".git",
    ".hg",
    ".npm",
    ".rustup",
    ".svn",
    ".Trash",
    "Trash",
    "__pycache__",
    "node_modules",
    ".venv",
)
"""Names of directories that a deep scan passes over."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What is looked at.

    Attributes:
        directory, target: absolute canonical paths.
        options: how links are named and written.
        packages: every package there is, by the target that it is for.
        lookup: finds a package of another package directory, as for a plan.
        host: where it is looked at from: whose state directory has the target's database.
        mode: ``off`` looks at what the manifest names; ``scoped`` also lists the
            directories that the manifest or a package has; ``deep`` the whole target.
        depth: how many levels of directories a deep scan goes down.
        skip: globs for directories that a deep scan passes over, by name or by path.
        unwanted: packages with links that are not to be any more.
        managed: the names of the packages that are managed.
        dismissed: those of packages that were unmanaged.
        disabled: those of packages that are not for this machine.
        elsewhere: packages that are not linked in these targets, but in others, by target.
        unread: what is wrong with packages that cannot be read, and are in no target's.
        cancel: looked at once per directory.
        wait: wait for another dotstream instead of raising ``TargetLocked``.
    """

    directory: str
    target: str
    options: Options
    packages: Mapping[str, Sequence[Package]]
    lookup: Callable[[str, str], Package]
    host: Host
    mode: ScanMode = "scoped"
    depth: int | None = None
    skip: tuple[str, ...] = ()
    unwanted: tuple[Unwanted, ...] = ()
    managed: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unread: tuple[ScanError, ...] = ()
    cancel: CancellationToken = field(default_factory=CancellationToken)
    wait: bool = False

    def farm(self, root: str) -> Farm:
        """Open one target.

        Raises:
            OSError: it cannot be opened.
        """
        return Farm(
            target=root,
            stow_dir=self.directory,
            options=self.options,
            lookup=self.lookup,
            cancel=self.cancel,
            recorded=self._recorded,
        )

    def heirs(self, farm: Farm) -> Heirs:
        """Return what finds where broken links in an opened target should lead."""
        packages = self.packages.get(farm.target.root, ())
        here = (package for package in packages if package.name not in self.disabled)
        return Heirs(farm, here, self.managed)

    def _recorded(self) -> Mapping[str, Identity]:
        """Return the package directories with recorded links; none, if nobody can tell."""
        try:
            with opened(self.place) as journal:
                return journal.manifest.directories.identities() if journal else {}
        except JournalError:
            return {}  # told of by itself

    @property
    def place(self) -> TargetState | None:
        """Where the state of the target lies, if there is any yet."""
        return existing_state(self.host.state, self.target)

    @property
    def roots(self) -> list[str]:
        """Every target, the main one first."""
        return list(dict.fromkeys([self.target, *self.packages]))

    def passes_over(self, path: str, depth: int) -> bool:
        """Whether a deep scan leaves out the directory ``path`` (relative to its target)."""
        if self.depth is not None and depth > self.depth:
            return True
        name = path.rpartition("/")[2]
        return name in SKIPPED or any(
            fnmatchcase(path if "/" in glob else name, glob.rstrip("/")) for glob in self.skip
        )


class _Known(NamedTuple):
    """What the records of a package directory say."""

    managed: Managed = Managed((), (), (), ())
    elsewhere: Mapping[str, Sequence[str]] = MappingProxyType({})
    dismissed: Sequence[str] = ()


def _known(repository: Repository) -> _Known:
    records, directory = repository.records(), repository.directory
    try:
        here, found = managed(repository.settings, records), records.linked(directory)
        return _Known(
            here,
            {
                target: names
                for target, linked in records.linked_elsewhere(directory).items()
                if (names := [name for name in linked if name not in found])
            },
            records.choice(directory).without,
        )
    except JournalError:
        return _Known()  # told of by itself
    finally:
        records.close()


def checkup_of(
    repository: Repository,
    host: Host,
    *,
    mode: ScanMode,
    depth: int | None,
    skip: Sequence[str],
    cancel: CancellationToken | None,
    wait: bool = False,
) -> Checkup:
    """Return what a check-up of a package directory is about."""
    settings, (here, elsewhere, dismissed) = repository.settings, _known(repository)
    available, unread = settings.available(), list[ScanError]()
    return Checkup(
        directory=repository.directory,
        target=settings.target,
        options=settings.options(),
        packages=repository.by_target(available, AS_CONFIGURED, unread),
        lookup=repository.lookup(AS_CONFIGURED),
        host=host,
        mode=mode,
        depth=depth,
        wait=wait,
        skip=tuple(skip),
        unwanted=(*here.unwanted, *here.moved),
        managed=frozenset(here.names),
        elsewhere=elsewhere,
        dismissed=frozenset(dismissed),
        disabled=frozenset(name for name in available if settings.excluded(name) is not None),
        unread=tuple(unread),
        cancel=cancel or CancellationToken(),
    )
