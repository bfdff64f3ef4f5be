# dotstream: completion for fish 3 or later
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
