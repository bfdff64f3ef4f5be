"""A plan of a million operations in a real Neovim with a screen: how long is its loop held?

Run with ``python -m tests.bench.neovim``.  A timer of a millisecond notes the longest gap
between two of its ticks while the plan streams in, which is how long a key would wait.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.editors.nvim.neovim import Neovim
from tests.lsp.conftest import World

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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    files = parser.parse_args().files
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base) as scratch:
        home = Path(scratch)
        os.environ["HOME"] = scratch
        for name in ("STATE", "CONFIG", "DATA"):
            os.environ[f"XDG_{name}_HOME"] = f"{scratch}/.xdg/{name.lower()}"
        world = World(home)
        world.grow("big", files)
        with Neovim(world.root) as nvim:
            nvim.screen(120, 40)
            nvim.dotstream("plan manage zsh", "planned")  # everything is loaded by then
            before = nvim.memory()
            nvim.lua(_WATCH)
            began = time.monotonic()
            nvim.lua(_DRAWN, "big")
            nvim.wait("_G.drawn ~= nil")
            while nvim.plan(".state") != "planned" or "big" not in nvim.bar():
                time.sleep(0.02)
            took = time.monotonic() - began
            held = nvim.lua(_GAPS)
            print(f"{files:,} files: {nvim.bar().strip()}")
            drawn = nvim.lua("return _G.drawn")
            print(f"first row drawn after {drawn:.0f} ms, all in {took:.1f} s")
            print(f"{nvim.lua('return vim.api.nvim_buf_line_count(0)'):,} lines in the buffer")
            print(f"resident memory {before:.0f} MB before, {nvim.memory():.0f} MB after")
            for what, (median, p99, longest) in zip(
                ("loop held, by the clock", "by its own computing"), held, strict=True
            ):
                print(f"{what}: median {median:.1f}, p99 {p99:.1f}, longest {longest:.1f} ms")
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
