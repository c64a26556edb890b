"""site/links.py: the addresses of the reader's pages."""

from __future__ import annotations

from archiver.site.links import PageLinks


def test_links_of_an_article_keep_the_key_readable() -> None:
    assert PageLinks().article("MzUx==:22:1") == "/articles/MzUx==:22:1"
    assert PageLinks("/read").article("a/b?#%..", "captures") == "/read/articles/a%2Fb%3F%23%25../captures"


def test_links_to_lists_leave_out_empty_conditions() -> None:
    assert PageLinks().listing(account="甲 &", tag="") == "/articles?account=%E7%94%B2+%26"
    assert PageLinks().listing(tag="") == "/articles"


def test_links_to_media_are_escaped() -> None:
    assert PageLinks("/read").media('postimg/a "b.png') == "/read/media/postimg/a%20%22b.png"
