"""Where a process starts: ``dotstream`` and ``python -m dotstream``.

The command line and the language server do not know each other; this file knows both, by
name, and imports the one that was asked for.
"""

from __future__ import annotations

import gc
import sys

from dotstream import __version__


def main() -> int:
    """Run the command line of this process; return the exit code of what does not end it."""
    gc.set_threshold(10_000)  # importing makes many objects and no garbage
    if sys.argv[1:2] in (["--version"], ["-V"]):  # scripts ask for it first, and often
        return _tell_version()
    try:
        from dotstream.cli.main import run
        from dotstream.fs.process import open_streams

        open_streams()
        return run(sys.argv[1:], programs={"lsp": _serve})
    except KeyboardInterrupt:  # before there was anything to roll back
        return 130


def _tell_version() -> int:
    try:
        print(f"dotstream {__version__}", flush=True)  # noqa: T201 - it is all there is to it
    except OSError as error:
        from dotstream.cli.report.output import not_written
        from dotstream.fs.process import end_process

        sys.stderr.write(f"{not_written(error)}\n")
        end_process(1)  # what is in the buffer would be written, and fail, once more
    return 0


def _serve(arguments: list[str]) -> int:
    gc.disable()  # until the server has imported all that it stands on
    try:
        from dotstream.lsp.transport.serve import main as serve

        return serve(arguments)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol", "websockets"}:
            raise
        sys.stderr.write(
            f"dotstream: the language server needs the library {error.name}, which is missing: "
            "install dotstream again, with what it depends on\n"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
