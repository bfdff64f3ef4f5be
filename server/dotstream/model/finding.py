"""What a check-up finds: one thing that is not as it should be, and what fixes it."""

from __future__ import annotations

from dataclasses import dataclass

from dotstream.light_typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from dotstream.model.directory import Directory

ScanMode = Literal["off", "scoped", "deep"]
SCAN_MODES: tuple[ScanMode, ...] = get_args(ScanMode)

Severity = Literal["error", "warning", "info"]

FindingKind = Literal[
    "database",
    "unfinished_transaction",
    "busy",
    "missing_target",
    "no_permission",
    "broken_link",
    "orphaned_link",
    "lost_directory",
    "broken_member",
    "link_loop",
    "missing_link",
    "replaced_link",
    "replaced_directory",
    "foreign_target",
    "wrong_member",
    "outdated_record",
    "stale_record",
    "unrecorded_links",
    "unwanted_links",
    "linked_elsewhere",
    "leftover",
    "parked_file",
    "unlisted_backup",
    "too_open",
]

_SEVERITIES: dict[FindingKind, Severity] = {
    "database": "error",
    "unfinished_transaction": "error",
    "busy": "info",
    "missing_target": "error",
    "no_permission": "error",
    "broken_link": "error",
    "orphaned_link": "error",
    "lost_directory": "error",
    "broken_member": "warning",
    "link_loop": "error",
    "missing_link": "error",
    "replaced_link": "error",
    "replaced_directory": "error",
    "foreign_target": "error",
    "wrong_member": "error",
    "outdated_record": "warning",
    "stale_record": "warning",
    "unrecorded_links": "info",
    "unwanted_links": "warning",
    "linked_elsewhere": "info",
    "leftover": "warning",
    "parked_file": "error",
    "unlisted_backup": "warning",
    "too_open": "warning",
}

FINDING_KINDS: tuple[FindingKind, ...] = tuple(_SEVERITIES)

_MENDED: frozenset[FindingKind] = frozenset(
    {
        "unfinished_transaction",
        "broken_link",
        "orphaned_link",
        "missing_link",
        "outdated_record",
        "stale_record",
        "unrecorded_links",
        "leftover",
        "unlisted_backup",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        kind: what it is.
        directory, name: the path that it is about.
        package: the package whose link it is, or was.
        text: the text of the link that is there now, where there is one.
        wanted: the text that the manifest has for it, where there is one.
        detail: what the kind leaves open, in words.
        command: what fixes it without losing anything; ``None`` where only a person can.
        count: how many paths it stands for.
        heir: the package that now has what the link led to, where it is another.
    """

    kind: FindingKind
    directory: Directory
    name: str
    package: str | None = None
    text: str | None = None
    wanted: str | None = None
    detail: str = ""
    command: str | None = None
    count: int = 1
    heir: str | None = None

    @property
    def path(self) -> str:
        """The absolute path that it is about."""
        return self.directory.at(self.name)

    @property
    def severity(self) -> Severity:
        """How bad it is; a check that finds an error ends with exit code 1."""
        return _SEVERITIES[self.kind]

    @property
    def fixable(self) -> bool:
        """Whether ``dotstream doctor --fix`` fixes it."""
        return self.kind in _MENDED

    @property
    def message(self) -> str:
        """One sentence that says what is wrong."""
        package, text = f"package {self.package}", self.text
        now = "" if self.wanted is None else f"; it should lead to {self.wanted}"
        match self.kind:
            case "broken_link":
                return f"this link of {package} leads to {text}, which is gone{now}"
            case "orphaned_link":
                return f"this link leads to {text}, but {package} is gone{now}"
            case "broken_member":
                return f"{package} has a symlink here that leads nowhere itself: {self.detail}"
            case "link_loop":
                return f"this link of {package} leads back to itself or above: {text}"
            case "missing_link":
                return f"{package} had a link to {self.wanted} here, and it is gone"
            case "replaced_link":
                return f"{package} had a link here, and {self.detail} is in its place"
            case "replaced_directory":
                return f"{package} has links in this directory, and {self.detail} is in its place"
            case "foreign_target":
                return f"{package} had a link to {self.wanted} here, and now it leads to {text}"
            case "wrong_member":
                return f"{package} had a link to {self.wanted} here, and now {self.detail}"
            case "outdated_record":
                return f"the manifest has this link of {package} as {self.wanted}, not as {text}"
            case "stale_record":
                return f"the manifest has this for {package}, but {self.detail}"
            case "unrecorded_links":
                noun = "link is" if self.count == 1 else "links are"
                return f"{self.count:,} {noun} not in the manifest yet and can be recorded"
            case "unwanted_links":
                links = "1 link is" if self.count == 1 else f"{self.count:,} links are"
                return f"{self.detail}, and {links} left of {package}"
            case "lost_directory":
                links = "1 link leads" if self.count == 1 else f"{self.count:,} links lead"
                return f"{links} into this package directory, which is not there; {self.detail}"
            case "leftover":
                return "this was left behind by a run that was cut short"
            case _:
                return self.detail
