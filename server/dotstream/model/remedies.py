"""What to do about an error, as one word each, and in the words of a program."""

from __future__ import annotations

from dotstream.light_typing import Literal, TypeAlias

Remedy: TypeAlias = Literal[
    "agree",
    "apply_again",
    "choose_policy",
    "correct_file",
    "correct_request",
    "give_access",
    "hand_in_scanned",
    "hand_in_whole",
    "list_backups",
    "list_history",
    "make_room",
    "move_away",
    "name_directory",
    "name_package",
    "name_packages",
    "plan_again",
    "rebuild",
    "recover",
    "remove_cause",
    "resolve_by_hand",
    "settle",
    "skip_unreadable",
    "take_out",
    "unlink_whole",
    "update",
    "wait",
]
"""What to do about an error."""

REMEDIES: dict[Remedy, str] = {
    "agree": "look at error.wishes, and call Client.agree() if they are what you want",
    "apply_again": "make the plan again and apply it, whenever it is wanted after all",
    "choose_policy": "plan with Preferences(on_conflict=...), one of error.choices",
    "correct_file": "correct the file at that place",
    "correct_request": "call it with what it takes",
    "give_access": "give yourself access to what is named, or leave its package out",
    "hand_in_scanned": "hand in members as Client.scan() yields them with the same preferences",
    "hand_in_whole": "hand in all that belongs together, or leave all of it out",
    "list_backups": "Client.backups() yields those that there are",
    "list_history": "Client.history() yields the transactions that there are",
    "make_room": "make room on the disk and call it again",
    "move_away": "move that file away, or name another state directory",
    "name_directory": "name one: Client(directory), or the variable DOTSTREAM_DIR",
    "name_package": "name one: package=...",
    "name_packages": "name packages, or pass profile=... or everything=True",
    "plan_again": "make the plan again, look at it, and apply that",
    "rebuild": "Client.rebuild() moves the database aside and makes one from the links on disk",
    "recover": "call Client.recover(), which goes on where it stopped",
    "remove_cause": "remove the cause, then make the plan again and apply it",
    "resolve_by_hand": "look at error.conflicts, change what is in the way, and plan again",
    "settle": "settle them with Preferences(resolve=...), or go on without them: partial=True",
    "skip_unreadable": "remove the causes in error.errors, or Preferences(on_conflict='skip')",
    "take_out": "Client(error.directory).stream_release(error.path) takes it out of there",
    "unlink_whole": "pass path=error.link; or Client.stream_remanage(error.package, prefer="
    "Preferences(folding='never')) makes a link for each file first",
    "update": "use that version of dotstream, or a newer one",
    "wait": "call it again when that one has ended, or pass wait=True",
}
"""Each remedy in the words of a program that uses the library."""
