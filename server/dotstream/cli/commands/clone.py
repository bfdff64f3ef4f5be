"""``dotstream clone``: a new machine in one command."""

from __future__ import annotations

import posixpath

from dotstream.cli.change import change_as_agreed, preferences, refuse_all_and_more
from dotstream.cli.flags import add_asking, add_preferences, add_sets
from dotstream.cli.git import git, git_says
from dotstream.config.discover import find_root
from dotstream.config.settings import DEFAULT_PROFILE
from dotstream.doctor.shell_commands import quoted
from dotstream.errors import UsageError
from dotstream.fs.files import entries, is_directory, present
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
clone that already exists is used as it is, so this can be run again. With --yes nothing is
asked, as in the install script of a container."""

EXAMPLES = """\
  dotstream clone https://example.org/me/dotfiles           into ~/dotfiles
  dotstream clone git@example.org:me/dotfiles ~/dots --profile laptop
  dotstream clone "$URL" --branch work                      another branch, or a tag
  dotstream clone --yes --on-conflict backup "$URL"         in a script"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("url", metavar="URL", help="what git clones")
    parser.add_argument(
        "into",
        nargs="?",
        metavar="DIR",
        help="where to clone to (default: in your home, by its name)",
    )
    parser.add_argument("--branch", metavar="NAME", help="the branch or tag to check out")
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
    if not is_directory(home):
        raise UsageError(f"there is no home directory at {home}; make it, or set HOME")
    here = _here(home)
    into = Places(home, None).expand(arguments.into or f"{home}/{_name(arguments.url)}")
    if not present(into) or (is_directory(into) and not entries(into, 1)):
        branch = () if arguments.branch is None else (f"--branch={arguments.branch}",)
        words = ("clone", "--recurse-submodules", *branch, "--", arguments.url, into)
        git(session, *words, cwd=here)
    else:
        _refuse_other(into, arguments.url, here)
        _complete(session, into)
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


def _refuse_other(place: str, url: str, here: str) -> None:
    """Refuse what is no repository that was cloned from a URL, or from a path from ``here``.

    Raises:
        UsageError: it is none, or git was cut short as it cloned it.
    """
    found = git_says("config", "--get", "remote.origin.url", cwd=place)
    if found is None or _absolute(found, here) != _absolute(url, here):
        raise UsageError(
            f"{display(place)} already exists and is not a clone of that repository; name "
            "another directory: dotstream clone URL DIR"
        )
    if git_says("rev-parse", "--verify", "HEAD", cwd=place) is None:
        raise UsageError(
            f"{display(place)} is a clone without a commit: git was interrupted, or nothing was "
            "committed yet; remove it to clone again"
        )


def _complete(session: Session, place: str) -> None:
    """Fetch submodules that are missing, as where a clone failed half-way."""
    found = git_says("submodule", "status", "--recursive", cwd=place) or ""
    if any(line.startswith("-") for line in found.splitlines()):
        git(session, "submodule", "update", "--init", "--recursive", cwd=place)


def _absolute(url: str, here: str) -> str:
    return posixpath.normpath(posixpath.join(here, url)).removesuffix("/.git")


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
        raise UsageError(
            "the URL does not end in a name; say where to clone to: dotstream clone URL DIR"
        )
    return name
