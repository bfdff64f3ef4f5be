"""Everything that is wrong with the text of a ``dotstream.toml``, each with its exact range.

The loader stops at the first problem; an editor shows all of them while the text is being
written.  A line that is no TOML is told and left out, and what stands around it is checked
as if it were not there.
"""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType

import tomli

from dotstream.config.document import MOST_FAULTS, beyond
from dotstream.config.faults import FaultCode, faults
from dotstream.config.positions import Positions, Range
from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MistakeCode: TypeAlias = FaultCode | Literal["broken-toml", "repeated-key"]

_MOST_BROKEN_LINES = 50
_LONGEST_STATEMENT = 200  # lines
_MOST_PARSED = 2 * 1024 * 1024  # characters, some of them again and again

_header = re.compile(r"\s*\[").match
_statement_begins = re.compile(r"""\s*(\[\[?\s*[\w"'-][^]]*\]|[\w"'.-]+\s*=)""").match


class Mistake(NamedTuple):
    """One thing that is wrong.

    Attributes:
        place: the text that is wrong.
        hint: what to do about it.
        better: what was probably meant instead of what the place holds; no TOML quotes.
    """

    code: MistakeCode
    message: str
    place: Range
    hint: str | None = None
    better: str | None = None


def mistakes(text: str, base: Mapping[str, object] = MappingProxyType({})) -> list[Mistake]:
    """Return everything that is wrong with the text, in the order it is written.

    Args:
        base: the document that this one overrides.
    """
    found, document, kept = _read(text)
    positions = Positions(kept)
    for fault in islice(faults(document, base), MOST_FAULTS):
        place = positions.find(fault.path, value=fault.value) or Range(1, 1, 1, 1)
        found.append(Mistake(fault.code, fault.message, place, fault.hint, fault.better))
    return sorted(found, key=lambda one: (one.place.line, one.place.column))


def readable(text: str) -> tuple[Mapping[str, object], Positions]:
    """Return what can be made out of a text that may be broken, and where it stands."""
    _, document, kept = _read(text)
    return document, Positions(kept)


def _read(text: str) -> tuple[list[Mistake], Mapping[str, object], str]:
    """Parse, leaving out what cannot be; return the mistakes, the rest, and the rest's text.

    What is left out is replaced by blanks, so that the rest stands where it stood.
    """
    found: list[Mistake] = []
    # A byte order mark is one character in the editor's count, too.
    kept = " " + text[1:] if text.startswith("\ufeff") else text
    rounds = max(1, min(_MOST_BROKEN_LINES, _MOST_PARSED // (len(kept) + 1)))
    for _ in range(rounds):
        try:
            return found, tomli.loads(kept), kept
        except tomli.TOMLDecodeError as error:
            lines = kept.split("\n")
            mistake, left_out = _broken(error, lines)
            found.append(mistake)
            if not any(lines[row].strip() for row in left_out):
                break
            for row in left_out:
                lines[row] = ""
            kept = "\n".join(lines)
        except (RecursionError, ValueError) as error:
            row, message = beyond(kept, error)
            place = Range(row, 1, row, len(kept.split("\n")[row - 1]) + 1)
            found.append(Mistake("broken-toml", message, place))
            break
    return found, {}, kept


def _broken(error: tomli.TOMLDecodeError, lines: list[str]) -> tuple[Mistake, range]:
    """Return what a parser's error means, and the rows to leave out from here on."""
    repeated = Positions("\n".join(lines)).repeated if error.msg.startswith("Cannot ") else ()
    if repeated:
        keys, place = repeated[0]
        name = ".".join(map(str, keys))
        message = f"{name!r} is written twice"
        mistake = Mistake("repeated-key", message, place, "keep one of them")
        return mistake, _rows(lines, place.line - 1)
    row = min(error.lineno, len(lines)) - 1
    column = error.colno - 1
    first = _statement(lines, row)
    if first < row and (_statement_begins(lines[row]) or not any(map(str.strip, lines[row:]))):
        # Something was opened and not closed, so the parser read on into what comes next.
        line = lines[first].rstrip()
        place = Range(first + 1, len(line) - len(line.lstrip()) + 1, first + 1, len(line) + 1)
        message = "broken TOML: what begins here is not closed"
        text = '"""' in line or "'''" in line
        rest = next(
            (at for at in range(first + 1, len(lines)) if _statement_begins(lines[at])), 0
        )
        return (
            Mistake("broken-toml", message, place),
            range(first, len(lines) if text or not rest else rest),
        )
    line = lines[row].rstrip()
    start = column if column < len(line) else len(line) - len(line.lstrip())
    message = f"broken TOML: {error.msg[:1].lower()}{error.msg[1:]}"
    place = Range(row + 1, start + 1, row + 1, max(len(line), start) + 1)
    return Mistake("broken-toml", message, place), _rows(lines, row)


def _statement(lines: list[str], row: int) -> int:
    """Return where the statement that ``row`` belongs to begins: all before it parses."""
    before = sum(map(len, lines[:row])) + 1
    longest = min(_LONGEST_STATEMENT, max(1, _MOST_PARSED // (_MOST_BROKEN_LINES * before)))
    for first in range(row, max(row - longest, -1), -1):
        try:
            tomli.loads("\n".join(lines[:first]))
        except tomli.TOMLDecodeError:
            continue
        return first
    return row


def _rows(lines: list[str], row: int) -> range:
    """Return what cannot be understood without ``row``: a header takes its table along."""
    if not _header(lines[row]):
        return range(row, row + 1)
    return range(row, next(_headers(lines, row + 1), len(lines)))


def _headers(lines: list[str], start: int) -> Iterator[int]:
    return (row for row in range(start, len(lines)) if _header(lines[row]))
