"""What a plan is made of: operations, conflicts, scan errors and notices."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args
from dotstream.model.words import WORDS

if TYPE_CHECKING:
    from dotstream.model.directory import Directory
    from dotstream.model.options import Policy

OperationKind = Literal[
    "make_dir",
    "remove_dir",
    "create_link",
    "remove_link",
    "replace_link",
    "move_file",
    "unfold",
    "refold",
    "keep_link",
]

OPERATION_KINDS: tuple[OperationKind, ...] = get_args(OperationKind)


class Operation(NamedTuple):
    """One change to one path, with what must be true just before it is made.

    Attributes:
        kind: what is done. ``keep_link`` changes nothing: it reports a link that is
            already as wanted, and only appears in plans that ask for it.
        directory: the directory that holds the path.
        name: the last component of the path.
        package: the package the change is made for.
        text: the text of the new link (``create_link``, ``replace_link``, ``refold``);
            for ``move_file`` the absolute destination, or ``None`` for the backup area;
            for ``make_dir`` and ``unfold`` the new directory's mode in octal, if it matters.
        before: what must be there now: the old link's text (``remove_link``,
            ``replace_link``, ``unfold``), the file's fingerprint (``move_file``), the
            directory's mode in octal (``remove_dir``, ``refold``); ``None`` means that
            nothing may be there (``create_link``, ``make_dir``).
        why: why a directory is opened or made where one link could have stood for it.

    Between an ``unfold``, ``refold`` or ``remove_dir`` and the first operation outside of
    its directory, the operations inside it belong to it: they fill the new directory, or
    empty the old one, beside the path, so that the path itself changes in one step.
    """

    kind: OperationKind
    directory: Directory
    name: str
    package: str
    text: str | None = None
    before: str | None = None
    why: str = ""

    @property
    def path(self) -> str:
        """The absolute path that is changed."""
        return self.directory.at(self.name)

    @property
    def verb(self) -> str:
        """The operation's kind in words."""
        return WORDS[self.kind].verb


ConflictKind = Literal[
    "changed_since",
    "real_file",
    "real_directory",
    "foreign_link",
    "dangling_link",
    "other_package",
    "same_path",
    "file_and_directory",
    "parent_link",
    "absolute_source",
    "target_in_package_directory",
    "package_has_file",
    "not_invertible",
    "missing_source",
]


_OBSTACLES: dict[ConflictKind, str] = {
    "changed_since": "this changed since: {now} is here now, and undoing would lose it",
    "real_file": "{who} {wants} a link here, but a file is in its place",
    "real_directory": "{who} {has} a file here, but a directory is in its place",
    "foreign_link": "{who} {wants} this path, but a link to {self.text} is there",
    "dangling_link": (
        "{who} {wants} this path, but a broken link to {self.text} is there, which is not ours"
    ),
    "parent_link": "{who} {has} a directory here, but a link leads elsewhere, to {self.text}",
    "other_package": "{who} {wants} this path, but {other} is linked there",
    "same_path": "packages {wanters} {quantity} want this path",
    "file_and_directory": (
        "packages {wanters} both want this path, one as a file and one as a directory"
    ),
    "absolute_source": "{who} {has} an absolute symlink here, to {self.text}",
    "target_in_package_directory": "the target is inside the package directory",
    "package_has_file": "{who} already {has} {self.source}",
    "not_invertible": (
        "{self.name!r} would come back under another name when {who} is managed, "
        "because of its dot- prefix"
    ),
    "missing_source": "there is nothing at this path to adopt",
}

