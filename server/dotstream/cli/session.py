"""One run of a command: its arguments, its streams, and the client it works with."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from dotstream.cli.report.output import Output
from dotstream.cli.report.style import Style, wants_colour
from dotstream.fs.process import columns, environment, home_directory

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from dotstream.cli.report.progress import Bar
    from dotstream.cli.report.report import Report, Value
    from dotstream.client import Client
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.history import Transaction
    from dotstream.transaction.execution import Execution

__all__ = ["Session"]

_Outcome = TypeVar("_Outcome")


class Session:
    """What a command is given.

    Attributes:
        arguments: what was asked for.
        command: the command's name.
        changed: set once the target may have been changed; output that cannot be
            written no longer ends the run then.
    """

    def __init__(self, command: str, arguments: Namespace) -> None:
        self.command: str = command
        self.arguments: Namespace = arguments
        self.changed: bool = False
        self.quiet: bool = getattr(arguments, "quiet", False)
        self.verbose: bool = getattr(arguments, "verbose", False)
        self.json: bool = getattr(arguments, "json", False)
        self.dry_run: bool = getattr(arguments, "dry_run", False) or command == "plan"
        self.environ: Mapping[str, str] = environment()
        self.out: Output = Output.of(sys.stdout)
        self.err: Output = Output.of(sys.stderr)
        if self.json:
            self.out.encode_as("utf-8")
        self.terminal: bool = sys.stdout is not None and sys.stdout.isatty()
        self.err_terminal: bool = sys.stderr is not None and sys.stderr.isatty()

    @cached_property
    def client(self) -> Client:
        """The client, made when it is first needed."""
        from dotstream.client import Client

        arguments = self.arguments
        return Client(getattr(arguments, "dir", None), target=getattr(arguments, "target", None))

    @cached_property
    def report(self) -> Report:
        """Where plans, results and failures are told."""
        if self.json:
            from dotstream.cli.report.json_events import Events

            return Events(self.out)
        from dotstream.cli.report.text import Lines

        return Lines(
            self.out,
            self.err,
            style=self.style,
            err_style=self.err_style,
            grouped=self.terminal,
            verbosity=self.verbose - self.quiet,
            bar=self._bar(),
            completed=self.completed,
        )

    def _bar(self) -> Bar | None:
        """Return the bar, on a terminal that can erase it and whose lines nobody else fills."""
        if not self.err_terminal or self.environ.get("TERM") == "dumb":
            return None
        if self.quiet or (self.verbose and self.terminal):
            return None
        from dotstream.cli.report.progress import Bar

        when = getattr(self.arguments, "color", "auto")
        return Bar(colour=wants_colour(when, terminal=True, environ=self.environ))

    @cached_property
    def style(self) -> Style:
        """How text looks on standard output; whole paths in a pipe, ``~`` on a terminal."""
        return self._style(self.out, terminal=self.terminal, short=self.terminal)

    @cached_property
    def err_style(self) -> Style:
        """How text looks on standard error."""
        return self._style(self.err, terminal=self.err_terminal, short=True)

    def _style(self, output: Output, *, terminal: bool, short: bool) -> Style:
        when = getattr(self.arguments, "color", "auto")
        return Style(
            colour=wants_colour(when, terminal=terminal, environ=self.environ),
            unicode=output.unicode,
            home=home_directory(self.environ) if short else None,
            width=columns(2 if output is self.err else 1) if terminal else None,
        )

    def cancellable(self) -> AbstractContextManager[CancellationToken]:
        """Return a context in which the first Ctrl-C only asks for a clean end."""
        from dotstream.cli.interrupt import cancellable

        return cancellable(self.err.write, changed=lambda: self.changed)

    def tell(self, event: str, line: Callable[[], str], /, **fields: Value) -> None:
        """Tell one thing of this command's own; with ``-q``, only as an event."""
        self.report.tell(event, None if self.quiet else line, **fields)

    def follow(self, run: Execution[_Outcome], *, asked: bool = False) -> _Outcome:
        """Tell what happens while something is changed, and return what came of it."""
        self.changed = True
        with run:
            for event in run:
                self.report.event(event, asked=asked)
        return run.result

    def mention_unfinished(self) -> Transaction | None:
        """Say so if a transaction was cut short, for commands that only look; return it."""
        found = self.client.unfinished()
        if found is not None:
            self.report.unfinished(found)
        return found

    def say(self, text: str) -> None:
        """Write a line to standard output, unless ``-q`` or ``--json`` is on."""
        if not self.quiet and not self.json:
            self.out.line(text)

    def completed(self, command: str) -> str:
        """Add what this run was told to a command, so that it is about the same."""
        if not command.startswith("dotstream "):
            return command
        from dotstream.doctor.shell_commands import quoted

        arguments, told = self.arguments, ""
        if hasattr(arguments, "dir") and " -d " not in command:
            told += f" -d {quoted(self.client.directory)}"
        if hasattr(arguments, "target") and " -t " not in command:
            told += f" -t {quoted(self.client.target)}"
        return command.replace("dotstream", f"dotstream{told}", 1)

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask, who has not said ``--yes`` beforehand."""
        return (
            sys.stdin is not None
            and sys.stdin.isatty()
            and self.err_terminal
            and not self.json
            and not getattr(self.arguments, "yes", False)
        )

    def ask(self, question: str) -> bool:
        """Ask a person; anything but yes is no."""
        self.out.flush()
        self.err.write(f"{question} [y/N] ")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
