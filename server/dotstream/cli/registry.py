"""The commands there are, and the file each one lives in."""

from __future__ import annotations

from importlib import import_module

from dotstream.cli.arguments import Parser
from dotstream.cli.flags import add_common
from dotstream.light_typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from dotstream.cli.session import Session


class Command(Protocol):
    """What a command's file offers."""

    DESCRIPTION: str
    EXAMPLES: str

    def configure(self, parser: Parser) -> None:
        """Add the command's own arguments."""

    def run(self, session: Session) -> int:
        """Do it, and return the exit code."""


COMMANDS: dict[str, str] = {
    "manage": "make the links of packages",
    "unmanage": "remove the links of packages",
    "remanage": "bring links up to date with the smallest change",
    "adopt": "move existing files into a package and link them back",
    "link": "link a single file",
    "unlink": "remove a single link",
    "plan": "show what one of the above would do",
    "clone": "clone a repository and link it: a new machine in one command",
    "update": "pull the repository and bring the links up to date",
    "watch": "keep the links in step while files come and go",
    "hook": "have git bring the links up to date after each pull",
    "doctor": "find what is wrong with the links, and fix it",
    "undo": "undo a finished change",
    "recover": "finish or roll back what was cut short",
    "history": "what was done, newest first",
    "backups": "files that were backed up: list, restore or prune them",
    "status": "how far each package is linked",
    "diff": "how files in the way differ from those in the packages",
    "list": "the links that exist now",
    "packages": "all packages, and which are enabled here",
    "config": "the settings in effect, and where each comes from",
    "init": "write a dotstream.toml to start from",
    "completion": "print a completion script for bash, zsh or fish",
}
"""Commands that are read and run here, each in a file of its name, and what it is for."""

PROGRAMS: dict[str, str] = {
    "stow": "run with GNU Stow's own command line",
    "chkstow": "check a target for stray files and broken links",
    "lsp": "start the language server",
}
"""Commands that read their own arguments."""


GROUPS: dict[str, tuple[str, ...]] = {
    "links": ("manage", "unmanage", "remanage", "adopt", "link", "unlink", "plan"),
    "inspection": ("status", "diff", "list", "packages", "doctor"),
    "history": ("undo", "history", "recover", "backups"),
    "day to day": ("clone", "update", "watch", "hook"),
    "set-up": ("init", "config", "completion", "lsp"),
    "for users of GNU Stow": ("stow", "chkstow"),
}
"""All of them, by what they are for."""


def helps() -> dict[str, str]:
    """Return what each command is for, in the order of their groups."""
    known = COMMANDS | PROGRAMS
    return {name: known[name] for names in GROUPS.values() for name in names}


def load(name: str) -> Command:
    """Import the file of a command."""
    return cast("Command", import_module(f"dotstream.cli.commands.{name}"))


def parser_of(name: str, command: Command) -> Parser:
    """Return the parser of a command's arguments."""
    parser = Parser(f"dotstream {name}", command.DESCRIPTION, command.EXAMPLES)
    command.configure(parser)
    add_common(parser)
    return parser
