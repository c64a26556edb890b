"""Make a readable HTML page from an article: its body with header and style, without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from archiver.document import text
from archiver.document.allowlist import ATTRIBUTES, SCHEMES, TAGS, VALUES
from archiver.models import CHINA, Article

_ATTRIBUTES = {**ATTRIBUTES, "code": {"class"}}
_PAGE = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 42em; margin: 2em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.7 }}
img, video {{ max-width: 100% }}
figure {{ margin: 1em 0 }}
figcaption {{ text-align: center; font-size: .85em }}
pre {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ border: 1px solid; padding: .2em .5em }}
</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>{about}</p>
</header>
<article>
{body}
</article>
</body>
</html>
"""


def readable_page(article: Article, addresses: Mapping[str, str]) -> str:
    """Return a complete HTML page that shows an article.

    `addresses` maps addresses of media in the body to the addresses to write instead; all others are kept.
    """
    return _PAGE.format(title=escape(article.title), about=_byline(article), body=_sanitize(article.body, addresses))


def _byline(article: Article) -> str:
    """Return an HTML line with account, author, date and a link to the article, each only if known."""
    day = f"{article.published.astimezone(CHINA):%Y-%m-%d %H:%M}" if article.published else ""
    link = f'<a href="{escape(article.url)}">{escape(article.url)}</a>' if article.url else ""
    parts = (escape(article.account), escape(article.author), day, link)
    return " · ".join(part for part in parts if part)


def _sanitize(body: str, addresses: Mapping[str, str]) -> str:
    """Return the HTML `body` with only the tags and attributes that the allowlist permits.

    `addresses` maps addresses of media in the body to the addresses to write instead; all others are kept.
    """
    import nh3

    def attribute(_tag: str, name: str, value: str) -> str:
        return addresses.get(value, value) if name in ("src", "poster") else value

    return nh3.clean(
        body, tags=TAGS, attributes=_ATTRIBUTES, tag_attribute_values=VALUES, url_schemes=SCHEMES, link_rel=None,
        attribute_filter=attribute,
    )  # fmt: skip


def plain_text(article: Article) -> str:
    """Return the article's body as plain text, in which web archive players such as replayweb.page search."""
    return text.plain_text(article.body, separator=" ")
