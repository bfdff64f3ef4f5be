"""What goes wrong, as a JSON-RPC error: code, message for people, data for programs.

``data.kind`` is one stable word per exception, ``data.remedy`` one for what to do about it;
the facts beside them depend on the kind.
Nothing of the program's inside is shown: what was not foreseen is logged and called a bug.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol.types import ResponseError
from pygls.exceptions import JsonRpcException

from dotstream.errors import (
    Cancelled,
    ConfigError,
    ConflictError,
    DotstreamError,
    JournalError,
    NotAgreed,
    OperationFailed,
    PackageNotFound,
    RollbackIncomplete,
    ScanFailed,
    StalePlan,
    TargetLocked,
)
from dotstream.fs.oserror import kind_of, reason
from dotstream.lsp.requests.rows import shown, wish_row
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.messages import JSON

INVALID_REQUEST = -32600
INTERNAL_ERROR = -32603
REQUEST_FAILED = -32803

BUG = "an internal error, which is a bug in dotstream; its log has the details"

_log = logging.getLogger(__name__)


def fault_of(error: BaseException, **facts: JSON) -> ResponseError:
    """Return the JSON-RPC error for an exception that ended a request.

    Args:
        error: the exception.
        facts: more for ``data``, if the exception is one of dotstream's own.
    """
    if isinstance(error, DotstreamError):
        data: dict[str, JSON] = {"kind": error.kind, "remedy": error.remedy}
        data |= {**_facts(error), **facts}
        return ResponseError(error.rpc_code, display(_in_words(error)), data)
    if isinstance(error, JsonRpcException):
        return ResponseError(error.code, display(error.message), error.data)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if isinstance(error.filename, str) else ""
        kind = kind_of(error)
        return ResponseError(REQUEST_FAILED, display(where + reason(error)), {"kind": kind})
    _log.error("a request failed unexpectedly", exc_info=error)
    return ResponseError(INTERNAL_ERROR, BUG, {"kind": kind_of(error)})


def _in_words(error: DotstreamError) -> str:
    """Return an error's message, with the option that asks for what it advises."""
    match error:
        case ConflictError(choices=[_, *_]):
            return f"{error} with options.onConflict: {', '.join(error.choices)}"
        case NotAgreed():
            return (
                f"{error}; if it is what you want, run 'dotstream config --agree' in a terminal"
            )
        case ScanFailed():
            return f"{error} with options.onConflict: skip"
        case JournalError(remedy="rebuild"):
            return (
                f"{error}; if it is damaged, 'dotstream doctor --rebuild' moves it aside and "
                "makes a new one from the links on disk"
            )
        case _:
            return str(error)


def _facts(error: DotstreamError) -> Mapping[str, JSON]:
    """Return what a program may want to know, beyond the kind."""
    match error:
        case Cancelled():
            return {"rolledBack": error.rolled_back}
        case ConflictError():
            return {"total": error.total, "choices": error.choices}
        case ScanFailed():
            return {"total": error.total}
        case StalePlan():
            return {"expected": shown(error.expected), "found": error.found}
        case OperationFailed():
            return {"path": to_uri(error.operation.path), "reason": shown(error.reason)}
        case RollbackIncomplete():
            return {"left": [display(line) for line in error.left]}
        case NotAgreed():
            return {"wishes": [wish_row(wish, agreed=False) for wish in error.wishes]}
        case TargetLocked():
            return {"path": to_uri(error.target), "holder": shown(error.holder)}
        case PackageNotFound():
            nearest = [shown(name) for name in error.nearest]
            return {"package": shown(error.name), "nearest": nearest}
        case ConfigError():
            return {"path": to_uri(error.path), "line": error.line, "column": error.column}
        case _:
            return {}
