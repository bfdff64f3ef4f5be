"""Play every script in a real terminal and draw it: ``make recordings``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import blocks
from tests.docs.session import Session
from tests.recordings.drawing import drawn
from tests.recordings.scripts import SCRIPTS, picture, typed
from tests.recordings.terminal import played

for script in SCRIPTS:
    with tempfile.TemporaryDirectory(prefix="me-") as home:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environ = {"PATH": path, "LC_ALL": "C.UTF-8", "HOME": home}
        os.environ.update(environ)
        found = blocks(script.read_text(encoding="utf-8"))
        for block in found:
            if block.language == "setup":
                Session(home, Path(home)).prepare(block.text)
        shown = played(typed(found), Path(home), environ)
        picture(script).write_text(drawn(shown, f"dotstream: {script.stem}"), encoding="utf-8")
