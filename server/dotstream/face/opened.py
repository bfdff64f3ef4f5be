"""A package directory and its target: where everything else begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import UsageError
from dotstream.fs.files import is_directory
from dotstream.fs.look import canonical
from dotstream.fs.process import environment, home_directory, host_name, platform, state_home
from dotstream.model.options import Preferences
from dotstream.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from dotstream.config.settings import Settings
    from dotstream.model.options import Package

__all__ = ["AS_CONFIGURED", "Opened"]

AS_CONFIGURED = Preferences()
"""What a run prefers that prefers nothing."""


class Opened:
    """A package directory with its settings; see ``Client``."""

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
