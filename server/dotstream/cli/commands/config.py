"""``dotstream config``: the settings in effect, and where each comes from."""

from __future__ import annotations

import posixpath
from functools import partial

from dotstream.config.discover import CONFIG_NAME, LOCAL_NAME
from dotstream.config.schema import PACKAGE, PROFILE, TOP
from dotstream.config.starter import key_text, value_text
from dotstream.errors import ConfigError
from dotstream.fs.process import environment
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.cli.arguments import Parser
    from dotstream.cli.session import Session
    from dotstream.config.positions import KeyPath, Positions, Range
    from dotstream.config.settings import Settings
    from dotstream.model.wish import Wish

DESCRIPTION = """\
Shows every setting in effect here, and where it comes from: the line of a file, a flag, or
the default. With --check, names everything that is wrong with dotstream.toml.

Policies that move or replace your files, and targets outside your home, count only after you
have agreed to them once, if it is the repository that asks for them: --agree, or --yes to the
command that needs them. --revoke takes that back."""

EXAMPLES = """\
  dotstream config                     what is in effect
  dotstream config --check             is the file correct? exit code 2 if it is not
  dotstream config --agree             accept what the repository asks for"""

Value = str | bool | tuple[str, ...]


class _Setting(NamedTuple):
    section: tuple[str, ...]
    key: str
    value: Value
    origin: str
    line: int | None


class _Written(NamedTuple):
    """The keys of the files that count here, what a file of local overrides says first."""

    files: dict[str, Positions]

    def find(self, key: KeyPath) -> tuple[str, Range | None]:
        """Return which file has a key, and where."""
        for path, positions in self.files.items():
            if (place := positions.keys.get(key)) is not None:
                return path, place
        return "", None


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", action="store_true", help="name everything that is wrong")
    ways.add_argument(
        "--agree", action="store_true", help="agree to what the repository asks for"
    )
    ways.add_argument("--revoke", action="store_true", help="take back what you have agreed to")


def run(session: Session) -> int:
    """Show the settings, or check the file they come from."""
    if session.arguments.check:
        return _check(session)
    if session.arguments.revoke:
        forgotten = session.client.disagree()
        session.say("nothing is agreed to any longer" if forgotten else "nothing was agreed to")
        return 0
    if session.arguments.agree:
        session.client.agree()
    agreed: dict[tuple[str, ...], bool] = {}
    for wish, done in session.client.wishes.items():
        key = (*_section_of(wish), wish.key)
        agreed[key] = done and agreed.get(key, True)
    section: tuple[str, ...] = ()
    for setting in _settings(session):
        if setting.section != section:
            section = setting.section
            session.say(f"\n[{'.'.join(map(key_text, map(display, section)))}]")
        asked = agreed.get((*setting.section, setting.key))
        session.tell(
            "setting",
            partial(_line, session, setting, asked),
            key=[*setting.section, setting.key],
            value=setting.value,
            origin=setting.origin,
            line=setting.line,
            agreed=asked,
        )
    if not all(agreed.values()):
        session.say(
            "\nWhat you have not agreed to is ignored until you do: dotstream config --agree"
        )
    return 0


def _section_of(wish: Wish) -> tuple[str, ...]:
    return () if wish.package is None else ("packages", wish.package)


def _line(session: Session, setting: _Setting, asked: bool | None) -> str:
    where = setting.origin + (f":{setting.line}" if setting.line else "")
    where += "" if asked is None else ", agreed to" if asked else ", not agreed to"
    remark = session.style.paint(f"# {session.style.path(where)}", "dim")
    return f"{f'{setting.key} = {_toml(setting.value)}':36}  {remark}"


def _settings(session: Session) -> Iterator[_Setting]:
    settings: Settings = session.client.settings
    written = _written(session, settings)
    given = {"directory": ("dir", "-d"), "target": ("target", "-t")}
    for key in TOP:
        value: Value = getattr(settings, key.name.replace("-", "_"))
        argument, flag = given.get(key.name, ("", None))
        forced = flag if flag is not None and hasattr(session.arguments, argument) else None
        found = _located(settings, written, (), key.name, value, forced=forced)
        nowhere = key.name == "directory" and found.origin == "default"
        yield found._replace(origin="found") if nowhere else found
    if written is None:
        return
    for name, package in settings.packages.items():
        for key in PACKAGE:
            if written.find(("packages", name, key.name))[1] is not None:
                value = getattr(package, key.name.replace("-", "_"))
                yield _located(settings, written, ("packages", name), key.name, value)
    for name, members in settings.profiles.items():
        # The members are shown with those of the profiles it extends.
        path, place = written.find(("profiles", name, PROFILE[0].name))
        yield _Setting(
            ("profiles", name),
            PROFILE[0].name,
            members,
            path or settings.path or "default",
            place.line if place else None,
        )


