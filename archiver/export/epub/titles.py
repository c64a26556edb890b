"""Name a book by what was selected for it."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.export.epub.package import account_name
from archiver.export.epub.parts import Chapter
from archiver.export.epub.xml import one_line
from archiver.models.requests import ExportRequest

_MOST_ACCOUNTS = 3  # that are named


def book_title(chapters: Sequence[Chapter], request: ExportRequest) -> str:
    """Return the title of a book of these chapters: the album, source, tag or words of the request, or the accounts.

    A book of one article that was named has the title of the article. If days were chosen, those of the first and the
    last article follow.
    """
    query = request.articles
    if len(chapters) == 1 and request.only:
        return one_line(chapters[0].article.title)
    chosen = [query.album, query.source, f"#{query.tag}" if query.tag else "", query.title]
    title = " · ".join(one_line(words) for words in chosen if words.strip())
    if query.account or not title:
        title = " · ".join(filter(None, (_accounts(chapters), title)))
    days = sorted(chapter.day for chapter in chapters if chapter.day)
    if (query.since or query.until) and days:
        title += f"（{days[0]}）" if days[0] == days[-1] else f"（{days[0]} – {days[-1]}）"
    return title


def _accounts(chapters: Sequence[Chapter]) -> str:
    names = list(dict.fromkeys(account_name(chapter) for chapter in chapters))
    more = f" 等 {len(names)} 个公众号" if len(names) > _MOST_ACCOUNTS else ""
    return "、".join(names[:_MOST_ACCOUNTS]) + more
