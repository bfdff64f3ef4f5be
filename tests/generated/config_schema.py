"""A JSON Schema of ``dotstream.toml``, which TOML extensions of VS Code check it with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dotstream.config.schema import PACKAGE, PROFILE, TOP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.config.schema import Key

__all__ = ["schema"]

_TEXT = {"type": "string"}
_KINDS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    # A table gives each platform or host its own.
    "path": {"type": ["string", "object"], "additionalProperties": _TEXT},
    "switch": {"type": "boolean"},
}


def schema() -> str:
    """Return the schema as it stands in its file."""
    top = _table(TOP)
    top["properties"] |= {
        "packages": {"type": "object", "additionalProperties": _table(PACKAGE)},
        "profiles": {"type": "object", "additionalProperties": _table(PROFILE)},
    }
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "dotstream.toml"}
    return json.dumps(head | top, indent=2, ensure_ascii=False) + "\n"


def _table(keys: Iterable[Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _value(key) for key in keys},
    }


def _value(key: Key) -> dict[str, Any]:
    about = {"description": key.doc}
    if key.kind == "choice":
        return about | {"type": "string", "enum": list(key.choices)}
    # Lists may also be written as one text.
    return about | _KINDS.get(key.kind, {"type": ["string", "array"], "items": _TEXT})
