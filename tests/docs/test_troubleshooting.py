"""Whatever goes wrong, the page on troubleshooting has it."""

from __future__ import annotations

import pytest
from tests.docs.pages import ROOT

from dotstream import errors

PAGE = (ROOT / "docs/how-to/troubleshoot.md").read_text(encoding="utf-8")
KINDS = sorted(
    {
        each.kind
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.DotstreamError)
    }
    | {"bug"}
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_is_explained(kind: str) -> None:
    assert f"`{kind}`" in PAGE
