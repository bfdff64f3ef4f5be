"""The Python reference says what the library is, all of it."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from tests.docs.pages import ROOT
from tests.docs.python_api import FUNCTIONS, SECTIONS, WORDS, reference

import dotstream

_UNIONS = {"Event", "IgnoreRules", "Item", "Resolve", "WhichRule"}
"""Names of types that are only put together from others."""

PAGE = (ROOT / "docs/reference/python-api.md").read_text()


def test_the_reference_page_is_what_the_library_says() -> None:
    assert reference() == PAGE


def test_every_public_name_is_described() -> None:
    described = {each.__name__ for classes in SECTIONS.values() for each in classes}
    described |= {
        *WORDS,
        *dotstream._NAMES["errors"].split(),
        *dotstream._NAMES["model.remedies"].split(),
        *(each.__name__ for each in FUNCTIONS),
    }
    assert set(dotstream.__all__) - described == {"__version__", *_UNIONS}
    assert "`dotstream.__version__`" in PAGE


def test_all_is_sorted_and_real() -> None:
    assert dotstream.__all__ == sorted(dotstream.__all__)
    assert [name for name in dotstream.__all__ if not hasattr(dotstream, name)] == []


def test_every_public_method_says_what_it_is_for() -> None:
    silent = [
        f"{each.__name__}.{name}"
        for classes in SECTIONS.values()
        for each in classes
        for name, value in vars(each).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or isinstance(value, (property, classmethod)))
        and not inspect.getdoc(value)
    ]
    assert silent == []


@pytest.mark.parametrize("name", WORDS)
def test_types_of_a_few_words_are_listed_by_the_model(name: str) -> None:
    homes = [module for module in dotstream._NAMES if module.startswith("model.")]
    found = [home for home in homes if hasattr(import_module(f"dotstream.{home}"), name)]
    assert found != []
