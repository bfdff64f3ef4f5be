"""``AsyncClient``, written from ``Client``: the same methods, declared, for asyncio.

python -m tests.client.async_client > server/dotstream/async_client.py
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import dotstream

__all__ = ["module"]

_CLIENT = Path(dotstream.__path__[0], "client.py")

_FED = ("operations", "members")  # may be asynchronous iterables
_FED_AS = re.compile(rf"(?:{'|'.join(_FED)}): (Iterable\[\w+\])")
_PASSED = {"plan": "plan_of(plan)"} | dict.fromkeys(_FED, "feed")

_HEAD = '''\
"""dotstream for asyncio: the same words, computed in worker threads.

async with client.stream_manage("zsh") as plan:
    async for item in plan:
        ...

Written by ``python -m tests.client.async_client`` from ``client.py``; a test keeps it so.
"""

from __future__ import annotations

import asyncio

from dotstream.async_streams import (
    AsyncExecution, AsyncScan, AsyncStream, AsyncStreamingPlan, plan_of, stream_of, to_its_end
)
from dotstream.async_feed import Feed
from dotstream.client import Client
from dotstream.light_typing import TYPE_CHECKING
{imports}
if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from dotstream.light_typing import Self
    from dotstream.model.member import Member
{typing}

__all__ = ["AsyncClient"]


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``.

    What looks is computed in worker threads.  What changes something is not left half done:
    cancelling the awaiting task cancels the token, waits until what was done is rolled back,
    and then raises ``asyncio.CancelledError``.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def open({opened}) -> Self:
        """Return the client of a package directory; see ``Client``."""
        return cls(Client({passed}))

    @property
    def directory(self) -> str:
        """The absolute canonical path of the package directory."""
        return self.client.directory
'''


def module() -> str:
    """Return the text of ``async_client.py``."""
    tree = ast.parse(_CLIENT.read_text())
    client = next(each for each in tree.body if isinstance(each, ast.ClassDef))
    methods = [each for each in client.body if isinstance(each, ast.FunctionDef)]
    made = next(each for each in methods if each.name == "__init__")
    public = [
        _method(each)
        for each in methods
        if not each.name.startswith("_") and not each.decorator_list
    ]
    opened = _signature(made).replace("self", "cls", 1)
    body = "\n".join(public)
    imports, typing = _imports(tree)
    head = _HEAD.format(imports=imports, typing=typing, opened=opened, passed=_passed(made.args))
    return _formatted(f"{head}\n{body}")


def _method(method: ast.FunctionDef) -> str:
    """Return a method that does what one of ``Client`` does."""
    returned = ast.unparse(method.returns) if method.returns else "None"
    call = f"self.client.{method.name}"
    passed = _passed(method.args)
    kind, _, inside = returned.partition("[")
    names = {each.arg for each in method.args.kwonlyargs}
    fed = next((each.arg for each in method.args.args if each.arg in _FED), None)
    before, stop = (f"feed = Feed({fed})\n        ", ", feed.stop") if fed else ("", "")
    word, body = "def", ""
    match kind:
        case "StreamingPlan":
            returned, body = "AsyncStreamingPlan", f"AsyncStreamingPlan({call}({passed}){stop})"
        case "Execution":
            returned = "AsyncExecution" + (f"[{inside}" if inside else "")
            body = f"AsyncExecution({call}({passed}){stop})"
        case "Scan":
            returned, body = "AsyncScan", f"AsyncScan({call}({passed}))"
        case "Iterator":
            returned, body = f"AsyncStream[{inside}", f"stream_of({call}({passed}))"
        case _ if {"wait", "cancel"} <= names:
            word, given = "async def", passed.replace("cancel=cancel", "cancel=token")
            body = f"await to_its_end(lambda token: {call}({given}), cancel)"
        case _:
            comma = ", " if passed else ""
            word, body = "async def", f"await asyncio.to_thread({call}{comma}{passed})"
    body = f"{before}return {body}"
    if fed and word == "async def":
        body = f"{before}try:\n            return {body.partition('return ')[2]}"
        body += "\n        finally:\n            feed.stop()"
    first = (ast.get_docstring(method) or "").partition("\n")[0].rstrip(".")
    first, where = first.partition("; see ``")[0], f"ee ``Client.{method.name}``."
    told = f"{first}; s{where}" if len(first) < 40 else f"{first}.\n\n        S{where}\n        "
    arguments = _signature(method)
    return (
        f"    {word} {method.name}({arguments},) -> {returned}:\n"
        f'        """{told}"""\n        {body}\n'
    )


def _signature(method: ast.FunctionDef) -> str:
    """Return the arguments as they are declared, for the plans that are made here."""
    declared = ast.unparse(method.args).replace(
        "plan: Plan | StreamingPlan", "plan: Plan | AsyncStreamingPlan"
    )
    return _FED_AS.sub(r"\g<0> | Async\1", declared)


def _passed(arguments: ast.arguments) -> str:
    """Return the arguments of a call that hands all of them on."""
    plain = [_PASSED.get(each.arg, each.arg) for each in arguments.args if each.arg != "self"]
    starred = [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    named = [f"{each.arg}={each.arg}" for each in arguments.kwonlyargs]
    return ", ".join(plain + starred + named)


def _imports(tree: ast.Module) -> tuple[str, str]:
    """Return the imports of ``client.py``, values and types; ruff removes what is not needed."""
    guarded = [each for each in tree.body if isinstance(each, ast.If)]
    values = [each for each in tree.body if isinstance(each, ast.ImportFrom)]
    types = [part for each in guarded for part in each.body]
    return (
        "\n".join(ast.unparse(each) for each in values if each.module != "__future__"),
        "\n".join(f"    {ast.unparse(each)}" for each in types),
    )


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    for words in (
        ("check", "--fix", "--unsafe-fixes", "--quiet", "--select", "I,F401,TC"),
        ("format", "--quiet"),
    ):
        done = subprocess.run(
            [ruff, *words, "--stdin-filename", "server/dotstream/async_client.py", "-"],
            input=text,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=_CLIENT.parents[2],
        )
        text = done.stdout
    return text


if __name__ == "__main__":
    sys.stdout.write(module())
