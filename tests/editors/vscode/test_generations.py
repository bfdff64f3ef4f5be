"""A plan that is made anew, again and again: what is shown is what is pressed and applied."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

_LONG = bool(os.environ.get("DOTSTREAM_LONG"))
_ROUNDS = 50 if _LONG else 5
_CHOICES = min(_ROUNDS, 12)
"""As many as the window shows at once, with what is offered about each."""
_FILES = 400
_CONFLICTS = 300

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900 if _LONG else 400),
]


@contextmanager
def _busy() -> Iterator[None]:
    """Keep a core busy in the long run; the short one is beside other tests anyway."""
    if not _LONG:
        yield
        return
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            yield
        finally:
            busy.kill()


def _expected(farm: Farm, sum_: str, rows: dict[str, str]) -> list[str]:
    """Return the lines of a plan of the package ``big``, whose rows are there by name."""
    return [
        f"Plan: manage big · {farm.directory} → {farm.target}",
        sum_,
        "",
        f"             {farm.target}/",
        *(rows[name] for name in sorted(rows)),
    ]


def _link(name: str, remark: str = "") -> str:
    return f"  + link       {name} → ../stow/big/{name} (big){remark}"


async def test_a_plan_made_anew_shows_what_there_is_and_that_is_applied(
    workbench: Workbench, farm: Farm
) -> None:
    names = [f"file{number:03}" for number in range(_FILES)]
    farm.make({f"stow/big/{name}": name for name in names})
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "big")
    # A first plan that is still being made would meet the change that the next one is for.
    await workbench.settled(f"{_FILES} to link", "Apply")
    with _busy():
        for turn in range(_ROUNDS):
            # Another name, of the same length or not, somewhere else each time; and one more.
            at = turn * 37 % _FILES
            old, new = names[at], f"renamed{turn:03}"
            os.rename(f"{farm.directory}/big/{old}", f"{farm.directory}/big/{new}")
            names[at] = new
            names.append(f"added{turn:03}")
            farm.make({f"stow/big/{names[-1]}": ""})
            await workbench.run("Dotstream: Refresh Plan")
            sum_ = f"{len(names)} to link"
            wanted = _expected(farm, sum_, {name: _link(name) for name in names})
            lines = await workbench.settled(sum_, "Apply", title=wanted[0])
            assert lines == wanted, f"turn {turn}"
    await workbench.picture("generations")
    await workbench.apply(f"{len(names)} to link")
    await workbench.said(f"{len(names)} linked")
    assert sorted(farm.home()) == sorted(names)


async def test_each_choice_of_many_is_made_for_the_file_that_it_stands_above(
    workbench: Workbench, farm: Farm
) -> None:
    names = [f"file{number:03}" for number in range(_CONFLICTS)]
    farm.make({f"stow/big/{name}": "theirs" for name in names})
    farm.make({f"home/{name}": "mine" for name in names})
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    conflict = "package big wants a link here, but a file is in its place (big)"
    rows = {name: f"  ! conflict   {name}: {conflict}" for name in names}
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "big")
    await workbench.settled(f"{_CONFLICTS} conflicts", "Back up all")
    with _busy():
        for turn in range(1, _CHOICES + 1):
            name = names[turn]
            await workbench.click_above(name, "Overwrite")
            rows[name] = (
                f"  ~ move       {name} → the backup area (big) · Overwrite\n"
                f"{_link(name, ' · Overwrite')}"
            )
            left = _CONFLICTS - turn
            sum_ = f"{turn} to link, {turn} to move; {left} conflicts"
            wanted = _expected(farm, sum_, rows)
            lines = await workbench.settled(sum_, "Back up all", title=wanted[0])
            assert "\n".join(lines) == "\n".join(wanted), f"turn {turn}"
    await workbench.picture("choices")
    assert set(farm.home().values()) == {"file"}
    await workbench.nothing_blocks()
