"""A real Neovim for tests, driven over RPC, with the plugin and nothing of the user's.

Waiting is done inside the editor, with ``vim.wait`` on a condition; nothing here sleeps.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pynvim

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

__all__ = ["PLUGIN", "Neovim"]

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "extensions/nvim"

_PATIENCE = 180_000  # milliseconds
_LIFETIME = 380  # seconds

_PRELUDE = """
_G.notes, _G.asked, _G.choices, _G.events = {}, {}, {}, {}
vim.notify = function(text, level)
  table.insert(_G.notes, { text = text, level = level or vim.log.levels.INFO })
end
-- A user who answers what the test said: a word that the item as shown begins with.
vim.ui.select = function(items, options, on_choice)
  local format = options.format_item or tostring
  local shown = vim.tbl_map(format, items)
  table.insert(_G.asked, { prompt = options.prompt, items = shown })
  local wanted = table.remove(_G.choices, 1)
  for index, text in ipairs(shown) do
    if wanted and vim.startswith(text, wanted) then
      return on_choice(items[index], index)
    end
  end
  on_choice(nil)
end
vim.api.nvim_create_autocmd("User", {
  pattern = "Dotstream*",
  callback = function(event)
    table.insert(_G.events, event.match)
  end,
})
"""


class Neovim:
    """One Neovim process.

    Args:
        directory: its working directory.
        setup: Lua that runs before the plugin is loaded.
        path: what ``PATH`` is; by default this environment's programs first.
        file: what it is started with, the plugin loaded by then as a user's would be.
        late: a file that is open before the plugin is loaded.
    """

    def __init__(
        self,
        directory: Path,
        *,
        setup: str = "",
        path: str | None = None,
        file: str | None = None,
        late: str | None = None,
    ) -> None:
        programs = os.path.dirname(sys.executable)
        environ = {
            "HOME": os.environ["HOME"],
            "PATH": path or f"{programs}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
            "XDG_CONFIG_HOME": os.environ["XDG_CONFIG_HOME"],
            "XDG_DATA_HOME": os.environ["XDG_DATA_HOME"],
            "NVIM_LOG_FILE": os.devnull,
        }
        arguments = [
            *("env", "-i", "-C", str(directory), *(f"{k}={v}" for k, v in environ.items())),
            *(f"{programs}/nvim", "--embed", "--headless", "-u", "NONE", "-i", "NONE", "-n"),
        ]
        if file is not None:
            arguments += ["--cmd", f"set rtp^={PLUGIN} | filetype plugin on"]
            arguments += ["--cmd", "runtime plugin/dotstream.lua", file]
        self._nvim = pynvim.attach("child", argv=arguments)
        pid = self.lua("return vim.uv.os_getpid()")
        # One that waits for a key for ever answers no request, and no timeout interrupts that.
        self._end = threading.Timer(_LIFETIME, os.kill, (pid, signal.SIGKILL))
        self._end.daemon = True
        self._end.start()
        self.lua(_PRELUDE)
        self.lua(setup)
        if late is not None:
            self.command(f"edit {late}")
        self.command(f"set rtp^={PLUGIN}")
        self.command("filetype plugin on")
        self.command("runtime plugin/dotstream.lua")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.command("qa!")
        except (OSError, EOFError):
            pass  # it is gone, as it was told
        self._end.cancel()
        self._nvim.close()

    def lua(self, code: str, *arguments: object) -> Any:
        """Run Lua and return what it returns."""
        return self._nvim.exec_lua(code, *arguments)

    def command(self, command: str) -> None:
        """Run an Ex command."""
        self._nvim.command(command)

    def keys(self, keys: str) -> str:
        """Return keys as they are typed."""
        found: str = self.lua("return vim.keycode(...)", keys)
        return found

    def press(self, keys: str) -> None:
        """Type keys, mappings included, and wait until they are dealt with."""
        self.lua("vim.api.nvim_feedkeys(vim.keycode(...), 'mx', false)", keys)

    def press_when(self, condition: str, keys: str) -> None:
        """Type keys as soon as a Lua expression is true, before anything else happens."""
        press = "if met then vim.api.nvim_feedkeys(vim.keycode(a[1]), 'mx', false) end"
        self.wait(condition, keys, then=press)

    def wait(self, condition: str, *arguments: object, then: str = "") -> None:
        """Wait until a Lua expression is true; what was notified says why it is not."""
        met = self.lua(
            f"local a = {{...}} "
            f"local met = vim.wait({_PATIENCE}, function() return {condition} end, 2) "
            f"{then} return met",
            *arguments,
        )
        assert met, f"never: {condition}\n{self.notes()}\n{self.lines()[:50]}"

    def screen(self, width: int, height: int) -> None:
        """Attach a screen, so that everything is drawn."""
        self._nvim.ui_attach(width, height, rgb=True)

    def memory(self) -> float:
        """Return the resident memory of the editor, in MiB."""
        pid: int = self.lua("return vim.uv.os_getpid()")
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    # What is there to see ------------------------------------------------------------------

    def lines(self) -> list[str]:
        """Return the lines of the current buffer."""
        found: list[str] = self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")
        return found

    def notes(self) -> list[str]:
        """Return what was notified so far."""
        found: list[str] = self.lua("return vim.tbl_map(function(n) return n.text end, _G.notes)")
        return found

    def bar(self) -> str:
        """Return the winbar of the current window as it is shown."""
        found: str = self.lua(
            "return vim.api.nvim_eval_statusline(vim.wo.winbar, "
            "{ use_winbar = true, maxwidth = 500 }).str"
        )
        return found

    def marks(self, namespace: str) -> list[Any]:
        """Return the marks of a namespace in the current buffer, with their details."""
        found: list[Any] = self.lua(
            "return vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace(...), 0, -1, "
            "{ details = true })",
            namespace,
        )
        return found

    def virtual(self, namespace: str) -> list[str]:
        """Return the virtual text of the current buffer, one string a mark."""
        return [
            " ".join(
                chunk[0].strip()
                for chunks in (mark[3].get("virt_text", ()), *mark[3].get("virt_lines", ()))
                for chunk in chunks
            )
            for mark in self.marks(namespace)
            if {"virt_text", "virt_lines"} & set(mark[3])
        ]

    def complete(self, line: str) -> list[str]:
        """Return what a command line may be completed to."""
        found: list[str] = self.lua("return vim.fn.getcompletion(..., 'cmdline')", line)
        return found

    def choose(self, *answers: str) -> None:
        """Say what the user will answer to the next questions."""
        self.lua("_G.choices = ...", list(answers))

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions so far."""
        found: list[dict[str, Any]] = self.lua("return _G.asked")
        return found

    def events(self) -> Sequence[str]:
        """Return the names of the ``User`` events so far."""
        found: list[str] = self.lua("return _G.events")
        return found

    def server(self) -> int:
        """Return the process of the server, the only one that the editor has started."""
        child: int
        (child,) = self.lua("return vim.api.nvim_get_proc_children(vim.uv.os_getpid())")
        return child

    def kill_server(self) -> None:
        """Kill the server."""
        os.kill(self.server(), signal.SIGKILL)

    # The plan ------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, and wait until it has answered."""
        self.lua(
            "require('dotstream.server').ensure(vim.fn.getcwd(), function() _G.ready = true end)"
        )
        self.wait("_G.ready")

    def dotstream(self, words: str, state: str | None = None) -> None:
        """Run ``:Dotstream`` and, if given, wait until the plan shown is in a state."""
        self.command(f"Dotstream {words}".rstrip())
        if state is not None:
            self.until(state)

    def until(self, state: str) -> None:
        """Wait until the newest plan is in a state."""
        self.wait(f"{_NEWEST}.state == a[1]", state)

    def plan(self, expression: str) -> Any:
        """Return a field of the newest plan."""
        return self.lua(f"return {_NEWEST}{expression}")

    def line_with(self, text: str) -> int:
        """Put the cursor on the first line that holds ``text``, and return its number."""
        number = next(index for index, line in enumerate(self.lines(), 1) if text in line)
        self.lua("vim.api.nvim_win_set_cursor(0, { ..., 0 })", number)
        return number


_NEWEST = (
    "(function() local found = {}; "
    "local all = (package.loaded['dotstream.plan.session'] or {}).by_buffer or {}; "
    "for _, bufnr in ipairs(vim.fn.sort(vim.tbl_keys(all), 'n')) do found = all[bufnr] end; "
    "return found end)()"
)
