"""What changes something, as a stream of events: stopped at any moment, from any thread."""

from __future__ import annotations

from itertools import chain

from dotstream.errors import Cancelled, ConflictsUnsettled, UsageError
from dotstream.light_typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from dotstream.model.items import Operation
from dotstream.model.plan import Plan
from dotstream.model.run import Run
from dotstream.transaction.checker import Checker, require_operation
from dotstream.transaction.lifecycle import applying
from dotstream.transaction.terms import Control, Source, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Event, Happening, Result
    from dotstream.model.plan import Metadata
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.terms import Host, Terms

_Outcome = TypeVar("_Outcome")


class Execution(Generic[_Outcome]):
    """Something that is carried out as it is iterated, once; all of a transaction or nothing.

    Nothing is locked or changed before the first event is asked for.  The last event is the
    outcome, such as a ``Result``; see ``Event``.  Leaving the ``with`` block early,
    ``close``, and garbage collection roll back what was done; ``close(keep=True)`` and
    ``cancel(keep=True)`` keep it, and record it as a transaction of its own.  Iterate it on
    one thread; ``cancel`` from any.
    """

    def __init__(
        self,
        source: Generator[Happening, None, _Outcome],
        control: Control[_Outcome],
        *,
        planned: bool = False,
    ) -> None:
        self._source = source
        self._control = control
        self._planned = planned
        self._events = self._iterate()

    def _iterate(self) -> Generator[Event]:
        planned = self._planned
        for event in self._source:
            if isinstance(event, Run):
                if planned:
                    yield from event.operations()
            elif planned or not isinstance(event, Operation):
                yield event

    def __iter__(self) -> Iterator[Event]:
        """Return the one iterator over what happens.

        Raises (while iterating):
            ConflictError, ScanFailed, StalePlan, TargetLocked, OperationRefused: nothing
                was changed, or everything was rolled back if some of it had begun.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    @property
    def token(self) -> CancellationToken:
        """The token that stops it."""
        return self._control.cancel

    @property
    def result(self) -> _Outcome:
        """What was done.

        Raises:
            UsageError: it is not at its end, or did not come to one.
        """
        if self._control.result is None:
            raise UsageError("there is no result: this run is not at its end, or failed")
        return self._control.result

    def drain(self) -> _Outcome:
        """Carry it to its end, and return the result."""
        with self:
            for _ in self._source:
                pass
        return self.result

    def cancel(self, *, keep: bool = False) -> None:
        """Stop between two operations; safe from any thread.

        Args:
            keep: keep what was done, instead of rolling it back; iterating then ends with a
                result that is not ``complete``.
        """
        self._control.keep = self._control.keep or keep
        self._control.cancel.cancel()

    def close(self, *, keep: bool = False) -> None:
        """Stop here, and roll back what was done, or keep it."""
        self._control.keep = self._control.keep or keep
        self._events.close()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            self._control.keep = False
        self.close()


def happenings(execution: Execution[Any]) -> Iterator[Happening]:
    """Iterate over a run with links in a row as one run, and with all that is planned."""
    return execution._source  # noqa: SLF001 - beside its class, so that it is no part of the API


def execution_of_plan(
    plan: Plan | StreamingPlan,
    *,
    host: Host,
    terms: Terms,
    cancel: CancellationToken | None = None,
    keep: bool = False,
    planned: bool = False,
) -> Execution[Result]:
    """Return the run that carries a plan out."""
    source = source_of(plan, stream=terms.stream)
    if cancel is None and not isinstance(plan, Plan):
        cancel = plan.token
    control: Control[Result] = Control(cancel, keep=keep)
    events = applying(source, host=host, control=control, terms=terms)
    return Execution(events, control, planned=planned)


def execution_of_operations(
    operations: Iterable[Operation],
    metadata: Callable[[Operation | None], Metadata],
    *,
    host: Host,
    terms: Terms,
    cancel: CancellationToken | None = None,
    keep: bool = False,
    partial: bool = False,
) -> Execution[Result]:
    """Return the run that carries out operations from anywhere.

    Args:
        metadata: returns what they are about, if they are of no plan, by the first of them.
        partial: go on although the plan they are of met conflicts or scan errors.
    """
    control: Control[Result] = Control(cancel, keep=keep)

    def events() -> Generator[Happening, None, Result]:
        try:
            rest = iter(operations)
        except TypeError:
            what = f"operations, one after the other, and not {operations!r}"
            raise TypeError(f"execute takes {what}; apply takes a whole plan") from None
        first: Operation | None = None
        for first in rest:
            require_operation(first)
            break
        origin = None if first is None else first.directory.origin
        asked = metadata(first)
        of = asked if origin is None else origin.metadata
        if of.directory != asked.directory:
            raise UsageError(
                f"these operations belong to {of.directory}, and this client to {asked.directory}"
            )
        checker = Checker(of, origin)

        def items() -> Generator[Operation | Run]:
            for item in checker.checked(() if first is None else chain((first,), rest)):
                if control.cancel.cancelled:
                    raise Cancelled
                yield item
            if origin is not None and origin.troubles and not partial:
                raise ConflictsUnsettled(origin.troubles)

        source = Source(
            of,
            items(),
            lambda: checker.summary,
            close=getattr(operations, "close", lambda: None),
            begun=first is not None,
            skip_errors=True,
            whole=lambda done: origin is not None and origin.digest == done.digest,
        )
        return (yield from applying(source, host=host, control=control, terms=terms))

    return Execution(events(), control)
