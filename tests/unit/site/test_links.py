"""site/links.py: the addresses of the reader's pages."""

from __future__ import annotations

from archiver.site.links import Links


def test_links_of_an_article_keep_the_key_readable() -> None:
    assert Links().article("MzUx==:22:1") == "/articles/MzUx==:22:1"
    assert Links("/read").article("a/b?#%..", "captures") == "/read/articles/a%2Fb%3F%23%25../captures"


def test_links_to_lists_leave_out_empty_conditions() -> None:
    assert Links().listing(account="甲 &", tag="") == "/articles?account=%E7%94%B2+%26"
    assert Links().listing(tag="") == "/articles"


def test_links_to_media_are_escaped() -> None:
    assert Links("/read").media('postimg/a "b.png') == "/read/media/postimg/a%20%22b.png"
