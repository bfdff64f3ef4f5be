"""Does what a scene does, in a process of its own: what is traced.

usage: ``python -m tests.crash.power.perform PART SCENE WITHOUT ROOT PACKAGES TARGET STATE``,
where the part is ``perform``, or ``kill`` for what comes before a recovery.
"""

from __future__ import annotations

import os
import sys

from tests.crash.power.ablation import ABLATIONS
from tests.crash.power.scenes import CUTS
from tests.crash.power.trace import UMASK
from tests.farm import Farm


def _main(part: str, name: str, without: str, root: str, *places: str) -> None:
    os.umask(UMASK)
    farm = Farm.__new__(Farm)
    farm.root = root
    farm.directory, farm.target, farm.state = places
    cut = CUTS[name]
    if without:
        ABLATIONS[without].take_out()
    with cut.conditions():
        if part == "kill":
            cut.kill(farm)
        else:
            cut.perform(farm)


if __name__ == "__main__":
    _main(*sys.argv[1:])
