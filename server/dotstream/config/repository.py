"""A package directory on this machine: its settings, its targets, what is known of it."""

from __future__ import annotations

from types import MappingProxyType

from dotstream.config.discover import discover, locate
from dotstream.config.names import package_name
from dotstream.errors import ConfigError, NotAgreed, PermissionRefused, UsageError
from dotstream.fs.files import UnfitFile, is_directory
from dotstream.fs.look import canonical
from dotstream.fs.places import Places, link_into, within
from dotstream.fs.process import (
    cache_home,
    environment,
    home_directory,
    host_name,
    platform,
    state_home,
)
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import ScanError
from dotstream.planner.groups import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    from dotstream.config.discover import Location
    from dotstream.config.settings import Settings
    from dotstream.model.entry import Records
    from dotstream.model.options import Action, Package, Preferences
    from dotstream.model.plan import Metadata
    from dotstream.model.wish import Wish


class Repository:
    """A package directory, read as far as it is asked about; for the arguments see ``Client``.

    Attributes:
        directory: absolute canonical path of the package directory.
        root: that of the directory with the configuration, which may be above it.
        state: absolute path of the state directory.
        places: what relative paths stand for.
    """

    def __init__(
        self,
        directory: str | PathLike[str] | None,
        *,
        target: str | PathLike[str] | None,
        state: str | PathLike[str] | None,
        environ: Mapping[str, str] | None,
        home: str | None,
        cwd: str | None,
    ) -> None:
        self._environ = environment() if environ is None else environ
        self._home = home_directory(self._environ if home is None else {"HOME": home})

        self.places: Places = Places(self._home, cwd)
        self._target = None if target is None else self.places.expand(target)
        self.state: str = (
            self.places.expand(state) if state else state_home(self._environ, self._home)
        )
        location = self._located(directory)
        self.root: str = location.root
        self.directory: str = location.directory
        self._settings: Settings | None = None

    def _located(self, directory: str | PathLike[str] | None) -> Location:
        named = directory or self._environ.get("DOTSTREAM_DIR")
        if named:
            return locate(self.places.expand(named), home=self._home, environ=self._environ)
        try:
            here = self.places.cwd
        except OSError:  # it is gone, which does not matter where one is known anyway
            found = self._usual()
            if found is None:
                raise
            return found
        found = discover(here, home=self._home, environ=self._environ)
        if found is None:
            found = self._usual()
        if found is None:
            raise UsageError("no package directory here", remedy="name_directory")
        return found

    def _usual(self) -> Location | None:
        """Return the package directory that the user's own settings name."""
        from dotstream.config.user import user_settings

        named = user_settings(self._environ, self._home).directory
        if not named:
            return None
        return locate(self.places.expand(named), home=self._home, environ=self._environ)

    @property
    def settings(self) -> Settings:
        """The configuration, read when it is first needed.

        Raises:
            ConfigError: it is wrong.
        """
        if self._settings is None:
            if self._without() is not None:
                import shlex

                forget = f"dotstream -d {shlex.quote(self.directory)} unmanage --all"
                raise UsageError(
                    f"the package directory {self.directory} is gone, and links into it are "
                    "left; if it has moved, manage its packages where it is now; else "
                    f"'{forget}' removes them"
                )
            self._settings = self._load(self.directory)
        return self._settings

    @property
    def target(self) -> str:
        """Where links are made: as was asked for, whatever the settings are; else as they say."""
        if self._target:
            return canonical(self._target)
        return (self._settings or self._without() or self.settings).target

    def do_without(self) -> None:
        """Go on without the package directory, if it is gone and only links into it are left."""
        self._settings = self._settings or self._without()

    def _without(self) -> Settings | None:
        """Return what holds where the package directory is gone and links into it are left."""
        if is_directory(self.directory):
            return None
        from dotstream.config.settings import Settings
        from dotstream.store.manifest_reader import ManifestRecords

        home = canonical(self._home)
        target = canonical(self._target) if self._target else home
        records = ManifestRecords(self.state, target)
        try:
            if not records.linked(self.directory):
                return None  # to be missed as always
        finally:
            records.close()
        return Settings(self.directory, target, home, self.directory, host_name(), platform())

    def _load(self, directory: str) -> Settings:
        from dotstream.config.load import load
        from dotstream.config.user import user_settings

        settings = load(
            directory,
            home=self._home,
            environ=self._environ,
            hostname=host_name(),
            platform=platform(),
            target=self._target,
        )
        kept = (self.state, cache_home(self._environ, self._home))
        settings = settings._replace(private=tuple(map(canonical, kept)))
        if settings.on_conflict != "fail":
            return settings
        # The user's own policy is no wish of the repository's: nobody has to agree to it.
        own = user_settings(self._environ, self._home).on_conflict
        return settings._replace(on_conflict=own)

    def lookup(self, prefer: Preferences) -> Callable[[str, str], Package]:
        """Return what finds packages whose folds are in the way of a run's.

        Which paths the run wants says nothing of them: all that they show stays.  One that
        cannot be read is an ``OSError``, as where anything else cannot be looked at.
        """
        prefer = prefer._replace(where=None)

        def lookup(stow_dir: str, name: str) -> Package:
            try:
                if stow_dir == self.directory:
                    return self.settings.package(name, prefer)
                # Links lead there, whatever directory its configuration names by now.
                return self._load(stow_dir)._replace(directory=stow_dir).package(name, prefer)
            except (ConfigError, PermissionRefused) as error:
                refused = isinstance(error, PermissionRefused)
                raise UnfitFile(stow_dir, str(error), refused=refused) from None

        return lookup

    @property
    def wishes(self) -> dict[Wish, bool]:
        """What the repository asks for that its user has to agree to; whether that was done."""
        wishes = self.settings.wishes
        if not wishes:
            return {}
        from dotstream.config.agreement import agreed

        known = agreed(self.state, self.directory)
        return {wish: str(wish) in known for wish in wishes}

    def require_agreement(self, metadata: Metadata) -> None:
        """Refuse a plan that heeds what the user has not agreed to.

        Raises:
            NotAgreed: it does.
        """
        missing = [wish for wish in metadata.wishes if not self.wishes.get(wish)]
        if missing:
            raise NotAgreed(self.settings.path or self.directory, missing)

    def records(self) -> Records:
        """Return what is recorded as ours, read as far as it is asked about."""
        from dotstream.store.manifest_reader import ManifestRecords

        configured = (self.directory, self.place) if self.place else None
        return ManifestRecords(self.state, self.settings.target, configured, self.root)

    @property
    def place(self) -> str:
        """Which machine and home the target is configured for; see ``Choosing.place``."""
        settings = self.settings
        return "" if self._target else f"{settings.hostname}:{settings.home}"

    def require_home(self, targets: Collection[str]) -> None:
        """See to it that no plan makes a home directory, unless a target says that it shall.

        Raises:
            UsageError: there is none where links or the state would go.
        """
        home = canonical(self._home)
        asked_for = self._target is not None and within(home, canonical(self._target))
        if not (asked_for or is_directory(home)) and any(
            within(place, home) for place in (*targets, canonical(self.state))
        ):
            raise UsageError(
                f"there is no home directory at {home}; set HOME to the path of one, or make it"
            )

    def existing_target(self, target: str) -> str:
        """Return a target that is a directory.

        Raises:
            UsageError: it is none.
        """
        if not is_directory(target):
            raise UsageError(f"the target {target} is not a directory; make it, or name another")
        return target

    def named(self, name: str, prefer: Preferences) -> Package:
        """Return a package that need not exist yet.

        Raises:
            UsageError: it is no package name.
        """
        (name,) = self.settings.named([name]) if self.settings.single else (package_name(name),)
        return self.settings.package(name, prefer)

    def groups(
        self,
        action: Action,
        names: Sequence[str],
        prefer: Preferences,
        elsewhere: Mapping[str, Sequence[str]] = MappingProxyType({}),
        places: Sequence[str] = (),
        *,
        unread: list[ScanError],
    ) -> list[Group]:
        """Return what is wanted of each target, which need not be there yet.

        Args:
            elsewhere: packages to unlink in other targets than theirs.
            places: where the package directory is, and where it was before.
            unread: see ``by_target``.
        """
        links, unlinks = action != "unmanage", action != "manage"
        wanted = self.by_target(names, prefer, unread)
        return [
            Group(
                target,
                wanted.get(target, ()) if links else (),
                [
                    (0, package)
                    for package in (
                        *(wanted.get(target, ()) if unlinks else ()),
                        *self._leaving(elsewhere.get(target, ()), places, prefer, unread),
                    )
                ],
            )
            for target in sorted(dict.fromkeys((*elsewhere, *wanted)), key=self._is_folded)
            if (links and target in wanted) or is_directory(target)
        ]

    def _is_folded(self, target: str) -> bool:
        """Whether a target is below a link that has to be opened first."""
        return link_into(target, self.directory) is not None

    def _leaving(
        self,
        names: Iterable[str],
        places: Sequence[str],
        prefer: Preferences,
        unread: list[ScanError],
    ) -> Iterator[Package]:
        """Yield packages whose links go, and which need not be there."""
        for name, package in self._read(names, prefer, unread):
            for place in dict.fromkeys((self.directory, *places)):
                path = f"{place.rstrip('/')}/{name}"
                here = place == self.directory and package.name == name
                yield package if here else package._replace(name=name, path=path, directory=place)

    def by_target(
        self, names: Sequence[str], prefer: Preferences, unread: list[ScanError]
    ) -> dict[str, list[Package]]:
        """Return packages by the target that they are for.

        Args:
            unread: takes up what is wrong with those that cannot be read, which are left out.
                One that stands alone is refused.
        """
        found: dict[str, list[Package]] = {}
        for name, package in self._read(names, prefer, unread if len(names) > 1 else None):
            found.setdefault(self.settings.target_of(name), []).append(package)
        return found

    def _read(
        self, names: Iterable[str], prefer: Preferences, unread: list[ScanError] | None
    ) -> Iterator[tuple[str, Package]]:
        for name in names:
            try:
                yield name, self.settings.package(name, prefer)
            except (ConfigError, PermissionRefused) as error:
                if unread is None:
                    raise
                refused = isinstance(error, PermissionRefused)
                why = f"package {name} is left out: {error}"
                unread.append(ScanError(self.settings.path_of(name), why, permission=refused))
