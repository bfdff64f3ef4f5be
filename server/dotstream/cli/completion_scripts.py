"""Completion scripts for bash, zsh and fish.

Package names are asked for while completing, from ``dotstream packages -q`` with the
``-d`` and ``-t`` that are on the line already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dotstream.cli.arguments import Flag

__all__ = ["bash", "fish", "zsh"]

_WITH_PACKAGES = ("manage", "unmanage", "remanage", "status", "list")
_WITH_SHELLS = "bash fish zsh"
_FILES = ("-d", "--dir", "-t", "--target")

# What the bash and zsh scripts share: both have arrays and case, and zsh speaks enough of
# bash for one function to serve both.
_CANDIDATES = r"""
_dotstream_candidates() {
    # Prints what may stand in place of the last word of "$@", one a line.
    local -a places
    local command="" action="" word="" last="" previous="" place=""
    places=()
    shift
    while [ $# -gt 1 ]; do
        word="$1"
        shift
        case "$previous" in
            -d|--dir|-t|--target) places+=("$previous" "$word"); previous="" ; continue ;;
            @VALUED@) previous="" ; continue ;;
        esac
        previous="$word"
        case "$word" in
            -*) ;;
            *) if [ -z "$command" ]; then command="$word"
               elif [ -z "$action" ]; then action="$word"; fi ;;
        esac
    done
    last="$1"
    case "$previous" in
@VALUES@
        -d|--dir|-t|--target) return 1 ;;
        @VALUED@) return 0 ;;
    esac
    case "$last" in
        -*) case "$command" in
@FLAGS@
            *) printf '%s\n' -d -t --color --version --help ;;
            esac
            return 0 ;;
    esac
    case "$command" in
        "") printf '%s\n' @COMMANDS@ ; return 0 ;;
        plan) [ -n "$action" ] || { printf '%s\n' manage unmanage remanage adopt ; return 0 ; } ;;
        completion) printf '%s\n' @SHELLS@ ; return 0 ;;
    esac
    case "$command $action" in
        adopt\ *|plan\ adopt|stow\ *|chkstow\ *|lsp\ *) return 1 ;;
        @WITH@|plan\ *) dotstream "${places[@]}" packages -q 2>/dev/null ;;
    esac
    return 0
}
"""

_BASH = r"""
_dotstream() {
    local candidates
    COMPREPLY=()
    if candidates=$(_dotstream_candidates "${COMP_WORDS[@]:0:COMP_CWORD+1}"); then
        local line
        while IFS= read -r line; do
            [[ -n $line && $line == "${COMP_WORDS[COMP_CWORD]}"* ]] || continue
            printf -v line '%q' "$line"
            COMPREPLY+=("$line")
        done <<< "$candidates"
    else
        compopt -o default
    fi
}
complete -F _dotstream dotstream
"""

_ZSH = r"""
_dotstream() {
    local candidates
    if candidates=$(_dotstream_candidates "${(@)words[1,CURRENT]}"); then
        compadd -- ${(f)candidates}
    else
        _files
    fi
}
compdef _dotstream dotstream
"""


def _shared(helps: Mapping[str, str], flags: Mapping[str, Sequence[Flag]]) -> str:
    every = [flag for command in flags.values() for flag in command]
    valued = sorted(_valued(every) - {*_FILES})
    packaged = sorted({name for flag in every if flag.packages for name in flag.names})
    values = {tuple(flag.names): flag.choices for flag in every if flag.choices}
    value_cases = [
        f"        {'|'.join(names)}) printf '%s\\n' {' '.join(choices)} ; return 0 ;;"
        for names, choices in sorted(values.items())
    ]
    value_cases.append(
        f'        {"|".join(packaged)}) dotstream "${{places[@]}}" packages -q 2>/dev/null'
        " ; return 0 ;;"
    )
    flag_cases = [
        f"            {name}) printf '%s\\n' {' '.join(_names(found))} ;;"
        for name, found in flags.items()
        if found
    ]
    script = _CANDIDATES
    for key, text in {
        "@VALUED@": "|".join(valued),
        "@VALUES@": "\n".join(value_cases),
        "@FLAGS@": "\n".join(flag_cases),
        "@COMMANDS@": " ".join(helps),
        "@SHELLS@": _WITH_SHELLS,
        "@WITH@": "|".join(rf"{name}\ *" for name in _WITH_PACKAGES),
    }.items():
        script = script.replace(key, text)
    return script


def _valued(flags: Sequence[Flag]) -> set[str]:
    """Return the names that take a value wherever they are taken: -n does not."""
    bare = {name for flag in flags if not flag.valued for name in flag.names}
    return {name for flag in flags if flag.valued for name in flag.names} - bare


def _names(flags: Sequence[Flag]) -> list[str]:
    return [name for flag in flags for name in flag.names]


def bash(helps: Mapping[str, str], flags: Mapping[str, Sequence[Flag]]) -> str:
    """Return the script for bash 4 or later."""
    return "# dotstream: completion for bash\n" + _shared(helps, flags) + _BASH


def zsh(helps: Mapping[str, str], flags: Mapping[str, Sequence[Flag]]) -> str:
    """Return the script for zsh; ``compinit`` must have been run before it."""
    return "#compdef dotstream\n" + _shared(helps, flags) + _ZSH


_FISH = r"""
function __dotstream_command
    # Prints the words of the line that are neither flags nor values of -d and -t.
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
        else if contains -- $word @VALUED@
            set skip 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __dotstream_needs_command
    test (count (__dotstream_command)) = 0
