"""The methods of ours, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests import (
    agree,
    children,
    diff,
    doctor,
    history,
    ignore,
    init,
    packages,
    plan,
    single,
    status,
)

if TYPE_CHECKING:
    from dotstream.lsp.requests.method import Method

METHODS: dict[str, Method[Any]] = {
    "dotstream/plan": plan.PLAN,
    "dotstream/apply": plan.APPLY,
    "dotstream/link": single.LINK,
    "dotstream/unlink": single.UNLINK,
    "dotstream/resolve": single.RESOLVE,
    "dotstream/ignore": ignore.IGNORE,
    "dotstream/init": init.INIT,
    "dotstream/agree": agree.AGREE,
    "dotstream/packages": packages.PACKAGES,
    "dotstream/status": status.STATUS,
    "dotstream/children": children.CHILDREN,
    "dotstream/history": history.HISTORY,
    "dotstream/undo": history.UNDO,
    "dotstream/recover": history.RECOVER,
    "dotstream/doctor": doctor.DOCTOR,
    "dotstream/diff": diff.DIFF,
}

LOOKING = frozenset(
    {plan.PLAN, packages.PACKAGES, status.STATUS, children.CHILDREN, history.HISTORY, diff.DIFF}
)
"""Those that change nothing, so that the process may end in the middle of one."""
