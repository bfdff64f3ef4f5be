"""``dotstream completion``: completion scripts, made from the commands' own parsers."""

from __future__ import annotations

from dotstream.cli.completion_scripts import SCRIPTS
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Prints a script with which your shell completes commands, flags, packages, profiles, numbers
of changes and backups, and your dotfiles for adopt, each with a description."""

EXAMPLES = """\
  eval "$(dotstream completion bash)"                 in ~/.bashrc
  eval "$(dotstream completion zsh)"                  in ~/.zshrc, after compinit
  dotstream completion fish > ~/.config/fish/completions/dotstream.fish"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "shell", choices=sorted(SCRIPTS), metavar="SHELL", help="bash, fish or zsh"
    )


def run(session: Session) -> int:
    """Print the script for one shell."""
    shell = session.arguments.shell
    script = SCRIPTS[shell]
    session.report.tell("script", script.removesuffix("\n").__str__, shell=shell, content=script)
    return 0
