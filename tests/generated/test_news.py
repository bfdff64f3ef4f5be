"""News of single changes become items of the changelog."""

from __future__ import annotations

from tests.generated.news import with_news

_PAGE = "# Changelog\n\n## 0.2 (unreleased)\n\nThe second.\n\n### Safety\n\n- One.\n"


def test_news_stand_above_the_first_topic_of_the_newest_version() -> None:
    assert with_news(_PAGE, ["Two\nlines.\n", "Another.\n"]) == _PAGE.replace(
        "### Safety", "- Two\n  lines.\n- Another.\n\n### Safety"
    )


def test_where_there_are_no_news_nothing_changes() -> None:
    assert with_news(_PAGE, []) == _PAGE
