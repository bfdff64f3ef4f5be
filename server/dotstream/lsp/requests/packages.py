"""``dotstream/packages``: what there is to manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.lsp.requests.method import Method
from dotstream.lsp.requests.rows import shown
from dotstream.lsp.uris import to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call


def _packages(_: None, call: Call) -> dict[str, JSON]:
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


PACKAGES = Method(lambda _: None, _packages, lambda _: "List packages")
