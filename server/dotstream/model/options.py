"""What a person can choose: folding, names, conflict policies, packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args
from dotstream.model.rule import Hidden

if TYPE_CHECKING:
    from dotstream.model.items import Conflict
    from dotstream.model.rule import WhichRule

Action = Literal["manage", "unmanage", "remanage", "adopt", "undo", "restore", "doctor"]
Folding = Literal["safe", "always", "never"]
Layout = Literal["mirror", "named", "single"]
LinkStyle = Literal["relative", "absolute"]
Policy = Literal["fail", "adopt", "backup", "overwrite", "skip"]

ACTIONS: tuple[Action, ...] = ("manage", "unmanage", "remanage", "adopt")
FOLDINGS: tuple[Folding, ...] = get_args(Folding)
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
PACKAGE_LAYOUTS: tuple[Layout, ...] = ("mirror", "named")
LINK_STYLES: tuple[LinkStyle, ...] = get_args(LinkStyle)
POLICIES: tuple[Policy, ...] = get_args(Policy)

SINGLE = "."
"""The name of the package that is the package directory itself, as in ``stow .``."""

Resolve: TypeAlias = "Callable[[Conflict], Policy | None]"
"""Settles one conflict as it is met; ``None``: as configured."""

IgnoreRules: TypeAlias = Callable[[str], Hidden | None]
"""``rules(directory)`` → ``hidden(name)``, or ``None`` where nothing can be ignored.

``directory`` is the translated path in the target, relative and without slashes around
it; ``name`` is the raw name in the package.
"""


def _ignore_nothing(_directory: str) -> None:
    return None


def _no_rule(_directory: str, _name: str) -> None:
    return None


class Package(NamedTuple):
    """One package, ready to be planned.

    Attributes:
        name: its name, the last component of ``path``; ``.`` for the package directory itself.
        path: absolute canonical path of its directory.
        directory: absolute canonical path of the package directory that holds it.
        ignored: its ignore rules, compiled.
        folding: when one link may stand for a whole directory.
        never_fold: target paths (globs, relative) that must stay real directories.
        on_conflict: its policy, or ``None`` for the run's.
        where: which paths of it the run wants; the others count as ignored as well.
        dotfiles: translate ``dot-`` prefixes to ``.`` in every path component.
        layout: ``mirror``: its tree mirrors the target; ``named``: package ``dot-vim`` maps to
            ``.vim`` in the target; ``single``: the package directory itself is the package.
        link: relative or absolute link texts.
        rule: tells which of the rules leaves a name out.
    """

    name: str
    path: str
    directory: str
    ignored: IgnoreRules = _ignore_nothing
    folding: Folding = "safe"
    never_fold: tuple[str, ...] = ()
    on_conflict: Policy | None = None
    where: Callable[[str], bool] | None = None
    dotfiles: bool = True
    layout: Layout = "mirror"
    link: LinkStyle = "relative"
    rule: WhichRule = _no_rule


class Options(NamedTuple):
    """How a plan is made; the same for every package of a run.

    Attributes:
        single: whether the package directory itself is the one package.
        defer, override: regular expressions matched at the start of the target path
            (GNU Stow manual, "Invoking Stow", ``--defer`` and ``--override``).
        on_conflict: the policy for every conflict that has none of its own.
        resolutions: policies for single target paths (absolute).
        stow: follow GNU Stow to the letter where dotstream would do better.
        compat: Stow's ``--compat``: unmanage walks the whole target.
        report_kept: also yield a ``keep_link`` for every link already as wanted.
        resolve: settles conflicts that have no policy of their own.
        same: a file in the way that is byte for byte the package's is backed up.
        explain: also yield a notice for every name that an ignore rule leaves out.
        path: the one target path that is planned (absolute); a directory or a link above it
            gives way for it only by a policy of its own.
        targets: those of packages that have their own, which no fold may hide.
        private: dotstream's own directories, in which nothing is linked.
    """

    single: bool = False
    defer: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    on_conflict: Policy = "fail"
    resolutions: Mapping[str, Policy] = {}
    stow: bool = False
    compat: bool = False
    report_kept: bool = False
    resolve: Resolve | None = None
    same: bool = False
    explain: bool = False
    path: str = ""
    targets: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


class Preferences(NamedTuple):
    """What one run asks for on top of the configuration; ``None`` means as configured.

    ``ignore`` holds globs, added to the configured ones; ``defer`` and ``override``
    regular expressions; ``resolutions`` maps absolute target paths to policies; ``resolve``
    is asked about each other conflict, as it is met; ``where`` is asked about each path, as the
    target would show it and relative to it: what is not wanted counts as ignored, also for
    folding; ``same`` backs up each file in the way that is byte for byte the package's, whatever
    the configuration says, so that it is linked; ``explain`` asks for a notice about every name
    that an ignore rule leaves out.
    """

    folding: Folding | None = None
    dotfiles: bool | None = None
    layout: Layout | None = None
    link: LinkStyle | None = None
    ignore: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    on_conflict: Policy | None = None
    resolutions: Mapping[str, Policy] = {}
    report_kept: bool = False
    resolve: Resolve | None = None
    where: Callable[[str], bool] | None = None
    same: bool = False
    explain: bool = False


AS_CONFIGURED = Preferences()
"""What a run prefers that prefers nothing."""
