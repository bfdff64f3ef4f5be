"""What is made from another file is as that file is now."""

from __future__ import annotations

import pytest
from tests.generated.files import FILES, ROOT


@pytest.mark.parametrize("path", FILES)
def test_it_is_as_its_source_is(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == FILES[path](), (
        "write it again with: python -m tests.generated"
    )
