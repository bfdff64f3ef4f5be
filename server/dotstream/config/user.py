"""The user's own settings, for every package directory: ``~/.config/dotstream/config.toml``."""

from __future__ import annotations

from dotstream.config.reading import read_config
from dotstream.fs.process import config_home
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.model.options import Policy


class UserSettings(NamedTuple):
    """What a user prefers everywhere.

    Attributes:
        directory: the package directory where none is found, as it is written.
        color: when output is coloured: auto, always or never.
        on_conflict: the policy where the repository has none.
    """

    directory: str | None = None
    color: str = "auto"
    on_conflict: Policy = "fail"


def user_path(environ: Mapping[str, str], home: str) -> str:
    """Return the path of the file, which need not exist."""
    return f"{config_home(environ, home)}/config.toml"


def user_settings(environ: Mapping[str, str], home: str) -> UserSettings:
    """Read the file.

    Raises:
        ConfigError: it is wrong; the first problem is named with its position.
        PermissionRefused: it may not be read.
    """
    path = user_path(environ, home)
    text = read_config(path)
    if text is None:
        return UserSettings()
    from dotstream.config.document import parse_own
    from dotstream.config.schema import USER

    found = cast("dict[str, str]", parse_own(text, USER, path=path))
    return UserSettings(
        found.get("directory"),
        found.get("color", "auto"),
        cast("Policy", found.get("on-conflict", "fail")),
    )
