"""Write an article as a chapter of a book: where it is from, then its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from archiver.export.epub.package import LANGUAGE, page, xhtml
from archiver.export.epub.parts import Chapter
from archiver.export.epub.titles import account_name
from archiver.export.epub.xhtml import append_html, book_link
from archiver.export.epub.xml import append, display_name
from archiver.models import CHINA
from archiver.models.browsing import ReadableArticle

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_NO_TEXT = "正文缺失：文章的文件不在了。"

STYLE = """
body { margin: 0 5%; line-height: 1.7; overflow-wrap: break-word; }
h1 { font-size: 1.4em; line-height: 1.4; margin: 1em 0 .6em; }
h2, h3, h4, h5, h6 { font-size: 1.1em; line-height: 1.4; margin: 1.2em 0 .5em; }
h1, h2, h3, h4, h5, h6 { page-break-after: avoid; break-after: avoid; }
p { margin: .7em 0; }
img { max-width: 100%; height: auto; }
.figure { margin: .7em 0; }
.figcaption { text-align: center; font-size: .85em; }
blockquote { margin: .8em 0; padding-left: .8em; border-left: 3px solid #999; }
pre { white-space: pre-wrap; font-size: .85em; padding: .6em; border: 1px solid #999; }
table { border-collapse: collapse; margin: .8em 0; font-size: .9em; }
th, td { border: 1px solid #999; padding: .2em .5em; }
ins { text-decoration: underline; }
header { margin-bottom: 1.6em; padding-bottom: .6em; border-bottom: 1px solid #999; }
header p { margin: .15em 0; font-size: .85em; }
.wechat-card { margin: .8em 0; padding: .5em .8em; border: 1px solid #999; }
.missing { font-style: italic; }
.cover { text-align: center; margin: 0; }
.cover img { max-height: 100%; }
nav ol { list-style-type: none; padding-left: 1em; }
nav li { margin: .4em 0; }
#landmarks { display: none; }
"""


def chapter_file(key: str) -> str:
    """Return the name of the chapter's file of the article with this key, which is the same in every book."""
    return f"a{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}.xhtml"


def picture_file(path: str, ending: str) -> str:
    """Return the name of a picture's file in a book. `path` is that of its file in the archive."""
    return f"i{sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}.{ending}"


def chapter_page(chapter: Chapter, text: ReadableArticle) -> bytes:
    """Return the page of a chapter."""
    title = display_name(chapter.article.title)
    root, body = page(title, text.language if _LANGUAGE_TAG.fullmatch(text.language) else LANGUAGE)
    header = append(body, "header")
    append(header, "h1", title)
    for label, value in _about(chapter, text):
        append(header, "p", f"{label}：{value}")
    if address := book_link(chapter.article.url):
        line = append(header, "p", "原文：")
        append(line, "a", address, href=address)
    section = append(body, "section")
    if text.is_missing:
        append(section, "p", _NO_TEXT, class_="missing")
    append_html(section, text.html)
    return xhtml(root)


def _about(chapter: Chapter, text: ReadableArticle) -> Iterator[tuple[str, str]]:
    """Yield the lines at the head of a chapter: what each is about, and what it says."""
    yield "公众号", account_name(chapter)
    if text.author.strip():
        yield "作者", display_name(text.author)
    if published := chapter.article.published:
        yield "日期", f"{published.astimezone(CHINA):%Y-%m-%d %H:%M}"
    for label, values in (("标签", text.tags), ("合集", text.albums), ("来源", (chapter.article.source,))):
        if shown := [display_name(value) for value in values if value.strip()]:
            yield label, "、".join(shown)
