"""The hash for names and plans, without what ``hashlib`` brings along.

That loads OpenSSL, which takes as long as starting the planner does.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