end

function __dotstream_in
    set -l words (__dotstream_command)
    test (count $words) -gt 0; and contains -- $words[1] $argv
end

function __dotstream_planning
    set -l words (__dotstream_command)
    test (count $words) = 1; and test $words[1] = plan
end

function __dotstream_wants_packages
    set -l words (__dotstream_command)
    test (count $words) -gt 0; or return 1
    contains -- $words[1] @WITH@; and return 0
    test $words[1] = plan; and test (count $words) -gt 1; and test $words[2] != adopt
end

function __dotstream_wants_files
    set -l words (__dotstream_command)
    test (count $words) -gt 0; or return 1
    contains -- $words[1] adopt stow chkstow; and return 0
    test $words[1] = plan; and test (count $words) -gt 1; and test $words[2] = adopt
end

function __dotstream_packages
    set -l places
    set -l previous
    for word in (commandline -opc)
        if contains -- "$previous" -d --dir -t --target
            set -a places $previous $word
        end
        set previous $word
    end
    dotstream $places packages -q 2>/dev/null
end

complete -c dotstream -f
complete -c dotstream -n __dotstream_needs_command -l version -d 'print the version'
complete -c dotstream -n __dotstream_planning -a 'manage unmanage remanage adopt'
complete -c dotstream -n '__dotstream_in completion' -a '@SHELLS@'
complete -c dotstream -n __dotstream_wants_packages -a '(__dotstream_packages)'
complete -c dotstream -n __dotstream_wants_files -F
"""


def fish(helps: Mapping[str, str], flags: Mapping[str, Sequence[Flag]]) -> str:
    """Return the script for fish 3 or later."""
    every = [flag for command in flags.values() for flag in command]
    valued = sorted(_valued(every))
    head = _FISH.replace("@VALUED@", " ".join(valued)).replace("@SHELLS@", _WITH_SHELLS)
    lines = ["# dotstream: completion for fish", head.replace("@WITH@", " ".join(_WITH_PACKAGES))]
    for name, text in helps.items():
        lines.append(
            f"complete -c dotstream -n __dotstream_needs_command -a {name} -d {_quoted(text)}"
        )
    lines += [
        f"complete -c dotstream -n '__dotstream_in {name}' {_fish_flag(flag)}"
        for name, found in flags.items()
        for flag in found
    ]
    return "\n".join(lines) + "\n"


def _fish_flag(flag: Flag) -> str:
    words = [
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names
    ]
    if flag.choices:
        words.append(f"-x -a '{' '.join(flag.choices)}'")
    elif flag.packages:
        words.append("-x -a '(__dotstream_packages)'")
    elif flag.valued:
        words.append("-r -F" if set(flag.names) & {*_FILES} else "-x")
    return " ".join([*words, f"-d {_quoted(flag.help)}"])


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
