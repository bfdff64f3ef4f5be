"""The methods of ours, by name."""

from __future__ import annotations

from typing import Any

from dotstream.lsp.requests import children, diff, doctor, packages, plan, status
from dotstream.lsp.requests import history as past
from dotstream.lsp.requests.children import ChildrenParams
from dotstream.lsp.requests.diff import DiffParams
from dotstream.lsp.requests.doctor import DoctorParams, FindingRows
from dotstream.lsp.requests.history import HistoryParams, RecoverParams, UndoParams
from dotstream.lsp.requests.method import Method
from dotstream.lsp.requests.params import ApplyParams, PlanParams
from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.requests.status import StatusParams, StatusRows

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
