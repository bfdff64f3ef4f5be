"""Ignore lists that nobody reads."""

from __future__ import annotations

from dotstream.fs.files import present
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.ignore import GLOBAL_LIST, LOCAL_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.config.settings import Settings

NOT_AT_THE_TOP = "this list is not read: one counts only at the top of a package"


def not_at_home(home: str) -> str:
    """Say why a list that is called as the user's own is not read."""
    return f"this list is not read: the one that counts is {home}/{GLOBAL_LIST}"


def unread_lists(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each list beside the packages that is not read, with the reason."""
    for directory in dict.fromkeys((settings.root, settings.directory)):
        above = f"{directory.rstrip('/')}/"
        itself = settings.single and directory == settings.directory
        if not itself and present(f"{above}{LOCAL_LIST}"):
            yield f"{above}{LOCAL_LIST}", NOT_AT_THE_TOP
        if present(f"{above}{GLOBAL_LIST}"):
            yield f"{above}{GLOBAL_LIST}", not_at_home(settings.home)
