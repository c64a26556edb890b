"""How much text a feed holds."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver.messages import Language
from archiver.models import ArticleRecord
from archiver.models.browsing import ReadableArticle
from archiver.models.feeds import KeptArticle, LatestArticles
from archiver.site.feeds import FeedStyle, FeedSubject, make_feed
from archiver.site.links import PageLinks
from archiver.site.paging import paging_of

TIME = datetime(2026, 1, 1, tzinfo=UTC)
STYLE = FeedStyle(form="json", language=Language.ENGLISH, links=PageLinks("http://127.0.0.1:8765"), media_url=str)


class Posts:
    """Gives each article a text of this length, and collects which posts were rendered."""

    def __init__(self, length: int) -> None:
        self.rendered: list[str] = []
        self._length = length

    def __call__(self, each: KeptArticle, limit: int) -> ReadableArticle:
        if not limit:
            return ReadableArticle(is_cut=True, digest="摘要")
        self.rendered.append(each.article.key)
        return ReadableArticle(html="x" * self._length, digest="摘要")


def texts_of_feed(posts: Posts) -> list[str]:
    """The texts in a document of 50 articles."""
    articles = [
        ArticleRecord(key=f"K:{n}:1", url="", title="", account="", archived=TIME, state_seen=TIME) for n in range(50)
    ]
    part = LatestArticles(articles=tuple(KeptArticle(article=each, kept=TIME) for each in articles), total=50)
    return [entry.html for entry in make_feed(FeedSubject(kind="all"), part, paging_of(1, 50), STYLE, posts).entries]


def test_document_renders_no_more_posts_when_it_is_full() -> None:
    posts = Posts(100_000)
    texts = texts_of_feed(posts)
    assert posts.rendered == [f"K:{n}:1" for n in range(20)]
    assert texts[:20] == ["x" * 100_000] * 20
    for n, text in enumerate(texts[20:], 20):
        assert text.startswith("<p>摘要</p>")
        assert f'href="http://127.0.0.1:8765/articles/K:{n}:1"' in text


def test_text_too_long_for_its_entry_counts_for_the_document() -> None:
    posts = Posts(400_000)
    texts = texts_of_feed(posts)
    assert len(posts.rendered) == 5
    assert [text for text in texts if "x" * 1000 in text] == []


def test_usual_texts_are_whole() -> None:
    posts = Posts(30_000)
    assert texts_of_feed(posts) == ["x" * 30_000] * 50
