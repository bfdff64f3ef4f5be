"""``dotstream/init``: a ``dotstream.toml`` to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from dotstream.config.discover import CONFIG_NAME
from dotstream.config.from_dot import answers_from_dot
from dotstream.config.from_stow import answers_from_stow
from dotstream.config.starter import Answers, starter
from dotstream.errors import UsageError
from dotstream.fs.files import write_new
from dotstream.fs.process import environment
from dotstream.lsp.requests.method import Method
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call

__all__ = ["INIT"]

_Origin = Literal["stow", "dot"]

_ORIGINS: tuple[_Origin, ...] = ("stow", "dot")


class _Init(NamedTuple):
    """What is to be written.

    Attributes:
        origin: the tool whose settings are taken over.
        dry_run: whether only to tell what would be.
    """

    origin: _Origin | None
    dry_run: bool


def _init(params: _Init, call: Call) -> dict[str, JSON]:
    """Write the file; one that is there already is never replaced."""
    client = call.client
    answers = Answers()
    if params.origin == "stow":
        answers = answers_from_stow(client.directory)
    elif params.origin == "dot":
        answers = answers_from_dot(client.directory, home=call.home, environ=environment())
    if call.asked.target is not None:
        answers = answers._replace(top={**answers.top, "target": display(call.asked.target)})
    text = starter(answers)
    path = f"{client.root}/{CONFIG_NAME}"
    if not params.dry_run:
        try:
            write_new(path, text)
        except FileExistsError:
            raise UsageError(f"{display(path)} is there already") from None
        call.note_change(client, None)
    return {"configuration": to_uri(path), "text": text, "written": not params.dry_run}


INIT = Method(
    lambda fields: _Init(fields.choice("from", _ORIGINS), fields.boolean("dryRun")),
    _init,
    lambda _: f"Write {CONFIG_NAME}",
)
