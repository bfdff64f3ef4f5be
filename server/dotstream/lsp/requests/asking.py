"""``dotstream/conflict``: the client is asked about each conflict as it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import Cancelled
from dotstream.lsp.requests.fields import invalid
from dotstream.lsp.requests.rows import conflict_row
from dotstream.lsp.uris import to_uri
from dotstream.model.options import POLICIES

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.model.items import Conflict
    from dotstream.model.options import Policy, Resolve


def resolver(call: Call) -> Resolve:
    """Return what asks the client, and waits for as long as a person takes.

    Raises:
        JsonRpcInvalidParams: the client did not say that it answers.
    """
    if not call.peer.answers_conflicts:
        raise invalid("options.ask", "announce first that you answer dotstream/conflict")
    asked = call.asked
    root, token = to_uri(asked.root), asked.work_done if asked.partial is None else asked.partial

    def ask(conflict: Conflict) -> Policy | None:
        row = conflict_row(conflict, call.home)
        params: JSON = {"root": root, "token": token, "conflict": row}
        try:
            answer = call.peer.ask("dotstream/conflict", params, call.cancel_token)
        except Cancelled:
            return None  # the plan looks at the token too, and knows what to roll back
        result = None if answer is None else answer.get("result")
        if not isinstance(result, dict):
            return None
        if result.get("cancel") is True:
            call.cancel_token.cancel()
        return next((policy for policy in POLICIES if policy == result.get("policy")), None)

    return ask
