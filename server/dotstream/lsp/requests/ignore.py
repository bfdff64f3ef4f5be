"""``dotstream/ignore``: one file is never to be linked, written into ``dotstream.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.discover import CONFIG_NAME, STOWRC_NAME
from dotstream.errors import DotstreamError, UsageError
from dotstream.fs.files import is_file, read_text, replace_text
from dotstream.lsp.peer import PATIENCE
from dotstream.lsp.requests.ignore_entry import pattern_for, with_ignored
from dotstream.lsp.requests.method import Method
from dotstream.lsp.requests.params import named_package
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.client import Client
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call


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
