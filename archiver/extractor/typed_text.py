"""Convert the texts that posts have in place of a formatted body to HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from archiver.extractor.relative_links import absolute_link

_LINK_TAG = re.compile(r"(<a\s[^<>]*>|</a\s*>|</?mp-common-[a-z-]{1,30}(?:\s[^<>]*)?>)", re.I)
# A link that WeChat's script replaces by an embedded element with the same attributes, such as a product.
_EMBEDDED = re.compile(r"<a(?=\s)([^<>]*\stagname\s*=\s*[\"']?(mp-[a-z-]{1,40})(?=[\"'\s>])[^<>]*>)", re.I)
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_BLOCK = re.compile(r"<(/?)(p|section|div|h[1-6]|[uo]l|blockquote|table|pre|figure)(?=[\s/>])", re.I)
_MARK = re.compile(r"<(/?)(span|strong|b|em|i|u|s|del|ins|sup|sub|font)(?=[\s>])", re.I)
_VOID = re.compile(r"<(?:br\s*/?>|img\s)", re.I)


def text_to_html(text: str) -> str:
    """Convert the plain text of an article to HTML with one `<p>` for each paragraph.

    Articles of the types `text`, `picture`, `video` and `audio` have such a text in place of HTML.

    - Empty lines separate paragraphs. Other line feeds become `<br>`.
    - Links (`<a href=…>`) that lead out of the page, see absolute_link, are kept. A link over several lines becomes one
      per line.
    - Of other links, only the text is kept.
    - Embedded elements of WeChat's, such as `<mp-common-shoptag>`, are kept.
    - Everything else is escaped.
    """
    escaped = "".join(_escaped_with_links(_with_line_feeds(text)))
    paragraphs = (lines.strip("\n") for lines in re.split(r"\n[ \t]*\n", escaped))
    return "".join(f"<p>{lines.replace(chr(10), '<br>')}</p>" for lines in paragraphs if lines.strip())


def text_or_markup_to_html(text: str) -> str:
    """Convert the text of an article of the type `video` or `audio`, which may be plain text or HTML, to HTML.

    - A text with blocks, such as `<p>…</p>`, is HTML already and is returned unchanged.
    - A text with other markup, such as `<strong>…</strong>`, `<br>` or an image, becomes one `<p>`. Its line feeds
      become `<br>`, since WeChat's script shows it in this way.
    - Any other text is converted by `text_to_html`.
    """
    if has_blocks(text):
        return text
    if _has_pair(_MARK, text) or _VOID.search(text):
        return f"<p>{_with_line_feeds(text.strip()).replace(chr(10), '<br>')}</p>"
    return text_to_html(text)


def has_blocks(text: str) -> bool:
    """Return True if a text is the HTML of a formatted body: it has an element that is a block, such as `<p>…</p>`.

    A start tag alone does not count, since authors of plain text write about tags.
    """
    return _has_pair(_BLOCK, text)


def _has_pair(tags: re.Pattern[str], text: str) -> bool:
    """Return True if `text` has both a start tag and an end tag of the same name.

    Group 1 of `tags` is the slash of an end tag, and group 2 is the name of the tag.
    """
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for match in tags.finditer(text):
        names[bool(match[1])].add(match[2].lower())
    return bool(names[True] & names[False])


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _escaped_with_links(text: str) -> Iterator[str]:
    """Yield the parts of `text` as HTML: links are kept as in text_to_html, and the rest is escaped."""
    href = embedded = ""
    for part in _LINK_TAG.split(text):
        is_tag = part[:1] == "<" and _LINK_TAG.fullmatch(part) is not None
        if is_tag and part.lstrip("</")[:2].lower() == "mp":
            yield part
        elif is_tag and part[1] == "/":
            yield f"</{embedded}>" if embedded else ""
            href = embedded = ""
        elif is_tag:
            found, match = _EMBEDDED.match(part), _HREF.search(part)
            embedded = found[2] if found else ""
            href = absolute_link(match[1] or match[2] or "") if match and not found else ""
            yield f"<{embedded}{found[1]}" if found else ""
        elif href:
            lines = part.split("\n")
            yield "\n".join(f'<a href="{escape(href)}">{escape(line)}</a>' if line.strip() else "" for line in lines)
        else:
            yield escape(part, quote=False)
