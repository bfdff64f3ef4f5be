"""A transaction from the outside: lock the target, recover, open its journal, carry out."""

from __future__ import annotations

from dotstream.errors import StalePlan
from dotstream.fs.files import is_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.transaction.application import Application
from dotstream.transaction.recovery import recovering
from dotstream.transaction.writing import writer_of, writing

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.model.events import Happening, Result
    from dotstream.model.history import Recovery
    from dotstream.transaction.terms import Control, Host, Source, Terms
    from dotstream.transaction.writing import Writer


def applying(
    source: Source, *, host: Host, control: Control[Result], terms: Terms
) -> Generator[Happening, None, Result]:
    """Carry something out as one transaction on its target, and tell what happens."""
    metadata = source.metadata
    others = [each for each in metadata.targets if is_directory(each)]  # or they are made
    try:
        with writing(
            metadata.target,
            host=host,
            others=others,
            wait=terms.wait,
            cancel=control.cancel,
        ) as writer:
            for other in others:
                if other != metadata.target:
                    with writer_of(other, host) as its:
                        yield from _recovered(its)
            recovery = yield from _recovered(writer)
            if recovery.steps and source.begun:
                raise StalePlan(source.summary().digest, "")
            application = Application(source, writer, control, terms)
            result = yield from application.run()
            if source.whole(result.summary):
                for former in metadata.former:
                    with writer_of(former, host) as its:
                        its.journal.leave(metadata.directory, metadata.leaving)
        control.result = result
        yield result
        return result
    finally:
        source.close()


def _recovered(writer: Writer) -> Generator[Happening, None, Recovery]:
    """Take back what another run left unfinished, and tell of it if there was any."""
    found = yield from recovering(writer)
    if found.transaction is not None:
        yield found
    return found
