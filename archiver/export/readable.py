"""Article → a page that shows it by itself: the body as it is, its pictures by `src`, no script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from archiver.document import text
from archiver.document.allowlist import ATTRIBUTES, SCHEMES, TAGS
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


def readable_page(article: Article, moved: Mapping[str, str]) -> str:
    """The whole page; media that `moved` names stand under the address it gives."""
    return _PAGE.format(title=escape(article.title), about=_about(article), body=_clean(article.body, moved))


def _about(article: Article) -> str:
    """Account, author, day, and where it was read."""
    day = f"{article.published.astimezone(CHINA):%Y-%m-%d %H:%M}" if article.published else ""
    link = f'<a href="{escape(article.url)}">{escape(article.url)}</a>' if article.url else ""
    said = (escape(article.account), escape(article.author), day, link)
    return " · ".join(part for part in said if part)


def _clean(body: str, moved: Mapping[str, str]) -> str:
    """The body by a closed list of tags and attributes, whatever a page found a way to put into it."""
    import nh3

    def attribute(_tag: str, name: str, value: str) -> str:
        return moved.get(value, value) if name in ("src", "poster") else value

    return nh3.clean(
        body, tags=TAGS, attributes=_ATTRIBUTES, url_schemes=SCHEMES, link_rel=None, attribute_filter=attribute
    )


def plain_text(article: Article) -> str:
    """What the body says, for a player's search."""
    return text.plain_text(article.body, separator=" ")
