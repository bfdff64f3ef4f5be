"""The help text of ``dotstream stow``; ``docs/reference/stow.md`` carries the same words."""

from __future__ import annotations

HELP = """\
usage: dotstream stow [OPTION]... [-S|-D|-R] PACKAGE... [-S|-D|-R PACKAGE...]...

Makes, removes or renews the links of packages, with GNU Stow's command line and
GNU Stow's trees.  All removals are planned before all links; if anything is in the
way, nothing is changed.

where
  -d, --dir=DIR        the directory that holds the packages
                       (default: $STOW_DIR, or else the working directory)
  -t, --target=DIR     where the links are made (default: the parent of --dir)

what to do with the packages that follow
  -S, --stow           make their links (the default)
  -D, --delete         remove their links
  -R, --restow         remove, then make: drops links of files that are gone

how
      --adopt          move files that are in the way into the package, and link them
      --no-folding     make directories and link each file, never a whole directory
      --dotfiles       a package's dot-NAME appears as .NAME
      --ignore=REGEX   leave out package files whose path ends like this
      --defer=REGEX    leave a path that begins like this to the package that has it
      --override=REGEX take a path that begins like this from the package that has it
  -p, --compat         on -D and -R look through the whole target for links

what to tell
  -n, --no, --simulate only plan; with -v tell what would be done
  -v, --verbose[=N]    tell each operation; -vv also the directories and packages,
                       -vvv also the links that are already there
  -V, --version        print the version
  -h, --help           print this text

--ignore, --defer and --override may be given more than once.  Options in ~/.stowrc
and ./.stowrc come before those of the command line.

exit status: 0 done, 1 conflicts or a wrong command line, 2 any other failure
"""
