"""``dotstream/init``: a ``dotstream.toml`` to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

from dotstream.config.answers import Origin, answers_for
from dotstream.config.discover import CONFIG_NAME
from dotstream.config.starter import starter
from dotstream.errors import UsageError
from dotstream.fs.files import write_new
from dotstream.fs.process import environment, home_directory
from dotstream.lsp.requests.method import Method
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call

_ORIGINS: tuple[Origin, ...] = get_args(Origin)


class _Init(NamedTuple):
    """What is to be written.

    Attributes:
        origin: the tool whose settings are taken over.
        dry_run: whether only to tell what would be.
    """

    origin: Origin | None
    dry_run: bool


def _init(params: _Init, call: Call) -> dict[str, JSON]:
    """Write the file; one that is there already is never replaced."""
    client = call.client
    asked = call.asked.target
    answers = answers_for(
        client.root,
        params.origin,
        target=None if asked is None else display(asked),
        home=home_directory(environment()),
        environ=environment(),
    )
    text = starter(answers)
    path = f"{client.root}/{CONFIG_NAME}"
    if not params.dry_run:
        try:
            write_new(path, text)
        except FileExistsError:
            raise UsageError(f"{display(path)} already exists") from None
        call.note_change(client, None)
    return {"configuration": to_uri(path), "text": text, "written": not params.dry_run}


INIT = Method(
    lambda fields: _Init(fields.choice("from", _ORIGINS), fields.boolean("dryRun")),
    _init,
    lambda _: f"Write {CONFIG_NAME}",
)
