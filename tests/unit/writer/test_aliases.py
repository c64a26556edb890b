"""Former addresses of posts: what they are, and under which key each site generator reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.writer.aliases import address_on_site, with_aliases
from archiver.writer.profiles import SiteOptions, get_profile

POST, PUBLISHED = "_posts/2024-05-01-茶.md", datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        (None, "/2024/05/01/茶.html"),
        ("{{ site.baseurl }}/{slug}/", "/茶/"),
        ("/blog/{year}/{slug}", "/blog/2024/茶"),
        ("https://example.org/{year}/{slug}.html", "/2024/茶.html"),
        ("{slug}.md", ""),
        ("{{site.url}}/{slug}/", ""),
        ("https://[/{slug}", ""),
    ],
)
def test_address_on_site_is_a_decoded_path_from_its_root(pattern: str | None, address: str) -> None:
    profile = get_profile("jekyll", SiteOptions(post_url=pattern))
    assert address_on_site(profile, POST, PUBLISHED) == address


@pytest.mark.parametrize(
    ("profile", "path", "address"),
    [
        ("hugo", "content/posts/Tea.md", "/posts/tea/"),
        ("hexo", "source/_posts/茶.md", "/2024/05/01/茶/"),
        ("obsidian", "WeChat/茶.md", ""),
        ("markdown", "articles/茶.md", ""),
    ],
)
def test_address_on_site_of_each_profile(profile: str, path: str, address: str) -> None:
    assert address_on_site(get_profile(profile, SiteOptions()), path, PUBLISHED) == address


def test_address_on_site_that_needs_an_unknown_date_is_empty() -> None:
    assert address_on_site(get_profile("hexo", SiteOptions()), "source/_posts/茶.md", None) == ""


@pytest.mark.parametrize(
    ("profile", "key"),
    [("jekyll", "redirect_from"), ("hugo", "aliases"), ("hexo", "alias"), ("obsidian", None), ("other", None)],
)
def test_with_aliases_uses_the_key_of_the_profile(profile: str, key: str | None) -> None:
    assert with_aliases({"a": 1}, profile, ["/b/"]) == ({"a": 1, key: ["/b/"]} if key else {"a": 1})


@pytest.mark.parametrize(
    ("named", "found"), [(["/c/", "/b/"], ["/c/", "/b/"]), ("/c/", ["/c/", "/b/"]), (None, ["/b/"])]
)
def test_with_aliases_keeps_those_of_the_settings_first(named: object, found: list[str]) -> None:
    assert with_aliases({"aliases": named}, "hugo", ["/b/"]) == {"aliases": found}


def test_with_aliases_without_addresses_changes_nothing() -> None:
    assert with_aliases({"aliases": None}, "hugo", ()) == {"aliases": None}
