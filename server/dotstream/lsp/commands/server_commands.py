"""What the server's own commands do, each on its thread, told in a sentence at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dotstream.client import Client
from dotstream.config.discover import CONFIG_NAME
from dotstream.config.load import STOWRC_NAME
from dotstream.errors import UsageError
from dotstream.fs.files import is_directory, is_file, read_text
from dotstream.lsp.commands.pages import checkup_page, difference_page, plan_page
from dotstream.lsp.language.ignore.editing import pattern_for, with_ignored
from dotstream.lsp.requests.labels import path_label
from dotstream.lsp.requests.params import Fields, invalid, preferences
from dotstream.lsp.requests.rows import counted
from dotstream.model.directory import display
from dotstream.model.options import ACTIONS, POLICIES, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Progress, Result
    from dotstream.model.options import Action, Policy
    from dotstream.planner.stream import StreamingPlan

__all__ = ["DEEDS", "Edit", "Outcome", "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a command is told.

    Attributes:
        root: absolute path of the package directory.
        target: absolute path, or ``None`` for the configured one.
        path: in the target, if it is about one.
        packages: names; none means the default profile, or everything.
    """

    root: str
    target: str | None
    path: str | None
    source: str | None
    packages: tuple[str, ...]
    profile: str | None
    action: Action
    policy: Policy | None
    prefer: Preferences
    transaction: int | None

    @classmethod
    def of(cls, value: object) -> Request:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        root = fields.path("root", required=True)
        assert root is not None  # noqa: S101 - required
        if not is_directory(root):
            raise invalid("root", f"{display(root)} is not a directory")
        source, package = fields.path("source"), fields.optional_text("package")
        if source is not None and source.startswith(f"{root}/"):
            package = source[len(root) + 1 :].partition("/")[0]  # exact, whatever its bytes
        return cls(
            root=root,
            target=fields.path("target"),
            path=fields.path("path"),
            source=source,
            packages=fields.texts("packages") or ((package,) if package else ()),
            profile=fields.optional_text("profile"),
            action=fields.choice("action", ACTIONS) or "manage",
            policy=fields.choice("policy", POLICIES),
            prefer=preferences(fields),
            transaction=fields.number("transaction"),
        )

    @property
    def client(self) -> Client:
        """A client of the package directory; the configuration is read anew."""
        return Client(self.root, target=self.target)

    def place(self) -> str:
        """Return the path in the target that the command is about."""
        if self.path is None:
            raise invalid("path", "required: which file is meant")
        return self.path


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to be written into a file, which the editor may have open."""

    path: str
    package: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    Attributes:
        message: one sentence for people; empty where there is nothing to say.
        page: the name and the text of what is to be shown.
        changed: whether the target or the packages were changed.
        transaction: the number of the transaction that did it.
        skipped: a path whose conflict is not to be shown any more.
    """

    message: str = ""
    page: tuple[str, str] | None = None
    changed: bool = False
    transaction: int | None = None
    skipped: str | None = None
    edit: Edit | None = None


def _stream(request: Request, cancel: CancellationToken, **more: Any) -> StreamingPlan:
    client = request.client
    everything = (
        not request.packages
        and request.profile is None
        and "default" not in client.settings.profiles
    )
    return client.stream(
        request.action,
        request.packages,
        profile=request.profile,
        everything=everything,
        path=request.path,
        cancel=cancel,
        **{"prefer": request.prefer, **more},
    )


def _title(request: Request) -> str:
    about = ", ".join(request.packages) or request.profile or "all packages"
    place = f" at {path_label(request.path)}" if request.path is not None else ""
    return f"{request.action} {display(about)}{place}"


def _did(result: Result, what: str) -> Outcome:
    if result.transaction is None:
        return Outcome(f"{what}: there was nothing to do")
    message = f"{what}: {counted(result.applied, 'operation')}"
    return Outcome(message, changed=True, transaction=result.transaction)


