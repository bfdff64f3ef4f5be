"""What this process knows of where it runs: environment, homes, working directory, terminal."""

from __future__ import annotations

import os
import sys

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import RawIOBase

_TICK = 0.2
"""Seconds between two looks for a signal."""


def working_directory() -> str:
    """Return the canonical path of the working directory.

    Raises:
        OSError: it no longer exists, or may not be read.
    """
    try:
        return os.getcwd()
    except OSError as error:
        error.filename = "the working directory"
        raise


def home_directory(environ: Mapping[str, str]) -> str:
    """Return ``$HOME``, or else the home directory that the system has on record.

    Raises:
        UsageError: there is none, or it is no absolute path or the root: links would be made
            elsewhere.
    """
    named = environ.get("HOME")
    home = _recorded_home(None) if named is None else named
    # Accounts that nobody logs in to have / on record, and so have processes in containers.
    if home and home.startswith("/") and os.path.normpath(home).strip("/"):
        return home
    if named is not None:
        why = f"HOME is {named!r}" if named else "HOME is empty"
    else:
        why = f"HOME is not set, and the system has none on record for user {os.getuid()}"
    raise UsageError(f"no home directory is known: {why}; set HOME to the path of one")


def known_home(environ: Mapping[str, str]) -> str | None:
    """Return the home directory, for those who can do without; ``None`` if none is known."""
    try:
        return home_directory(environ)
    except UsageError:
        return None


def home_of(user: str) -> str | None:
    """Return the home directory of ``user``, or ``None`` if there is no such user."""
    return _recorded_home(user)


def _recorded_home(user: str | None) -> str | None:
    import pwd

    try:
        return (pwd.getpwuid(os.getuid()) if user is None else pwd.getpwnam(user)).pw_dir
    except KeyError:
        return None


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ


def unbuffered(descriptor: int) -> RawIOBase:
    """Return one of the standard streams as it is; closing that does not close it."""
    return open(descriptor, "wb", buffering=0, closefd=False)


def columns(descriptor: int) -> int:
    """Return ``$COLUMNS``, or the width of the terminal at ``descriptor``, or 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(descriptor).columns or 80
    except OSError:
        return 80


def rows(descriptor: int) -> int:
    """Return the height of the terminal at ``descriptor``, or 24."""
    try:
        return os.get_terminal_size(descriptor).lines or 24
    except OSError:
        return 24


def wait_for_input(descriptor: int, enough: Callable[[], bool]) -> None:
    """Return once there is something to read, or ``enough``; signals are handled meanwhile.

    A read that begins just after a signal came would not be woken by it.
    """
    from select import select  # few runs ask anything

    while not enough() and not select([descriptor], [], [], _TICK)[0]:
        pass


def host_name() -> str:
    """Return the name of this machine."""
    return os.uname().nodename


def platform() -> str:
    """Return the kind of system in one word, such as ``linux`` or ``darwin``."""
    return sys.platform.rstrip("0123456789")


def processors() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "darwin":
        count = os.cpu_count() or 1
    else:
        count = len(os.sched_getaffinity(0))
    return count


def state_home(environ: Mapping[str, str], home: str) -> str:
    """Return dotstream's state directory (XDG Base Directory Specification)."""
    base = environ.get("XDG_STATE_HOME") or ""
    return f"{base if base.startswith('/') else f'{home}/.local/state'}/dotstream"


def process_name() -> str:
    """Return how a person would find this process: its number and command line."""
    arguments = sys.argv
    command = " ".join([os.path.basename(arguments[0]), *arguments[1:]]) if arguments else ""
    return f"process {os.getpid()} ({command})"


def open_streams() -> None:
    """Have each standard stream that is closed lead nowhere, before a file takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 - it stays open
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def end_process(exit_code: int) -> NoReturn:
    """End this process at once, whatever its threads are doing."""
    sys.stderr.flush()
    os._exit(exit_code)


def config_home(environ: Mapping[str, str], home: str) -> str:
    """Return where the user's own settings are (XDG Base Directory Specification)."""
    base = environ.get("XDG_CONFIG_HOME") or ""
    return f"{base if base.startswith('/') else f'{home}/.config'}/dotstream"


def cache_home(environ: Mapping[str, str], home: str) -> str:
    """Return dotstream's cache directory (XDG Base Directory Specification)."""
    base = environ.get("XDG_CACHE_HOME") or ""
    return f"{base if base.startswith('/') else f'{home}/.cache'}/dotstream"


def is_alive(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return process > 0
