"""The face of dotstream: plan as a stream or in one go, and apply.

client = Client("~/dotfiles", target="~")
plan = client.plan_manage("zsh", "vim")
client.apply(plan)
"""

from __future__ import annotations

from dotstream.face.comparing import Comparing
from dotstream.face.examining import Examining
from dotstream.face.expanding import Expanding
from dotstream.face.looking import Looking
from dotstream.face.remembering import Remembering

__all__ = ["Client"]


class Client(Examining, Remembering, Comparing, Looking, Expanding):
    """A package directory and its target, ready to plan and apply.

    Args:
        directory: the package directory; by default the nearest one at or above the
            working directory, else ``$DOTSTREAM_DIR``.
        target: where links are made; by default what the configuration says, else home.
        state: where journals are kept; by default ``$XDG_STATE_HOME/dotstream``.
        environ, home, cwd: instead of this process's own.

    Raises:
        UsageError: no package directory was found.
    """
