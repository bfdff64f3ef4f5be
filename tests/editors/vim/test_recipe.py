"""The recipe for Vim, as it stands in the documentation, in a real Vim 9 with ALE."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from typing import TYPE_CHECKING

from tests.docs.test_editor_pages import recipe
from tests.editors.nvim.terminal import until
from tests.lsp.conftest import World

if TYPE_CHECKING:
    from pathlib import Path

_ALE = "/usr/share/vim-ale"
_TELL = """
function! Tell(timer) abort
  let l:found = ale#engine#GetLoclist(bufnr(''))
  if !empty(l:found)
    call writefile([json_encode(map(copy(l:found), '[v:val.linter_name, v:val.text]'))], 'part')
    call rename('part', 'told')
    qall!
  endif
endfunction
call timer_start(50, 'Tell', {'repeat': -1})
"""


def test_mistakes_in_the_configuration_are_shown(scratch_home: Path) -> None:
    world = World(scratch_home)
    (world.root / "dotstream.toml").write_text('foldin = "never"\n')
    vimrc = scratch_home / "vimrc"
    vimrc.write_text(
        f"set nocompatible rtp^={_ALE}\nfiletype plugin on\n{recipe('vim')}\n{_TELL}"
    )
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    tmux = ["tmux", "-S", "tmux", "-f", "/dev/null"]
    vim = ["vim", "-N", "-u", "vimrc", "-i", "NONE", "-n", "dotfiles/dotstream.toml"]
    environ = {**os.environ, "PATH": path, "TERM": "xterm"}
    subprocess.run([*tmux, "new-session", "-d", *vim], cwd=scratch_home, env=environ, check=True)
    try:
        until((scratch_home / "told").exists)
    finally:
        subprocess.run([*tmux, "kill-server"], cwd=scratch_home, check=False)
    told = json.loads((scratch_home / "told").read_text())
    assert told == [["dotstream", "unknown key 'foldin' (did you mean 'folding'?)"]]
