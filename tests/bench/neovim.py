"""A plan of a million operations in a real Neovim with a screen: how long is its loop held?

Run with ``python -m tests.bench.neovim``.  A timer of a millisecond notes the longest gap
between two of its ticks while the plan streams in, which is how long a key would wait.
Memory is what the plan adds to the editor's.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.bench.report import keeping, tell
from tests.bench.run import farm_of
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.farms import Farm
    from tests.bench.results import Samples

_WATCH = """
local function cpu()
  local used = vim.uv.getrusage()
  return (used.utime.sec + used.stime.sec) * 1e3 + (used.utime.usec + used.stime.usec) / 1e3
end
_G.gaps, _G.cpus = {}, {}
local last, last_cpu = vim.uv.hrtime(), cpu()
_G.watch = vim.uv.new_timer()
_G.watch:start(1, 1, function()
  local now, used = vim.uv.hrtime(), cpu()
  table.insert(_G.gaps, (now - last) / 1e6)
  table.insert(_G.cpus, used - last_cpu)
  last, last_cpu = now, used
end)
"""

_DRAWN = """
local name = ...
_G.drawn = nil
vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace("bench"), {
  on_win = function(_, _, bufnr)
    local row = vim.api.nvim_buf_get_lines(bufnr, 1, 2, false)[1] or ""
    if not _G.drawn and row:find("(" .. name .. ")", 1, true) then
      _G.drawn = (vim.uv.hrtime() - _G.began) / 1e6
    end
  end,
})
_G.began = vim.uv.hrtime()
vim.cmd.Dotstream({ args = { "plan", "manage", name } })
"""

_GAPS = """
_G.watch:stop()
local found = {}
for _, list in ipairs({ _G.gaps, _G.cpus }) do
  table.sort(list)
  table.insert(found, { list[math.ceil(#list / 2)], list[math.ceil(#list * 0.99)], list[#list] })
end
return found
"""


def measured(links: int) -> Iterator[Samples]:
    """Plan so many links in the editor."""
    with farm_of("wide", links) as farm:
        place = farm.empty()
        place.configure()
        os.makedirs(f"{farm.directory}/zsh")
        Path(farm.directory, "zsh/dot-zshrc").touch()
        environ = place.env | {
            f"XDG_{name}_HOME": f"{place.root}/{name.lower()}" for name in ("CONFIG", "DATA")
        }
        with patch.dict(os.environ, environ), Neovim(Path(farm.directory)) as nvim:
            nvim.screen(120, 40)
            nvim.dotstream("plan manage zsh", "planned")  # everything is loaded by then
            yield {f"neovim/wide/{links}/ram": _planned(nvim, farm)}


def _planned(nvim: Neovim, farm: Farm) -> dict[str, dict[str, list[float]]]:
    (package,) = farm.packages
    before = nvim.memory()
    nvim.lua(_WATCH)
    began = time.monotonic()
    nvim.lua(_DRAWN, package)
    nvim.wait("_G.drawn ~= nil")
    while nvim.plan(".state") != "planned" or package not in nvim.bar():
        time.sleep(0.02)
    took = time.monotonic() - began
    clock, computing = nvim.lua(_GAPS)
    return {
        "Neovim": {"wall": [took], "memory": [nvim.memory() - before]},
        "Neovim, first row drawn": {"wall": [nvim.lua("return _G.drawn") / 1000]},
        "Neovim, a key waits": _times(clock),
        "Neovim, its own computing": _times(computing),
    }


def _times(found: list[float]) -> dict[str, list[float]]:
    return {name: [time] for name, time in zip(("p50", "p99", "longest"), found, strict=True)}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=1_000_000)
    keeping(parser)
    options = parser.parse_args()
    tell(measured(options.links), options.keep)


if __name__ == "__main__":
    main()
