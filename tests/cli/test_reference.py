from __future__ import annotations

import os

from tests.cli.reference import reference

PAGE = os.path.join(os.path.dirname(__file__), "../../docs/reference/command-line.md")


def test_the_reference_page_is_what_the_program_says() -> None:
    with open(PAGE, encoding="utf-8") as file:
        assert file.read() == reference()
