"""GNU Stow's command line as a value: the option table, the parser, how two add up.

Stow's manual, "Invoking Stow".  Options mix freely with packages, short ones bundle
(``-nv``), long ones may be cut short while they stay clear (``--no-fold``), and an
action flag holds for the packages after it, which ``argparse`` cannot express.
"""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Takes: TypeAlias = Literal["nothing", "value", "level"]

# Names of each option, long and short, as Stow's users know them; the first is the field.
OPTIONS: tuple[tuple[tuple[str, ...], Takes], ...] = (
    (("dir", "d"), "value"),
    (("target", "t"), "value"),
    (("ignore",), "value"),
    (("defer",), "value"),
    (("override",), "value"),
    (("verbose", "v"), "level"),
    (("simulate", "no", "n"), "nothing"),
    (("adopt",), "nothing"),
    (("no-folding",), "nothing"),
    (("dotfiles",), "nothing"),
    (("compat", "p"), "nothing"),
    (("stow", "S"), "nothing"),
    (("delete", "D"), "nothing"),
    (("restow", "R"), "nothing"),
    (("version", "V"), "nothing"),
    (("help", "h"), "nothing"),
)

_BY_NAME: dict[str, tuple[str, Takes]] = {
    name: (names[0], takes) for names, takes in OPTIONS for name in names
}


class StowArguments(NamedTuple):
    """What one command line, or one ``.stowrc``, asks for.

    Attributes:
        directory, target: as written; ``None`` where not given.
        verbose: how much to tell; ``None`` where not given.
        unstow, stow: package names, in the order they are to be worked on.
        show: ``help`` or ``version`` instead of doing anything.
    """

    directory: str | None = None
    target: str | None = None
    verbose: int | None = None
    simulate: bool = False
    adopt: bool = False
    no_folding: bool = False
    dotfiles: bool = False
    compat: bool = False
    ignore: tuple[str, ...] = ()
    defer: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    unstow: tuple[str, ...] = ()
    stow: tuple[str, ...] = ()
    show: Literal["help", "version"] | None = None

    def then(self, later: StowArguments) -> StowArguments:
        """Return these arguments with ``later`` ones on top.

        Of a directory, a target or a verbosity the later wins; lists add up, these
        first; a switch that is on stays on.
        """
        return StowArguments(
            directory=self.directory if later.directory is None else later.directory,
            target=self.target if later.target is None else later.target,
            verbose=self.verbose if later.verbose is None else later.verbose,
            simulate=self.simulate or later.simulate,
            adopt=self.adopt or later.adopt,
            no_folding=self.no_folding or later.no_folding,
            dotfiles=self.dotfiles or later.dotfiles,
            compat=self.compat or later.compat,
            ignore=self.ignore + later.ignore,
            defer=self.defer + later.defer,
            override=self.override + later.override,
            unstow=self.unstow + later.unstow,
            stow=self.stow + later.stow,
            show=later.show or self.show,
        )

    def options_only(self) -> StowArguments:
        """Return these arguments without packages, which a ``.stowrc`` may not name."""
        return self._replace(unstow=(), stow=())


def parse_stow_arguments(words: Sequence[str]) -> StowArguments:
    """Parse the words after ``stow`` on a command line.

    Raises:
        UsageError: an option is unknown, ambiguous, lacks its value or takes none.
    """
    return Parser(words).parse()


