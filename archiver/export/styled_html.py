"""Write a styled article as one HTML document: for the reader, for a site, and as a file of its own.

The document runs no script and loads nothing but pictures of its own origin or folder. It is light, also where the
reader prefers dark pages: articles have colours that were chosen for a white page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from archiver.extractor.styled import StyledPage
from archiver.extractor.styled.rules import AROUND, BODY_ID
from archiver.models import CHINA, Article

EMBEDDED_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# `file:` is for a document that is opened from a folder; there, browsers differ in what they take for 'self'.
POLICY = EMBEDDED_POLICY.replace("data:", "'self' file: data:")
_WIDTH = 677  # px, the width of the column in which WeChat shows an article

_DOCUMENT = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="{scheme}">
<title>{title}</title>
<base target="_blank">
<style>{base}</style>
<style>{rules}</style>
</head>
<body>
<header class="archiver-heading">
<h1>{title}</h1>
<p>{about}</p>
</header>
{opening}
{body}
{closing}{footer}
</body>
</html>
"""

_TYPED = ", ".join(f".archiver-type-{kind}" for kind in ("text", "picture", "short", "video", "audio"))  # not styled

_BASE = f"""
body {{ margin: 0; padding: 20px 16px 40px; color: #222; background: #fff; font: 17px/1.6 system-ui, -apple-system,
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: break-word; }}
.archiver-heading, .archiver-footer, #{AROUND[0][0]} {{ max-width: {_WIDTH}px; margin: 0 auto; }}
.archiver-heading h1 {{ margin: 0 0 14px; font-size: 22px; line-height: 1.4; font-weight: 500; }}
.archiver-heading p, .archiver-footer {{ margin-bottom: 22px; font-size: 15px; color: #767676; }}
a {{ color: #576b95; text-decoration: none; }}
#{BODY_ID} {{ position: relative; isolation: isolate; contain: paint; overflow: hidden; text-align: justify; }}
#{BODY_ID} * {{ max-width: 100%; box-sizing: border-box; overflow-wrap: break-word; }}
#{BODY_ID} p {{ margin: 0; clear: both; min-height: 1em; }}
#{BODY_ID} :is(h1, h2, h3, h4, h5, h6) {{ margin: 0; font-size: inherit; font-weight: 400; }}
#{BODY_ID} :is(ul, ol) {{ margin: 0; padding-left: 2.2em; }}
#{BODY_ID} li > p {{ min-height: 0; }}
#{BODY_ID} blockquote {{ margin: 0; padding-left: 10px; border-left: 3px solid #dbdbdb; color: rgba(0, 0, 0, .5); }}
#{BODY_ID} hr {{ border: 0; border-top: 1px solid #e2e2e2; }}
#{BODY_ID} table {{ border-collapse: collapse; margin-bottom: 10px; }}
#{BODY_ID} :is(td, th) {{ padding: 5px 10px; border: 1px solid #ddd; word-break: break-word; }}
#{BODY_ID} img {{ max-width: 100% !important; height: auto !important; vertical-align: bottom; }}
#{BODY_ID} pre {{ overflow-x: auto; margin: 0; }}
.code-snippet__fix {{ margin: 10px 0; padding: 1em; background: #f7f7f7; font: 14px/1.7 monospace; }}
.code-snippet__fix pre {{ font: inherit; white-space: pre; }}
.code-snippet__fix code {{ display: block; }}
.code-snippet__line-index {{ display: none; }}
.archiver-card {{ display: block; margin: 10px 0; padding: 12px; border: 1px solid #e2e2e2; border-radius: 6px; }}
.archiver-card > img, .archiver-card > a > img {{ display: block; max-height: 240px; margin-bottom: 8px; }}
.archiver-missing {{ display: inline-block; padding: 0 8px; border: 1px dashed #bbb; color: #767676; }}
#{BODY_ID}:is({_TYPED}) {{ text-align: start; }}
:is({_TYPED}) p {{ margin-bottom: .8em; }}
:is({_TYPED}) p > img {{ display: block; margin: 10px auto; }}
@media screen and (max-width: 700px) {{ #{BODY_ID} {{ overflow-x: auto; }} }}
@page {{ size: A4; margin: 18mm 16mm; }}
@media print {{
  body {{ padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  img, tr, .archiver-card {{ break-inside: avoid; }} h1, h2, h3, h4 {{ break-after: avoid; }}
  pre {{ white-space: pre-wrap !important; }}
}}
"""
_DARK = f"""
@media screen and (prefers-color-scheme: dark) {{
  body {{ color: #d0d0d0; background: #191919; }}
  a {{ color: #7d90a9; }}
  #{BODY_ID} {{ background: #fff; color: #222; filter: invert(.9) hue-rotate(180deg); }}
  #{BODY_ID} :is(img, image) {{ filter: invert(1) hue-rotate(180deg); }}
}}
"""


def styled_document(page: StyledPage, article: Article, url_of: Callable[[str], str], *, dark: bool = False) -> str:
    """Return the HTML document of a styled article.

    Args:
        page: The article as its page shows it.
        article: The metadata for the heading.
        url_of: Called with the address of each picture in the page. Returns the address to write, relative to the
            document or on its own server, or as a `data:` address; '' for a picture that is not there.
        dark: Whether the document is dark for readers who prefer that. Colours are then inverted, except in pictures.
    """
    written: list[str] = []

    def noted(address: str) -> str:
        written.append(url_of(address))
        return written[-1]

    body = page.body_html(noted)
    is_embedded = all(url.startswith("data:") for url in written if url)
    return _DOCUMENT.format(
        policy=escape(EMBEDDED_POLICY if is_embedded else POLICY), scheme="light dark" if dark else "light",
        title=escape(article.title),
        base=_BASE + (_DARK if dark else ""), rules=page.css, about=" · ".join(_about(article)),
        opening=_opening(page), body=body, closing="</div>" * (len(AROUND) + 1),
        footer=_footer(article),
    )  # fmt: skip


def _about(article: Article) -> Iterator[str]:
    """Yield the parts of the line below the title as HTML: account, author, date, place, the original's address."""
    yield from map(escape, filter(None, (article.account, article.author)))
    if article.published:
        yield f"{article.published.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if article.location:
        yield escape(article.location)
    if article.reprint and (article.reprint.account or article.reprint.author):
        yield f"转载自 {_linked(article.reprint.url, article.reprint.account or article.reprint.author)}"
    if article.url:
        yield _linked(article.url, "原文")


def _footer(article: Article) -> str:
    lines = [escape(article.statement)] if article.statement else []
    lines += [_linked(article.source_url, "阅读原文")] if article.source_url else []
    return f'\n<footer class="archiver-footer">{"<br>".join(lines)}</footer>' if lines else ""


def _linked(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>' if address else escape(text)


def _opening(page: StyledPage) -> str:
    around = [*AROUND, (BODY_ID, f"rich_media_content archiver-type-{page.article.type} {page.classes}".rstrip())]
    ids = (f' id="{name}"' if name else "" for name, _ in around)
    return "".join(f'<div{name} class="{escape(classes)}">' for name, (_, classes) in zip(ids, around, strict=True))
