"""``dotstream/agree``, ``init`` and ``ignore``: the configuration, agreed to and written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, get_args

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dotstream.config.answers import Origin, answers_for
from dotstream.config.discover import CONFIG_NAME, STOWRC_NAME
from dotstream.config.mistakes import mistakes, readable
from dotstream.config.starter import starter
from dotstream.errors import DotstreamError, UsageError
from dotstream.fs.files import is_file, read_text, replace_text, write_new
from dotstream.fs.process import environment, home_directory
from dotstream.lsp.peer import PATIENCE
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.fields import named_package
from dotstream.lsp.requests.rows import shown, wish_row
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.client import Client
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Fields

_CONTENT_MODIFIED = -32801


class _Agree(NamedTuple):
    """What a user was shown and agrees to; ``None`` only looks."""

    settings: frozenset[str] | None

    @classmethod
    def of(cls, fields: Fields) -> _Agree:
        return cls(frozenset(fields.texts("settings")) if fields.has("settings") else None)


def _agree(params: _Agree, call: Call) -> dict[str, JSON]:
    """Tell what is asked for, and remember a yes to what was shown."""
    client = call.client
    if params.settings is not None:
        meant = {shown(str(wish)): wish for wish in client.wishes}
        if not params.settings <= meant.keys():
            raise JsonRpcException(
                "the repository does not ask for that any more; look again",
                _CONTENT_MODIFIED,
                {"kind": "stale_wishes"},
            )
        client.agree(meant[setting] for setting in params.settings)
        call.note_change(client, None)
    path = client.settings.path
    return {
        "configuration": None if path is None else to_uri(path),
        "wishes": [wish_row(wish, agreed=agreed) for wish, agreed in client.wishes.items()],
    }


AGREE = Method(
    _Agree.of,
    _agree,
    lambda params: (
        "Agree to a repository" if params.settings is not None else "See what is asked for"
    ),
)


_ORIGINS: tuple[Origin, ...] = get_args(Origin)


class _Init(NamedTuple):
    """What is to be written.

    Attributes:
        origin: the tool whose settings are taken over.
        dry_run: whether only to tell what would be.
    """

    origin: Origin | None
    dry_run: bool


def _init(params: _Init, call: Call) -> dict[str, JSON]:
    """Write the file; one that is there already is never replaced."""
    client = call.client
    asked = call.asked.target
    answers = answers_for(
        client.root,
        params.origin,
        target=None if asked is None else display(asked),
        home=home_directory(environment()),
        environ=environment(),
    )
    text = starter(answers)
    path = f"{client.root}/{CONFIG_NAME}"
    if not params.dry_run:
        try:
            write_new(path, text)
        except FileExistsError:
            raise UsageError(f"{display(path)} already exists") from None
        call.note_change(client, None)
    return {"configuration": to_uri(path), "text": text, "written": not params.dry_run}


INIT = Method(
    lambda fields: _Init(fields.choice("from", _ORIGINS), fields.boolean("dryRun")),
    _init,
    lambda _: f"Write {CONFIG_NAME}",
)


def _ignore(named: tuple[str, str | None], call: Call) -> dict[str, JSON]:
    """Write it into the configuration, through the editor if that has it open."""
    client, (place, package) = call.client, named
    package = package or client.locate(place).package
    if package is None:
        raise UsageError(f"{display(place)} is of no package")
    pattern = _pattern(client, package, place)
    path = f"{client.root}/{CONFIG_NAME}"
    if not is_file(path) and is_file(f"{client.root}/{STOWRC_NAME}"):
        raise UsageError(
            f"with a {CONFIG_NAME} the {STOWRC_NAME} would not count any more; "
            "turn it into one with 'dotstream init --from-stow' first"
        )
    document = call.peer.documents.at(path)
    if document is not None and call.peer.abilities.has("workspace.apply_edit"):
        _edit(document, package, pattern, call)
        saved = False
    else:
        text = read_text(path) or ""
        offset, addition = with_ignored(text, package, pattern)
        replace_text(path, text[:offset] + addition + text[offset:])
        saved = True
        call.note_change(client, None)
    return {"configuration": to_uri(path), "package": package, "pattern": pattern, "saved": saved}


def _pattern(client: Client, package: str, path: str) -> str:
    """Return the glob for a path in the target of a package."""
    target = client.settings.target_of(package).rstrip("/")
    if not path.startswith(f"{target}/"):
        raise UsageError(f"{display(path)} is not inside the target {display(target or '/')}")
    pattern = pattern_for(path[len(target) + 1 :])
    if display(pattern) != pattern or display(package) != package:
        raise UsageError(f"a name that is not UTF-8 cannot be written into {CONFIG_NAME}")
    return pattern


def _edit(document: Document, package: str, pattern: str, call: Call) -> None:
    """Have the editor write it: there it can be undone."""
    text = document.text
    offset, addition = with_ignored(text.source, package, pattern)
    place = text.position(offset)
    at: dict[str, JSON] = {"line": place.line, "character": place.character}
    edit: JSON = {"range": {"start": at, "end": at}, "newText": addition}
    answer = call.peer.ask(
        types.WORKSPACE_APPLY_EDIT,
        {"label": f"Ignore {pattern}", "edit": {"changes": {document.uri: [edit]}}},
        call.cancel_token,
        PATIENCE,
    )
    result = None if answer is None else answer.get("result")
    if not isinstance(result, dict) or not result.get("applied"):
        raise DotstreamError("the editor did not apply the change")


IGNORE = Method(
    lambda fields: (fields.required_path("path"), named_package(fields)),
    _ignore,
    lambda named: f"Never link {path_label(named[0])}",
)


_special = re.compile(r"[*?\[\\]")
_bare = re.compile(r"[A-Za-z0-9_-]+").fullmatch


def pattern_for(inside: str) -> str:
    """Return the glob that matches just one path, relative to the target."""
    return "/" + _special.sub(lambda match: f"\\{match[0]}", inside)


def with_ignored(text: str, package: str, pattern: str) -> tuple[int, str]:
    """Return what to write into the text of a ``dotstream.toml``, and at which offset.

    Raises:
        UsageError: that cannot be done without disturbing what is there.
    """
    for offset, addition in _ways(text, package, _string(pattern)):
        after = text[:offset] + addition + text[offset:]
        document, _ = readable(after)
        packages = document.get("packages")
        table = packages.get(package) if isinstance(packages, dict) else None
        globs = table.get("ignore") if isinstance(table, dict) else None
        if (
            isinstance(globs, list)
            and pattern in globs
            and len(mistakes(after)) == len(mistakes(text))
        ):
            return offset, addition
    raise UsageError(f"add this to dotstream.toml: packages.{package}.ignore = [{pattern!r}]")


def _ways(text: str, package: str, pattern: str) -> list[tuple[int, str]]:
    """Return what might be written where, the neatest first."""
    _, positions = readable(text)
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
    end = "\r\n" if "\r\n" in text else "\n"
    ways: list[tuple[int, str]] = []
    key = ("packages", package, "ignore")
    array = positions.values.get(key)
    if array is not None:
        elements = [path for path in positions.values if path[:3] == key and len(path) == 4]
        if elements:
            last = positions.values[max(elements, key=lambda path: int(path[3]))]
            ways.append((starts[last.end_line - 1] + last.end_column - 1, f", {pattern}"))
        ways.append((starts[array.line - 1] + array.column, pattern))
    table = positions.keys.get(key[:2])
    if table is not None:
        after = starts[table.line] if table.line < len(starts) else len(text)
        before = "" if text[:after].endswith("\n") else end
        ways.append((after, f"{before}ignore = [{pattern}]{end}"))
    name = package if _bare(package) else _string(package)
    gap = "" if not text else end if text.endswith("\n") else end * 2
    ways.append((len(text), f"{gap}[packages.{name}]{end}ignore = [{pattern}]{end}"))
    return ways


def _string(text: str) -> str:
    if "'" not in text and ("\\" in text or '"' in text) and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
