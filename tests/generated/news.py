"""Move what ``docs/news`` has to the top of the changelog: ``python -m tests.generated.news``."""

from __future__ import annotations

from tests.docs.pages import ROOT

__all__ = ["with_news"]


def with_news(changelog: str, news: list[str]) -> str:
    """Return the changelog with news as items above the first topic of its first version."""
    items = "".join("- " + each.strip().replace("\n", "\n  ") + "\n" for each in news)
    before, topic, rest = changelog.partition("\n### ")
    return f"{before}\n{items}{topic}{rest}" if items else changelog


if __name__ == "__main__":
    files = sorted(set((ROOT / "docs/news").glob("*.md")) - {ROOT / "docs/news/README.md"})
    page = ROOT / "CHANGELOG.md"
    news = [file.read_text(encoding="utf-8") for file in files]
    page.write_text(with_news(page.read_text(encoding="utf-8"), news), encoding="utf-8")
    for file in files:
        file.unlink()
