"""What a walk looks at: the target, the packages over it, and how their names map."""

from __future__ import annotations

from types import MappingProxyType

from dotstream.errors import Cancelled
from dotstream.fs.access import umask
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import ScanError
from dotstream.planner.clones import LeftBehind
from dotstream.planner.naming import Naming
from dotstream.planner.target import Target
from dotstream.planner.trees import PackageTrees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.directory import Directory
    from dotstream.model.entry import Identity, Records
    from dotstream.model.options import Options, Package
    from dotstream.planner.chosen import Chosen
    from dotstream.planner.cursor import Cursor


PRIVATE = (".ssh", ".gnupg")
"""Directories that are their owner's alone: ssh and gpg refuse to use them otherwise."""


class Farm:
    """The target and its packages, opened for reading.

    Args:
        target, stow_dir: absolute canonical paths.
        packages, lookup, chosen: see ``PackageTrees``.
        records, recorded, to_make: see ``Target``.

    Attributes:
        unchanged: how many links were found as they are wanted.
        left_behind: what git left of submodules that moved.

    Raises:
        OSError: the target cannot be opened.
    """

    def __init__(
        self,
        *,
        target: str,
        stow_dir: str,
        options: Options,
        lookup: Callable[[str, str], Package],
        cancel: CancellationToken,
        records: Records | None = None,
        packages: Iterable[Package] = (),
        chosen: Mapping[str, Chosen] = MappingProxyType({}),
        recorded: Callable[[], Mapping[str, Identity]] | None = None,
        to_make: bool = False,
    ) -> None:
        self.stow_dir: str = stow_dir
        self.options: Options = options
        self._cancel = cancel
        self.unchanged: int = 0
        self._usual_mode: int | None = None
        self.left_behind: LeftBehind = LeftBehind()
        self.naming: Naming = Naming(options)
        self.packages: PackageTrees = PackageTrees(
            self.naming,
            packages=packages,
            lookup=lookup,
            chosen=chosen,
            poll=self.poll,
        )
        self.target: Target = Target(
            target,
            stow_dir=stow_dir,
            options=options,
            records=records,
            poll=self.poll,
            recorded=recorded,
            to_make=to_make,
        )

    def close(self) -> None:
        """Close every directory that is still open."""
        self.target.close()
        self.packages.close()

    def poll(self) -> None:
        """Raise ``Cancelled`` if the caller asked to stop."""
        if self._cancel.cancelled:
            raise Cancelled

    def mode_for(self, name: str, cursors: Iterable[Cursor]) -> str | None:
        """Return the mode of a new directory, in octal, where the usual one would be too open.

        Args:
            cursors: the packages' directories that it stands for.

        Raises:
            OSError: one of them cannot be looked at.
        """
        if self.options.stow:
            return None
        mode = 0o777
        for cursor in cursors:
            mode &= self.packages.mode(cursor)
        return self.mode_like(name, mode)

    def mode_like(self, name: str, mode: int) -> str | None:
        """As ``mode_for``, where the mode of what it stands for is known."""
        if name in PRIVATE:
            mode &= 0o700
        if self._usual_mode is None:
            self._usual_mode = 0o777 & ~umask()
        return f"{mode & self._usual_mode:o}" if self._usual_mode & ~mode else None

    def subdirectories(
        self, cursors: Sequence[Cursor], place: Directory, name: str
    ) -> list[Cursor]:
        """Return cursors on the directories whose links may be in ``name`` in ``place``."""
        return self.packages.subdirectories(
            cursors,
            place,
            name,
            lingers=lambda: self.options.compat or self.target.recorded_below(place, name),
        )


def scan_error(path: str, error: OSError) -> ScanError:
    """Describe a failed look at ``path``."""
    return ScanError(path, reason(error), permission=is_permission(error))
