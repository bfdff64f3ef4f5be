"""Reading a configuration file, with a plain error where that cannot be done."""

from __future__ import annotations

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.fs.files import read_bytes
from dotstream.fs.oserror import is_permission, reason

__all__ = ["read_config"]


def read_config(path: str) -> str | None:
    """Return the text of a configuration file, or ``None`` if it does not exist.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
        PermissionRefused: it may not be read.
    """
    try:
        data = read_bytes(path)
    except OSError as error:
        if is_permission(error):
            raise PermissionRefused(f"{path}: {reason(error)}") from None
        raise ConfigError(f"cannot be read: {reason(error)}", path=path) from None
    if data is None:
        return None
    from dotstream.config.document import decode  # costs time, and is for files that exist

    return decode(data, path=path)
