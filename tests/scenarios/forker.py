"""A long-lived worker that forks one child for each run of a Python program.

usage: ``python forker.py PROGRAM`` where PROGRAM is a script's path or ``module:function``.

A request is one line of hexadecimal fields (``-`` is an empty one): working directory,
file for standard output, file for standard error, number of environment entries, those
entries, arguments.  The answer is the exit status, negative for a signal.  The child has
the working directory, environment, descriptors and exit status of a process of its own;
only the interpreter's start is saved.

It imports nothing of ours, because it also runs under other interpreters.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def load(program: str) -> Callable[[], object]:
    """Return what runs ``program`` once, as ``__main__`` or as its entry point."""
    if ":" in program:
        module, function = program.split(":")
        preload(module.partition(".")[0])
        entry = getattr(importlib.import_module(module), function)
        return lambda: sys.exit(entry())
    with open(program, encoding="utf-8") as source:
        code = compile(source.read(), program, "exec")
    exec(code, {"__name__": "imported", "__file__": program})  # noqa: S102 - what it imports
    return lambda: exec(code, {"__name__": "__main__", "__file__": program})  # noqa: S102


def preload(package: str, without: tuple[str, ...] = ("__main__", "lsp")) -> None:
    """Import what the children would import each time: all but the language server."""
    path = importlib.import_module(package).__path__
    for module in pkgutil.walk_packages(path, f"{package}."):
        if not module.name.startswith(tuple(f"{package}.{room}" for room in without)):
            importlib.import_module(module.name)


def become(cwd: str, out: str, err: str, environment: list[str]) -> None:
    """Give this process the surroundings the request asks for."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for descriptor, path in ((1, out), (2, err)):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.environ.clear()
    for entry in environment:
        name, _, value = entry.partition("=")
        os.environ[name] = value
    os.chdir(cwd)


def run(entry: Callable[[], object], argv: list[str]) -> int:
    """Run the program as the interpreter would, and return its exit status."""
    sys.argv = argv
    try:
        entry()
        status = 0
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            status = (stop.code or 0) & 255
        else:
            sys.stderr.write(f"{stop.code}\n")
            status = 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def main() -> None:
    """Serve requests until standard input ends."""
    program = sys.argv[1]
    entry = load(program)
    gc.freeze()  # so that collecting in a child copies no pages
    requests, answers = os.dup(0), os.dup(1)
    with os.fdopen(requests, "rb") as incoming:
        for line in incoming:
            fields = [
                "" if field == b"-" else os.fsdecode(bytes.fromhex(field.decode()))
                for field in line.split()
            ]
            cwd, out, err, count = fields[:4]
            environment, args = fields[4 : 4 + int(count)], fields[4 + int(count) :]
            child = os.fork()
            if child == 0:
                os.close(answers)
                become(cwd, out, err, environment)
                os._exit(run(entry, [program, *args]))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            os.write(answers, f"{status}\n".encode())


if __name__ == "__main__":
    main()
