"""Completion scripts for bash, zsh and fish: each asks ``dotstream __complete`` for a word."""

from __future__ import annotations

_BASH = r"""# dotstream: completion for bash 4 or later
_dotstream() {
    local IFS=$'\n' lines value about
    COMPREPLY=()
    local -a words=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
    if ! lines=$(dotstream __complete "${words[@]}" 2>/dev/null); then
        compopt -o default
        return
    fi
    local -a found=($lines)
    for line in "${found[@]}"; do
        value=${line%%$'\t'*}
        about=${line#*$'\t'}
        if [[ $COMP_TYPE == 63 && -n $about && ${#found[@]} -gt 1 ]]; then
            COMPREPLY+=("$value  ($about)")  # only listed, never inserted
        elif [[ $value == '~/'* ]]; then
            printf -v value '%q' "${value#'~/'}"
            COMPREPLY+=("~/$value")
        else
            printf -v value '%q' "$value"
            COMPREPLY+=("$value")
        fi
    done
}
complete -F _dotstream dotstream
"""

_ZSH = r"""#compdef dotstream
# dotstream: completion for zsh; compinit must have been run before it
_dotstream() {
    local lines line value
    local -a values shown
    if ! lines=$(dotstream __complete "${(@Q)words[1,CURRENT]}" 2>/dev/null); then
        _files
        return
    fi
    for line in "${(@f)lines}"; do
        [[ -n $line ]] || continue
        value=${line%%$'\t'*}
        shown+=("$value  -- ${line#*$'\t'}")
        if [[ $value == '~/'* ]]; then
            values+=("~/${(q)value#\~/}")
        else
            values+=("${(q)value}")
        fi
    done
    compadd -Q -l -d shown -- $values
}
if [[ $funcstack[1] == _dotstream ]]; then
    _dotstream "$@"  # loaded by compinit, at the first completion
else
    compdef _dotstream dotstream
fi
"""

_FISH = r"""# dotstream: completion for fish 3 or later
function __dotstream_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (dotstream __complete $words 2>/dev/null)
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