_SPECIAL: dict[tuple[ConflictKind, str], str] = {
    ("real_file", "source_is_dir"): "{who} {has} a directory here, but a file is in its place",
    ("real_file", "same"): (
        "{who} {wants} a link here, but a file with the same content is there"
    ),
    ("real_directory", "source_is_dir"): (
        "{who} {has} a git repository here, and another one is in its place"
    ),
    ("same_path", "elsewhere"): "{who} {wants} this path, and so does {other}",
    ("same_path", "twice"): "{who} has two members for this path, {members}",
    ("file_and_directory", "rivals"): (
        "packages {wanters} all want this path, as files and as directories"
    ),
    ("target_in_package_directory", "name"): (
        "{who} {has} a directory here, but this is a package directory itself, "
        "where nothing is linked"
    ),
    ("package_has_file", "same"): "{who} already {has} {self.source}, with the same content",
    ("missing_source", "source"): "what was here is gone: there is nothing at {self.source}",
}
"""What is said instead where a conflict has such an attribute; the first that it has counts."""

_WHOLE = "all of it would give way for the one path that was named"


class Conflict(NamedTuple):
    """A place where the wanted link cannot be made without touching what is not ours.

    Attributes:
        kind: what stands in the way.
        directory, name: the path in the target.
        package: the package that wants the path, the first of several.
        source: absolute path of the package member that wants it.
        other: the package that has the path now, where there is one.
        text: the text of the link that is there now, where there is one.
        choices: the policies that can settle it.
        source_is_dir: whether the package member is a directory.
        rivals: further packages that want the path.
        note: what else there is to know before one of the choices is made.
        elsewhere: absolute path of the package directory of ``other``, if it is another.
        same: whether the file in the way is byte for byte the package's.
        whole: whether more is in the way than the one path that is planned, so that only a
            policy for this very path settles it.
    """

    kind: ConflictKind
    directory: Directory
    name: str
    package: str
    source: str
    other: str | None = None
    text: str | None = None
    choices: tuple[Policy, ...] = ()
    source_is_dir: bool = False
    rivals: tuple[str, ...] = ()
    note: str = ""
    elsewhere: str | None = None
    same: bool = False
    whole: bool = False

    @property
    def path(self) -> str:
        """The absolute path in the target."""
        return self.directory.at(self.name)

    @property
    def twice(self) -> bool:
        """Whether it is one package that has two members for the path, such as dot-x and .x."""
        one = self.other == self.package and self.elsewhere is None and not self.rivals
        return one and self.kind == "same_path"

    @property
    def message(self) -> str:
        """One sentence that names both sides."""
        return "; ".join(filter(None, (self._obstacle, self.note, _WHOLE if self.whole else "")))

    @property
    def _obstacle(self) -> str:
        special = (
            text
            for (kind, flag), text in _SPECIAL.items()
            if kind == self.kind and getattr(self, flag)
        )
        named = _listed(self.package, *self.rivals)
        other = f"package {self.other}"
        if self.elsewhere:
            other += f" of {self.elsewhere}"
        return next(special, _OBSTACLES[self.kind]).format(
            self=self,
            who=f"packages {named}" if self.rivals else f"package {named}",
            has="have" if self.rivals else "has",
            wants="want" if self.rivals else "wants",
            other=other,
            wanters=_listed(self.other or "", self.package, *self.rivals),
            quantity="all" if self.rivals else "both",
            members=_listed(*(_base(path) for path in (self.text or "", self.source))),
            now=f"a link to {self.text}" if self.text else (self.other or "nothing"),
        )


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _listed(*names: str) -> str:
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last}" if first else last


class ScanError(NamedTuple):
    """Something that could not be read while planning; the rest of the plan goes on."""

    path: str
    message: str
    permission: bool = False


class Notice(NamedTuple):
    """Something left alone on purpose, which a person may want to know about."""

    path: str
    message: str


Item: TypeAlias = Operation | Conflict | ScanError | Notice


class Child(NamedTuple):
    """What a plan has for one name of a directory, without what is below.

    Attributes:
        name: in the target; empty for what is about the directory itself.
        path: absolute path in the target.
        source: absolute path of the package member that it is about, where there is one.
        expandable: whether the plan looks further down here.
        items: exactly those at this path, in the order of the plan.
    """

    name: str
    path: str
    source: str | None
    expandable: bool
    items: tuple[Item, ...]
