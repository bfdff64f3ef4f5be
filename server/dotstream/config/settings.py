"""Settings as a value: what a package directory says about itself, resolved for this machine."""

from __future__ import annotations

from dotstream.config.names import require_known
from dotstream.config.profiles import on_host, on_platform
from dotstream.errors import PermissionRefused, UsageError
from dotstream.fs.files import is_directory, is_link, subdirectories
from dotstream.fs.listing import sort_key
from dotstream.fs.look import canonical
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.options import AS_CONFIGURED, SINGLE, Options, Package, Preferences
from dotstream.planner.ignore import LITTER, compile_rules, only, stow_list
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from dotstream.errors import ConfigError
    from dotstream.model.options import Folding, Layout, LinkStyle, Policy
    from dotstream.model.rule import Rule
    from dotstream.model.status import PackageInfo
    from dotstream.model.wish import Wish

DEFAULT_PROFILE = "default"
NEVER_LINKED = ("/.git", "/dotstream.toml", "/dotstream.local.toml")
"""What a package that is the package directory itself has, and no target wants."""


class PackageSettings(NamedTuple):
    """What ``[packages.NAME]`` says; ``None`` and empty mean as for all packages.

    Attributes:
        target: absolute canonical path.
        platforms: names such as ``linux`` and ``darwin``.
        hosts: globs for host names; those that begin with ``!`` are for every other machine.
        required: whether it is an error if the package is not there.
        after: commands that are run once its links have changed.
        unset: what its target needs and this machine does not have, as an error.
    """

    target: str | None = None
    ignore: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    required: bool = False
    on_conflict: Policy | None = None
    folding: Folding | None = None
    never_fold: tuple[str, ...] = ()
    dotfiles: bool | None = None
    layout: Layout | None = None
    link: LinkStyle | None = None
    after: tuple[str, ...] = ()
    unset: ConfigError | None = None


