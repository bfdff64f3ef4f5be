"""Reading a configuration file, with a plain error where that cannot be done."""

from __future__ import annotations

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.fs.files import read_bytes
from dotstream.fs.oserror import is_permission, reason


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
    return None if data is None else decode(data, path=path)


def says_nothing(text: str) -> bool:
    """Whether a text is nothing but comments, so that no parser has to be loaded for it."""
    lines = [line.strip(" \t") for line in text.split("\n")]
    return all(not line or (line[0] == "#" and line.isprintable()) for line in lines)


def decode(data: bytes, *, path: str) -> str:
    """Return the text of a file that has to be UTF-8.

    Raises:
        ConfigError: it is not.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        last = before.rpartition(b"\n")[2]
        raise ConfigError(
            f"the file is not UTF-8: byte 0x{error.object[error.start]:02x}",
            path=path,
            line=before.count(b"\n") + 1,
            column=len(last.decode("utf-8")) + 1,
            hint="save it as UTF-8",
        ) from None