def _plan(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    title = _title(request)
    text, sums = plan_page(_stream(request, cancel), f"Plan: {title}", path_label)
    return Outcome(f"Plan: {title}: {sums}", page=("plan.txt", text))


def _apply(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    plan = _stream(request, cancel)
    result = request.client.apply(plan, cancel=cancel, on_progress=tell)
    return _did(result, _title(request))


def _link(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    # A fold would link more than the one file that is meant.
    place = request.place()
    plan = _stream(request, cancel, prefer=Preferences(folding="never"))
    result = request.client.apply(plan, cancel=cancel, on_progress=tell)
    return _did(result, f"Link {path_label(place)}")


def _unlink(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    client = request.client
    plan = client.stream("unmanage", request.packages, path=request.place(), cancel=cancel)
    result = client.apply(plan, cancel=cancel, on_progress=tell)
    return _did(result, f"Unlink {path_label(request.place())}")


def _resolve(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    place, policy = request.place(), request.policy
    if policy is None:
        raise invalid("policy", "required: what to do about what is in the way")
    if policy in ("skip", "fail"):
        return Outcome(f"Skipped {path_label(place)}; nothing was changed", skipped=place)
    found = request.client.locate(place).conflict
    # What is in the way may be a directory above.
    resolutions = {place: policy} | ({} if found is None else {found.path: policy})
    plan = _stream(request, cancel, prefer=Preferences(folding="never", resolutions=resolutions))
    result = request.client.apply(plan, cancel=cancel, on_progress=tell)
    verb = {"backup": "Back up and link", "adopt": "Adopt and link", "overwrite": "Overwrite"}
    return _did(result, f"{verb[policy]} {path_label(place)}")


def _adopt(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    client = request.client
    package = request.packages[0] if request.packages else None
    plan = client.stream_adopt(request.place(), package=package, cancel=cancel)
    into = display(plan.metadata.packages[0])
    result = client.apply(plan, cancel=cancel, on_progress=tell)
    return _did(result, f"Adopt {path_label(request.place())} into package {into}")


def _undo(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    client = request.client
    plan = client.stream_undo(request.transaction, prefer=request.prefer, cancel=cancel)
    result = client.apply(plan, cancel=cancel, on_progress=tell)
    return _did(result, f"Undo of change {plan.metadata.undoes}")


def _recover(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    found = request.client.recover(cancel=cancel, on_progress=tell)
    if found.transaction is None:
        return Outcome("Recover: nothing was left unfinished")
    left = f"; left alone: {'; '.join(map(display, found.left))}" if found.left else ""
    message = f"Recover: change {found.transaction.id} was rolled back{left}"
    return Outcome(message, changed=True, transaction=found.transaction.id)


def _doctor(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    findings = request.client.doctor(cancel=cancel)
    text = checkup_page(findings, f"Check-up of {path_label(request.root)}", path_label)
    if not text:
        return Outcome("Doctor: no problems found")
    return Outcome(f"Check-up: {text.rstrip().rpartition(chr(10))[2]}", page=("doctor.txt", text))


def _diff(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    found = request.client.diff(request.place(), cancel=cancel)
    return Outcome(page=("difference.diff", difference_page(found, path_label)))


def _ignore(
    request: Request, cancel: CancellationToken, tell: Callable[[Progress], None]
) -> Outcome:
    place = request.place()
    if not request.packages:
        raise invalid("package", "required: whose file is not to be linked")
    client = request.client
    package = request.packages[0]
    target = client.settings.target_of(package)
    if not place.startswith(f"{target.rstrip('/')}/"):
        raise UsageError(f"{display(place)} is not inside the target {display(target)}")
    pattern = pattern_for(place[len(target.rstrip("/")) + 1 :])
    if display(pattern) != pattern or display(package) != package:
        raise UsageError(f"a name that is not UTF-8 cannot be written into {CONFIG_NAME}")
    path = f"{client.directory}/{CONFIG_NAME}"
    if not is_file(path) and is_file(f"{client.directory}/{STOWRC_NAME}"):
        raise UsageError(
            f"with a {CONFIG_NAME} the {STOWRC_NAME} would not count any more; "
            "turn it into one with 'dotstream init --from-stow' first"
        )
    with_ignored(read_text(path) or "", package, pattern)  # refuses before anything is done
    return Outcome(f"Ignored {path_label(place)}", edit=Edit(path, package, pattern))


DEEDS: dict[str, Callable[[Request, CancellationToken, Callable[[Progress], None]], Outcome]] = {
    "plan": _plan,
    "apply": _apply,
    "undo": _undo,
    "resolve": _resolve,
    "link": _link,
    "unlink": _unlink,
    "adopt": _adopt,
    "ignore": _ignore,
    "diff": _diff,
    "recover": _recover,
    "doctor": _doctor,
}
"""By the last word of the command; ``cancel`` ends what one of them is doing."""
