"""What a client sent, read field by field: checked, or an error that names the field.

``null`` is the same as leaving a field out.  Fields that are not known here are ignored, so
that a newer client can talk to an older server.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pygls.exceptions import JsonRpcInvalidParams

from dotstream.lsp.uris import path_of
from dotstream.model.options import FOLDINGS, POLICIES, SINGLE, Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence

_Text = TypeVar("_Text", bound=str)

_KINDS = {bool: "a boolean", int: "an integer", float: "a number", str: "a string"}
_KINDS |= {list: "an array", dict: "an object"}


def invalid(field: str, problem: str) -> JsonRpcInvalidParams:
    """Return the error that ``field`` is wrong, with the name of the field in its data."""
    data = {"kind": "invalid_params", "field": field}
    return JsonRpcInvalidParams(f"{field}: {problem}", data=data)


class Fields:
    """An object that a client sent, read field by field.

    Every method raises ``JsonRpcInvalidParams`` when the field is not what it should be.
    """

    def __init__(self, value: object, where: str = "") -> None:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise invalid(where or "params", f"expected an object, got {_kind(value)}")
        self._values: dict[str, object] = value
        self._prefix = f"{where}." if where else ""

    def _get(self, name: str, kind: type, *, required: bool = False) -> object:
        value = self._values.get(name)
        if value is None:
            if required:
                raise invalid(self._prefix + name, f"required: {_KINDS[kind]}")
            return None
        # For JSON, true is no number.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise invalid(self._prefix + name, f"expected {_KINDS[kind]}, got {_kind(value)}")
        return _encodable(self._prefix + name, value) if isinstance(value, str) else value

    def has(self, name: str) -> bool:
        """Whether there is anything but ``null``."""
        return self._values.get(name) is not None

    def optional_text(self, name: str) -> str | None:
        """Return a string, or ``None``."""
        value = self._get(name, str)
        return value if isinstance(value, str) else None

    def choice(self, name: str, known: Sequence[_Text]) -> _Text | None:
        """Return one of the strings that are known, or ``None``."""
        value = self._get(name, str)
        return None if value is None else _one_of(self._prefix + name, value, known)

    def required_choice(self, name: str, known: Sequence[_Text]) -> _Text:
        """Return one of the strings that are known."""
        return _one_of(self._prefix + name, self._get(name, str, required=True), known)

    def boolean(self, name: str) -> bool:
        """Return a boolean; false if it is left out."""
        return self._get(name, bool) is True

    def number(self, name: str, *, least: int = 1, most: float = inf) -> int | None:
        """Return an integer from ``least`` to ``most``, or ``None``."""
        return self.required_number(name, least=least, most=most) if self.has(name) else None

    def required_number(self, name: str, *, least: int = 1, most: float = inf) -> int:
        """Return an integer from ``least`` to ``most``."""
        value = self._get(name, int, required=True)
        assert isinstance(value, int)  # noqa: S101 - just looked at
        if value < least:
            raise invalid(self._prefix + name, f"expected {least} or more, got {value}")
        if value > most:
            raise invalid(self._prefix + name, f"expected {most} or less, got {value}")
        return value

    def token(self, name: str) -> str | int | None:
        """Return a progress token: a string or an integer, or ``None``."""
        return self.required_token(name) if self.has(name) else None

    def required_token(self, name: str) -> str | int:
        """Return a progress token: a string or an integer."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return str(self._get(name, str, required=True))

    def path(self, name: str) -> str | None:
        """Return the path that a URI means, or ``None``."""
        value = self._get(name, str)
        return None if value is None else _path(self._prefix + name, value)

    def required_path(self, name: str) -> str:
        """Return the path that a URI means."""
        return _path(self._prefix + name, self._get(name, str, required=True))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of strings; empty if it is left out."""
        found = []
        for place, value in self._elements(name):
            if not isinstance(value, str):
                raise invalid(place, f"expected a string, got {_kind(value)}")
            found.append(_encodable(place, value))
        return tuple(found)

    def paths(self, name: str) -> tuple[str, ...]:
        """Return the paths that an array of URIs means; empty if it is left out."""
        return tuple(_path(place, value) for place, value in self._elements(name))

    def _elements(self, name: str) -> list[tuple[str, object]]:
        values = self._get(name, list)
        where = self._prefix + name
        if not isinstance(values, list):
            return []
        return [(f"{where}[{index}]", value) for index, value in enumerate(values)]

    def by_path(self, name: str, known: Sequence[_Text]) -> dict[str, _Text]:
        """Return an object from URIs to strings that are known, by path."""
        values = self._get(name, dict)
        where = self._prefix + name
        if not isinstance(values, dict):
            return {}
        return {
            _path(where, uri): _one_of(f"{where}[{uri!r}]", value, known)
            for uri, value in values.items()
        }

    def object(self, name: str) -> Fields:
        """Return an object inside this one; empty if it is left out."""
        return Fields(self._get(name, dict), self._prefix + name)


def _kind(value: object) -> str:
    return "null" if value is None else _KINDS[type(value)]


def _encodable(field: str, value: str) -> str:
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise invalid(field, "it holds half of a surrogate pair") from None
    return value


def _one_of(field: str, value: object, known: Sequence[_Text]) -> _Text:
    for word in known:
        if word == value:
            return word
    got = repr(value) if isinstance(value, str) else _kind(value)
    raise invalid(field, f"expected {', '.join(known[:-1])} or {known[-1]}, got {got}")


def _path(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid(field, f"expected a string, got {_kind(value)}")
    try:
        return path_of(_encodable(field, value))
    except ValueError as error:
        raise invalid(field, str(error)) from None


class Asked(NamedTuple):
    """What every request is about.

    Attributes:
        root: absolute path of the package directory.
        target: absolute path, or ``None`` for the configured one.
        window: batches the client allows in flight; ``None`` if it does not acknowledge.
        most: rows that the client wants at most; ``None`` for all.
        partial: the token that rows are sent on.
        work_done: the token that progress is told on.
    """

    root: str
    target: str | None
    window: int | None
    most: int | None
    partial: str | int | None
    work_done: str | int | None

    @classmethod
    def of(cls, fields: Fields, *, streams: bool) -> Asked:
        """Read it.

        Args:
            streams: whether the method sends rows, if the client says where to.
        """
        return cls(
            fields.required_path("root"),
            fields.path("target"),
            fields.number("window") if streams else None,
            fields.number("maxRows") if streams else None,
            fields.token("partialResultToken") if streams else None,
            fields.token("workDoneToken"),
        )


class Rehearsal(NamedTuple):
    """How far a change goes that can be planned by its own method.

    Attributes:
        dry_run: whether only to plan.
        digest: of the dry run that was shown.
    """

    dry_run: bool
    digest: str | None

    @classmethod
    def of(cls, fields: Fields) -> Rehearsal:
        """Read it."""
        dry_run, digest = fields.boolean("dryRun"), fields.optional_text("digest")
        if dry_run and digest is not None:
            raise invalid("digest", "a dry run makes one, and takes none")
        return cls(dry_run, digest)


def named_package(fields: Fields) -> str | None:
    """Return the package that is named, or that ``source`` is in: that is exact to the byte."""
    source, root = fields.path("source"), fields.required_path("root")
    named = fields.optional_text("package")
    if named != SINGLE and source is not None and source.startswith(f"{root}/"):
        return source[len(root) + 1 :].partition("/")[0]
    return named


def preferences(fields: Fields) -> Preferences:
    """Read the ``options`` that every plan may have."""
    options = fields.object("options")
    return Preferences(
        folding=options.choice("folding", FOLDINGS),
        on_conflict=options.choice("onConflict", POLICIES),
        resolutions=options.by_path("resolutions", POLICIES),
        explain=options.boolean("explain"),
        same=options.boolean("same"),
    )
