"""The text of a page's post as the reader shows it."""

from __future__ import annotations

from archiver.errors import NotAnArticle
from archiver.export.post_html import PostAddresses, links_in, post_html
from archiver.extractor import extract
from archiver.models import Page
from archiver.search.post_text import parse_post
from archiver.writer.profiles.jekyll import JEKYLL
from archiver.writer.renderer import ProfileRenderer
from tests.support.pages import CAPTURED

ADDRESSES = PostAddresses(
    medium_of=lambda address: "/media/postimg/a.png" if address.endswith("/postimg/a.png") else "",
    link_of=lambda address: address if address.startswith(("http://", "https://", "mailto:")) else "",
    missing="没有",
)


def text_of(page: Page) -> str | None:
    """The HTML that the reader shows of a page's post; None for a page without an article."""
    try:
        article = extract(page)
    except NotAnArticle:
        return None
    post = parse_post(ProfileRenderer(profile=JEKYLL).render(article, {}, CAPTURED).text)
    links_in(post)
    return post_html(post, ADDRESSES)
