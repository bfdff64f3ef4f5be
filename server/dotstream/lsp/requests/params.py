"""Parameters of our methods: what a client sent, checked, or an error that names the field.

``null`` is the same as leaving a field out.  Fields that are not known here are ignored, so
that a newer client can talk to an older server.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, TypedDict, TypeVar

from pygls.exceptions import JsonRpcInvalidParams

from dotstream.lsp.uris import path_of
from dotstream.model.directory import display
from dotstream.model.options import ACTIONS, FOLDINGS, POLICIES, Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.options import Action

__all__ = [
    "AckParams",
    "ApplyParams",
    "Asked",
    "Fields",
    "PlanParams",
    "common",
    "invalid",
    "preferences",
]

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

    def choice(
        self, name: str, known: Sequence[_Text], *, required: bool = False
    ) -> _Text | None:
        """Return one of the strings that are known, or ``None``."""
        value = self._get(name, str, required=required)
        return None if value is None else _one_of(self._prefix + name, value, known)

    def boolean(self, name: str) -> bool:
        """Return a boolean; false if it is left out."""
        return self._get(name, bool) is True

    def number(
        self, name: str, *, required: bool = False, least: int = 1, most: float = inf
    ) -> int | None:
        """Return an integer from ``least`` to ``most``, or ``None``."""
        value = self._get(name, int, required=required)
        if not isinstance(value, int):
            return None
        if value < least:
            raise invalid(self._prefix + name, f"expected {least} or more, got {value}")
        if value > most:
            raise invalid(self._prefix + name, f"expected {most} or less, got {value}")
        return value

    def token(self, name: str, *, required: bool = False) -> str | int | None:
        """Return a progress token: a string or an integer, or ``None``."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        found = self._get(name, str, required=required)
        return found if isinstance(found, str) else None

    def path(self, name: str, *, required: bool = False) -> str | None:
        """Return the path that a URI means, or ``None``."""
        value = self._get(name, str, required=required)
        return None if value is None else _path(self._prefix + name, value)

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


class Common(TypedDict):
    """What every request may have, by the names of ``Asked``."""

    root: str
    target: str | None
    window: int | None
    partial: str | int | None
    work_done: str | int | None


def common(fields: Fields, *, streams: bool = False) -> Common:
    """Read what every request may have.

    Args:
        streams: whether the method sends rows, if the client says where to.
    """
    root = fields.path("root", required=True)
    assert root is not None  # noqa: S101 - required
    return {
        "root": root,
        "target": fields.path("target"),
        "window": fields.number("window") if streams else None,
        "partial": fields.token("partialResultToken") if streams else None,
        "work_done": fields.token("workDoneToken"),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every request of ours is about.

    Attributes:
        root: absolute path of the package directory.
        target: absolute path, or ``None`` for the configured one.
        window: batches the client allows in flight; ``None`` if it does not acknowledge.
        partial: the token that rows are sent on.
        work_done: the token that progress is told on.
    """

    root: str
    target: str | None
    window: int | None = None
    partial: str | int | None = None
    work_done: str | int | None = None

    @property
    def title(self) -> str:
        """What is done, for the editor's progress display."""
        return "Look"

    @property
    def bounded(self) -> bool:
        """Whether the size of the work is known before it ends."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParams(Asked):
    """What ``dotstream/plan`` is asked for.

    Attributes:
        paths: absolute paths, for ``adopt``.
    """

    action: Action
    packages: tuple[str, ...]
    profile: str | None
    paths: tuple[str, ...]
    prefer: Preferences

    @property
    def title(self) -> str:
        """What is planned."""
        return f"Plan {self.words}"

    @property
    def words(self) -> str:
        """The action and what it is about."""
        names = ", ".join(self.packages[:3]) + (", …" if len(self.packages) > 3 else "")
        return display(f"{self.action} {names or self.profile or ''}".strip())

    @classmethod
    def of(cls, value: object) -> PlanParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        if fields.optional_text("digest") is not None:
            raise invalid("digest", "only dotstream/apply takes it")
        return PlanParams(**planned(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyParams(PlanParams):
    """What ``dotstream/apply`` is asked for.

    Attributes:
        stream: whether to begin while the plan is still being computed.
        digest: of the plan that was shown.
    """

    stream: bool
    digest: str | None

    @property
    def title(self) -> str:
        """What is applied."""
        return f"Apply {self.words}"

    @property
    def bounded(self) -> bool:
        """Whether the whole plan is known before the first operation."""
        return not self.stream

    @classmethod
    def of(cls, value: object) -> ApplyParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        return cls(
            **planned(fields),
            stream=fields.object("options").boolean("stream"),
            digest=fields.optional_text("digest"),
        )


class _Planned(Common):
    action: Action
    packages: tuple[str, ...]
    profile: str | None
    paths: tuple[str, ...]
    prefer: Preferences


def preferences(fields: Fields) -> Preferences:
    """Read the ``options`` that every plan may have."""
    options = fields.object("options")
    return Preferences(
        folding=options.choice("folding", FOLDINGS),
        on_conflict=options.choice("onConflict", POLICIES),
        resolutions=options.by_path("resolutions", POLICIES),
    )


def planned(fields: Fields) -> _Planned:
    """Read what a plan is made from, by the names of ``PlanParams``."""
    shared = common(fields, streams=True)
    action = fields.choice("action", ACTIONS, required=True)
    assert action is not None  # noqa: S101 - required
    paths = fields.paths("paths")
    if paths and action != "adopt":
        raise invalid("paths", f"only adopt takes paths, and this is {action}")
    if action == "adopt" and not paths:
        raise invalid("paths", "required: what to adopt")
    packages = fields.texts("packages")
    if action == "adopt" and len(packages) > 1:
        raise invalid("packages", "adopt puts everything into one package")
    return {
        **shared,
        "action": action,
        "packages": packages,
        "profile": fields.optional_text("profile"),
        "paths": paths,
        "prefer": preferences(fields),
    }


@dataclass(frozen=True, slots=True)
class AckParams:
    """What ``dotstream/ack`` says: the client is done with the batches up to ``seq``."""

    token: str | int
    seq: int

    @classmethod
    def of(cls, value: object) -> AckParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        token = fields.token("token", required=True)
        seq = fields.number("seq", required=True)
        assert token is not None and seq is not None  # noqa: S101, PT018 - required
        return cls(token, seq)
