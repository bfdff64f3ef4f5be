"""``dotstream/children``: the plan of one directory, a page at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from dotstream.lsp.requests.params import Asked, Fields, common, invalid, preferences
from dotstream.lsp.requests.plan import opened
from dotstream.lsp.requests.rows import Rows, shown
from dotstream.lsp.uris import to_uri
from dotstream.planner.names import to_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from dotstream.client import Client
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work
    from dotstream.model.child import Child
    from dotstream.model.options import Preferences

__all__ = ["MAX_PAGE", "PAGE", "ChildrenParams", "children"]

PAGE = 200
"""Names in a page, if the client does not say."""

MAX_PAGE = 1000
"""Names in a page at most."""

_ACTIONS: tuple[Literal["manage", "unmanage", "remanage"], ...] = (
    "manage",
    "unmanage",
    "remanage",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenParams(Asked):
    """What ``dotstream/children`` is asked for.

    Attributes:
        directory: absolute path in a target; ``None`` for the target.
        package: whose top is asked for, instead of a directory.
        offset, limit: which names, counted from 0.
    """

    action: Literal["manage", "unmanage", "remanage"]
    packages: tuple[str, ...]
    profile: str | None
    prefer: Preferences
    directory: str | None
    package: str | None
    offset: int
    limit: int

    @property
    def title(self) -> str:
        """What is planned."""
        return "Plan a directory"

    @classmethod
    def of(cls, value: object) -> ChildrenParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        shared = common(fields)
        action = fields.choice("action", _ACTIONS, required=True)
        assert action is not None  # noqa: S101 - required
        directory, package = fields.path("directory"), fields.optional_text("package")
        if directory is not None and package is not None:
            raise invalid("package", "name a directory or a package, not both")
        packages = fields.texts("packages")
        return cls(
            **shared,
            action=action,
            packages=packages or (() if package is None else (package,)),
            profile=fields.optional_text("profile"),
            prefer=preferences(fields)._replace(report_kept=fields.boolean("kept")),
            directory=directory,
            package=package,
            offset=fields.number("offset", least=0) or 0,
            limit=fields.number("limit", most=MAX_PAGE) or PAGE,
        )


def children(params: ChildrenParams, work: Work) -> dict[str, JSON]:
    """Plan one directory, and return a page of its names."""
    client = opened(params)
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
        cancel=work.cancel_token,
    )
    rows = Rows(work.home)
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
        "label": work.label(directory),
        "rows": itself,
        "items": [_child(child, rows, work) for child in page[: params.limit]],
        "next": params.offset + params.limit if more else None,
    }


def _top(client: Client, name: str) -> str:
    """Return the directory of the target that a package's top is laid over."""
    settings = client.settings
    target = settings.target_of(name)
    if settings.layout == "mirror":
        return target
    return f"{target.rstrip('/')}/{to_target(name) if settings.dotfiles else name}"


def _child(child: Child, rows: Rows, work: Work) -> dict[str, JSON]:
    return {
        "name": shown(child.name),
        "path": to_uri(child.path),
        "label": work.label(child.path),
        "source": None if child.source is None else to_uri(child.source),
        "expandable": child.expandable,
        "rows": [json.loads(rows.row(item)) for item in child.items],
    }