def _located(
    settings: Settings,
    written: _Written | None,
    section: tuple[str, ...],
    key: str,
    value: Value,
    *,
    forced: str | None = None,
) -> _Setting:
    if forced is not None:
        return _Setting(section, key, value, forced, None)
    if written is not None:
        path, place = written.find((*section, key))
        if place is None and key == "on-conflict" and not section and value != "fail":
            from dotstream.config.user import user_path

            return _Setting(section, key, value, user_path(environment(), settings.home), None)
        if place is None:
            return _Setting(section, key, value, "default", None)
        return _Setting(section, key, value, path, place.line)
    # A .stowrc speaks for what Stow knows: what it does not set is as Stow does it.
    stow = settings.path is not None and key in {"target", "dotfiles", "folding"}
    return _Setting(section, key, value, settings.path or "" if stow else "default", None)


def _written(session: Session, settings: Settings) -> _Written | None:
    if posixpath.basename(settings.path or "") not in {CONFIG_NAME, LOCAL_NAME}:
        return None
    from dotstream.config.positions import Positions

    texts = _texts(session, LOCAL_NAME, CONFIG_NAME)
    return _Written({path: Positions(text) for path, text in texts.items()})


def _texts(session: Session, *names: str) -> dict[str, str]:
    """Return what the files of the configuration hold that are there, by their paths."""
    from dotstream.config.reading import read_config

    paths = [f"{session.client.root}/{name}" for name in names]
    return {path: text for path in paths if (text := read_config(path)) is not None}


def _check(session: Session) -> int:
    from dotstream.config.document import problems, unknown_names
    from dotstream.config.mistakes import readable

    client = session.client
    texts = _texts(session, CONFIG_NAME, LOCAL_NAME)
    # Without a dotstream.toml, a .stowrc shows its faults when it is loaded.
    source = None if texts else client.settings.path
    base, _ = readable(texts.get(f"{client.root}/{CONFIG_NAME}", ""))  # local profiles extend it
    found = [
        each for path, text in texts.items() for each in problems(text, path=path, base=base)
    ]
    if not found:
        _ = client.settings  # the user's own file may be wrong as well: that is told as any error
    if not found and not client.settings.single:
        known = client.settings.available()
        for path, text in texts.items():
            if path.endswith(CONFIG_NAME):
                found += unknown_names(
                    text, path=path, known=known, why_not=client.settings.left_out
                )
    useless = [] if found else [*_useless(client.settings)]
    for problem in found + useless:
        session.report.tell(
            "problem",
            partial(_problem_line, session, problem),
            path=problem.path,
            line=problem.line,
            column=problem.column,
            message=problem.problem,
            hint=problem.hint,
        )
    if not found + useless:
        read = ", ".join(map(session.style.path, [*texts, *([source] if source else [])]))
        session.say(f"{read}: no problems found" if read else "there is no file; all defaults")
    return 2 if found else 0


def _problem_line(session: Session, problem: ConfigError) -> str:
    return session.style.path(problem.path) + display(str(problem)[len(problem.path) :])


def _useless(settings: Settings) -> Iterator[ConfigError]:
    """Yield what is no error, but of no use.

    That is a target that cannot be told here, a pattern in a package's ignore list that can
    never match, or a list beside the packages.
    """
    from dotstream.planner.left_out import dead_patterns, unread_lists

    for path, why in unread_lists(settings):
        yield ConfigError(why, path=path)
    yield from (own.unset for own in settings.packages.values() if own.unset is not None)
    for name in settings.available():
        yield from dead_patterns(settings.path_of(name), dotfiles=settings.dotfiles_of(name))


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return value_text(value)
    return value_text(display(value) if isinstance(value, str) else [*map(display, value)])
