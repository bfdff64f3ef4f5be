"""The reference page of the Python API, made from signatures and docstrings.

python -m tests.docs.python_api > docs/reference/python-api.md
"""

# ruff: noqa: E501 - a paragraph of Markdown is one line

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
from typing import TYPE_CHECKING, ForwardRef, cast, get_args

import dotstream
from dotstream import errors
from dotstream.async_streams import AsyncExecution, AsyncScan, AsyncStream, AsyncStreamingPlan
from dotstream.config.settings import PackageSettings, Settings
from dotstream.model.choice import Choice, Choosing
from dotstream.model.directory import Directory
from dotstream.model.events import Applied, Corrected, Phase, Progress, Result
from dotstream.model.finding import Finding, FindingKind, ScanMode, Severity
from dotstream.model.history import Backup, Recovery, Transaction, TransactionState
from dotstream.model.items import Child, ConflictKind, OperationKind
from dotstream.model.located import Difference, DifferenceKind, Located, LocatedState, Role
from dotstream.model.member import Member, MemberKind
from dotstream.model.options import (
    Action,
    Folding,
    Layout,
    LinkStyle,
    Options,
    Package,
    Policy,
)
from dotstream.model.plan import Metadata, Summary
from dotstream.model.rule import Rule
from dotstream.model.run import Run
from dotstream.model.status import PackageInfo, PackageState, PackageStatus, Unwanted
from dotstream.model.wish import Wish
from dotstream.planner.scan import Scan
from dotstream.planner.split import Stream
from dotstream.planner.stream import Digest
from dotstream.transaction.execution import Execution

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SECTIONS", "reference"]

INTRODUCTION = """\
<!-- Made by `python -m tests.docs.python_api`; a test keeps it equal to what the library says. -->

# Python API

[Use dotstream from Python](../how-to/use-from-python.md) shows all of this at work. What stands here is public and typed; anything else may change without notice.

Paths come in as `str` or `os.PathLike` and go out as absolute `str`. Names that are not UTF-8 are decoded as Python's file system functions do it (`surrogateescape`). Arguments after the subject are named.
"""

ERRORS = """\
Every error that dotstream raises on purpose is in `dotstream.errors`, below `DotstreamError`. `str(error)` says what is wrong, and `error.remedy` what to do about it, as one word of `dotstream.REMEDIES`; a traceback shows that below the message. `exit_code` is that of the command line, `rpc_code` that of the language server.

| class | below | exit code | when | remedy, if nothing better is known |
|---|---|---|---|---|
"""

REMEDIES = """
| remedy | what to do |
|---|---|
"""

SECTIONS: dict[str, list[type]] = {
    "Clients": [dotstream.Client, dotstream.AsyncClient],
    "Plans": [
        dotstream.StreamingPlan,
        Stream,
        AsyncStreamingPlan,
        AsyncScan,
        AsyncStream,
        dotstream.Plan,
        Metadata,
        Summary,
        Digest,
    ],
    "Scanning": [Scan, Member],
    "Carrying out": [Execution, AsyncExecution],
    "Items of a plan": [
        dotstream.Operation,
        dotstream.Conflict,
        dotstream.ScanError,
        dotstream.Notice,
        Run,
        Directory,
    ],
    "What you may ask for": [
        dotstream.Preferences,
        dotstream.CancellationToken,
        Options,
        Package,
        Settings,
        PackageSettings,
    ],
    "What you are told": [
        Progress,
        Applied,
        Result,
        PackageInfo,
        PackageStatus,
        Unwanted,
        Choice,
        Choosing,
        Located,
        Child,
        Difference,
        Transaction,
        Backup,
        Wish,
        Rule,
        Recovery,
        Corrected,
        Finding,
    ],
}
"""Classes by section: everything in ``dotstream.__all__``, and the values that it returns."""

FUNCTIONS: list[Callable[..., object]] = [dotstream.without]

MADE = {"Client", "Preferences", "CancellationToken"}
"""Classes that callers make themselves."""

WORDS = {
    "Action": Action,
    "Folding": Folding,
    "Layout": Layout,
    "LinkStyle": LinkStyle,
    "MemberKind": MemberKind,
    "Policy": Policy,
    "OperationKind": OperationKind,
    "ConflictKind": ConflictKind,
    "Phase": Phase,
    "PackageState": PackageState,
    "LocatedState": LocatedState,
    "Role": Role,
    "DifferenceKind": DifferenceKind,
    "TransactionState": TransactionState,
    "FindingKind": FindingKind,
    "Severity": Severity,
    "ScanMode": ScanMode,
}
"""Types that are one of a few words."""


def reference() -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    for title, classes in SECTIONS.items():
        parts.append(f"## {title}\n")
        parts += [_class(each) for each in classes]
    parts.append("## Operations left out\n")
    parts += [_function(each) for each in FUNCTIONS]
    rows = [f"| `{name}` | {_choices(words)} |\n" for name, words in WORDS.items()]
    parts += ["## Words\n", "| type | one of |\n|---|---|\n" + "".join(rows)]
    parts += ["## Errors\n", ERRORS + "".join(map(_error_row, _errors()))]
    told = [f"| `{remedy}` | {words} |\n" for remedy, words in dotstream.REMEDIES.items()]
    parts.append(REMEDIES.lstrip() + "".join(told))
    parts.append(f"## The version\n\n`dotstream.__version__` is `{dotstream.__version__!r}`.\n")
    return "\n".join(parts)


