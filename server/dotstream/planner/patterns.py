r"""Patterns that people write, turned into Python regular expressions.

Ignore lists hold Perl regular expressions (GNU Stow manual, "Types And Syntax Of Ignore
Lists").  ``perl`` translates what means the same in both languages, rewrites what is only
spelled differently (``\z``, ``[[:alpha:]]``, ``(?<name>…)``), and refuses the rest: a
pattern that would mean something else here is an error, never a guess.

Globs are those of ``.gitignore``: ``*`` and ``?`` stay inside a component, ``**`` stands
for any number of components, ``[…]`` for one character of a set, ``\`` takes the next
character as it is.
"""

from __future__ import annotations

import re

from dotstream.light_typing import NamedTuple
from dotstream.planner.naming import to_package, to_target

LONGEST = 4096
"""Characters of a pattern."""

DEEPEST = 50
"""Groups of a pattern in one another."""


class PatternError(ValueError):
    """A pattern cannot be used; the message says why."""


class Perl(NamedTuple):
    r"""A Perl regular expression in Python's words, and what is known about it.

    Attributes:
        text: the Python regular expression.
        prefix: literal text that every match begins with; often empty.
        ending: literal character that every match ends with; often empty.
        alternatives: whether it has a ``|`` outside of groups.
        numbered: whether it refers to its groups, so that it must stay on its own.
        looks_back: whether it asks what stands before it (``^``, ``\b``, lookbehind).
        crosses: whether it may match a slash.
    """

    text: str
    prefix: str
    ending: str
    alternatives: bool
    numbered: bool
    looks_back: bool
    crosses: bool


class Glob(NamedTuple):
    """A glob as two regular expressions, each for ``fullmatch``.

    Attributes:
        directory: for the directory's path relative to the root, with a slash at its end
            (empty for the root itself); ``None`` where any directory will do.
        name: for the last component.
    """

    directory: str | None
    name: str


_TOKEN = re.compile(
    r"""
      (?P<escape> \\ (?: x\{[0-9A-Fa-f]+\} | [\s\S] ) )
    | (?P<set> \[ \^? \]?+ (?: \\[\s\S] | \[:\^?\w+:\] | [^\]\\] )* \] )
    | (?P<comment> \(\?\# [^)]* \) )
    | (?P<flags> \(\? [a-zA-Z^-]* \) )
    | (?P<open> \( (?: \? (?: <[=!] | P?<\w+> | P=\w+ | [:=!>] | [a-zA-Z^-]+: | \([^)]*\) ) )? )
    | (?P<close> \) )
    | (?P<repeat> [*+?] | \{ \d+ (?: , \d* )? \} )
    | (?P<char> [\s\S] )
    """,
    re.VERBOSE,
)

_ESCAPES = {
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "h": r"[ \t]",
    "H": r"[^ \t]",
    "v": r"[\n\x0b\f\r]",
    "V": r"[^\n\x0b\f\r]",
    "R": r"(?:\r\n|[\n\x0b\f\r])",
    "N": r"[^\n]",
    "e": r"\x1b",
}
_ESCAPES_IN_SETS = {"h": r" \t", "v": r"\n\x0b\f\r", "e": r"\x1b"}
_CROSSING_ESCAPES = frozenset("DWSHVNx0123456789/")
_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "ascii": r"\x00-\x7f",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t\n\x0b\f\r",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9a-fA-F",
}
_PLAIN_SET = re.compile(r"\[(?:\w-\w|[\w .,~#@+!]|\\[.\-#~+])*-?\]", re.ASCII)
_FLAGS = frozenset("ims-")


def perl(pattern: str) -> Perl:
    """Translate a Perl regular expression.

    It is compiled by the caller; what Python's ``re`` rejects is an error there.

    Raises:
        PatternError: it has no equivalent, or is not well-formed.
    """
    return _Translation(_of_use(pattern)).result()


def _of_use(pattern: str) -> str:
    """Return a pattern that is not too long to look at."""
    if len(pattern) > LONGEST:
        raise PatternError(f"it is longer than {LONGEST:,} characters; use several")
    return pattern


