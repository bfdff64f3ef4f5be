"""``dotstream clone``: a new machine in one command."""

from __future__ import annotations

import posixpath

from dotstream.cli.arguments import add_asking, add_preferences, add_sets
from dotstream.cli.change import change_as_agreed, refuse_all_and_more
from dotstream.cli.git import git, git_says
from dotstream.cli.preferences import preferences
from dotstream.config.discover import find_root
from dotstream.config.settings import DEFAULT_PROFILE
from dotstream.doctor.shell_commands import quoted
from dotstream.errors import UsageError
from dotstream.fs.files import present
from dotstream.fs.places import Places
from dotstream.fs.process import home_directory, working_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.model.cancel import CancellationToken
    from dotstream.planner.stream import StreamingPlan

DESCRIPTION = """\
Clones a repository of dotfiles with your git, shows what linking it would do, asks, and links
it: the packages of --profile, or of the default profile, or all that are for this machine. A
clone that is there already is used as it is, so that it can be run again. With --yes nothing
is asked, as in the install script of a container."""

EXAMPLES = """\
  dotstream clone https://example.org/me/dotfiles           into ~/dotfiles
  dotstream clone git@example.org:me/dotfiles ~/dots --profile laptop
  dotstream clone --yes --on-conflict backup "$URL"         in a script"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("url", metavar="URL", help="what git clones")
    parser.add_argument(
        "into", nargs="?", metavar="DIR", help="where to (default: in your home, by its name)"
    )
    add_sets(parser)
    parser.set_defaults(packages=())
    add_asking(parser)
    add_preferences(parser)


def run(session: Session) -> int:
    """Clone a repository, and link it."""
    arguments = session.arguments
    refuse_all_and_more(session)
    if getattr(arguments, "dir", None) is not None:
        raise UsageError("where to clone to comes after the URL: dotstream clone URL DIR")
    home = home_directory(session.environ)
    here = _here(home)
    into = Places(home, None).expand(arguments.into or f"{home}/{_name(arguments.url)}")
    if not present(into):
        git(session, "clone", "--recurse-submodules", "--", arguments.url, into, cwd=here)
    elif not _is_clone(into, arguments.url, here):
        raise UsageError(
            f"{display(into)} is there already and is not a clone of that; name another"
        )
    arguments.dir = into
    chosen = arguments.profile
    if (
        chosen is None
        and not arguments.all
        and DEFAULT_PROFILE in session.client.settings.profiles
    ):
        chosen = DEFAULT_PROFILE

    def opening(cancel: CancellationToken) -> StreamingPlan:
        return session.client.stream(
            "manage",
            profile=chosen,
            everything=chosen is None,
            prefer=preferences(session, cancel),
            cancel=cancel,
        )

    exit_code = change_as_agreed(session, opening, question="Link these?")
    if find_root(into, home=home, environ=session.environ) is None:
        session.say(
            "It has no dotstream.toml, by which commands find it without -d; "
            f"'dotstream -d {quoted(into)} init' writes one"
        )
    return exit_code


def _is_clone(place: str, url: str, here: str) -> bool:
    """Whether a repository is there that was cloned from a URL, or from a path from ``here``."""
    found = git_says("config", "--get", "remote.origin.url", cwd=place)
    return found is not None and _absolute(found, here) == _absolute(url, here)


def _absolute(url: str, here: str) -> str:
    return posixpath.normpath(posixpath.join(here, url))


def _here(home: str) -> str:
    try:
        return working_directory()  # what a relative path of the repository is from
    except OSError:
        return home


def _name(url: str) -> str:
    """Return the name that git gives a clone.

    Raises:
        UsageError: the URL has none.
    """
    bare = url.rstrip("/").removesuffix("/.git")
    name = posixpath.basename(bare.replace(":", "/")).removesuffix(".git")
    if name in ("", ".", ".."):
        raise UsageError(f"'{display(url)}' has no name; say where to: dotstream clone URL DIR")
    return name
