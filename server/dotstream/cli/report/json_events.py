"""The same report as JSON: one event a line, as it happens.

The events are described in ``docs/reference/events.md`` and ``events.schema.json`` there.
``hello`` comes first and names the version of the schema; ``seq`` counts from 0 without a
gap; ``finished`` comes last and exactly once.  A stream without it was cut short.

Operations are put together by hand from quoted strings, which is ten times as fast as an
encoder that is handed a dictionary; there can be a million of them.
"""

from __future__ import annotations

from json.encoder import JSONEncoder, encode_basestring
from time import monotonic

from dotstream.cli.report.report import Report
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Conflict, Operation, ScanError
from dotstream.model.names import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.cli.report.output import Output
    from dotstream.cli.report.report import Value
    from dotstream.model.directory import Directory
    from dotstream.model.events import Corrected, Progress, Result
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary

SCHEMA = "1.2"
"""Version of the events: the first number changes when a consumer could break."""

_EVERY = 0.1
"""Seconds between two ``progress`` events of one phase."""

_encode = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_REASONS = {0: "complete", 3: "conflicts", 6: "out_of_step", 130: "cancelled"}


def _text_value(text: str) -> Value:
    """Return a path or link text as a JSON value: a string, or its bytes in base64.

    File names are bytes; those that are not UTF-8 become ``{"base64": "…"}``.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        from base64 import b64encode

        return {"base64": b64encode(encoded(text)).decode("ascii")}
    return text


def _value(value: Value) -> Value:
    if isinstance(value, str):
        return _text_value(value)
    return [_value(each) for each in value] if isinstance(value, list | tuple) else value


def _quoted(text: str) -> str:
    return encode_basestring(text) if text.isascii() else _encode(_text_value(text))


def _counts(summary: Summary) -> dict[str, Value]:
    return {
        "counts": dict(summary.counts),
        "unchanged": summary.unchanged,
        "digest": summary.digest,
        "elapsed": round(summary.elapsed, 6),
    }


class Events(Report):
    """A report as JSON lines."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._seq = 0
        self._counts: Mapping[str, int] = {}
        self._directory: Directory | None = None
        self._prefix = ""
        self._phase = ""
        self._next = 0.0

    def hello(self, version: str, command: str, *, dry_run: bool) -> None:
        """Write the first event: who speaks, which schema, about what."""
        self.emit("hello", schema=SCHEMA, version=version, command=command, dryRun=dry_run)

    def emit(self, kind: str, /, **fields: Value) -> None:
        """Write one event."""
        values = {name: _value(value) for name, value in fields.items()}
        self._out.line(_encode({"type": kind, "seq": self._seq, **values}))
        self._seq += 1

    def tell(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Write one event of a command's own."""
        self.emit(event, **fields)

    def begin(self, metadata: Metadata, *, listing: bool, most: int | None = None) -> None:
        """Write ``plan``: what is being planned.  Operations are always listed."""
        undoes = {} if metadata.undoes is None else {"undoes": metadata.undoes}
        self.emit(
            "plan",
            action=metadata.action,
            packages=metadata.packages,
            root=metadata.directory,
            target=metadata.target,
            **undoes,
        )

    def item(self, item: Item) -> None:
        """Write one ``operation``, ``conflict``, ``error`` or ``notice``."""
        if isinstance(item, Operation):
            self._operation(item)
        elif isinstance(item, Conflict):
            more: dict[str, Value] = {"rivals": item.rivals} if item.rivals else {}
            more |= {"same": True} if item.same else {}
            self.emit(
                "conflict",
                conflict=item.kind,
                path=item.path,
                package=item.package,
                source=item.source,
                other=item.other,
                before=item.text,
                choices=list(item.choices),
                message=_shown(item.message),
                **more,
            )
        elif isinstance(item, ScanError):
            self.emit(
                "error",
                path=item.path,
                message=_shown(item.message),
                permission=item.permission,
            )
        else:
            self.emit("notice", path=item.path, message=_shown(item.message))

    def _operation(self, item: Operation) -> None:
        if item.directory is not self._directory:
            self._directory = item.directory
            self._prefix = item.directory.absolute.rstrip("/") + "/"
        to = "" if item.text is None else f',"to":{_quoted(item.text)}'
        before = "" if item.before is None else f',"before":{_quoted(item.before)}'
        why = f',"why":{_quoted(_shown(item.why))}' if item.why else ""
        self._out.line(
            f'{{"type":"operation","seq":{self._seq},"op":"{item.kind}",'
            f'"path":{_quoted(self._prefix + item.name)},'
            f'"package":{_quoted(item.package)}{to}{before}{why}}}'
        )
        self._seq += 1

    def progress(self, progress: Progress) -> None:
        """Write ``progress``: when a phase begins, then ten times a second at most."""
        now = monotonic()
        if progress.phase == self._phase and now < self._next:
            return
        self._phase, self._next = progress.phase, now + _EVERY
        self.emit("progress", phase=progress.phase, done=progress.done, total=progress.total)

    def unfinished(self, transaction: Transaction) -> None:
        """Write ``unfinished``: a transaction that was cut short and not recovered yet."""
        self.emit(
            "unfinished",
            transaction=transaction.id,
            state=transaction.state,
            action=transaction.action,
            packages=transaction.packages,
            began=transaction.moment,
        )

    def recovered(self, recovery: Recovery, *, asked: bool = False) -> None:
        """Write ``recovered``: what was done about a transaction that was cut short."""
        found, resumed = recovery.transaction, recovery.direction == "resumed"
        self.emit(
            "recovered",
            transaction=None if found is None else found.id,
            action=None if found is None else found.action,
            packages=found.packages if found else (),
            resumed=resumed,
            reverted=0 if resumed else recovery.steps,
            left=[_shown(sentence) for sentence in recovery.left],
        )

    def planned(self, summary: Summary) -> None:
        """Write ``summary``: counts and digest of a plan that was only looked at."""
        self._counts = summary.counts
        self.emit("summary", **_counts(summary))

    def corrected(self, corrected: Corrected, *, asked: bool = False) -> None:
        """Write ``records``: what was done about them."""
        self.emit("records", corrected=corrected.records, aside=corrected.aside)

    def backup(self, backup: Backup, line: Callable[[], str] | None) -> None:
        """Write ``backup``: something that is kept."""
        self._backup("backup", backup)

    def pruned(self, backup: Backup) -> None:
        """Write ``pruned``: a backup that is gone for good."""
        self._backup("pruned", backup)

    def _backup(self, event: str, backup: Backup) -> None:
        self.emit(
            event,
            id=backup.id,
            transaction=backup.transaction,
            path=backup.path,
            kept=backup.kept,
            size=backup.size,
            kind=backup.kind,
        )

    def applied(self, result: Result) -> None:
        """Write ``applied``: what was done."""
        self._counts = result.summary.counts
        self.emit(
            "applied",
            applied=result.applied,
            transaction=result.transaction,
            **_counts(result.summary),
        )

    def failed(self, error: BaseException, message: str) -> None:
        """Write ``failure``; the conflicts behind it were written where they were met."""
        from dotstream.errors import ConflictError, ScanFailed
        from dotstream.fs.oserror import kind_of

        if isinstance(error, ConflictError | ScanFailed):
            self._counts = {"conflict" if error.kind == "conflict" else "error": error.total}
        self.emit("failure", kind=kind_of(error), message=_shown(message))

    def warn(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Write one event of a command's own."""
        self.emit(event, **fields)

    def pause(self) -> None:
        """Do nothing: with events, nobody is asked."""

    def finish(self, exit_code: int) -> None:
        """Write ``finished``, the last event."""
        reason = _REASONS.get(exit_code, "failed")
        self.emit("finished", exit=exit_code, reason=reason, counts=dict(self._counts))
        self._out.flush()


def _shown(message: str) -> str:
    from dotstream.model.directory import display

    return display(message)
