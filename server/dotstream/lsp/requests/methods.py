"""The methods of ours, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests import (
    children,
    configuration,
    doctor,
    history,
    plan,
    single,
    status,
)

if TYPE_CHECKING:
    from dotstream.lsp.requests.call import Method

METHODS: dict[str, Method[Any]] = {
    "dotstream/plan": plan.PLAN,
    "dotstream/apply": plan.APPLY,
    "dotstream/link": single.LINK,
    "dotstream/unlink": single.UNLINK,
    "dotstream/resolve": single.RESOLVE,
    "dotstream/ignore": configuration.IGNORE,
    "dotstream/init": configuration.INIT,
    "dotstream/agree": configuration.AGREE,
    "dotstream/packages": status.PACKAGES,
    "dotstream/status": status.STATUS,
    "dotstream/children": children.CHILDREN,
    "dotstream/history": history.HISTORY,
    "dotstream/undo": history.UNDO,
    "dotstream/recover": history.RECOVER,
    "dotstream/doctor": doctor.DOCTOR,
    "dotstream/diff": single.DIFF,
}

LOOKING = frozenset(
    {plan.PLAN, status.PACKAGES, status.STATUS, children.CHILDREN, history.HISTORY, single.DIFF}
)
"""Those that change nothing, so that the process may end in the middle of one."""
