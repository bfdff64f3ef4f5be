"""Where a package is while the target is walked: one of its directories."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.options import Package
    from dotstream.model.rule import Hidden
    from dotstream.planner.chosen import Chosen


class Cursor:
    """A package directory overlaid on the target directory being walked.

    Attributes:
        sub: its path in the package; ``None`` stands above the package's root, where
            ``layout = "named"`` has one entry, the package itself.
        step: for packages being unmanaged, the step of the run that does it.
        old: opened because another package's fold was in the way.
        trail: identities of the directories entered by package symlinks to get here.
        chosen: the members to plan; ``None`` for all of them.
        looped: whether the last of them had been entered before.
        prefix: what comes before the raw name in a link text; set by ``Naming.prefix``.
        hidden: the test for ignored names, and whether it is known; set by
            ``PackageTrees.ignored``.
    """

    __slots__ = (
        "chosen",
        "hidden",
        "looped",
        "old",
        "package",
        "prefix",
        "step",
        "sub",
        "trail",
    )

    def __init__(
        self,
        package: Package,
        sub: str | None = "",
        *,
        step: int = 0,
        old: bool = False,
        trail: tuple[tuple[int, int], ...] = (),
        chosen: Chosen | None = None,
    ) -> None:
        self.package: Package = package
        self.sub: str | None = sub
        self.step: int = step
        self.old: bool = old
        self.trail: tuple[tuple[int, int], ...] = trail
        self.chosen: Chosen | None = chosen
        self.prefix: str | None = None
        self.hidden: tuple[Hidden | None] | None = None
        self.looped: bool = False

    def inside(self, raw: str) -> str:
        """Return the path of ``raw`` relative to the package."""
        if self.sub is None:
            return ""
        return f"{self.sub}/{raw}" if self.sub else raw

    def source(self, raw: str) -> str:
        """Return the absolute path of ``raw``."""
        inside = self.inside(raw)
        return f"{self.package.path}/{inside}" if inside else self.package.path

    @property
    def path(self) -> str:
        """The absolute path of the directory."""
        return f"{self.package.path}/{self.sub}" if self.sub else self.package.path

    def child(self, raw: str) -> Cursor:
        """Return the cursor on the directory ``raw`` inside this one."""
        chosen = self.chosen
        if chosen is not None and self.sub is not None:
            chosen = chosen.child(raw)
        return Cursor(
            self.package,
            self.inside(raw),
            step=self.step,
            old=self.old,
            trail=self.trail,
            chosen=chosen,
        )
