"""Plans and results as lines for a person.

On a terminal the lines are grouped by directory; in a pipe every line stands alone, with
its whole path, so that it can be searched.
"""

from __future__ import annotations

from dotstream.cli.report.report import Report
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation, ScanError
from dotstream.model.words import POLICY_WORDS, WORDS, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dotstream.cli.report.output import Output
    from dotstream.cli.report.progress import Bar
    from dotstream.cli.report.report import Value
    from dotstream.cli.report.style import Colour, Style
    from dotstream.model.directory import Directory
    from dotstream.model.events import Corrected, Progress, Result
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Item
    from dotstream.model.options import Policy
    from dotstream.model.plan import Metadata, Summary
    from dotstream.model.words import Effect

_COLOURS: dict[Effect, Colour] = {
    "add": "green",
    "change": "yellow",
    "remove": "red",
    "keep": "dim",
}

_TOLD = 20
"""Problems explained when operations are not listed; all of them with ``-v``."""

_NAMED = 5
"""Packages named in a sum."""


def title(action: str, packages: Sequence[str], undoes: int | None = None) -> str:
    """Return what was asked for: ``manage vim zsh``, or ``undo 7``."""
    if undoes is not None:
        return f"{action} {undoes}"
    named = " ".join((action, *map(display, packages[:_NAMED])))
    more = len(packages) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


