"""One run of a command: its arguments, its streams, and the client it works with."""

from __future__ import annotations

import posixpath
import sys
from functools import cached_property, partial

from dotstream.cli.report.output import Output
from dotstream.cli.report.style import Style, wants_colour
from dotstream.errors import DotstreamError
from dotstream.fs.process import (
    columns,
    environment,
    known_home,
    wait_for_input,
    working_directory,
)
from dotstream.light_typing import TYPE_CHECKING, TypeVar
from dotstream.model.directory import display

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dotstream.cli.report.progress import Bar
    from dotstream.cli.report.report import Report, Value
    from dotstream.cli.settling import Settling
    from dotstream.client import Client
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Event
    from dotstream.model.history import Transaction
    from dotstream.transaction.execution import Execution

_Outcome = TypeVar("_Outcome")
_Item = TypeVar("_Item")


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
        self._settling: Settling | None = None
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
    def _color(self) -> str:
        """When to colour: as the flag says, or else the user's own settings."""
        told: str | None = getattr(self.arguments, "color", None)
        home = known_home(self.environ)
        if told is not None or home is None:
            return told or "auto"
        from dotstream.config.user import user_settings

        try:
            return user_settings(self.environ, home).color
        except DotstreamError:
            return "auto"  # whoever needs the rest of it says what is wrong

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
            backups=self._backups,
        )

    def _backups(self, target: str) -> str | None:
        from dotstream.fs.state import backup_area

        return backup_area(self.client.state, target)

    def _bar(self) -> Bar | None:
        """Return the bar, on a terminal that can erase it and whose lines nobody else fills."""
        if not self.err_terminal or self.environ.get("TERM") == "dumb":
            return None
        if self.quiet or (self.verbose and self.terminal):
            return None
        from dotstream.cli.report.progress import Bar

        return Bar(colour=wants_colour(self._color, terminal=True, environ=self.environ))

    @cached_property
    def style(self) -> Style:
        """How text looks on standard output; whole paths in a pipe, ``~`` on a terminal."""
        return self._style(self.out, terminal=self.terminal, short=self.terminal)

    @cached_property
    def err_style(self) -> Style:
        """How text looks on standard error."""
        return self._style(self.err, terminal=self.err_terminal, short=True)

    def _style(self, output: Output, *, terminal: bool, short: bool) -> Style:
        return Style(
            colour=wants_colour(self._color, terminal=terminal, environ=self.environ),
            unicode=output.unicode,
            home=known_home(self.environ) if short else None,
            width=columns(2 if output is self.err else 1) if terminal else None,
        )

    def settling(self, cancel: CancellationToken) -> Settling:
        """Return what asks about conflicts; what was answered once is not asked again."""
        if self._settling is None:
            from dotstream.cli.settling import Settling

            self._settling = Settling(self, cancel)
        self._settling.cancel = cancel
        return self._settling

    def cancellable(self) -> AbstractContextManager[CancellationToken]:
        """Return a context in which the first Ctrl-C only asks for a clean end."""
        from dotstream.fs.ctrl_c import cancellable

        return cancellable(self.err.write, changed=lambda: self.changed)

    def tell(self, event: str, line: Callable[[], str], /, **fields: Value) -> None:
        """Tell one thing of this command's own; with ``-q``, only as an event."""
        self.report.tell(event, None if self.quiet else line, **fields)

    def while_read(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield items to be told, until nobody reads on."""
        for item in items:
            yield item
            if self.out.failure is not None:
                return

    def follow(
        self,
        run: Execution[_Outcome],
        *,
        asked: bool = False,
        note: Callable[[Event], None] | None = None,
    ) -> _Outcome:
        """Tell what happens while something is changed, and return what came of it."""
        self.changed = True
        with run:
            for event in run:
                if note is not None:
                    note(event)
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

    def mention_elsewhere(self, command: str, packages: Container[str] | None = None) -> None:
        """Say which packages are linked in another target, and the command for that.

        Args:
            packages: those to speak of; ``None`` for all.
        """
        from dotstream.doctor.shell_commands import quoted

        for target, linked in self.client.linked_elsewhere().items():
            names = [name for name in linked if packages is None or name in packages]
            if names:
                shown = self.completed(f"dotstream -t {quoted(target)} {command}")
                self.tell(
                    "elsewhere",
                    partial(_elsewhere, self.style, target, names, shown),
                    target=target,
                    packages=names,
                    command=shown,
                )

    def completed(self, command: str) -> str:
        """Add what this run was told to a command, so that it is about the same."""
        if not command.startswith("dotstream ") or "client" not in self.__dict__:
            return command  # or nothing is known yet of where it is
        from dotstream.doctor.shell_commands import quoted

        arguments, told = self.arguments, ""
        if hasattr(arguments, "dir") and " -d " not in command:
            told += f" -d {quoted(self.client.directory)}"
        if hasattr(arguments, "target") and " -t " not in command:
            # As it was told: the settings, which know it too, may be what cannot be read.
            target = str(arguments.target)
            if not target.startswith(("/", "~", "$")):
                target = posixpath.normpath(posixpath.join(working_directory(), target))
            told += f" -t {quoted(target)}"
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
        return self.answer(f"{question} [y/N] ").strip().lower() in {"y", "yes"}

    def answer(self, question: str) -> str:
        """Return the line that a person types, with its end; nothing at the end of input.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed since the question was shown.
        """
        from dotstream.fs.ctrl_c import noticed

        self.report.pause()
        self.err.flush()
        with noticed() as pressed:
            self.err.write(question)
            wait_for_input(sys.stdin.fileno(), pressed)
            if pressed():
                raise KeyboardInterrupt
            return sys.stdin.readline()

    def forget(self) -> None:
        """Have the configuration read again when it is next needed."""
        self.__dict__.pop("client", None)


def _elsewhere(style: Style, target: str, packages: Sequence[str], command: str) -> str:
    nouns = "package" if len(packages) == 1 else "packages"
    named = " ".join(map(display, packages))
    verb = "is" if len(packages) == 1 else "are"
    return f"{nouns} {named} {verb} linked in another target, {style.path(target)}: {command}"