class _Translation:
    __slots__ = ("alternatives", "closing", "crosses", "depth", "looks_back", "numbered", "out")

    def __init__(self, pattern: str) -> None:
        self.out: list[tuple[str, str | None]] = []  # (Python text, literal character)
        self.depth, self.closing = 0, ""
        self.alternatives = self.numbered = self.looks_back = self.crosses = False
        for token in _TOKEN.finditer(pattern):
            kind, text = str(token.lastgroup), token.group()
            getattr(self, f"_{kind}")(text)
        if self.depth:
            raise PatternError("a ( is never closed")

    def result(self) -> Perl:
        return Perl(
            "".join(text for text, _ in self.out) + self.closing,
            "" if self.alternatives else self._prefix(),
            "" if self.alternatives or self.closing or not self.out else self.out[-1][1] or "",
            self.alternatives,
            self.numbered,
            self.looks_back,
            self.crosses,
        )

    def _prefix(self) -> str:
        literals: list[str] = []
        for text, literal in self.out:
            if literal is None:
                if text[0] in "*+?{" and literals:
                    literals.pop()
                break
            literals.append(literal)
        return "".join(literals)

    def _put(self, text: str, literal: str | None = None) -> None:
        self.out.append((text, literal))

    def _escape(self, text: str) -> None:
        letter = text[1]
        if text.startswith(r"\x{"):
            self._put(_numbered(text))
            self.crosses = True
        elif letter in _ESCAPES:
            self._put(_ESCAPES[letter])
        elif letter.isalnum() and letter.isascii():
            self.numbered = self.numbered or letter in "123456789"
            self.looks_back = self.looks_back or letter in "AbB"
            self._put(text)
        else:
            self._put(re.escape(letter), letter)
        self.crosses = self.crosses or letter in _CROSSING_ESCAPES

    def _set(self, text: str) -> None:
        self.crosses = self.crosses or not _PLAIN_SET.fullmatch(text)
        start = 2 if text[1] == "^" else 1
        head, body = text[:start], text[start:-1]
        if body.startswith("]"):
            body = "\\" + body
        self._put(head + re.sub(_MEMBER, _member, body) + "]")

    def _comment(self, text: str) -> None:
        """Perl and Python agree that it stands for nothing."""

    def _flags(self, text: str) -> None:
        if not set(text[2:-1]) <= _FLAGS:
            raise PatternError(f"{text} is not supported")
        if self.out:
            raise PatternError(f"{text} must come first, or be written {text[:-1]}:…)")
        self._put(text[:-1] + ":")
        self.closing += ")"

    def _open(self, text: str) -> None:
        if text.startswith("(?P="):
            raise PatternError(f"{text}) is not supported; use a numbered reference")
        if text.endswith(":") and not set(text[2:-1]) <= _FLAGS:
            raise PatternError(f"{text}…) is not supported")
        if text.startswith("(?<") and text[3] not in "=!":
            text = "(?P" + text[2:]
        self.numbered = self.numbered or text.startswith(("(?P<", "(?("))
        self.looks_back = self.looks_back or text in ("(?<=", "(?<!")
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternError(f"more than {DEEPEST} groups stand in one another")
        self._put(text)

    def _close(self, text: str) -> None:
        if not self.depth:
            raise PatternError("a ) has no ( before it")
        self.depth -= 1
        self._put(text)

    def _repeat(self, text: str) -> None:
        if text[0] == "{" and self.out and self.out[-1][0] in (r"\b", r"\B"):
            raise PatternError(rf"{self.out[-1][0]}{text} is not supported")
        self._put(text)

    def _char(self, text: str) -> None:
        if text == "\\":
            raise PatternError("nothing follows the \\ at its end")
        if text == "[":
            raise PatternError("a [ is never closed")
        if text == "{":
            # Perls disagree about it; a set or a backslash says what is meant.
            raise PatternError("a { that is no repetition must be written \\{")
        self.alternatives = self.alternatives or (text == "|" and not self.depth)
        self.looks_back = self.looks_back or text == "^"
        self.crosses = self.crosses or text in "./"
        self._put(text, None if text in ".^$|" else text)


_MEMBER = r"\\x\{[0-9A-Fa-f]+\}|\\[\s\S]|\[:\^?\w+:\]|--|[\[&~|]"


def _numbered(text: str) -> str:
    r"""Return the character that ``\x{…}`` means."""
    code = int(text[3:-1], 16)
    if code > 0x10FFFF:
        raise PatternError(f"{text} is no character")
    return re.escape(chr(code))


def _member(match: re.Match[str]) -> str:
    text = match.group()
    if text.startswith(r"\x{"):
        return _numbered(text)
    if text == "--":
        return _twice(start=not match.start())
    if text.startswith("[:"):
        name = text[2:-2]
        if name not in _POSIX:
            raise PatternError(f"{text} is not supported")
        return _POSIX[name]
    if text[0] != "\\":
        return "\\" + text  # Python reserves these in sets
    if text[1] in "HVRNX":
        raise PatternError(f"{text} is not supported inside [ ]")
    return _ESCAPES_IN_SETS.get(text[1], text)


