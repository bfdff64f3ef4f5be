"""Words that may be names of packages or paths: which of both they are."""

from __future__ import annotations

from dotstream.config.names import package_name
from dotstream.errors import UsageError
from dotstream.fs.files import is_directory, present
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.cli.session import Session
    from dotstream.config.settings import Settings
    from dotstream.model.located import Located


def apart(session: Session, words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the words that are names of packages, and those that are paths."""
    names: list[str] = []
    paths: list[str] = []
    settings = session.client.settings
    for word in words:
        (paths if _is_path(word, settings) else names).append(word)
    return names, paths


def _is_path(word: str, settings: Settings) -> bool:
    try:
        name = package_name(word)
    except UsageError:
        return True
    # One that is left out may have links still.
    if settings.is_package(name) or (
        not settings.single and is_directory(settings.path_of(name))
    ):
        return False
    return word.startswith("~") or present(word)


def linkable(session: Session, path: str, package: str | None) -> tuple[str, str, Located]:
    """Return the path in the target that is meant, whose it is, and how it stands.

    Raises:
        UsageError: no package has it.
    """
    found = session.client.locate(path)
    package = package or found.package
    if package is None or found.target is None:
        raise UsageError(f"{found.path}: {found.message}")
    return found.target, package, found
