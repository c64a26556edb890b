"""Small pages in the shape WeChat sends them, for tests that read pages without fetching them."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver.extractor.page import ParsedPage
from archiver.models import Page

CAPTURED = datetime(2026, 1, 2, tzinfo=UTC)


def page_of(html: str, url: str = "", final_url: str = "", saved: bool = False) -> Page:
    return Page(source="page.html", url=url, final_url=final_url, content=html.encode(), captured=CAPTURED, saved=saved)


def article_html(script: str = "", cgi: str = "", head: str = "", body: str = "<p>正文</p>", top: str = "") -> str:
    """An article page: `script` is what stands in an inline script, `cgi` the inside of cgiDataNew's braces."""
    data = f"<script h5only>window.cgiDataNew = {{{cgi}}};</script>" if cgi else ""
    return (
        f'<!DOCTYPE html><html><head>{head}</head><body id="activity-detail" class="mm_appmsg">'
        f'<div id="js_article"><div id="img-content">{top}'
        f'<div class="rich_media_content" id="js_content" style="visibility: hidden;">{body}</div></div>'
        '<div id="js_tags_preview_toast">预览时标签不可点</div></div>'
        f"<script>{script}</script>{data}</body></html>"
    )


def reading_of(html: str, url: str = "") -> ParsedPage:
    return ParsedPage.of(page_of(html, url))
