"""``dotstream stow``: GNU Stow's command line, with GNU Stow's trees.

What it does differently from Stow, and why, is in ``docs/reference/stow-differences.md``.
"""

from __future__ import annotations

import posixpath
import sys

from dotstream.cli.report.output import Output
from dotstream.config.stow_arguments import StowArguments, parse_stow_arguments
from dotstream.errors import Cancelled, ConfigError, DotstreamError, UsageError
from dotstream.fs.files import is_directory, read_text
from dotstream.fs.look import canonical
from dotstream.fs.oserror import reason
from dotstream.fs.process import environment, home_directory, home_of, working_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


_REFUSED = 1
"""Exit code of a wrong command line."""

_FATAL = 2
"""Exit code of everything else that goes wrong, except conflicts."""


def main(words: Sequence[str]) -> int:
    """Run ``dotstream stow`` with the words after it, and return the exit code."""
    err = Output.of(sys.stderr)
    try:
        return _run(words, err)
    except ConfigError as error:
        err.line(f"stow: ERROR: {display(str(error))}")
        return _FATAL
    except UsageError as error:
        err.line(f"stow: {display(str(error))}")
        err.line("See: dotstream stow --help")
        return _REFUSED
    except Cancelled as error:
        err.line(f"stow: {error}")
        return error.exit_code
    except KeyboardInterrupt:  # nothing was changed yet, or the engine would have answered
        err.line("stow: cancelled; nothing was changed")
        return Cancelled.exit_code
    except DotstreamError as error:
        err.line(f"stow: ERROR: {display(str(error))}")
        return _FATAL
    except OSError as error:
        where = f"{display(str(error.filename))}: " if error.filename else ""
        err.line(f"stow: ERROR: {where}{reason(error)}")
        return _FATAL
    finally:
        err.flush()


def _run(words: Sequence[str], err: Output) -> int:
    written = parse_stow_arguments(words)
    if written.show is not None:  # also where a resource file is wrong
        return _show(written.show)
    environ = environment()
    home, here = home_directory(environ), working_directory()
    arguments = _resources(home, here, environ).then(written)
    if arguments.show is not None:
        return _show(arguments.show)
    if not arguments.stow and not arguments.unstow:
        raise UsageError("no packages to stow or unstow")
    directory, target = _directories(arguments, here, environ)

    from dotstream.cli.stow.run import stow

    return stow(arguments, directory=directory, target=target, home=home, err=err)


def _show(what: str) -> int:
    out = Output.of(sys.stdout)
    if what == "help":
        out.write(HELP)
    else:
        from importlib.metadata import version

        out.line(f"stow (dotstream) {version('dotstream')}, after GNU Stow 2.4")
    out.flush()
    return 0


def _resources(home: str, here: str, environ: Mapping[str, str]) -> StowArguments:
    """Read ``~/.stowrc``, then ``./.stowrc``; what is later wins."""
    found = StowArguments()
    for directory in dict.fromkeys((home, here)):
        path = posixpath.join(directory, ".stowrc")
        text = read_text(path)
        if text is not None:
            from dotstream.config.stowrc import parse_stowrc

            found = found.then(
                parse_stowrc(text, path=path, environ=environ, home=home, home_of=home_of)
            )
    return found


def _directories(
    arguments: StowArguments, here: str, environ: Mapping[str, str]
) -> tuple[str, str]:
    """Return the package directory and the target, absolute and canonical."""
    named = arguments.directory
    if named is None:
        named = environ.get("STOW_DIR") or here
    directory = posixpath.join(here, named)
    if not named or not is_directory(directory):
        raise UsageError(f"--dir value '{named}' is not a valid directory")
    if arguments.target is None:
        return canonical(directory), _parent(directory)
    target = posixpath.join(here, arguments.target)
    if not arguments.target or not is_directory(target):
        raise UsageError(f"--target value '{arguments.target}' is not a valid directory")
    return canonical(directory), canonical(target)


def _parent(directory: str) -> str:
    """Return the directory that ``directory`` is in, canonical.

    It is in the place where it was named: ``~/dots`` is in ``~`` even if it is a link to
    elsewhere.  But ``.`` and ``..`` name no place, so those are resolved first.
    """
    above, name = posixpath.split(directory.rstrip("/"))
    if name in ("", ".", ".."):
        return posixpath.dirname(canonical(directory))
    return canonical(above)
