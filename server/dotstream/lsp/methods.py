"""The methods of ours, by name."""

from __future__ import annotations

from typing import Any

from dotstream.lsp import children, diff, doctor, packages, past, plan, status
from dotstream.lsp.children import ChildrenParams
from dotstream.lsp.diff import DiffParams
from dotstream.lsp.doctor import DoctorParams, FindingRows
from dotstream.lsp.method import Method
from dotstream.lsp.params import ApplyParams, PlanParams
from dotstream.lsp.past import HistoryParams, RecoverParams, UndoParams
from dotstream.lsp.rows import Rows
from dotstream.lsp.status import StatusParams, StatusRows

__all__ = ["METHODS"]

METHODS: dict[str, Method[Any]] = {
    "dotstream/plan": Method(PlanParams.of, plan.plan, Rows),
    "dotstream/apply": Method(ApplyParams.of, plan.apply, Rows),
    "dotstream/packages": Method(packages.asked, packages.packages),
    "dotstream/status": Method(StatusParams.of, status.status, StatusRows),
    "dotstream/children": Method(ChildrenParams.of, children.children),
    "dotstream/history": Method(HistoryParams.of, past.history),
    "dotstream/undo": Method(UndoParams.of, past.undo, Rows),
    "dotstream/recover": Method(RecoverParams.of, past.recover),
    "dotstream/doctor": Method(DoctorParams.of, doctor.doctor, FindingRows),
    "dotstream/diff": Method(DiffParams.of, diff.diff),
}
