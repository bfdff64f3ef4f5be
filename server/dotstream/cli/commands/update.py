"""``dotstream update``: pull the repository, and bring the links up to date."""

from __future__ import annotations

from dotstream.cli.arguments import add_dry_run, add_preferences, add_selection
from dotstream.cli.change import change_packages, refuse_all_and_more
from dotstream.cli.git import git, git_says
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session

DESCRIPTION = """\
Pulls the repository and its submodules with your git, fast-forward only, shows what has to
change here, asks, and brings the links up to date, as remanage does. With --no-pull, or with
-n, nothing is fetched."""

EXAMPLES = """\
  dotstream update                     pull, look, apply
  dotstream update --yes               the same without a question
  dotstream update --no-pull           after you have pulled; what the git hook does"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    parser.add_argument("--no-pull", action="store_true", help="leave the repository as it is")
    add_dry_run(parser)
    add_preferences(parser, rivals=True)


def run(session: Session) -> int:
    """Pull, and remanage what is managed here."""
    refuse_all_and_more(session)
    if not session.arguments.no_pull and not session.dry_run:
        _pull(session)
    return change_packages(session, "remanage", question="Apply this?")


def _pull(session: Session) -> None:
    """Pull, submodules too, and have what came hold, wherever the packages are then."""
    root = session.client.root
    git(session, "pull", "--ff-only", cwd=root)
    if git_says("ls-files", "--error-unmatch", ":/.gitmodules", cwd=root) is not None:
        # Those that came are only fetched where they were to be fetched as it was cloned.
        new = () if git_says("config", "submodule.active", cwd=root) is None else ("--init",)
        git(session, "submodule", "update", "--recursive", *new, cwd=root)
    session.arguments.dir = root
    session.forget()
