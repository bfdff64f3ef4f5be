"""What is in a package, as the target would show it."""

from __future__ import annotations

from dotstream.light_typing import Literal, NamedTuple

MemberKind = Literal["file", "directory", "link", "special"]


class Member(NamedTuple):
    """One member of a package that no ignore rule names.

    Attributes:
        package: the package's name.
        path: where the target shows it, relative to the target.
        source: its absolute path in the package.
        kind: what it is; links are never followed.
    """

    package: str
    path: str
    source: str
    kind: MemberKind
