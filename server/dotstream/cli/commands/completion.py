"""``dotstream completion``: completion scripts, made from the commands' own parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.cli.completion_scripts import bash, fish, zsh
from dotstream.cli.registry import COMMANDS, PROGRAMS, load, parser_of

if TYPE_CHECKING:
    from dotstream.cli.arguments import Flag, Parser
    from dotstream.cli.session import Session

__all__ = ["DESCRIPTION", "EXAMPLES", "configure", "run"]

DESCRIPTION = """\
Prints a script that completes commands, flags and package names in your shell."""

EXAMPLES = """\
  eval "$(dotstream completion bash)"                 in ~/.bashrc
  eval "$(dotstream completion zsh)"                  in ~/.zshrc, after compinit
  dotstream completion fish > ~/.config/fish/completions/dotstream.fish"""

_SHELLS = {"bash": bash, "fish": fish, "zsh": zsh}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "shell", choices=sorted(_SHELLS), metavar="SHELL", help="bash, fish or zsh"
    )


def run(session: Session) -> int:
    """Print the script for one shell."""
    helps = {name: entry.help for name, entry in COMMANDS.items()} | PROGRAMS
    flags: dict[str, list[Flag]] = {name: [] for name in PROGRAMS}
    for name in COMMANDS:
        flags[name] = parser_of(name, load(name)).flags()
    shell = session.arguments.shell
    script = _SHELLS[shell](helps, flags)
    session.report.tell("script", script.removesuffix("\n").__str__, shell=shell, content=script)
    return 0
