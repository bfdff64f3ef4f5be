"""Which files the editor is asked to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.discover import CONFIG_NAME, LOCAL_NAME, STOWRC_NAME, find_root
from dotstream.fs.process import environment, known_home
from dotstream.lsp.uris import to_uri
from dotstream.planner.ignore import GLOBAL_LIST, LOCAL_LIST

if TYPE_CHECKING:
    from collections.abc import Iterable

_COME_AND_GO = types.WatchKind.Create | types.WatchKind.Delete  # a number: no member is both


def watched(folders: Iterable[str], *, relative: bool) -> list[types.FileSystemWatcher]:
    """Return what is watched: configuration, ignore lists, and what packages gain and lose.

    A folder that is no package directory may be a whole home, so that is only watched in
    package directories.

    Args:
        folders: absolute paths of what the editor has open.
        relative: whether the client knows patterns that are bound to one folder.
    """
    names = (CONFIG_NAME, LOCAL_NAME, STOWRC_NAME, LOCAL_LIST, GLOBAL_LIST)
    found = [types.FileSystemWatcher(f"**/{name}") for name in names]
    if relative:
        environ = environment()
        home = known_home(environ) or ""
        roots = {find_root(folder, home=home, environ=environ) for folder in folders if home}
        found += [
            types.FileSystemWatcher(types.RelativePattern(to_uri(root), "**/*"), _COME_AND_GO)
            for root in sorted(filter(None, roots))
        ]
    return found