class Settings(NamedTuple):
    """The settings of one package directory.

    Attributes:
        directory: absolute canonical path of the package directory.
        target: absolute canonical path of the target.
        home: the home directory, where Stow's global ignore list is looked for.
        root: that of the directory with the configuration, which may be above the packages.
        hostname, platform: this machine, which packages may be limited to.
        include, exclude: globs for the names of directories that are packages, and that are not.
        ignore: globs, like ``never_fold``.
        ignore_regex: Perl regular expressions, as GNU Stow's ``--ignore`` takes them.
        packages: what is said about single packages; not all that exist.
        profiles: names of packages by profile, those it extends first.
        fitting: the profiles that are for this machine, by its name or system.
        path: the file the settings come from, or ``None`` for the defaults.
        defer, override: regular expressions from a ``.stowrc``.
        wishes: what the file asks for that its user has to agree to.
        private: canonical paths of dotstream's own directories, which no package has a part of.
    """

    directory: str
    target: str
    home: str
    root: str
    hostname: str = ""
    platform: str = ""
    dotfiles: bool = True
    layout: Layout = "mirror"
    link: LinkStyle = "relative"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    folding: Folding = "safe"
    never_fold: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ignore_regex: tuple[str, ...] = ()
    on_conflict: Policy = "fail"
    packages: Mapping[str, PackageSettings] = {}
    profiles: Mapping[str, tuple[str, ...]] = {}
    fitting: tuple[str, ...] = ()
    path: str | None = None
    defer: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether the package directory itself is the one package."""
        return self.layout == "single"

    def _own(self, name: str) -> PackageSettings:
        """Return what is said about the package ``name`` alone."""
        return self.packages.get(name, PackageSettings())

    def path_of(self, name: str) -> str:
        """Return the absolute path of the package ``name``."""
        return self.directory if self.single else f"{self.directory.rstrip('/')}/{name}"

    def options(self, prefer: Preferences = AS_CONFIGURED) -> Options:
        """Return how to plan, with what this run prefers on top.

        Raises:
            UsageError: it prefers what there is not.
        """
        if prefer is not AS_CONFIGURED:
            require_known(prefer)
        return Options(
            single=self.single,
            defer=self.defer + prefer.defer,
            override=self.override + prefer.override,
            on_conflict=prefer.on_conflict or self.on_conflict,
            resolutions=prefer.resolutions,
            report_kept=prefer.report_kept,
            resolve=prefer.resolve,
            explain=prefer.explain,
            same=prefer.same,
            targets=tuple(
                own.target
                for name, own in self.packages.items()
                if own.target and self.excluded(name) is None
            ),
            private=self.private,
        )

    def package(self, name: str, prefer: Preferences = AS_CONFIGURED) -> Package:
        """Return a package ready to be planned; it has been selected, so it exists.

        What the run prefers wins over the package's settings, and those over the rest.

        Raises:
            ConfigError: its ignore list has a pattern that cannot be used.
            UsageError: a pattern of ``prefer`` cannot be used.
            PermissionRefused: its ignore list may not be read.
        """
        own, path = self._own(name), self.path_of(name)
        dotfiles, layout = self.dotfiles_of(name, prefer), self.layout_of(name, prefer)
        above = to_target(name) if dotfiles else name
        fixed = LITTER + (NEVER_LINKED if self.single else ())
        fixed += tuple(self._private_in(path, dotfiles=dotfiles))
        patterns = stow_list(path, self.home)
        rules = compile_rules(
            patterns=patterns,
            options=self.ignore_regex,
            globs=self.ignore + own.ignore + prefer.ignore + fixed,
            dotfiles=dotfiles,
        )

        def rule(directory: str, raw: str) -> Rule | None:
            from dotstream.config.which_rule import Sources  # for few runs, and in those for few

            return Sources(
                package=name,
                path=self.path,
                common=self.ignore,
                own=own.ignore,
                given=prefer.ignore,
                options=self.ignore_regex,
                fixed=fixed,
                patterns=patterns,
                dotfiles=dotfiles,
            ).which(directory, raw)

        return Package(
            name=SINGLE if self.single else name,
            path=path,
            directory=self.directory,
            ignored=rules
            if prefer.where is None
            else only(rules, prefer.where, dotfiles, above if layout == "named" else ""),
            folding=prefer.folding or own.folding or self.folding,
            never_fold=self.never_fold + own.never_fold,
            on_conflict=None if prefer.on_conflict else own.on_conflict,
            where=prefer.where,
            dotfiles=dotfiles,
            layout=layout,
            link=prefer.link or own.link or self.link,
            rule=rule,
        )

    def _private_in(self, path: str, *, dotfiles: bool) -> Iterator[str]:
        """Yield globs for what dotstream keeps in a package, which is no part of it."""
        for each in self.private:
            if within(each, path) and (inside := components(each, path)):
                from dotstream.planner.patterns import literal  # hardly any package has such

                yield literal("/".join(map(to_target, inside) if dotfiles else inside))

    def dotfiles_of(self, name: str, prefer: Preferences = AS_CONFIGURED) -> bool:
        """Whether ``dot-`` names of the package ``name`` are translated."""
        own = self._own(name).dotfiles
        chosen = own if prefer.dotfiles is None else prefer.dotfiles
        return self.dotfiles if chosen is None else chosen

    def layout_of(self, name: str, prefer: Preferences = AS_CONFIGURED) -> Layout:
        """Return how the package ``name`` maps to the target."""
        own = self._own(name).layout
        return self.layout if self.single else prefer.layout or own or self.layout

    def target_of(self, name: str) -> str:
        """Return the absolute path of the target of the package ``name``."""
        return self._own(name).target or self.target

    def available(self) -> tuple[str, ...]:
        """Return the names of the packages that exist, sorted by bytes.

        Raises:
            PermissionRefused: the package directory may not be read.
            UsageError: the package directory cannot be read.
        """
        if self.single:
            return (SINGLE,)
        try:
            names = subdirectories(self.directory)
            return tuple(name for name in names if self.left_out(name) is None)
        except OSError as error:
            kind = PermissionRefused if is_permission(error) else UsageError
            raise kind(f"{self.directory}: {reason(error)}") from None

    def why_empty(self) -> str | None:
        """Say that there are no packages, and what that may mean; ``None`` if there are some."""
        if self.available() or self.packages:
            return None
        from dotstream.config.why_not import why_empty

        return why_empty(self)

    def why_foreign(self) -> str | None:
        """Say so if nothing marks this as a package directory, and something else uses it."""
        from dotstream.config.why_not import why_foreign

        return why_foreign(self)

    def listed(self) -> list[PackageInfo]:
        """List the packages that exist or are configured, in byte order of their names."""
        from dotstream.model.status import PackageInfo

        existing = set(self.available())
        found = []
        for name in sorted(existing | set(self.packages), key=sort_key):
            why = self.excluded(name)
            if why is None and name not in existing:
                why = "there is no such directory"
            path, required = self.path_of(name), self._own(name).required
            found.append(
                PackageInfo(name, path, self.target_of(name), why is None, why, required)
            )
        return found

    def outside(self) -> Iterator[str]:
        """Yield packages that are links out of the repository: what is there may be anything.

        They are managed only where somebody names them, here or in the configuration.
        """
        for name in self.available() if not self.single else ():
            path = self.path_of(name)
            named = name in self.packages or name in self.include
            if not named and is_link(path) and not within(canonical(path), self.root):
                yield name

    def is_package(self, name: str) -> bool:
        """Whether there is a package of that name."""
        if self.single:
            return name == SINGLE
        return (
            not name.startswith(".")
            and self.left_out(name) is None
            and is_directory(self.path_of(name))
        )

    def left_out(self, name: str) -> str | None:
        """Say why the directory ``name`` is no package; ``None`` if it may be one."""
        from fnmatch import fnmatchcase

        if self.include and not any(fnmatchcase(name, glob) for glob in self.include):
            return "include does not name it"
        glob = next((glob for glob in self.exclude if fnmatchcase(name, glob)), None)
        if glob is not None:
            return f"exclude names it: {glob}"
        path = self.path_of(name)
        if path in self.private:
            return "dotstream keeps what is its own in it"
        if is_link(path) and within(self.directory, canonical(path)):
            return f"it is a link to {canonical(path)}, which this is in itself"
        return None

    def excluded(self, name: str) -> str | None:
        """Say why the package ``name`` is not for this machine; ``None`` if it is."""
        own = self._own(name)
        if own.platforms and not on_platform(self.platform, own.platforms):
            return f"it is for {' or '.join(own.platforms)}, and this is {self.platform}"
        if own.hosts and not on_host(self.hostname, own.hosts):
            others = [host[1:] for host in own.hosts if host.startswith("!")]
            only = [host for host in own.hosts if host[:1] != "!"]
            names = " or ".join(only or others)
            which = f"the host {names}" if only else f"any host but {names}"
            return f"it is for {which}, and this is {self.hostname}"
        return None if own.unset is None else f"its target cannot be told: {own.unset.problem}"

    def is_away(self, name: str) -> bool:
        """Whether a package is a link that leads to no directory at the moment."""
        path = self.path_of(name)
        return not self.single and is_link(path) and not is_directory(path)

    def is_astray(self, name: str) -> bool:
        """Whether the target of a package cannot be told at the moment, so its links stay."""
        return self._own(name).unset is not None

    def select(
        self,
        names: Sequence[str] = (),
        profile: str | None = None,
        *,
        everything: bool = False,
        anywhere: bool = False,
        recorded: Callable[[], Container[str]] = tuple,
    ) -> tuple[str, ...]:
        """Return the packages that a request is about, in the order they were named.

        A profile, and everything, leave out packages that are not for this machine.
        Everything includes the required packages, which have to exist, but none ``outside``
        without links.

        Args:
            names: packages named one by one.
            profile: a profile whose packages are meant.
            everything: whether all packages are meant.
            anywhere: also accept packages that are not for this machine, or are gone and
                have links still, to remove them.
            recorded: returns the packages with links.

        Raises:
            UsageError: nothing is named, or a name is no package name, or its package is
                not for this machine, or there is no such profile.
            PackageNotFound: a package does not exist.
        """
        from dotstream.config.selecting import select  # which looking at one path does not need

        return select(self, names, profile, recorded, everything=everything, anywhere=anywhere)

    def named(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the names of packages as they are written."""
        from dotstream.config.selecting import named

        return tuple(named(self, name, anywhere=True) for name in names)

    @property
    def here(self) -> tuple[str, ...]:
        """The profiles that are meant where none is named: this machine's, or the default."""
        return self.fitting or ((DEFAULT_PROFILE,) if DEFAULT_PROFILE in self.profiles else ())
