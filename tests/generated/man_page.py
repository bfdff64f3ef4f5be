"""The manual page, made from the commands' own parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.cli.reference import INTRODUCTION

from dotstream import __version__
from dotstream.cli.main import top_parser
from dotstream.cli.registry import PROGRAMS, helps, load, parser_of

if TYPE_CHECKING:
    import argparse

    from dotstream.cli.arguments import Parser

__all__ = ["man_page"]

_HEAD = f"""\
.\\" Made by `python -m tests.generated`.
.TH DOTSTREAM 1 "" "dotstream {__version__}" "User Commands"
.SH NAME
dotstream \\- manage your dotfiles with symlinks
.SH SYNOPSIS
.B dotstream
.RI [ OPTION ]...\\& " COMMAND" " " ...
.SH DESCRIPTION
Links dotfiles into place from a repository of packages, as GNU Stow does, and shows every
change before it makes it. All of a change is made or nothing, and it can be undone.
"""

_FOOT = """\
.SH FILES
.TP
.I dotstream.toml
the settings of a package directory
.TP
.I ~/.config/dotstream/config.toml
what you prefer everywhere
.TP
.I ~/.local/state/dotstream
the journal and the backups
.SH SEE ALSO
.BR stow (8),
.BR ln (1)
"""


def man_page() -> str:
    """Return the page for section 1."""
    parts = [_HEAD, ".SH OPTIONS\n", *map(_item, top_parser().actions()[:-1]), ".SH COMMANDS\n"]
    parts += [_command(name, meaning) for name, meaning in helps().items()]
    codes = re.findall(r"^\| (\d+) \| (.*) \|$", INTRODUCTION, re.MULTILINE)
    parts += [".SH EXIT STATUS\n", *(_tagged(f"\\fB{code}\\fR", said) for code, said in codes)]
    return "".join((*parts, _FOOT))


def _command(name: str, meaning: str) -> str:
    if name in PROGRAMS:
        told = f"{meaning[0].upper()}{meaning[1:]}; see {name} --help."
        return f".SS dotstream {name}\n{_escaped(told)}\n"
    command = load(name)
    examples = f".PP\n.nf\n{_escaped(command.EXAMPLES.rstrip())}\n.fi\n"
    own = _own(parser_of(name, command))
    described = f"{_escaped(command.DESCRIPTION.strip())}\n"
    return f".SS dotstream {name}\n{described}{''.join(map(_item, own))}{examples}"


def _own(parser: Parser) -> list[argparse.Action]:
    everywhere = {action.dest for action in top_parser().actions()}
    return [action for action in parser.actions() if action.dest not in everywhere]


def _item(action: argparse.Action) -> str:
    value = str(action.metavar or action.dest.upper()) if action.nargs != 0 else ""
    names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in action.option_strings)
    tag = " ".join(filter(None, (names, f"\\fI{_escaped(value)}\\fR" if value else "")))
    return _tagged(tag, str(action.help or "").replace("%%", "%"))


def _tagged(tag: str, meaning: str) -> str:
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", meaning).replace("`", "")
    return f".TP\n{tag}\n{_escaped(plain)}\n"


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\e"), ("-", "\\-"), ("~", "\\(ti"), ("'", "\\(aq")):
        text = text.replace(plain, written)
    return re.sub(r"^(?=\.)", r"\\&", text, flags=re.MULTILINE)
