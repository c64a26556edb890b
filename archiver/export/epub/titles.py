"""Name a book by what was selected for it, and the accounts of its articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archiver.export.epub.parts import Chapter
from archiver.export.epub.xml import display_name
from archiver.models.requests import ExportRequest

_MOST_ACCOUNTS = 3  # that are named
_UNKNOWN = "公众号不详"


def book_title(chapters: Sequence[Chapter], request: ExportRequest) -> str:
    """Return the title of a book of these chapters: the album, source, tag or words of the request, or the accounts.

    A book of one article that was named has the title of the article. If days were chosen, those of the first and the
    last article follow.
    """
    query = request.articles
    if len(chapters) == 1 and request.only:
        return display_name(chapters[0].article.title)
    chosen = [query.album, query.source, f"#{query.tag}" if query.tag else "", query.title]
    title = " · ".join(display_name(words) for words in chosen if words.strip())
    if query.account or not title:
        title = " · ".join(filter(None, (list_accounts(chapters), title)))
    days = sorted(chapter.published_day for chapter in chapters if chapter.published_day)
    if (query.since or query.until) and days:
        title += f"（{days[0]}）" if days[0] == days[-1] else f"（{days[0]} – {days[-1]}）"
    return title


def list_accounts(chapters: Sequence[Chapter]) -> str:
    """Return the names of the accounts of chapters, that of most chapters first; of many only the first ones."""
    names = account_names(chapters)
    more = f" 等 {len(names)} 个公众号" if len(names) > _MOST_ACCOUNTS else ""
    return "、".join(names[:_MOST_ACCOUNTS]) + more


def account_names(chapters: Sequence[Chapter]) -> list[str]:
    """Return the names of the accounts of chapters, that of most chapters first."""
    counts = Counter(account_name(chapter) for chapter in chapters)
    return sorted(counts, key=lambda name: (-counts[name], name))


def account_name(chapter: Chapter) -> str:
    """Return the name of a chapter's account in one line."""
    return display_name(chapter.article.account) if chapter.article.account.strip() else _UNKNOWN
