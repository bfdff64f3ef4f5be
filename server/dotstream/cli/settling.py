"""Conflicts on a terminal: each is settled as it is met, by the person who sits there."""

from __future__ import annotations

from dotstream.cli.report.advice import explained
from dotstream.cli.report.difference import difference_lines
from dotstream.errors import DotstreamError
from dotstream.fs.oserror import reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Conflict
    from dotstream.model.options import Policy

_KEYS: dict[str, Policy] = {"a": "adopt", "b": "backup", "o": "overwrite", "s": "skip"}


class Settling:
    """Asks what to do about each conflict, once; ``q`` and Ctrl-C change nothing.

    Attributes:
        cancel: the token of the plan that meets the conflicts.
    """

    def __init__(self, session: Session, cancel: CancellationToken) -> None:
        self.cancel = cancel
        self._session = session
        self._answers: dict[tuple[str, str], Policy] = {}
        self._always: list[Policy] = []
        self._same: Policy | None = None  # for all that are byte for byte the package's
        self._taught = False

    def settle(self, conflict: Conflict) -> Policy | None:
        """Return the policy for a conflict; ``None`` for the one that is configured."""
        choices = [policy for policy in conflict.choices if policy != "fail"]
        if self.cancel.cancelled or not choices or self._configured(conflict) in choices:
            return None
        key = (conflict.path, conflict.package)
        answer = self._answers.get(key) or next(
            (policy for policy in self._always if policy in choices), None
        )
        if conflict.same and self._session.arguments.same:
            return None
        if conflict.same and answer is None:
            answer = self._same
        if answer is None:
            try:
                answer = self._asked(conflict, choices)
            except KeyboardInterrupt:
                answer = None
        if answer is None:
            self.cancel.cancel()
            return None
        self._answers[key] = answer
        if conflict.same:
            self._same = answer
        return answer

    def _configured(self, conflict: Conflict) -> Policy:
        settings = self._session.client.settings
        own = settings.packages.get(conflict.package)
        return (own and own.on_conflict) or settings.on_conflict

    def _asked(self, conflict: Conflict, choices: Sequence[Policy]) -> Policy | None:
        """Ask until there is an answer that settles it."""
        session = self._session
        session.report.pause()
        write, style = session.err.line, session.err_style
        for line in explained(conflict, style, session.completed, flags=False):
            write(line)
        if conflict.same:
            write("    your answer holds for every file with the same content")
        keys = {key: policy for key, policy in _KEYS.items() if policy in choices}
        compared = conflict.kind == "real_file" and not conflict.source_is_dir
        offered = "/".join((*("d" * compared), *keys, "q"))
        if not self._taught:
            self._teach(keys, compared=compared)
        while not self.cancel.cancelled:
            typed = session.answer(f"[{offered}] ")
            word = typed.strip()
            if not typed or word == "q":
                return None
            if word == "d" and compared:
                self._compare(conflict)
            elif word.lower() in keys:
                policy = keys[word.lower()]
                if word.isupper():
                    self._always.append(policy)
                return policy
            else:
                self._teach(keys, compared=compared)
        return None

    def _teach(self, keys: dict[str, Policy], *, compared: bool) -> None:
        self._taught = True
        words = {"d": "show how the two differ"} if compared else {}
        words |= {key: POLICY_WORDS[policy].meaning for key, policy in keys.items()}
        words |= {"q": "quit, and change nothing"}
        words |= {"/".join(keys).upper(): "the same for all that follow"}
        for key, meaning in words.items():
            for line in self._session.err_style.wrapped(f"{key}  {meaning}", "    ", " " * 7):
                self._session.err.line(line)

    def _compare(self, conflict: Conflict) -> None:
        write = self._session.err.line
        try:
            found = self._session.client.diff(conflict.path, cancel=self.cancel)
        except DotstreamError as error:
            write(str(error))
        except OSError as error:
            write(reason(error))
        else:
            for line in difference_lines(found, self._session.err_style):
                write(line)
