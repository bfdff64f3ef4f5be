"""Carrying out what a Stow command line asks for, and telling it in Stow's words."""

from __future__ import annotations

from dotstream.cli.stow.words import OperationLines, conflict_line
from dotstream.errors import ConflictError, DotstreamError, ScanFailed
from dotstream.fs.ctrl_c import cancellable
from dotstream.fs.files import is_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.history import Recovery
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.model.options import Options, Package
from dotstream.planner.ignore import compile_rules, stow_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.cli.report.output import Output
    from dotstream.config.stow_arguments import StowArguments

_SHOWN = 1000
"""Conflicts that are shown; nobody reads more, and they must not fill the memory."""


def stow(arguments: StowArguments, *, directory: str, target: str, home: str, err: Output) -> int:
    """Plan and, unless only simulating, apply; return the exit code.

    Args:
        arguments: the command line and the resource files together.
        directory: the package directory, absolute and canonical.
        target: likewise.
        home: where the global ignore list is.
        err: where everything is told.

    Raises:
        DotstreamError: something else than a conflict is in the way; nothing was changed.
    """
    from dotstream.client import Client
    from dotstream.planner.request import plan_steps

    packages = _Packages(arguments, directory=directory, target=target, home=home)
    unmanage, manage = packages.of(arguments.unstow), packages.of(arguments.stow)
    client = Client(directory, home=home)
    telling = _Telling(arguments, err)
    telling.begin(directory, target)
    with cancellable(err.write, changed=lambda: not arguments.simulate) as cancel:
        plan = plan_steps(
            directory,
            unmanage=unmanage,
            manage=manage,
            options=_options(arguments),
            target=target,
            lookup=packages.lookup,
            cancel=cancel,
        )
        try:
            if arguments.simulate:
                with plan:
                    for item in plan:
                        telling.item(item)
            else:
                with client.stream_apply(plan, cancel=cancel, planned=True) as run:
                    for event in run:
                        if isinstance(event, Recovery):
                            telling.recovered(event)
                        elif isinstance(event, Item):
                            telling.item(event)
        except (ConflictError, ScanFailed):
            pass  # each has been told, or is about to be
    return telling.end(simulated=arguments.simulate)


def _options(arguments: StowArguments) -> Options:
    if arguments.defer or arguments.override:
        from dotstream.planner.bounded import prefixes  # compiles patterns, which few have

        prefixes("defer", arguments.defer)  # refuses what is wrong before anything is looked at
        prefixes("override", arguments.override)
    return Options(
        defer=arguments.defer,
        override=arguments.override,
        on_conflict="adopt" if arguments.adopt else "fail",
        stow=True,
        compat=arguments.compat,
        report_kept=(arguments.verbose or 0) >= 3,
    )


class _Packages:
    """Makes packages of names, with the ignore rules that hold for each."""

    def __init__(
        self, arguments: StowArguments, *, directory: str, target: str, home: str
    ) -> None:
        self._arguments = arguments
        self._directory, self._target, self._home = directory, target, home

    def of(self, names: Sequence[str]) -> list[Package]:
        """Return the packages that a command line names, each once.

        Raises:
            UsageError: a name is not one of a directory in the package directory.
            DotstreamError: there is no such package.
        """
        return [self._named(name) for name in dict.fromkeys(map(_bare, names))]

    def _named(self, name: str) -> Package:
        if "/" in name:
            raise DotstreamError("slashes are not permitted in package names")
        path = self._directory if name == "." else f"{self._directory}/{name}"
        if name in ("", "..") or not is_directory(path):
            raise DotstreamError(f"{self._directory} does not contain package {name}")
        return self.lookup(self._directory, name)

    def lookup(self, stow_dir: str, name: str) -> Package:
        """Return a package of any package directory, also one that is not there."""
        path = stow_dir if name == "." else f"{stow_dir.rstrip('/')}/{name}"
        return Package(
            name,
            path,
            stow_dir,
            ignored=compile_rules(
                patterns=stow_list(path, self._home), options=self._arguments.ignore
            ),
            folding="never" if self._arguments.no_folding else "always",
            dotfiles=self._arguments.dotfiles,
        )


def _bare(name: str) -> str:
    # Completion in a shell leaves a slash behind a directory's name.
    return name.rstrip("/") or name


class _Telling:
    """Tells items as they come; conflicts at the end, by package."""

    def __init__(self, arguments: StowArguments, err: Output) -> None:
        self._arguments, self._err = arguments, err
        self._verbose = arguments.verbose or 0
        self._operations = OperationLines()
        self._conflicts: dict[str, list[str]] = {name: [] for name in arguments.stow}
        self._total = 0
        self._errors = 0

    def begin(self, directory: str, target: str) -> None:
        """Say what is going to be looked at."""
        if self._verbose >= 2:
            self._err.line(f"package directory: {display(directory)}")
            self._err.line(f"target: {display(target)}")
            for what, names in (
                ("unstow", self._arguments.unstow),
                ("stow", self._arguments.stow),
            ):
                if names:
                    self._err.line(f"{what}: {display(' '.join(names))}")

    def item(self, item: Item) -> None:
        """Take in one item of the plan."""
        if isinstance(item, Operation):
            if self._verbose:
                for line in self._operations.of(item):
                    self._err.line(line)
        elif isinstance(item, Conflict):
            self._total += 1
            if self._total <= _SHOWN:
                line = conflict_line(item, adopt=self._arguments.adopt)
                self._conflicts.setdefault(item.package, []).append(line)
        elif isinstance(item, Notice):
            self._err.line(f"WARNING: {display(item.message)}")
        else:
            self._errors += 1
            self._err.line(f"stow: ERROR: {display(item.path)}: {item.message}")

    def recovered(self, recovery: Recovery) -> None:
        """Say that what was cut short was rolled back first."""
        if recovery.transaction is not None:
            self._err.line(
                f"WARNING: {recovery.transaction.action} (transaction {recovery.transaction.id}) "
                f"had been cut short: {recovery.steps} steps rolled back"
            )
        for foreign in recovery.left:
            self._err.line(f"WARNING: {display(foreign)}")

    def end(self, *, simulated: bool) -> int:
        """Say what is left to say, and return the exit code."""
        for line in self._operations.rest():
            self._err.line(line)
        for package, lines in self._conflicts.items():
            if lines:
                self._err.line(f"WARNING! stowing {display(package)} would cause conflicts:")
            for line in lines:
                self._err.line(f"  * {line}")
        if self._total > _SHOWN:
            self._err.line(f"  and {self._total - _SHOWN} more")
        if self._total or self._errors:
            self._err.line("All operations aborted.")
        if simulated:
            self._err.line("WARNING: in simulation mode so not modifying filesystem.")
        if self._errors:
            return 2
        return 1 if self._total else 0
