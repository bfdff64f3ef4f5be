"""Matching a regular expression in bounded time, whatever it is.

A program of small instructions is run over the text.  Where there is a choice, the preferred
one is tried first, as ``re`` does it, so that the answer is the same; but no instruction is
ever tried twice at the same place of the text, so that the work is at most their product.
References back to a group cannot be matched so.
"""

from __future__ import annotations

from importlib import import_module

from dotstream.light_typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.planner.backtracking import Tree

_parser: Any = import_module("re._parser")
_compiler: Any = import_module("re._compiler")

_UNLIMITED = 65_536  # repetitions; no text that is matched here is longer

_Kind: TypeAlias = Literal["char", "at", "either", "inner", "match"]


class TooLarge(ValueError):
    """The program would have more instructions than allowed."""


class TooLong(Exception):
    """Matching one text took more steps than allowed."""


class _Instruction(NamedTuple):
    """One instruction.

    Attributes:
        test: of ``char``, whether the character at a place fits; of ``at``, whether the
            place does; of ``inner``, whether what a group found is what is wanted.
        first: where to go on; of ``either``, what to try first; of ``inner``, the group.
        second: of ``either``, what to try then; of ``inner``, where to go on.
        back: of ``inner``, how far back the group begins; ``None`` if it takes what it matches.
    """

    kind: _Kind
    test: Callable[[str, int], object] | None = None
    first: int = 0
    second: int = 0
    width: int | None = None
    wanted: bool = True


class Automaton:
    """A regular expression as a program.

    Args:
        tree: the expression, without references to its groups.
        flags: those that it is compiled with.
        most: how many instructions it may have.

    Raises:
        TooLarge: it would have more.
    """

    __slots__ = ("_code", "_most", "_start", "_state")

    def __init__(self, tree: Tree, flags: int, *, most: int) -> None:
        self._code: list[_Instruction] = []
        self._most = most
        self._state = tree.state
        self._start = self._sequence(tree, flags, self._add(_Instruction("match")))

    def __len__(self) -> int:
        """Return how many instructions there are."""
        return len(self._code)

    def match(self, text: str, *, most: int) -> int:
        """Match at the start of a text.

        Args:
            most: how many steps that may take.

        Returns:
            The steps it took; below zero if it does not match.

        Raises:
            TooLong: it would take more.
        """
        run = _Run(self._code, text, most)
        end = run.end(self._start, 0)
        return -run.steps if end < 0 else run.steps

    # Making the program, from its end to its start ----------------------------------------

    def _add(self, instruction: _Instruction) -> int:
        if len(self._code) >= self._most:
            raise TooLarge
        self._code.append(instruction)
        return len(self._code) - 1

    def _sequence(self, tree: Tree, flags: int, then: int) -> int:
        for operator, argument in reversed(tree.data):
            then = self._part(str(operator), operator, argument, flags, then)
        return then

    def _part(self, name: str, operator: Any, argument: Any, flags: int, then: int) -> int:
        if name == "SUBPATTERN":
            _, added, removed, tree = argument
            return self._sequence(tree, (flags | added) & ~removed, then)
        if name == "BRANCH":
            starts = [self._sequence(branch, flags, then) for branch in argument[1]]
            return self._either(starts)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, body = argument
            greedy = name == "MAX_REPEAT"
            return self._repeat(least, most, body, flags, then, greedy=greedy)
        if name == "ATOMIC_GROUP":
            return self._inner(argument, flags, then)
        if name == "POSSESSIVE_REPEAT":
            repeat = _parser.SubPattern(self._state, [(_parser.MAX_REPEAT, argument)])
            return self._inner(repeat, flags, then)
        if name in ("ASSERT", "ASSERT_NOT"):
            direction, tree = argument
            width = tree.getwidth()[0] if direction < 0 else 0
            return self._inner(tree, flags, then, width=width, wanted=name == "ASSERT")
        kind: _Kind = "at" if name in ("AT", "FAILURE") else "char"
        one = _parser.SubPattern(self._state, [(operator, argument)])
        return self._add(_Instruction(kind, _compiler.compile(one, flags).match, then))

    def _either(self, starts: list[int]) -> int:
        last = starts.pop()
        while starts:
            last = self._add(_Instruction("either", None, starts.pop(), last))
        return last

    def _inner(
        self, tree: Tree, flags: int, then: int, *, width: int | None = None, wanted: bool = True
    ) -> int:
        start = self._sequence(tree, flags, self._add(_Instruction("match")))
        return self._add(_Instruction("inner", None, start, then, width, wanted))

    def _repeat(
        self, least: int, most: int, body: Tree, flags: int, then: int, *, greedy: bool
    ) -> int:
        def either(again: int) -> _Instruction:
            return _Instruction("either", None, *((again, then) if greedy else (then, again)))

        here = then
        if most >= _UNLIMITED:
            here = self._add(either(then))
            self._code[here] = either(self._sequence(body, flags, here))
            most = least
        for _ in range(most - least):
            here = self._add(either(self._sequence(body, flags, here)))
        for _ in range(least):
            here = self._sequence(body, flags, here)
        return here


class _Run:
    """One text being matched."""

    __slots__ = ("_code", "_found", "_length", "_most", "_text", "steps")

    def __init__(self, code: list[_Instruction], text: str, most: int) -> None:
        self._code, self._text, self._length, self._most = code, text, len(text), most
        self._found: dict[tuple[int, int], int] = {}  # what groups matched that are looked into
        self.steps = 0

    def end(self, start: int, place: int) -> int:
        """Return where the preferred match ends that begins here, or -1."""
        code, text, length = self._code, self._text, self._length
        waiting = [(start, place)]
        tried: set[tuple[int, int]] = set()
        while waiting:
            here = waiting.pop()
            if here in tried:
                continue
            tried.add(here)
            self.steps += 1
            if self.steps > self._most:
                raise TooLong
            at, place = here
            kind, test, first, second, _, _ = code[at]
            if kind == "char":
                if place < length and test is not None and test(text, place):
                    waiting.append((first, place + 1))
            elif kind == "either":
                waiting += ((second, place), (first, place))
            elif kind == "at":
                if test is not None and test(text, place):
                    waiting.append((first, place))
            elif kind == "match":
                return place
            else:
                after = self._after(code[at], place)
                if after >= 0:
                    waiting.append((second, after))
        return -1

    def _after(self, inner: _Instruction, place: int) -> int:
        """Return where to go on after a group that is looked into on its own, or -1."""
        begin = place - (inner.width or 0)
        key = (inner.first, begin)
        if key not in self._found:
            self._found[key] = -1 if begin < 0 else self.end(inner.first, begin)
        end = self._found[key]
        if inner.width is None:
            return end
        return place if (end >= 0) == inner.wanted else -1