_ANY_DEPTH = "(?:[^/]++/)*"
_GLOB_TOKEN = re.compile(r"\\([\s\S])|(\*+)|(\?)|\[([!^]?)(\]?+(?:\\[\s\S]|[^\]\\])*)\]|([\s\S])")


def glob(pattern: str, *, dotfiles: bool = False, sparing: bool = False) -> Glob:
    """Translate a glob.

    Without a slash it matches a name at any depth; with one it is anchored to the root.
    A slash at its end changes nothing.

    Args:
        pattern: the glob.
        dotfiles: whether ``dot-`` names are translated; then the glob ``.zshrc`` matches
            the package's ``dot-zshrc`` too, and ``dot-config/x`` means ``.config/x``.
        sparing: whether every glob is to be matched in linear time, not only those with
            more than two stars; that is slower for most names.

    Raises:
        PatternError: it is empty or not well-formed.
    """
    if pattern.startswith("!"):
        raise PatternError("a pattern cannot begin with !; for such a name write \\!")
    parts: list[str] = []
    for part in _of_use(pattern).split("/"):
        if part and not (part == "**" and parts and parts[-1] == "**"):
            parts.append(part)
    if not parts:
        raise PatternError("the pattern is empty")
    if "." in parts or ".." in parts:
        raise PatternError("a pattern cannot have . or .. as a component")
    if parts[-1] == "**":
        parts.append("*")
    *above, last = parts
    name = _component(last, sparing=sparing)
    raw = to_package(last) if dotfiles and last.startswith(".") else None
    if raw is not None:
        name = f"(?:{name}|dot-(?=[^.]){_component(last[1:], sparing=sparing)})"
    if "/" not in pattern.rstrip("/"):
        return Glob(None, name)
    return Glob(_directory([to_target(part) if dotfiles else part for part in above]), name)


def _directory(parts: list[str]) -> str | None:
    """Return the regular expression for the directories that ``parts`` stand for."""
    if parts and set(parts) == {"**"}:
        return None
    groups: list[str] = [""]
    for part in parts:
        if part == "**":
            groups.append("")
        else:
            text = f"{_component(part)}/"
            groups[-1] += f"(?>{text})" if "*" in part else text
    first, *others = groups
    if not others:
        return first
    # What stands between two ** is wanted where it comes first, and that is that: the group
    # is atomic, so that no number of them makes it slow.
    *between, last = others
    return first + "".join(f"(?>(?:[^/]++/)*?{group})" for group in between) + _ANY_DEPTH + last


def _component(part: str, *, sparing: bool = True) -> str:
    """Return the regular expression for what ends where the component ends."""
    texts = [""]
    for escaped, stars, question, negated, members, char in _GLOB_TOKEN.findall(part):
        if stars:
            texts.append("")
        elif question:
            texts[-1] += "[^/]"
        elif members:
            texts[-1] += f"[{'^/' if negated else ''}{_glob_members(members)}]"
        elif char in ("\\", "["):
            raise PatternError(
                "nothing follows the \\ at its end" if char == "\\" else "a [ is never closed"
            )
        else:
            texts[-1] += re.escape(escaped or char)
    if len(texts) == 1 or (len(texts) <= 3 and not sparing):
        return "[^/]*".join(texts)
    # As between two **, for what stands between two stars; where they are few, trying every
    # place is faster.
    first, *between, last = texts
    return first + "".join(f"(?>[^/]*?{text})" for text in between if text) + f"[^/]*{last}"


def literal(path: str) -> str:
    """Return the glob that matches one path, relative to the root, and nothing else."""
    return "/" + re.sub(r"([\\*?\[\]])", r"\\\1", path)


def _glob_members(members: str) -> str:
    inner = members.removeprefix("]")
    start = r"\]" if members.startswith("]") else ""

    def escaped(match: re.Match[str]) -> str:
        if match[0] == "--":
            return _twice(start=not start and not match.start())
        return "\\" + (match[1] or match[2])

    return start + re.sub(r"\\([\s\S])|([\[&~|^])|--", escaped, inner)


def _twice(*, start: bool) -> str:
    """Return two hyphens in a row, which Python may take for more than a range one day."""
    if not start:
        raise PatternError("-- is not supported inside [ ]; write \\-")
    return "--"
