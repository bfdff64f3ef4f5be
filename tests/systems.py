"""What tests need of the system that they run on, and macOS has not."""

from __future__ import annotations

import os
import sys

import pytest

__all__ = ["MACOS", "any_bytes", "attributes", "processes"]

MACOS = sys.platform == "darwin"

any_bytes = pytest.mark.skipif(MACOS, reason="names are UTF-8 on macOS")
processes = pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="only /proc tells what a process has"
)
attributes = pytest.mark.skipif(
    not hasattr(os, "setxattr"), reason="Python has no extended attributes on macOS"
)
