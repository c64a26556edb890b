"""Find the row of the article that a page shows, even if the page or the row has no ids.

WeChat's ids identify an article, and its key consists of them. But a page that a browser saved may have lost its
scripts, and the ids with them. Then its address tells the article, or its account, title and text.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from archiver.catalogue.rows import SUMMARY_COLUMNS, to_summary
from archiver.catalogue.schema import addresses, articles
from archiver.models import Article, ArticleSummary
from archiver.recognition import is_same_article


def find_article_id(connection: Connection, article: Article) -> int | None:
    """Return the id of the row of an article that was extracted from a page; None if it has no row.

    The row with the article's key is taken, else the one that `find_unkeyed_id` finds.
    """
    found: int | None = connection.execute(select(articles.c.id).where(articles.c.key == article.key)).scalar()
    return find_unkeyed_id(connection, article) if found is None else found


def find_unkeyed_id(connection: Connection, article: Article) -> int | None:
    """Return the id of an article's row whose key is not that of `article`; None if it has no such row.

    The first of these rows is taken, if `is_same_article` of archiver/recognition.py agrees:

    - The row with the same account, title and text, if there is only one such row.
    - A row to which the article's address leads.
    """
    with_text = [
        article_id for article_id, known in _with_same_text(connection, article)
        if is_same_article(article, known, shares_address=False)
    ]  # fmt: skip
    if len(with_text) == 1:
        return with_text[0]
    with_address = (
        article_id for article_id, known in _with_same_address(connection, article)
        if is_same_article(article, known, shares_address=True)
    )  # fmt: skip
    return next(with_address, None)


def _with_same_text(connection: Connection, article: Article) -> Iterator[tuple[int, ArticleSummary]]:
    query = select(articles.c.id, *SUMMARY_COLUMNS).where(articles.c.text_key == article.key_without_ids)
    for row in connection.execute(query.order_by(articles.c.id)):
        yield row[0], to_summary(row[1:])


def _with_same_address(connection: Connection, article: Article) -> Iterator[tuple[int, ArticleSummary]]:
    if not article.url:
        return
    query = select(articles.c.id, *SUMMARY_COLUMNS).join(addresses, addresses.c.article_id == articles.c.id)
    for row in connection.execute(query.where(addresses.c.url == article.url)):
        yield row[0], to_summary(row[1:])
