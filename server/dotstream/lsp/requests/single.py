"""``dotstream/link``, ``unlink``, ``resolve``, ``diff``: one file, and never its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from dotstream.errors import UsageError
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.carrying import looked_at, rehearsed
from dotstream.lsp.requests.fields import Rehearsal, named_package
from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display
from dotstream.model.options import Preferences
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from dotstream.client import Client
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Fields

_Settling = Literal["adopt", "backup", "overwrite", "skip"]

_SETTLING: tuple[_Settling, ...] = get_args(_Settling)


class _File(NamedTuple):
    """Which file is meant.

    Attributes:
        path: absolute path, from either side.
        package: whose it is; ``None`` to find out.
    """

    path: str
    package: str | None
    rehearsal: Rehearsal

    @classmethod
    def of(cls, fields: Fields) -> _File:
        return cls(fields.required_path("path"), named_package(fields), Rehearsal.of(fields))

    def place(self, client: Client) -> tuple[str, str]:
        """Return the path in the target that is meant, and whose it is.

        Raises:
            UsageError: no package has it.
        """
        if self.package is not None and not self.path.startswith(f"{client.directory}/"):
            return self.path, self.package
        found = client.locate(self.path)
        package = self.package or found.package
        if package is None or found.target is None:
            raise UsageError(f"{display(found.path)}: {display(found.message)}")
        return found.target, package


def _link(file: _File, call: Call) -> dict[str, JSON]:
    """Link one file: a fold would link more than the one that is meant."""
    client = call.client
    path, package = file.place(client)
    plan = client.stream_manage(
        package, path=path, prefer=Preferences(folding="never"), cancel=call.cancel_token
    )
    return rehearsed(client, plan, file.rehearsal, call)


def _unlink(file: _File, call: Call) -> dict[str, JSON]:
    """Remove one link."""
    client = call.client
    path, package = file.place(client)
    plan = client.stream_unmanage(package, path=path, cancel=call.cancel_token)
    return rehearsed(client, plan, file.rehearsal, call)


class _Settled(NamedTuple):
    """A file, and what to do about what is in its way."""

    file: _File
    policy: _Settling

    @classmethod
    def of(cls, fields: Fields) -> _Settled:
        return cls(_File.of(fields), fields.required_choice("policy", _SETTLING))


def _resolve(settled: _Settled, call: Call) -> dict[str, JSON]:
    """Settle one conflict and link the file, or hide the conflict."""
    client, policy = call.client, settled.policy
    path, package = settled.file.place(client)
    found = client.locate(path).conflict
    # What is in the way may be a directory above.
    resolutions = {path: policy} | ({} if found is None else {found.path: policy})
    prefer = Preferences(folding="never", resolutions=resolutions)
    plan = client.stream_manage(package, path=path, prefer=prefer, cancel=call.cancel_token)
    if policy == "skip" and not settled.file.rehearsal.dry_run:
        call.skip(path)
        return looked_at(plan, call) | {"applied": 0, "transaction": None}
    return rehearsed(client, plan, settled.file.rehearsal, call)


def _changes(file: _File) -> bool:
    return not file.rehearsal.dry_run


LINK = Method(_File.of, _link, lambda file: f"Link {path_label(file.path)}", Rows, _changes)
UNLINK = Method(_File.of, _unlink, lambda file: f"Unlink {path_label(file.path)}", Rows, _changes)
RESOLVE = Method(
    _Settled.of,
    _resolve,
    lambda settled: f"{POLICY_WORDS[settled.policy].title} {path_label(settled.file.path)}",
    Rows,
    lambda settled: _changes(settled.file),
)


def _diff(path: str, call: Call) -> dict[str, JSON]:
    """Compare both sides of a path."""
    found = call.client.diff(path, cancel=call.cancel_token)
    text = found.text
    if text:
        text = f"--- {call.label(found.target)}\n+++ {call.label(found.source)}\n{text}"
    return {
        "source": to_uri(found.source),
        "sourceLabel": call.label(found.source),
        "target": to_uri(found.target),
        "targetLabel": call.label(found.target),
        "kind": found.kind,
        "diff": text,
        "truncated": found.truncated,
    }


DIFF = Method(
    lambda fields: fields.required_path("path"),
    _diff,
    lambda path: f"Compare {path_label(path)}",
)
