"""The page of the extension in VS Code, as it was installed from the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

_SHOWN = "images => images.filter((image) => image.complete && image.naturalWidth > 0).length"


async def test_the_pictures_of_the_readme_show(workbench: Workbench, farm: Farm) -> None:
    await workbench.open(farm.root)
    await workbench.run("Extensions: Show Installed Extensions")
    await workbench.page.locator(".extension-list-item", has_text="dotstream").first.click()
    shown = 0
    while shown < 3:  # the test's own time is the limit
        frames = workbench.page.frames
        counts = [await frame.locator("img").evaluate_all(_SHOWN) for frame in frames]
        shown = max(counts)
        await workbench.page.wait_for_timeout(100)
    await workbench.picture("page")
    await workbench.nothing_blocks()