class Lines(Report):
    """A report as lines: the plan on one stream, problems and advice on the other."""

    def __init__(
        self,
        out: Output,
        err: Output,
        *,
        style: Style,
        err_style: Style,
        grouped: bool,
        verbosity: int = 0,
        bar: Bar | None = None,
        completed: Callable[[str], str] = str,
        backups: Callable[[str], str | None] = lambda _target: None,
    ) -> None:
        self._out, self._err = out, err
        self._backups = backups  # returns the backup area of a target
        self._area: str | None = None  # that of what is shown, where files come from there
        self._completed = completed  # adds to a command what this run was told
        self._style, self._err_style = style, err_style
        self._grouped, self._verbosity, self._bar = grouped, verbosity, bar
        self._directory: Directory | None = None
        self._prefix = ""  # what comes before a name: its directory, unless that is a heading
        self._indent = "  " if grouped else ""
        self._listed = False  # whether a gap is due before the sum
        self._listing = False
        self._told = 0
        self._most: int | None = None  # operations that may still be listed
        self._over = 0  # those that were not
        self._choices: set[Policy] = set()  # the policies that were offered
        self._named = ""  # what comes before them where they count for one path only
        self._many = False
        self._links = False  # whether links were asked for
        self._about = True  # whether any package is meant
        self._action = ""
        self._words = {
            kind: style.paint(words.word.ljust(6), _COLOURS[words.effect])
            for kind, words in WORDS.items()
        }

    def hello(self, version: str, command: str, *, dry_run: bool) -> None:
        """Say nothing: who asked for lines knows."""

    def begin(self, metadata: Metadata, *, listing: bool, most: int | None = None) -> None:
        """Remember what the sums will be about, and how many operations are listed."""
        self._listing = listing and self._verbosity >= 0
        self._most = None if self._verbosity > 0 else most
        self._over = 0
        self._many = len(metadata.packages) > 1
        self._links = metadata.action in ("manage", "remanage")
        self._about = bool(metadata.packages)
        takes_out = metadata.action in ("undo", "restore")
        self._area = self._backups(metadata.target) if takes_out else None
        self._action = title(metadata.action, metadata.packages, metadata.undoes)

    def item(self, item: Item) -> None:
        """Show one item of a plan: an operation where they are listed, a problem always."""
        if isinstance(item, Operation):
            if self._listing and self._most == 0:
                self._over += 1
            elif self._listing:
                self._operation(item)
            return
        if self._bar is not None:
            self._bar.hide()
        if isinstance(item, Conflict):
            self._conflict(item)
        elif isinstance(item, ScanError):
            self._error(item)
        elif self._verbosity >= 0:
            self._remark(self._out, self._style, "note", item.path, item.message)

    def progress(self, progress: Progress) -> None:
        """Move the bar, where there is one and nothing is listed in its way."""
        if self._bar is not None and not (self._listing and self._grouped):
            self._bar.update(progress)

    def unfinished(self, transaction: Transaction) -> None:
        """Mention a transaction that was cut short, and what becomes of it."""
        self._sentence(
            f"{_named(transaction)} was cut short; the next change rolls back what it did "
            "first. To do that now, or to finish it: dotstream recover [--resume]",
            "yellow",
        )

    def recovered(self, recovery: Recovery, *, asked: bool = False) -> None:
        """Say what was done about a transaction that was cut short, and what was left alone."""
        self._hide_bar()
        if recovery.transaction is None:
            if asked and self._verbosity >= 0:
                self._out.line("nothing was cut short; nothing to recover")
            return
        text = f"{_named(recovery.transaction)} had been cut short: {_done(recovery)}"
        if not asked:
            self._sentence(text, "yellow")
        elif self._verbosity >= 0:
            self._out.line(text)
            self._out.flush()
        style = self._err_style
        for foreign in recovery.left:
            for line in style.wrapped(display(foreign), f"    {style.dot} ", "      "):
                self._err.line(line)
        self._err.flush()

    def corrected(self, corrected: Corrected, *, asked: bool = False) -> None:
        """Say how many records are right now, and where the old ones are."""
        self._hide_bar()
        if self._verbosity < 0:
            return
        if corrected.aside is not None:
            self._out.line(f"the old database is now {self._style.path(corrected.aside)}")
        if asked:
            self._out.line(f"{plural(corrected.records, 'record')} made from the links there are")
        elif corrected.records:
            self._out.line(f"{plural(corrected.records, 'record')} corrected")

    def backup(self, backup: Backup, line: Callable[[], str] | None) -> None:
        """Write the line of a backup."""
        self.tell("backup", line)

    def pruned(self, backup: Backup) -> None:
        """Say nothing: how many there were is said at the end."""

    def planned(self, summary: Summary) -> None:
        """Say what would be done, and what to do about conflicts."""
        if self._over:
            self._out.line(self._style.paint(f"  and {self._over:,} more", "dim"))
        if self._verbosity >= 0:
            self._gap()
            self._out.line(f"{self._action}: {self._sum(summary, done=False)}")
        if summary.conflicts:
            noun, them = ("conflict", "it") if summary.conflicts == 1 else ("conflicts", "them")
            self._problem(
                f"{summary.conflicts} {noun}; nothing would be changed. Resolve {them}"
                + (" as shown above" if self._grouped else self._policies())
            )
        elif summary.errors:
            noun = "path" if summary.errors == 1 else "paths"
            self._problem(f"{summary.errors} {noun} could not be read or changed; see above")

    def applied(self, result: Result) -> None:
        """Say what was done."""
        self._hide_bar()
        if self._verbosity >= 0:
            self._gap()
            self._out.line(f"{self._action}: {self._sum(result.summary, done=True)}")

    def _sum(self, summary: Summary, *, done: bool) -> str:
        """Return the counts in words, and where nothing came of it, how to see why."""
        words = sentence(summary, done=done)
        if not self._links or summary.unchanged or any(summary.counts.values()):
            return words
        if not self._about:
            command = self._completed("dotstream packages")
            return f"{words}; no package is enabled on this machine: '{command}' says why"
        return words if self._verbosity > 0 else f"{words}; -v shows what is left out, and why"

    def failed(self, error: BaseException, message: str) -> None:
        """Say why; the conflicts behind it were explained where they were met."""
        from dotstream.errors import ConflictError, ScanFailed

        if isinstance(error, ConflictError | ScanFailed) and error.total > self._told > 0:
            self._err.line(f"and {error.total - self._told} more; -v shows them all")
        self._problem(message)

    def tell(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Write one line of a command's own."""
        if line is not None:
            self._out.line(line())

    def warn(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Write one line that says what went wrong."""
        if line is not None:
            self._sentence(line(), "alarm")

    def pause(self) -> None:
        """Take the bar away, and write what is still unwritten."""
        self._hide_bar()
        self._out.flush()

    def finish(self, exit_code: int) -> None:
        """Write what is still unwritten."""
        self._hide_bar()
        self._out.flush()
        self._err.flush()

    def _operation(self, item: Operation) -> None:
        if self._most is not None:
            self._most -= 1
        if item.directory is not self._directory:
            self._enter(item.directory)
        name = item.name if item.name.isprintable() else display(item.name)
        line = f"{self._indent}{self._words[item.kind]} {self._prefix}{name}{self._detail(item)}"
        if self._many:
            line = f"{line} {self._style.paint(f'({display(item.package)})', 'dim')}"
        if item.why and self._verbosity > 0:
            line += self._style.paint(f": {display(item.why)}", "dim")
        self._out.line(line)

    def _enter(self, directory: Directory) -> None:
        before, self._directory = self._directory, directory
        if before is not None and before.absolute == directory.absolute:
            return  # of another walk
        shown = directory.absolute
        shown = "the backup area" if shown == self._area else self._style.path(shown)
        if not shown.endswith("/"):
            shown += "/"
        if self._grouped:
            self._out.line(self._style.paint(shown, "bold"))
            self._listed = True
        else:
            self._prefix = shown

    def _detail(self, item: Operation) -> str:
        kind, text, before = item.kind, item.text, item.before
        arrow = self._style.arrow
        if kind in ("make_dir", "remove_dir"):
            return "/"
        if kind == "move_file":
            return f" {arrow} {self._style.path(text) if text else 'the backup area'}"
        if kind in ("remove_link", "unfold"):
            tail = "/" if kind == "unfold" else ""
            return tail + self._style.paint(f" (was {arrow} {display(before or '')})", "dim")
        shown = f" {arrow} {text if text is None or text.isprintable() else display(text)}"
        if kind == "replace_link":
            shown += self._style.paint(f" (was {display(before or '')})", "dim")
        return shown

    def _conflict(self, item: Conflict) -> None:
        if not self._listing:
            if self._room():
                for line in self._explained(item, self._err_style):
                    self._err.line(line)
        elif self._grouped:
            self._directory, self._listed = None, True
            for line in self._explained(item, self._style):
                self._out.line(line)
        else:
            self._offer(item)
            self._remark(self._out, self._style, "conflict", item.path, item.message)

    def _error(self, item: ScanError) -> None:
        if self._listing:
            self._remark(self._out, self._style, "error", item.path, item.message)
        elif self._room():
            self._remark(self._err, self._err_style, "error", item.path, item.message)

    def _room(self) -> bool:
        """Whether one more problem may be explained where operations are not listed."""
        if self._told >= _TOLD and self._verbosity <= 0:
            return False
        self._told += 1
        return True

    def _explained(self, item: Conflict, style: Style) -> list[str]:
        from dotstream.cli.report.advice import explained

        self._offer(item)
        return explained(item, style, self._completed, flags=True)

    def _offer(self, item: Conflict) -> None:
        self._choices.update(item.choices)
        self._choices.discard("fail")
        if item.whole:
            self._named = "PATH="

    def _policies(self) -> str:
        """Return how the policies that were offered are chosen."""
        offered = "|".join(policy for policy in POLICY_WORDS if policy in self._choices)
        flag = f"--on-conflict {self._named}{offered}"
        return f", or choose a policy with {flag}" if offered else ""

    def _legend(self) -> None:
        """Say once what the policies do that were offered."""
        for policy, words in POLICY_WORDS.items():
            if policy not in self._choices:
                continue
            for line in self._err_style.wrapped(f"{policy:10} {words.meaning}", "    ", " " * 15):
                self._err.line(line)

    @staticmethod
    def _remark(output: Output, style: Style, word: str, path: str, message: str) -> None:
        mark = style.paint(word, "yellow" if word == "note" else "alarm")
        output.line(f"{mark} {style.path(path)}: {display(message)}")

    def _gap(self) -> None:
        if self._listed:
            self._out.line("")

    def _problem(self, message: str) -> None:
        self._sentence(message, "alarm")
        self._legend()
        self._err.flush()

    def _sentence(self, message: str, colour: Colour) -> None:
        self._hide_bar()
        self._out.flush()
        style = self._err_style
        # Painted after it is broken, so that the colour does not count as width.
        first, *rest = style.wrapped(f"dotstream: {display(message)}", hanging="  ")
        self._err.line(first.replace("dotstream:", style.paint("dotstream:", colour), 1))
        for line in rest:
            self._err.line(line)
        self._err.flush()

    def _hide_bar(self) -> None:
        if self._bar is not None:
            self._bar.hide()


def _named(transaction: Transaction) -> str:
    action = title(transaction.action, transaction.packages, transaction.undoes)
    return f"{action} (transaction {transaction.id})"


def _done(recovery: Recovery) -> str:
    steps = plural(recovery.steps, "step")
    if recovery.direction == "resumed":
        return f"finished, {steps}"
    return f"{steps} rolled back" if recovery.steps else "nothing to roll back"


def sentence(summary: Summary, *, done: bool) -> str:
    """Return the counts of a plan in words, as done or as still to do."""
    parts = []
    for kind, words in WORDS.items():
        count = summary.counts.get(kind, 0)
        if count and words.due:
            number = plural(count, words.noun, words.nouns) if words.noun else f"{count:,}"
            parts.append(f"{number} {words.done if done else words.due}")
    text = ", ".join(parts) or "nothing to do"
    extra = []
    if summary.unchanged:
        extra.append(f"{summary.unchanged:,} unchanged")
    if summary.conflicts:
        extra.append(plural(summary.conflicts, "conflict"))
    if summary.errors:
        extra.append(plural(summary.errors, "error"))
    return "; ".join([text, *([", ".join(extra)] if extra else [])])
