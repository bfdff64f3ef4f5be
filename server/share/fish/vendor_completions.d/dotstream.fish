# dotstream: completion for fish 3 or later
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
