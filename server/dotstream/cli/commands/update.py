"""``dotstream update``: pull the repository, and bring the links up to date."""

from __future__ import annotations

from dotstream.cli.change import change_packages, refuse_all_and_more
from dotstream.cli.flags import add_dry_run, add_preferences, add_selection
from dotstream.cli.git import git, git_says
from dotstream.doctor.shell_commands import quoted
from dotstream.fs.files import present
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Notice

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


_WITHOUT = "; 'dotstream update --no-pull' links what is there"
_PATHS = r"^submodule\..*\.path$"


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
    before = _submodules(root)
    git(session, "pull", "--ff-only", cwd=root, otherwise=_WITHOUT)
    now = _submodules(root)
    if now:
        # Those that came are only fetched where they were to be fetched as it was cloned.
        new = () if git_says("config", "submodule.active", cwd=root) is None else ("--init",)
        git(session, "submodule", "update", "--recursive", *new, cwd=root, otherwise=_WITHOUT)
    session.arguments.dir = root
    session.forget()
    for path in sorted(before - now):
        if present(f"{path}/.git"):
            clean = f"git -C {quoted(root)} clean -ffd {quoted(path)}"
            left = f"no longer a submodule, but git left its files here; '{clean}' removes them"
            session.report.item(Notice(path, left))


def _submodules(root: str) -> set[str]:
    """Return the paths of the submodules that the commit names which is checked out."""
    told = git_says(
        "config", "--null", "--blob=HEAD:.gitmodules", "--get-regexp", _PATHS, cwd=root
    )
    if not told:
        return set()
    top = git_says("rev-parse", "--show-toplevel", cwd=root)
    named = (each.partition("\n") for each in told.split("\0"))
    return {f"{top}/{path}" for _, _, path in named if path}
