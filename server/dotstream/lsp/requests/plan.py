"""``dotstream/plan`` and ``apply``; and ``conflict``, which the client is asked on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dotstream.errors import Cancelled
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.carrying import applied, carried_out, looked_at
from dotstream.lsp.requests.fields import Fields, invalid, named_package, preferences
from dotstream.lsp.requests.rows import Rows, conflict_row
from dotstream.lsp.requests.selection import Selection
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display
from dotstream.model.options import ACTIONS, POLICIES, Action, Preferences

if TYPE_CHECKING:
    from dotstream.client import Client
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.model.items import Conflict
    from dotstream.model.options import Policy, Resolve
    from dotstream.planner.stream import StreamingPlan


def resolver(call: Call) -> Resolve:
    """Return what asks the client, and waits for as long as a person takes.

    Raises:
        JsonRpcInvalidParams: the client did not say that it answers.
    """
    if not call.peer.answers_conflicts:
        raise invalid("options.ask", "announce first that you answer dotstream/conflict")
    asked = call.asked
    root, token = to_uri(asked.root), asked.work_done if asked.partial is None else asked.partial

    def ask(conflict: Conflict) -> Policy | None:
        row = conflict_row(conflict, call.home)
        params: JSON = {"root": root, "token": token, "conflict": row}
        try:
            answer = call.peer.ask("dotstream/conflict", params, call.cancel_token)
        except Cancelled:
            return None  # the plan looks at the token too, and knows what to roll back
        result = None if answer is None else answer.get("result")
        if not isinstance(result, dict):
            return None
        if result.get("cancel") is True:
            call.cancel_token.cancel()
        return next((policy for policy in POLICIES if policy == result.get("policy")), None)

    return ask


class _Plan(NamedTuple):
    """What is to be planned.

    Attributes:
        everything: whether all packages are meant where none is named and there is no
            default profile.
        path: absolute path in the target that all is narrowed to.
        paths: absolute paths, for ``adopt``.
        out, whole: for ``adopt``: see ``Client.stream_release`` and ``Client.stream_adopt``.
        ask: whether the client is asked about conflicts as they come.
    """

    action: Action
    packages: tuple[str, ...]
    profile: str | None
    everything: bool
    path: str | None
    paths: tuple[str, ...]
    out: bool
    whole: bool
    prefer: Preferences
    ask: bool

    @classmethod
    def of(cls, fields: Fields) -> _Plan:
        action = fields.required_choice("action", ACTIONS)
        path, paths = fields.path("path"), fields.paths("paths")
        if paths and action != "adopt":
            raise invalid("paths", f"only adopt takes paths, and this is {action}")
        out, whole = fields.boolean("out"), fields.boolean("whole")
        if action == "adopt":
            paths = paths or (() if path is None else (path,))
            if not paths:
                raise invalid("paths", "required: what to adopt")
        package = named_package(fields)
        packages = fields.texts("packages") or (() if package is None else (package,))
        if action == "adopt" and len(packages) > 1:
            raise invalid("packages", "adopt puts everything into one package")
        if out and packages:
            raise invalid("out", "it moves what is named into no package")
        profile, everything = fields.optional_text("profile"), fields.boolean("everything")
        ask = fields.object("options").boolean("ask")
        prefer = preferences(fields)
        return cls(action, packages, profile, everything, path, paths, out, whole, prefer, ask)

    @property
    def words(self) -> str:
        """The action and what it is about."""
        names = ", ".join(self.packages[:3]) + (", …" if len(self.packages) > 3 else "")
        about = names or self.profile or ("all packages" if self.everything else "")
        if self.action == "adopt":
            about = ", ".join(map(path_label, self.paths[:3]))
            about += " out of its package" if self.out else f" into {names}" if names else ""
        elif self.path is not None:
            about += f" at {path_label(self.path)}"
        return display(f"{self.action} {about}".strip())

    def stream(self, client: Client, call: Call) -> StreamingPlan:
        """Return the plan that is asked for."""
        prefer = self.prefer
        if self.ask:
            prefer = prefer._replace(resolve=resolver(call))
        if self.action == "adopt" and self.out:
            return client.stream_release(*self.paths, prefer=prefer, cancel=call.cancel_token)
        if self.action == "adopt":
            return client.stream_adopt(
                *self.paths,
                package=self.packages[0] if self.packages else None,
                whole=self.whole,
                prefer=prefer,
                cancel=call.cancel_token,
            )
        return client.stream(
            self.action,
            self.packages,
            profile=self.profile,
            everything=self.everything
            and not self.packages
            and self.profile is None
            and "default" not in client.settings.profiles,
            path=self.path,
            prefer=prefer,
            cancel=call.cancel_token,
        )


class _Apply(NamedTuple):
    """What is to be applied.

    Attributes:
        stream: whether to begin while the plan is still being computed.
        digest: of the whole plan that was shown.
        selection: which part of it is meant; ``None`` for all.
    """

    plan: _Plan
    stream: bool
    digest: str | None
    selection: Selection | None

    @classmethod
    def of(cls, fields: Fields) -> _Apply:
        stream = fields.object("options").boolean("stream")
        only = fields.paths("only") if fields.has("only") else None
        omit = fields.paths("omit")
        selection = Selection(only, omit) if omit or only is not None else None
        if selection is not None and stream:
            raise invalid("options.stream", "a part of a plan is known when all of it is")
        return cls(_Plan.of(fields), stream, fields.optional_text("digest"), selection)


def _looking(fields: Fields) -> _Plan:
    if fields.optional_text("digest") is not None:
        raise invalid("digest", "only dotstream/apply takes it")
    return _Plan.of(fields)


def _plan(params: _Plan, call: Call) -> dict[str, JSON]:
    """Plan, and send every item as it is found."""
    return looked_at(params.stream(call.client, call), call)


def _apply(params: _Apply, call: Call) -> dict[str, JSON]:
    """Apply, and send every item as it is planned."""
    client = call.client
    plan = params.plan.stream(client, call)
    if params.selection is None:
        return applied(client, plan, call, stream=params.stream, digest=params.digest)
    meant = params.selection.operations(plan, params.digest, call.add)
    return carried_out(
        client,
        client.execute(meant, cancel=call.cancel_token, wait=call.waits, partial=True),
        call,
    )


PLAN = Method(_looking, _plan, lambda params: f"Plan: {params.words}", Rows)
APPLY = Method(
    _Apply.of,
    _apply,
    lambda params: params.plan.words[:1].upper() + params.plan.words[1:],
    Rows,
    lambda params: not params.stream,
)
