"""The commands of ``workspace/executeCommand``: our methods, told to a person.

For editors without an extension of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests import texts
from dotstream.lsp.requests.texts import finding_line, plan_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.lsp.messages import JSON

PREFIX = "dotstream.server."
"""What comes before the name of a command."""

CANCEL = "cancel"
"""The name of the command that stops the others."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        method: what is called.
        words: says a result in a few words; ``None`` leaves that to the page.
        given: parameters where the client names none.
        page: the name of the text to be shown, if there is one.
        line: makes a line of the page of one item.
        text: makes the page of the result instead.
    """

    method: str
    words: Callable[[Mapping[str, Any]], str]
    given: Mapping[str, JSON] = field(default_factory=dict)
    page: str | None = None
    line: Callable[[Any], str] | None = None
    text: Callable[[Mapping[str, Any]], str] | None = None

    def completed(self, sent: object) -> object:
        """Return the parameters of the method."""
        return {**self.given, **sent} if isinstance(sent, dict) else sent


_MANAGE: Mapping[str, JSON] = {"action": "manage", "everything": True}

COMMANDS: dict[str, Command] = {
    "plan": Command(
        "dotstream/plan", texts.planned, given=_MANAGE, page="plan.txt", line=plan_line
    ),
    "apply": Command("dotstream/apply", texts.changed, given=_MANAGE),
    "undo": Command("dotstream/undo", texts.changed),
    "resolve": Command("dotstream/resolve", texts.changed),
    "link": Command("dotstream/link", texts.changed),
    "unlink": Command("dotstream/unlink", texts.changed),
    "adopt": Command("dotstream/apply", texts.changed, given={"action": "adopt"}),
    "ignore": Command("dotstream/ignore", texts.ignored),
    "init": Command("dotstream/init", texts.written),
    "diff": Command(
        "dotstream/diff", texts.compared, page="difference.diff", text=texts.difference
    ),
    "recover": Command("dotstream/recover", texts.recovered),
    "doctor": Command("dotstream/doctor", texts.checked, page="doctor.txt", line=finding_line),
}
"""By the last word of their names; ``cancel`` ends what they are doing."""
