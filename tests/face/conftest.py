"""A farm for every test here."""

from __future__ import annotations

from tests.farm import farm, scratch

__all__ = ["farm", "scratch"]
