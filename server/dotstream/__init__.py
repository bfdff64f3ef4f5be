"""dotstream: plans and applies symlink farms as a stream.

import dotstream

client = dotstream.Client("~/dotfiles", target="~")
with client.stream_manage("zsh", "vim") as plan:
    for item in plan:
        print(item)
client.apply(client.stream_manage("zsh", "vim"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.async_client import (
        AsyncClient as AsyncClient,
    )
    from dotstream.async_streams import (
        AsyncExecution as AsyncExecution,
    )
    from dotstream.async_streams import (
        AsyncStream as AsyncStream,
    )
    from dotstream.async_streams import (
        AsyncStreamingPlan as AsyncStreamingPlan,
    )
    from dotstream.client import (
        Client as Client,
    )
    from dotstream.errors import (
        Cancelled as Cancelled,
    )
    from dotstream.errors import (
        ConfigError as ConfigError,
    )
    from dotstream.errors import (
        ConflictError as ConflictError,
    )
    from dotstream.errors import (
        ConflictsUnsettled as ConflictsUnsettled,
    )
    from dotstream.errors import (
        DotstreamError as DotstreamError,
    )
    from dotstream.errors import (
        JournalError as JournalError,
    )
    from dotstream.errors import (
        OperationFailed as OperationFailed,
    )
    from dotstream.errors import (
        OperationRefused as OperationRefused,
    )
    from dotstream.errors import (
        PackageNotFound as PackageNotFound,
    )
    from dotstream.errors import (
        PermissionRefused as PermissionRefused,
    )
    from dotstream.errors import (
        PreconditionFailed as PreconditionFailed,
    )
    from dotstream.errors import (
        RecoveryStopped as RecoveryStopped,
    )
    from dotstream.errors import (
        RollbackIncomplete as RollbackIncomplete,
    )
    from dotstream.errors import (
        ScanFailed as ScanFailed,
    )
    from dotstream.errors import (
        StalePlan as StalePlan,
    )
    from dotstream.errors import (
        TargetLocked as TargetLocked,
    )
    from dotstream.errors import (
        UsageError as UsageError,
    )
    from dotstream.model.cancel import (
        CancellationToken as CancellationToken,
    )
    from dotstream.model.child import (
        Child as Child,
    )
    from dotstream.model.difference import (
        Difference as Difference,
    )
    from dotstream.model.directory import (
        Directory as Directory,
    )
    from dotstream.model.events import (
        Applied as Applied,
    )
    from dotstream.model.events import (
        Corrected as Corrected,
    )
    from dotstream.model.events import (
        Event as Event,
    )
    from dotstream.model.events import (
        Phase as Phase,
    )
    from dotstream.model.events import (
        Progress as Progress,
    )
    from dotstream.model.events import (
        Result as Result,
    )
    from dotstream.model.finding import (
        Finding as Finding,
    )
    from dotstream.model.history import (
        Backup as Backup,
    )
    from dotstream.model.history import (
        Recovery as Recovery,
    )
    from dotstream.model.history import (
        Transaction as Transaction,
    )
    from dotstream.model.items import (
        Conflict as Conflict,
    )
    from dotstream.model.items import (
        ConflictKind as ConflictKind,
    )
    from dotstream.model.items import (
        Item as Item,
    )
    from dotstream.model.items import (
        Notice as Notice,
    )
    from dotstream.model.items import (
        Operation as Operation,
    )
    from dotstream.model.items import (
        OperationKind as OperationKind,
    )
    from dotstream.model.items import (
        ScanError as ScanError,
    )
    from dotstream.model.located import (
        Located as Located,
    )
    from dotstream.model.member import (
        Member as Member,
    )
    from dotstream.model.member import (
        MemberKind as MemberKind,
    )
    from dotstream.model.options import (
        Action as Action,
    )
    from dotstream.model.options import (
        Folding as Folding,
    )
    from dotstream.model.options import (
        Layout as Layout,
    )
    from dotstream.model.options import (
        LinkStyle as LinkStyle,
    )
    from dotstream.model.options import (
        Options as Options,
    )
    from dotstream.model.options import (
        Package as Package,
    )
    from dotstream.model.options import (
        Policy as Policy,
    )
    from dotstream.model.options import (
        Preferences as Preferences,
    )
    from dotstream.model.options import (
        Resolve as Resolve,
    )
    from dotstream.model.plan import (
        Metadata as Metadata,
    )
    from dotstream.model.plan import (
        Plan as Plan,
    )
    from dotstream.model.plan import (
        Summary as Summary,
    )
    from dotstream.model.status import (
        PackageStatus as PackageStatus,
    )
    from dotstream.planner.scan import (
        Scan as Scan,
    )
    from dotstream.planner.split import (
        Stream as Stream,
    )
    from dotstream.planner.stream import (
        Digest as Digest,
    )
    from dotstream.planner.stream import (
        StreamingPlan as StreamingPlan,
    )
    from dotstream.transaction.execution import (
        Execution as Execution,
    )

__version__ = "0.1.0"

_HOMES = {
    "Action": "model.options",
    "Applied": "model.events",
    "AsyncClient": "async_client",
    "AsyncExecution": "async_streams",
    "AsyncStream": "async_streams",
    "AsyncStreamingPlan": "async_streams",
    "Backup": "model.history",
    "CancellationToken": "model.cancel",
    "Cancelled": "errors",
    "Child": "model.child",
    "Client": "client",
    "ConfigError": "errors",
    "Conflict": "model.items",
    "ConflictError": "errors",
    "ConflictKind": "model.items",
    "ConflictsUnsettled": "errors",
    "Corrected": "model.events",
    "Difference": "model.difference",
    "Digest": "planner.stream",
    "Directory": "model.directory",
    "DotstreamError": "errors",
    "Event": "model.events",
    "Execution": "transaction.execution",
    "Finding": "model.finding",
    "Folding": "model.options",
    "Item": "model.items",
    "JournalError": "errors",
    "Layout": "model.options",
    "LinkStyle": "model.options",
    "Located": "model.located",
    "Member": "model.member",
    "MemberKind": "model.member",
    "Metadata": "model.plan",
    "Notice": "model.items",
    "Operation": "model.items",
    "OperationFailed": "errors",
    "OperationKind": "model.items",
    "OperationRefused": "errors",
    "Options": "model.options",
    "Package": "model.options",
    "PackageNotFound": "errors",
    "PackageStatus": "model.status",
    "PermissionRefused": "errors",
    "Phase": "model.events",
    "Plan": "model.plan",
    "Policy": "model.options",
    "PreconditionFailed": "errors",
    "Preferences": "model.options",
    "Progress": "model.events",
    "Recovery": "model.history",
    "RecoveryStopped": "errors",
    "Resolve": "model.options",
    "Result": "model.events",
    "RollbackIncomplete": "errors",
    "Scan": "planner.scan",
    "ScanError": "model.items",
    "ScanFailed": "errors",
    "StalePlan": "errors",
    "Stream": "planner.split",
    "StreamingPlan": "planner.stream",
    "Summary": "model.plan",
    "TargetLocked": "errors",
    "Transaction": "model.history",
    "UsageError": "errors",
}

__all__ = [
    "Action",
    "Applied",
    "AsyncClient",
    "AsyncExecution",
    "AsyncStream",
    "AsyncStreamingPlan",
    "Backup",
    "CancellationToken",
    "Cancelled",
    "Child",
    "Client",
    "ConfigError",
    "Conflict",
    "ConflictError",
    "ConflictKind",
    "ConflictsUnsettled",
    "Corrected",
    "Difference",
    "Digest",
    "Directory",
    "DotstreamError",
    "Event",
    "Execution",
    "Finding",
    "Folding",
    "Item",
    "JournalError",
    "Layout",
    "LinkStyle",
    "Located",
    "Member",
    "MemberKind",
    "Metadata",
    "Notice",
    "Operation",
    "OperationFailed",
    "OperationKind",
    "OperationRefused",
    "Options",
    "Package",
    "PackageNotFound",
    "PackageStatus",
    "PermissionRefused",
    "Phase",
    "Plan",
    "Policy",
    "PreconditionFailed",
    "Preferences",
    "Progress",
    "Recovery",
    "RecoveryStopped",
    "Resolve",
    "Result",
    "RollbackIncomplete",
    "Scan",
    "ScanError",
    "ScanFailed",
    "StalePlan",
    "Stream",
    "StreamingPlan",
    "Summary",
    "TargetLocked",
    "Transaction",
    "UsageError",
    "__version__",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used, so that importing dotstream is cheap."""
        if name in _HOMES:
            from importlib import import_module

            return getattr(import_module(f"dotstream.{_HOMES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
