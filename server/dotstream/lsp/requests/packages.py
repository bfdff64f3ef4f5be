"""``dotstream/packages``: what there is to manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.lsp.requests.params import Asked, Fields, common
from dotstream.lsp.requests.plan import opened
from dotstream.lsp.requests.rows import shown
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work

__all__ = ["asked", "packages"]


def asked(value: object) -> Asked:
    """Check what a client sent that names nothing but a package directory.

    Raises:
        JsonRpcInvalidParams: a field is missing or wrong.
    """
    return Asked(**common(Fields(value)))


def packages(params: Asked, work: Work) -> dict[str, JSON]:
    """List packages and profiles."""
    client = opened(params)
    settings = client.settings
    return {
        "root": to_uri(client.directory),
        "rootLabel": work.label(client.directory),
        "target": to_uri(client.target),
        "targetLabel": work.label(client.target),
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
