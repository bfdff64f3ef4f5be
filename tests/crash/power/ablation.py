"""Flushes that can be taken out, each with a scene that needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dotstream.fs.change import Changes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ABLATIONS", "Ablation"]


@dataclass(frozen=True)
class Ablation:
    take_out: Callable[[], None]
    scene: str
    model: str


def _nothing(*_: object) -> None:
    pass


def _before_the_commit() -> None:
    vars(Changes)
    Changes.flush = _nothing


ABLATIONS: dict[str, Ablation] = {
    "the flush before a commit": Ablation(_before_the_commit, "many batches", "weak"),
}
