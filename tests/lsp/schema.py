"""Messages beside the protocol's schema: every message that a test receives is checked.

A batch can have hundreds of rows, so of the rows of one shape only the first is looked at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

__all__ = ["SCHEMA", "Checker"]

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs/reference/protocol.schema.json").read_text("utf-8")
)


def _validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], **schema})


_MESSAGE = jsonschema.Draft202012Validator(SCHEMA)
_PARAMS = {name: _validator(method["params"]) for name, method in SCHEMA["methods"].items()}
_PARAMS["dotstream/ack"] = _validator({"$ref": "#/$defs/AckParams"})
_RESULTS = {name: _validator(method["result"]) for name, method in SCHEMA["methods"].items()}
_HELLO = _validator({"$ref": "#/$defs/Hello"})


class Checker:
    """Checks what one client sends and is sent; every problem found is kept.

    Attributes:
        problems: what does not fit the schema.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._asked: dict[Any, tuple[str, Any]] = {}
        self._shapes: set[tuple[Any, ...]] = set()

    def sent(self, message: object) -> None:
        """Remember a request; whether its parameters are right shows in the answer.

        The answers to an id that is used twice cannot be told apart.
        """
        if isinstance(message, dict) and isinstance(message.get("id"), str | int):
            asked = message.get("method", ""), message.get("params")
            self._asked[message["id"]] = ("", None) if message["id"] in self._asked else asked

    def received(self, message: dict[str, Any]) -> None:
        """Check a message of the server, and what it answers."""
        self._check(_MESSAGE, self._thinned(message), "message")
        if "result" in message:
            method, params = self._asked.get(message["id"], ("", None))
            if method in _RESULTS:
                self._check(_RESULTS[method], message["result"], f"result of {method}")
                self._check(_PARAMS[method], params, f"params of {method}")
            elif method == "initialize":
                experimental = message["result"]["capabilities"]["experimental"]
                self._check(_HELLO, experimental["dotstream"], "hello")

    def _thinned(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return a message without the rows that are like others that were checked."""
        params = message.get("params")
        if not isinstance(params, dict) or "items" not in params.get("value", ()):
            return message
        items = []
        for row in params["value"]["items"]:
            facts = ((name, type(value)) for name, value in row.items())
            shape = row.get("op"), row.get("state"), row.get("conflict"), *facts
            if shape not in self._shapes:
                self._shapes.add(shape)
                items.append(row)
        # One row at least, because a batch without any is wrong.
        items = items or params["value"]["items"][:1]
        return {**message, "params": {**params, "value": {**params["value"], "items": items}}}

    def _check(
        self, validator: jsonschema.Draft202012Validator, value: object, what: str
    ) -> None:
        for error in validator.iter_errors(value):
            self.problems.append(f"{what}: {error.message[:500]} at {error.json_path}")
