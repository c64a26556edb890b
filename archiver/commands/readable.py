"""Show one article to a reader: the text of its post as HTML, and the articles before and after it."""

from __future__ import annotations

import threading
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import replace
from html import escape

from archiver import urls
from archiver.archive.lookup import require_article
from archiver.archive.post_content import read_post_content
from archiver.context import Context
from archiver.errors import NotWeChat
from archiver.export.post_html import PostAddresses, links_in, post_html
from archiver.models import ArticleRecord
from archiver.models.browsing import ReadableArticle, ReaderAddresses
from archiver.search.post_text import ParsedPost, parse_front_matter, parse_post
from archiver.urls import parse_target

MOST_SHOWN = 300_000  # characters of a post that a page shows; at worst they cost some 3 s and 250 MB
_LARGE = 100_000  # characters; a post that has more is rendered alone, since each costs memory
_HEAD = 100_000  # characters of a post that is too long, in which its front matter is looked for
_BEGINNING = 20_000  # characters that are shown of it
_MAX_LINKS = 500  # of a post that are looked up in the catalogue
_one_large_post = threading.Lock()


def readable(
    context: Context, named: str | ArticleRecord, addresses: ReaderAddresses, limit: int | None = None
) -> ReadableArticle:
    """Return the text of an article's post as HTML, as its file is now, even if a person edited it.

    Links to articles of the archive lead to `addresses.article_url` of their keys. All other links that do not lead to
    the web are removed. Media of the archive have the address `addresses.media_url` of their paths; others become
    links. Of a post with more than `limit` characters only the beginning is returned, as plain text. Raise InputError
    if the archive has no such article.
    """
    catalogue = context.archive.require_catalogue()
    article = named if isinstance(named, ArticleRecord) else require_article(catalogue, named, context.settings)
    here = read_post_content(context.archive.root, article.post)
    content = context.archive.files.posts.latest(here, article.digest)
    if content is None:
        return ReadableArticle(is_missing=True)
    post_text = content.decode("utf-8", errors="replace")
    if limit is not None and len(post_text) > limit:
        return _beginning(post_text)
    with _one_large_post if len(post_text) > _LARGE else nullcontext():
        return _rendered(context, post_text, addresses)


def _beginning(content: str) -> ReadableArticle:
    """Return the beginning of the text of a post as it is written."""
    post, text = parse_front_matter(content[:_HEAD])
    return _article(post, f"<pre>{escape(text.strip()[:_BEGINNING])}</pre>\n", is_cut=True)


def _rendered(context: Context, content: str, addresses: ReaderAddresses) -> ReadableArticle:
    profile = context.archive.profile
    post = parse_post(profile.portable(content))
    keys = keys_of_links(context, links_in(post)[:_MAX_LINKS])

    def link_of(address: str) -> str:
        if key := keys.get(address):
            return addresses.article_url(key)
        return address if address.startswith(("http://", "https://", "mailto:")) else ""

    def medium_of(address: str) -> str:
        path = profile.medium_at(address)
        return addresses.media_url(path) if path else ""

    article = _article(
        post, post_html(post, PostAddresses(medium_of=medium_of, link_of=link_of, missing=addresses.missing))
    )
    return replace(article, unresolved=tuple(link for link, key in keys.items() if not key))


def _article(post: ParsedPost, html: str, *, is_cut: bool = False) -> ReadableArticle:
    return ReadableArticle(
        html=html, is_cut=is_cut, tags=post.tags, albums=post.albums, author=str(post.origin.get("author") or ""),
        digest=str(post.origin.get("digest") or ""), language=str(post.values.get("lang") or ""),
    )  # fmt: skip


def keys_of_links(context: Context, links: Collection[str]) -> dict[str, str]:
    """Return the keys of the articles to which links of posts lead, by the links.

    The key is '' if the archive does not have the article. Links that can lead to no article are left out.
    """
    browsing = context.archive.catalogue.browsing
    canonical = {link: url for link in links if (url := _canonical_url(link))}
    published = {link: name for link in links if (name := context.archive.profile.published_name_at(link))}
    by_url = browsing.articles_at(canonical.values()) if canonical else {}
    by_name = browsing.articles_published_as(published.values()) if published else {}
    keys = {link: by_url.get(url, "") for link, url in canonical.items()}
    return keys | {link: by_name.get(name, "") for link, name in published.items()}


def _canonical_url(link: str) -> str:
    try:
        return parse_target(link).url if urls.HOST in link else ""
    except NotWeChat:
        return ""