class Parser:
    """Parses words, one after the other.

    Attributes:
        position: how many were read; an error is about the last of them.
    """

    __slots__ = ("action", "flags", "lists", "packages", "position", "values", "verbose", "words")

    def __init__(self, words: Sequence[str]) -> None:
        self.words: Sequence[str] = words
        self.position: int = 0
        self.action: str = "stow"
        self.packages: list[tuple[str, str]] = []
        self.flags: set[str] = set()
        self.values: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {"ignore": [], "defer": [], "override": []}
        self.verbose: int | None = None

    def parse(self) -> StowArguments:
        """Parse all of them; see ``parse_stow_arguments``."""
        while (word := self._next()) is not None:
            if word == "--":
                self._packages(self.words[self.position :])
                break
            if word.startswith("--"):
                self._long(word[2:])
            elif word.startswith("-") and word != "-":
                self._bundle(word[1:])
            else:
                self._packages((word,))
        return self._arguments()

    def _next(self) -> str | None:
        if self.position == len(self.words):
            return None
        self.position += 1
        return self.words[self.position - 1]

    def _packages(self, names: Sequence[str]) -> None:
        self.packages += [(self.action, name) for name in names]

    def _long(self, text: str) -> None:
        written, equals, value = text.partition("=")
        option, takes = _lookup(written)
        if equals and takes == "nothing":
            raise UsageError(f"option --{option} does not take a value")
        self._set(f"--{option}", option, takes, value if equals else None)

    def _bundle(self, letters: str) -> None:
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter not in _BY_NAME:
                raise UsageError(f"unknown option -{letter}")
            option, takes = _BY_NAME[letter]
            attached: str | None = None
            if takes == "value" and letters:
                attached, letters = letters.removeprefix("="), ""
            elif takes == "level":
                digits = len(letters) - len(letters.lstrip("0123456789"))
                attached, letters = letters[:digits] or None, letters[digits:]
            # A bundle goes on after -v, so the next word is no level for it.
            last = not letters
            self._set(f"-{letter}", option, takes, attached, may_read_on=last)

    def _set(
        self,
        shown: str,
        option: str,
        takes: Takes,
        value: str | None,
        *,
        may_read_on: bool = True,
    ) -> None:
        if takes == "nothing":
            self._flag(option)
        elif takes == "level":
            self._level(shown, value, may_read_on=may_read_on)
        else:
            value = self._next() if value is None else value
            if value is None:
                raise UsageError(f"option {shown} needs a value")
            if option in self.lists:
                self.lists[option].append(value)
            else:
                self.values[option] = value

    def _flag(self, option: str) -> None:
        if option in ("stow", "delete", "restow"):
            self.action = option
        else:
            self.flags.add(option)

    def _level(self, shown: str, value: str | None, *, may_read_on: bool) -> None:
        # Stow reads "-v 2" as a level, too: the next word, if it is a number.
        if value is None and may_read_on and self.position < len(self.words):
            following = self.words[self.position]
            if following.isascii() and following.isdigit():
                value = self._next()
        if value is None:
            self.verbose = (self.verbose or 0) + 1
        elif value.isascii() and value.isdigit():
            self.verbose = int(value)
        else:
            raise UsageError(f"option {shown} takes a number, not {value!r}")

    def _arguments(self) -> StowArguments:
        wanted = self.packages
        show: Literal["help", "version"] | None = None
        if "help" in self.flags:
            show = "help"
        elif "version" in self.flags:
            show = "version"
        return StowArguments(
            directory=self.values.get("dir"),
            target=self.values.get("target"),
            verbose=self.verbose,
            simulate="simulate" in self.flags,
            adopt="adopt" in self.flags,
            no_folding="no-folding" in self.flags,
            dotfiles="dotfiles" in self.flags,
            compat="compat" in self.flags,
            ignore=tuple(self.lists["ignore"]),
            defer=tuple(self.lists["defer"]),
            override=tuple(self.lists["override"]),
            unstow=tuple(name for action, name in wanted if action in ("delete", "restow")),
            stow=tuple(name for action, name in wanted if action in ("stow", "restow")),
            show=show,
        )


def _lookup(written: str) -> tuple[str, Takes]:
    if written in _BY_NAME:
        return _BY_NAME[written]
    found = {
        _BY_NAME[name][0]: name
        for name in _BY_NAME
        if len(name) > 1 and written and name.startswith(written)
    }
    if len(found) > 1:
        raise UsageError(
            f"option --{written} is ambiguous: "
            + " or ".join(f"--{name}" for name in sorted(found.values()))
        )
    if not found:
        raise UsageError(f"unknown option --{written}")
    return _BY_NAME[found.popitem()[1]]
