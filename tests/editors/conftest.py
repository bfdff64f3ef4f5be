"""What an editor loses is played once more, and told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.long import LONG


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have a scenario that fails in an editor played once more, in the short run.

    Editors are not ours, and lose a key or a click in thousands.  A long run, which is there
    to find what happens seldom, plays nothing again.
    """
    for item in items:
        if not LONG and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"failed once: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
