"""``dotstream completion``: completion scripts, made from the commands' own parsers."""

from __future__ import annotations

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


_BASH = r"""# dotstream: completion for bash 4 or later
_dotstream() {
    local lines line value
    local -a found words=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
    COMPREPLY=()
    if ! lines=$(dotstream __complete --bash "${words[@]}" 2>/dev/null); then
        compopt -o default
        return
    fi
    mapfile -t found <<< "$lines"
    for line in "${found[@]}"; do
        [[ -n $line ]] || continue
        value=${line%%$'\t'*}
        line=${line#*$'\t'}
        if [[ $COMP_TYPE == 63 && -n $line && ${#found[@]} -gt 1 ]]; then
            COMPREPLY+=("$value  ($line)")  # only listed, never inserted
        else
            COMPREPLY+=("$value")
        fi
    done
}
complete -F _dotstream dotstream
"""

_ZSH = r"""#compdef dotstream
# dotstream: completion for zsh; compinit must have been run before it
_dotstream() {
    local lines line value quote=${compstate[quote]}
    local -a typed=("${(@)words[1,CURRENT]}") values shown
    [[ -z $quote ]] || typed[-1]+=$quote  # or what it means could not be told
    if ! lines=$(dotstream __complete "${(@Q)typed}" 2>/dev/null); then
        _files
        return
    fi
    for line in "${(@f)lines}"; do
        [[ -n $line ]] || continue
        value=${line%%$'\t'*}
        shown+=("$value  -- ${line#*$'\t'}")
        if [[ -n $quote ]]; then
            values+=("$value")
        elif [[ $value == '~/'* ]]; then
            values+=("~/${(q)value#\~/}")
        else
            values+=("${(q)value}")
        fi
    done
    if [[ -n $quote ]]; then
        compadd -l -d shown -- $values  # which is quoted as the word is
    else
        compadd -Q -l -d shown -- $values
    fi
}
if [[ $funcstack[1] == _dotstream ]]; then
    _dotstream "$@"  # loaded by compinit, at the first completion
else
    compdef _dotstream dotstream
fi
"""

_FISH = r"""# dotstream: completion for fish 3 or later
function __dotstream_complete
    set -l word (string replace -r '^["\']' '' -- (commandline -ct))  # which may be open
    set -l plain (string unescape -- "$word"); or set plain "$word"
    set -l lines (dotstream __complete (commandline -opc) "$plain" 2>/dev/null)
    if test $status = 1
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $lines
    end
end
complete -c dotstream -f -a '(__dotstream_complete)'
"""

SCRIPTS: dict[str, str] = {"bash": _BASH, "fish": _FISH, "zsh": _ZSH}
"""The script for each shell."""
