"""``dotstream/children``: the plan of one directory, a page at a time."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.fields import Fields, invalid, preferences
from dotstream.lsp.requests.rows import Rows, shown
from dotstream.lsp.uris import to_uri
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.client import Client
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.model.items import Child
    from dotstream.model.options import Preferences

PAGE = 200
"""Names in a page, if the client does not say."""

MAX_PAGE = 1000
"""Names in a page at most."""

_Action = Literal["manage", "unmanage", "remanage"]

_ACTIONS: tuple[_Action, ...] = get_args(_Action)


class _Children(NamedTuple):
    """What is to be planned.

    Attributes:
        directory: absolute path in a target; ``None`` for the target.
        package: whose top is asked for, instead of a directory.
        offset, limit: which names, counted from 0.
    """

    action: _Action
    packages: tuple[str, ...]
    profile: str | None
    prefer: Preferences
    directory: str | None
    package: str | None
    offset: int
    limit: int

    @classmethod
    def of(cls, fields: Fields) -> _Children:
        action = fields.required_choice("action", _ACTIONS)
        directory, package = fields.path("directory"), fields.optional_text("package")
        if directory is not None and package is not None:
            raise invalid("package", "name a directory or a package, not both")
        return cls(
            action,
            fields.texts("packages") or (() if package is None else (package,)),
            fields.optional_text("profile"),
            preferences(fields)._replace(report_kept=fields.boolean("kept")),
            directory,
            package,
            fields.number("offset", least=0) or 0,
            fields.number("limit", most=MAX_PAGE) or PAGE,
        )


def _children(params: _Children, call: Call) -> dict[str, JSON]:
    """Plan one directory, and return a page of its names."""
    client = call.client
    directory = params.directory
    if directory is None:
        directory = _top(client, params.package) if params.package else client.target
    found = client.children(
        params.action,
        params.packages,
        profile=params.profile,
        directory=directory,
        skip=params.offset,
        prefer=params.prefer,
        cancel=call.cancel_token,
    )
    rows = Rows(call.home)
    itself: list[JSON] = []

    def named() -> Iterator[Child]:
        for child in found:
            if child.name:
                yield child
            else:
                itself.extend(json.loads(rows.row(item)) for item in child.items)

    page = list(islice(named(), params.limit + 1))
    more = len(page) > params.limit
    return {
        "directory": to_uri(directory),
        "label": call.label(directory),
        "rows": itself,
        "items": [_child(child, rows, call) for child in page[: params.limit]],
        "next": params.offset + params.limit if more else None,
    }


def _top(client: Client, name: str) -> str:
    """Return the directory of the target that a package's top is laid over."""
    settings = client.settings
    target = settings.target_of(name)
    if settings.layout_of(name) != "named":
        return target
    shown = to_target(name) if settings.dotfiles_of(name) else name
    return f"{target.rstrip('/')}/{shown}"


def _child(child: Child, rows: Rows, call: Call) -> dict[str, JSON]:
    return {
        "name": shown(child.name),
        "path": to_uri(child.path),
        "label": call.label(child.path),
        "source": None if child.source is None else to_uri(child.source),
        "expandable": child.expandable,
        "rows": [json.loads(rows.row(item)) for item in child.items],
    }


CHILDREN = Method(_Children.of, _children, lambda _: "Plan a directory")
