"""``dotstream/packages`` and ``status``: what there is to manage, and how far it is linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from dotstream.errors import Cancelled
from dotstream.lsp.messages import dumps
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.fields import Fields, invalid
from dotstream.lsp.requests.rows import shown
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.model.located import Located
    from dotstream.model.status import PackageStatus, Unwanted


def _listed(_: None, call: Call) -> dict[str, JSON]:
    """List packages and profiles."""
    client = call.client
    settings = client.settings
    return {
        "root": to_uri(client.directory),
        "rootLabel": call.label(client.directory),
        "target": to_uri(client.target),
        "targetLabel": call.label(client.target),
        "configuration": None if settings.path is None else to_uri(settings.path),
        "packages": [
            {
                "name": shown(package.name),
                "path": to_uri(package.path),
                "target": to_uri(package.target),
                "active": package.active,
                "reason": None if package.reason is None else display(package.reason),
                "required": package.required,
            }
            for package in client.packages()
        ],
        "profiles": [
            {"name": shown(name), "packages": [shown(member) for member in members]}
            for name, members in settings.profiles.items()
        ],
    }


PACKAGES = Method(lambda _: None, _listed, lambda _: "List packages")


MAX_PATHS = 1000
"""Paths that one request may ask about."""


class _Status(NamedTuple):
    """What is looked at.

    Attributes:
        packages: names; none means all that are for this machine.
        paths: absolute paths; ``None`` asks about packages.
    """

    packages: tuple[str, ...]
    paths: tuple[str, ...] | None

    @classmethod
    def of(cls, fields: Fields) -> _Status:
        packages = fields.texts("packages")
        paths = fields.paths("paths") if fields.has("paths") else None
        if paths is not None and packages:
            raise invalid("packages", "name packages or paths, not both")
        if paths is not None and len(paths) > MAX_PATHS:
            raise invalid("paths", f"expected at most {MAX_PATHS}, got {len(paths)}")
        return cls(packages, paths)


class _Placed(NamedTuple):
    """A package's status with where it is: the absolute paths of package and target."""

    status: PackageStatus
    path: str
    target: str


class _StatusRows:
    """Makes rows of packages."""

    kind: ClassVar[str] = "statuses"
    verb: ClassVar[str] = "looking"

    def __init__(self, home: str) -> None:
        """Labels are not made here, so ``home`` is not needed."""

    def rows(self, item: _Placed) -> list[str]:
        """Return one package as a JSON object."""
        return [dumps(_package(item))]

    def word(self, item: _Placed) -> str:
        """Return the state of a package."""
        return item.status.state

    @staticmethod
    def summed(counts: Mapping[str, int]) -> str:
        """Return how many packages there are."""
        return plural(sum(counts.values()), "package")


def _status(params: _Status, call: Call) -> dict[str, JSON]:
    """Look at packages one by one, or at single paths."""
    client = call.client
    if params.paths is not None:
        found: list[JSON] = []
        for path in params.paths:
            if call.cancel_token.cancelled:
                raise Cancelled
            found.append(_path(client.locate(path), call))
        return {"paths": found}
    answered: list[JSON] = []
    for each in client.status(*params.packages, cancel=call.cancel_token):
        target = client.settings.target_of(each.name)
        item = _Placed(each, client.settings.path_of(each.name), target)
        call.add(item)
        if call.asked.partial is None:
            answered.append(_package(item))
    unwanted: list[JSON] = [
        _unwanted(each)
        for each in client.unwanted()
        if not params.packages or each.name in params.packages
    ]
    if call.asked.partial is None:
        return {"packages": answered, "omitted": 0, "unwanted": unwanted}
    return {"packages": [], "unwanted": unwanted}


def _unwanted(each: Unwanted) -> dict[str, JSON]:
    return {
        "name": shown(each.name),
        "reason": display(each.reason),
        "links": [{"target": to_uri(root), "links": count} for root, count in each.links.items()],
    }


def _package(item: _Placed) -> dict[str, JSON]:
    status = item.status
    return {
        "name": shown(status.name),
        "path": to_uri(item.path),
        "target": to_uri(item.target),
        "state": status.state,
        "links": status.links,
        "changes": status.changes,
        "conflicts": status.conflicts,
        "errors": status.errors,
    }


def _path(found: Located, call: Call) -> dict[str, JSON]:
    def place(path: str | None) -> str | None:
        return None if path is None else to_uri(path)

    return {
        "path": to_uri(found.path),
        "role": found.role,
        "package": None if found.package is None else shown(found.package),
        "source": place(found.source),
        "sourceLabel": None if found.source is None else call.label(found.source),
        "target": place(found.target),
        "targetLabel": None if found.target is None else call.label(found.target),
        "state": found.state,
        "broken": found.state == "linked" and not found.exists,
        "message": display(found.message),
    }


STATUS = Method(
    _Status.of,
    _status,
    lambda params: "Look at packages" if params.paths is None else "Look at paths",
    _StatusRows,
)
