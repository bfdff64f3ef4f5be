"""Cuts the power in many states of many scenes, and prints how many are wrong.

usage: ``python -m tests.crash.power.survey [--states N] [--seed N] [--only TEXT] [MODEL ...]``
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.crash.power.play import played
from tests.crash.power.scenes import CUTS
from tests.crash.power.states import MODELS

if TYPE_CHECKING:
    from tests.crash.power.states import Model


def _main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=400, help="of each scene and model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="scenes with this in their name")
    parser.add_argument("models", nargs="*", help="all four, if none is named")
    chosen = parser.parse_args(words)
    models: tuple[Model, ...] = tuple(m for m in MODELS if m in chosen.models) or MODELS
    tried: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for name in CUTS:
        if chosen.only in name:
            for model, found in _surveyed(name, models, chosen.seed, chosen.states).items():
                tried[model] += chosen.states
                bad[model] += found
    for model in models:
        _say(f"all, {model}: {bad[model]} bad of {tried[model]}")
    return 1 if bad.total() else 0


def _surveyed(name: str, models: tuple[Model, ...], seed: int, count: int) -> dict[Model, int]:
    with played(name) as play:
        if play is None:
            _say(f"{name}: skipped, there is no second file system here")
            return {}
        faults = {model: list(play.faults(model, seed, count)) for model in models}
    _say(f"{name}: " + ", ".join(f"{model} {len(faults[model])} of {count}" for model in models))
    for found in faults.values():
        for fault in found[:2]:
            _say(f"    {fault.replay}: {fault.what}")
    return {model: len(found) for model, found in faults.items()}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
