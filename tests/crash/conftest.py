"""A scratch directory and a farm for every test here that asks for one."""

from __future__ import annotations

from tests.farm import farm, scratch

__all__ = ["farm", "scratch"]