def _function(each: Callable[..., object]) -> str:
    head = _signature(each, f"dotstream.{each.__name__}")
    return f"### dotstream.{each.__name__}\n\n```text\n{head}\n```\n\n{_docstring(each)}"


def _class(each: type) -> str:
    public = each.__name__ in dotstream.__all__
    name = f"dotstream.{each.__name__}" if public else each.__name__
    lines = [f"### {name}\n"]
    if each.__name__ in MADE:
        lines.append(f"```text\n{_signature(each, each.__name__)}\n```\n")
    elif dataclasses.is_dataclass(each):
        fields = "".join(f"    {each.name}: {each.type}\n" for each in dataclasses.fields(each))
        lines.append(f"```text\nclass {each.__name__}:\n{fields}```\n")
    elif issubclass(each, tuple):
        fields = "".join(
            f"    {name}: {_type(annotation)}\n"
            for name, annotation in each.__annotations__.items()
        )
        lines.append(f"```text\nclass {each.__name__}(NamedTuple):\n{fields}```\n")
    lines.append(_docstring(each))
    lines += [_member(each, member) for member in _members(each)]
    return "\n".join(lines)


def _members(each: type) -> list[str]:
    """Return the public methods and properties of a class, in the order of the source."""
    return [
        name
        for part in reversed(each.__mro__)
        if part.__module__.startswith("dotstream.")
        for name, value in vars(part).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, (property, classmethod)))
    ]


def _member(each: type, name: str) -> str:
    value = inspect.getattr_static(each, name)
    if isinstance(value, property):
        source = cast("Callable[..., object]", value.fget)
        head = f"{each.__name__}.{name}: {inspect.signature(source).return_annotation}"
    else:
        source = value.__func__ if isinstance(value, classmethod) else value
        word = "async " if inspect.iscoroutinefunction(source) else ""
        head = word + _signature(source, f"{each.__name__}.{name}")
    text = _docstring(source)
    if each is dotstream.AsyncClient and hasattr(source, "__wrapped__"):  # it says the same
        first = re.split(r"; see `|[.]$", text, flags=re.MULTILINE)[0]
        text = f"{first}.\n\nSee `Client.{name}`.\n"
    return f"#### {each.__name__}.{name}\n\n```text\n{head}\n```\n\n{text}"


def _signature(source: Callable[..., object], name: str) -> str:
    """Return a signature in one line if it fits, else with an argument a line."""
    signature = inspect.signature(source)
    shown: list[str] = []
    starred = False
    for each in signature.parameters.values():
        if each.name in {"self", "cls"}:
            continue
        if each.kind is each.KEYWORD_ONLY and not starred:
            starred = True
            shown.append("*")
        if each.kind is each.VAR_POSITIONAL:
            starred = True
        star = "*" if each.kind is each.VAR_POSITIONAL else ""
        default = "" if each.default is each.empty else f" = {_default(each.default)}"
        shown.append(f"{star}{each.name}: {_type(each.annotation)}{default}")
    returned = signature.return_annotation
    tail = "" if returned in {None, "None", inspect.Signature.empty} else f" -> {returned}"
    line = f"{name}({', '.join(shown)}){tail}"
    if len(line) <= 88:
        return line
    inside = "".join(f"    {each},\n" for each in shown)
    return f"{name}(\n{inside}){tail}"


def _type(annotation: object) -> object:
    """Return a type as it is written; named tuples wrap it up."""
    return annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation


def _default(value: object) -> str:
    if isinstance(value, dotstream.Preferences):
        return "Preferences()"
    return "{}" if repr(value) == "<factory>" else repr(value)


def _choices(words: object) -> str:
    return ", ".join(f"`{json.dumps(word)}`" for word in get_args(words))


def _docstring(source: object) -> str:
    """Return a docstring as Markdown: its sections become lists."""
    text = inspect.getdoc(source) or ""
    text = re.sub(r"``([^`]+)``", r"`\1`", text).replace(".  ", ". ")
    parts: list[str] = []
    for part in re.split(r"\n\n", text):
        title, _, rest = part.partition("\n")
        if re.fullmatch(r"(Args|Attributes|Raises|Yields|Returns)( \(.*\))?:", title):
            parts.append(f"{title}\n\n{_entries(inspect.cleandoc(rest))}")
        else:
            parts.append(part.replace("\n", " "))
    return "\n\n".join(parts) + "\n"


def _entries(text: str) -> str:
    rows = re.sub(r"\n +", " ", text).split("\n")
    found = []
    for row in rows:
        name, colon, rest = row.partition(": ")
        plain = colon and re.fullmatch(r"\w+(, \w+)*", name)
        found.append(f"- `{name.replace(', ', '`, `')}`: {rest}" if plain else f"- {row}")
    return "\n".join(found)


def _errors() -> list[type[errors.DotstreamError]]:
    """Return the error classes, a class before those below it."""
    found = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.DotstreamError)
    ]
    return sorted(found, key=lambda each: [part.__name__ for part in each.__mro__[-5::-1]])


def _error_row(each: type[errors.DotstreamError]) -> str:
    above = each.__mro__[1].__name__
    first = re.sub(r"``([^`]+)``", r"`\1`", (inspect.getdoc(each) or "").partition("\n\n")[0])
    first = first.replace("\n", " ")
    return f"| `{each.__name__}` | `{above}` | {each.exit_code} | {first} | `{each.remedy}` |\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
