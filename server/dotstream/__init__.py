"""dotstream: plans and applies symlink farms as a stream.

import dotstream

client = dotstream.Client("~/dotfiles", target="~")
with client.stream_manage("zsh", "vim") as plan:
    for item in plan:
        print(item)
client.apply(client.stream_manage("zsh", "vim"))
"""

# ruff: noqa: I001 - or a statement for each name that is exported

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it, without importing anything

if TYPE_CHECKING:
    __all__: list[str]

    from dotstream.async_client import AsyncClient as AsyncClient
    from dotstream.async_streams import (
        AsyncExecution as AsyncExecution,
        AsyncScan as AsyncScan,
        AsyncStream as AsyncStream,
        AsyncStreamingPlan as AsyncStreamingPlan,
    )
    from dotstream.client import Client as Client
    from dotstream.config.settings import PackageSettings as PackageSettings, Settings as Settings
    from dotstream.errors import (
        Cancelled as Cancelled,
        ConfigError as ConfigError,
        ConflictError as ConflictError,
        ConflictsUnsettled as ConflictsUnsettled,
        DotstreamError as DotstreamError,
        HeldElsewhere as HeldElsewhere,
        JournalError as JournalError,
        MemberRefused as MemberRefused,
        NotAgreed as NotAgreed,
        OperationFailed as OperationFailed,
        OperationRefused as OperationRefused,
        PackageNotFound as PackageNotFound,
        PartOfLink as PartOfLink,
        PermissionRefused as PermissionRefused,
        PreconditionFailed as PreconditionFailed,
        RecoveryStopped as RecoveryStopped,
        RollbackIncomplete as RollbackIncomplete,
        ScanFailed as ScanFailed,
        StalePlan as StalePlan,
        TargetLocked as TargetLocked,
        UsageError as UsageError,
    )
    from dotstream.model.cancel import CancellationToken as CancellationToken
    from dotstream.model.choice import Choice as Choice, Choosing as Choosing
    from dotstream.model.directory import Directory as Directory
    from dotstream.model.events import (
        Applied as Applied,
        Corrected as Corrected,
        Event as Event,
        Phase as Phase,
        Progress as Progress,
        Result as Result,
    )
    from dotstream.model.finding import (
        Finding as Finding,
        FindingKind as FindingKind,
        ScanMode as ScanMode,
        Severity as Severity,
    )
    from dotstream.model.history import (
        Backup as Backup,
        Recovery as Recovery,
        Transaction as Transaction,
        TransactionState as TransactionState,
    )
    from dotstream.model.items import (
        Child as Child,
        Conflict as Conflict,
        ConflictKind as ConflictKind,
        Item as Item,
        Notice as Notice,
        Operation as Operation,
        OperationKind as OperationKind,
        ScanError as ScanError,
    )
    from dotstream.model.located import (
        Difference as Difference,
        DifferenceKind as DifferenceKind,
        Located as Located,
        LocatedState as LocatedState,
        Role as Role,
    )
    from dotstream.model.member import Member as Member, MemberKind as MemberKind
    from dotstream.model.options import (
        Action as Action,
        Folding as Folding,
        IgnoreRules as IgnoreRules,
        Layout as Layout,
        LinkStyle as LinkStyle,
        Options as Options,
        Package as Package,
        Policy as Policy,
        Preferences as Preferences,
        Resolve as Resolve,
    )
    from dotstream.model.nesting import without as without
    from dotstream.model.plan import Metadata as Metadata, Plan as Plan, Summary as Summary
    from dotstream.model.remedies import REMEDIES as REMEDIES, Remedy as Remedy
    from dotstream.model.rule import Rule as Rule, WhichRule as WhichRule
    from dotstream.model.run import Run as Run
    from dotstream.model.status import (
        PackageInfo as PackageInfo,
        PackageState as PackageState,
        PackageStatus as PackageStatus,
        Unwanted as Unwanted,
    )
    from dotstream.model.wish import Wish as Wish
    from dotstream.planner.scan import Scan as Scan
    from dotstream.planner.split import Stream as Stream
    from dotstream.planner.stream import Digest as Digest, StreamingPlan as StreamingPlan
    from dotstream.transaction.execution import Execution as Execution

__version__ = "0.1.0"

_NAMES = {
    "async_client": "AsyncClient",
    "async_streams": "AsyncExecution AsyncScan AsyncStream AsyncStreamingPlan",
    "client": "Client",
    "config.settings": "PackageSettings Settings",
    "errors": (
        "Cancelled ConfigError ConflictError ConflictsUnsettled DotstreamError "
        "HeldElsewhere JournalError MemberRefused NotAgreed OperationFailed OperationRefused "
        "PackageNotFound PartOfLink "
        "PermissionRefused PreconditionFailed RecoveryStopped RollbackIncomplete "
        "ScanFailed StalePlan TargetLocked UsageError"
    ),
    "model.cancel": "CancellationToken",
    "model.choice": "Choice Choosing",
    "model.directory": "Directory",
    "model.events": "Applied Corrected Event Phase Progress Result",
    "model.finding": "Finding FindingKind ScanMode Severity",
    "model.history": "Backup Recovery Transaction TransactionState",
    "model.items": ("Child Conflict ConflictKind Item Notice Operation OperationKind ScanError"),
    "model.located": "Difference DifferenceKind Located LocatedState Role",
    "model.member": "Member MemberKind",
    "model.wish": "Wish",
    "model.options": (
        "Action Folding IgnoreRules Layout LinkStyle Options Package Policy Preferences Resolve"
    ),
    "model.nesting": "without",
    "model.plan": "Metadata Plan Summary",
    "model.remedies": "REMEDIES Remedy",
    "model.rule": "Rule WhichRule",
    "model.run": "Run",
    "model.status": "PackageInfo PackageState PackageStatus Unwanted",
    "planner.scan": "Scan",
    "planner.split": "Stream",
    "planner.stream": "Digest StreamingPlan",
    "transaction.execution": "Execution",
}
"""The public names by the module that each is in, which is imported when it is first used."""

if not TYPE_CHECKING:
    __all__ = sorted(["__version__", *" ".join(_NAMES.values()).split()])  # noqa: PLE0605

    def __getattr__(name: str) -> object:
        for module, names in _NAMES.items():
            if name in names.split():
                from importlib import import_module

                return _typed(getattr(import_module(f"dotstream.{module}"), name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def _typed(value: object) -> object:
        from dotstream.light_typing import Literal as Words

        if getattr(value, "__origin__", None) is not Words:
            return value
        from typing import Literal  # noqa: TID251 - what is public is what typing has

        return Literal[value.__args__]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
