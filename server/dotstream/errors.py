"""Every exception dotstream raises on purpose, with its exit code and what to do.

    DotstreamError                 exit 1   JSON-RPC -32803 RequestFailed
    ├── UsageError                 exit 2   -32602 InvalidParams
    │   ├── ConfigError            exit 2   -32602   file, line, column, remedy
    │   ├── HeldElsewhere          exit 2   -32602   whose it is
    │   └── PartOfLink             exit 2   -32602   which link, and whose
    ├── ConflictError              exit 3   -32803   the conflicts ride on it
    ├── PermissionRefused          exit 4   -32803
    │   └── NotAgreed              exit 4   -32803   the wishes ride on it
    ├── PackageNotFound            exit 5   -32602
    ├── StalePlan                  exit 1   -32801 ContentModified
    ├── TargetLocked               exit 1   -32803   who holds it
    ├── ScanFailed                 exit 1   -32803   the scan errors ride on it
    ├── OperationFailed            exit 1 or 4       the operation rides on it
    │   └── PreconditionFailed     exit 1   -32801   the target changed under the plan
    ├── OperationRefused           exit 2   -32602   the operation rides on it
    ├── MemberRefused              exit 2   -32602   the member rides on it
    ├── ConflictsUnsettled         exit 3   -32803   of the plan that operations are from
    ├── RollbackIncomplete         exit 1   -32803   what is left and how to finish
    ├── JournalError               exit 1   -32803
    └── Cancelled                  exit 130 -32800 RequestCancelled
        └── RecoveryStopped        exit 130 -32800   the rest is left for the next one

Exit codes: 0 done, 1 error, 2 usage, 3 conflicts, 4 permission, 5 no such package,
130 cancelled.  Each class builds its own message from the facts it is given, and its
``remedy`` is what to do about it, as one word of ``REMEDIES``: there in Python's words, which
a traceback shows below the message; a shell and an editor have words of their own for it.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, ClassVar
from dotstream.model.options import POLICIES
from dotstream.model.remedies import REMEDIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dotstream.model.items import Conflict, Operation, ScanError
    from dotstream.model.member import Member
    from dotstream.model.options import Policy
    from dotstream.model.remedies import Remedy
    from dotstream.model.wish import Wish


class DotstreamError(Exception):
    """Base of every error dotstream raises on purpose.

    Attributes:
        kind: one stable word for programs, in answers of the server and in events.
        remedy: what to do about it.
    """

    kind: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1
    rpc_code: ClassVar[int] = -32803
    remedy: Remedy = "remove_cause"

    def __init__(self, message: str, *, remedy: Remedy | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy
        self.add_note(f"What to do: {REMEDIES[self.remedy]}.")


class UsageError(DotstreamError):
    """The request itself is wrong: an unknown option value, a bad package name."""

    kind = "usage"
    exit_code = 2
    rpc_code = -32602
    remedy: Remedy = "correct_request"


class ConfigError(UsageError):
    """A configuration or ignore file is wrong; names file, line, column and remedy.

    Lines and columns count from 1; ``None`` where the problem has no position.
    """

    kind = "config"
    remedy: Remedy = "correct_file"

    def __init__(
        self,
        message: str,
        *,
        path: str,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        self.problem: str = message
        self.path: str = path
        self.line: int | None = line
        self.column: int | None = column
        self.hint: str | None = hint
        where = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{where}: {message}" + (f" ({hint})" if hint else ""))


class ConflictError(DotstreamError):
    """The plan has conflicts and the policy is ``fail``; nothing was changed.

    ``conflicts`` holds the first ones (at most 1,000), ``total`` counts them all,
    ``choices`` are the policies that settle some of them.
    """

    kind = "conflict"
    exit_code = 3
    remedy: Remedy = "resolve_by_hand"

    def __init__(self, conflicts: Sequence[Conflict], total: int) -> None:
        self.conflicts: list[Conflict] = list(conflicts)
        self.total: int = total
        noun = "conflict" if total == 1 else "conflicts"
        common = (each for each in self.conflicts if not each.whole)
        found = {choice for each in common for choice in each.choices}
        self.choices: list[Policy] = [policy for policy in POLICIES if policy in found]
        super().__init__(
            f"{total} {noun}; nothing was changed. Resolve {'it' if total == 1 else 'them'}"
            + (", or choose a policy" if found else ""),
            remedy="choose_policy" if found else None,
        )


class PermissionRefused(DotstreamError):
    """The operating system refused access to something the request needs."""

    kind = "permission"
    exit_code = 4
    remedy: Remedy = "give_access"


class NotAgreed(PermissionRefused):
    """The repository asks for what its user has not agreed to; nothing was changed."""

    kind = "not_agreed"
    remedy: Remedy = "agree"

    def __init__(self, path: str, wishes: Sequence[Wish]) -> None:
        self.path: str = path
        self.wishes: list[Wish] = list(wishes)
        super().__init__(
            f"{path} asks for {'; '.join(map(str, wishes))}, and you have not agreed to that; "
            "nothing was changed"
        )


class PackageNotFound(DotstreamError):
    """Packages that were asked for do not exist in the package directory.

    ``missing`` maps the name of each to the names that it may have been meant to be;
    ``name`` and ``nearest`` are those of the first.
    """

    kind = "no_such_package"
    exit_code = 5
    rpc_code = -32602
    remedy: Remedy = "correct_request"

    def __init__(
        self,
        missing: Mapping[str, Sequence[str]],
        directory: str,
        *,
        told: Mapping[str, str] | None = None,
    ) -> None:
        """Build the message; of some, something else is ``told`` than near names."""
        self.missing: dict[str, list[str]] = {name: [*near] for name, near in missing.items()}
        self.directory: str = directory
        self.name: str = next(iter(self.missing))
        self.nearest: list[str] = self.missing[self.name]
        asked = {
            name: f"did you mean {' or '.join(near)}?" if near else ""
            for name, near in self.missing.items()
        }
        asked.update(told or {})
        if len(asked) == 1:
            hint = f"; {asked[self.name]}" if asked[self.name] else ""
            super().__init__(f"no package {self.name!r} in {directory}{hint}")
            return
        each = (f"{name!r} ({hint})" if hint else repr(name) for name, hint in asked.items())
        super().__init__(f"no such packages in {directory}: {', '.join(each)}")


class StalePlan(DotstreamError):
    """The plan that was previewed no longer holds; nothing was changed."""

    kind = "stale_plan"
    rpc_code = -32801
    remedy: Remedy = "plan_again"

    def __init__(self, expected: str, found: str) -> None:
        self.expected: str = expected
        self.found: str = found
        why = f"digest {expected[:12]} became {found[:12]}" if found else "a run was undone"
        super().__init__(
            f"the plan changed since it was made ({why}); nothing was changed. "
            "Look at the new plan and apply that"
        )


class TargetLocked(DotstreamError):
    """Another dotstream is writing to the same target."""

    kind = "locked"
    remedy: Remedy = "wait"

    def __init__(self, target: str, holder: str) -> None:
        self.target: str = target
        self.holder: str = holder
        super().__init__(f"{target} is being changed by {holder}; wait for it to end")


class ScanFailed(DotstreamError):
    """Parts of a package or of the target could not be read; nothing was changed."""

    kind = "scan_failed"
    remedy: Remedy = "skip_unreadable"

    def __init__(self, errors: Sequence[ScanError], total: int) -> None:
        self.errors: list[ScanError] = list(errors)
        self.total: int = total
        noun = "error" if total == 1 else "errors"
        super().__init__(
            f"{total} {noun} while reading; nothing was changed. Fix what is named above, "
            "or leave it out"
        )
        if any(error.permission for error in errors):
            self.exit_code = 4  # type: ignore[misc]


class OperationFailed(DotstreamError):
    """An operation could not be carried out; what had been done was rolled back."""

    kind = "operation_failed"

    def __init__(self, operation: Operation, reason: str, *, permission: bool = False) -> None:
        self.operation: Operation = operation
        self.reason: str = reason
        super().__init__(
            f"{operation.verb} {operation.path}: {reason}",
            remedy="give_access" if permission else None,
        )
        if permission:
            self.exit_code = 4  # type: ignore[misc]


class PreconditionFailed(OperationFailed):
    """The target changed between plan and apply, so the operation was not carried out."""

    kind = "target_changed"
    rpc_code = -32801
    remedy: Remedy = "plan_again"


class RollbackIncomplete(DotstreamError):
    """Rolling back met problems of its own; ``left`` names each path and what to do."""

    kind = "rollback_incomplete"
    remedy: Remedy = "recover"

    def __init__(self, cause: str, left: Sequence[str]) -> None:
        self.cause: str = cause
        self.left: list[str] = list(left)
        super().__init__(f"{cause}; rolled back except for: " + "; ".join(self.left))


class JournalError(DotstreamError):
    """The state database cannot be used: corrupt, foreign, or from a newer version."""

    kind = "journal"
    remedy: Remedy = "rebuild"

    def __init__(
        self, message: str, *, remedy: Remedy | None = None, permission: bool = False
    ) -> None:
        super().__init__(message, remedy="give_access" if permission else remedy)
        if permission:
            self.exit_code = 4  # type: ignore[misc]


class Cancelled(DotstreamError):
    """The caller cancelled; what had been done was rolled back."""

    kind = "cancelled"
    exit_code = 130
    rpc_code = -32800
    remedy: Remedy = "apply_again"

    def __init__(self, rolled_back: int = 0, *, message: str | None = None) -> None:
        self.rolled_back: int = rolled_back
        detail = f"; {rolled_back} operations rolled back" if rolled_back else ""
        super().__init__(message or f"cancelled{detail}; the target is as it was before")


class RecoveryStopped(Cancelled):
    """The caller cancelled a recovery; the next one goes on where this one stopped."""

    remedy: Remedy = "recover"

    def __init__(self) -> None:
        super().__init__(message="stopped before all was recovered; recover again to go on")


class OperationRefused(DotstreamError):
    """An operation that was handed in cannot be carried out as it is; nothing is changed."""

    exit_code = 2
    rpc_code = -32602
    remedy: Remedy = "hand_in_whole"

    def __init__(self, operation: Operation, reason: str) -> None:
        self.operation: Operation = operation
        self.reason: str = reason
        super().__init__(f"{operation.kind} {operation.path}: refused: {reason}")


class HeldElsewhere(UsageError):
    """A package of another package directory has what is to be adopted."""

    remedy: Remedy = "take_out"

    def __init__(self, path: str, package: str, directory: str) -> None:
        self.path: str = path
        self.directory: str = directory
        super().__init__(f"{path}: package {package} of {directory} has it already")


class PartOfLink(UsageError):
    """What is to be unlinked has no link of its own: one above it shows more than that."""

    remedy: Remedy = "unlink_whole"

    def __init__(self, path: str, link: str, package: str) -> None:
        self.path: str = path
        self.link: str = link
        self.package: str = package
        super().__init__(
            f"{path} has no link of its own: {link} is one link to the whole directory"
        )


class MemberRefused(DotstreamError):
    """A member that was handed in cannot be planned as it is; nothing is planned."""

    exit_code = 2
    rpc_code = -32602
    remedy: Remedy = "hand_in_scanned"

    def __init__(self, member: Member, reason: str) -> None:
        self.member: Member = member
        self.reason: str = reason
        super().__init__(f"{member.source}: refused: {reason}")


class ConflictsUnsettled(DotstreamError):
    """The operations handed in are of a plan with conflicts or scan errors."""

    exit_code = 3
    remedy: Remedy = "settle"

    def __init__(self, total: int) -> None:
        self.total: int = total
        noun = "conflict or error" if total == 1 else "conflicts and errors"
        super().__init__(
            f"the plan that these operations belong to met {total} {noun}; nothing was changed"
        )
