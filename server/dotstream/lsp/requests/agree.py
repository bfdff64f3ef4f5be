"""``dotstream/agree``: what a repository asks for beyond links in the home, and a yes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pygls.exceptions import JsonRpcException

from dotstream.lsp.requests.method import Method
from dotstream.lsp.requests.rows import shown, wish_row
from dotstream.lsp.uris import to_uri

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Fields

_CONTENT_MODIFIED = -32801


class _Agree(NamedTuple):
    """What a user was shown and agrees to; ``None`` only looks."""

    settings: frozenset[str] | None

    @classmethod
    def of(cls, fields: Fields) -> _Agree:
        return cls(frozenset(fields.texts("settings")) if fields.has("settings") else None)


def _agree(params: _Agree, call: Call) -> dict[str, JSON]:
    """Tell what is asked for, and remember a yes to what was shown."""
    client = call.client
    if params.settings is not None:
        meant = {shown(str(wish)): wish for wish in client.wishes}
        if not params.settings <= meant.keys():
            raise JsonRpcException(
                "the repository does not ask for that any more; look again",
                _CONTENT_MODIFIED,
                {"kind": "stale_wishes"},
            )
        client.agree(meant[setting] for setting in params.settings)
        call.note_change(client, None)
    path = client.settings.path
    return {
        "configuration": None if path is None else to_uri(path),
        "wishes": [wish_row(wish, agreed=agreed) for wish, agreed in client.wishes.items()],
    }


AGREE = Method(
    _Agree.of,
    _agree,
    lambda params: (
        "Agree to a repository" if params.settings is not None else "See what is asked for"
    ),
)
