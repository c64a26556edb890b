"""Write one line of HTML, which every engine keeps, for blocks that Markdown cannot express.

There are five such blocks:

- tables that are not simple,
- numbered lists whose items are not 1, 2, 3 and so on,
- pictures with a caption,
- cards, the boxes shown in place of embedded players and mini programs,
- code that contains `{% endraw %}`, since in Markdown it would end the `{% raw %}` block around the code.

The HTML is sanitized by nh3, which keeps only the tags and attributes of an allowlist. In text, every special character
of Liquid, Markdown and kramdown is written as an entity, so no engine interprets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import nh3
from bs4.element import Tag

from archiver.document.allowlist import ATTRIBUTES, SCHEMES, TAGS, VALUES
from archiver.document.html import parse_attributes
from archiver.document.soup import child_blocks
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.escape import entities
from archiver.writer.markdown.pictures import NO_TEXT

_CLEANER = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, tag_attribute_values=VALUES, url_schemes=SCHEMES, link_rel=None
)
_MEDIA = ("src", "poster")
_PIECE = re.compile(r"([^<]+)|(</[^>]*>)|<([a-z0-9]+)((?: [a-z]+=\"[^\"]*\")*)>")
_HARMFUL = re.compile(r"[&<>\"'{}|`\n]")


def element_html(element: Tag, addresses: LinkResolver) -> str:
    """Return a table or list as one line of HTML.

    If a cell or list item contains just one paragraph, the `<p>` around this paragraph is removed. This also changes
    `element` itself.
    """
    for part in element.find_all(["td", "th", "li"]):
        blocks = child_blocks(part)
        if len(blocks) == 1 and blocks[0].name == "p":
            blocks[0].unwrap()
    return _one_line(str(element), addresses)


def figure_html(picture: str, caption: str, addresses: LinkResolver) -> str:
    """Return a picture with its caption, both canonical HTML, as one line of HTML."""
    return _one_line(f"<figure>{picture}<figcaption>{caption}</figcaption></figure>", addresses)


def card_html(inside: str, addresses: LinkResolver) -> str:
    """Return a card, the box shown in place of an embedded player or mini program, as one line of HTML.

    `inside` is the canonical HTML between the tags of the card's `<div>`.
    """
    return _one_line(f'<div class="wechat-card">{inside}</div>', addresses)


def code_html(code: str) -> str:
    """Return code as one line of HTML, `<pre><code>…</code></pre>`, with line breaks written as `&#10;`.

    `code` is plain text. This is used for code that contains `{% endraw %}`. Other code is written as Markdown, if
    necessary between `{% raw %}` and `{% endraw %}`.
    """
    return "<pre><code>" + _text(code) + "</code></pre>"


def _one_line(source: str, addresses: LinkResolver) -> str:
    """Return the HTML `source` sanitized and on one line.

    `addresses` provides the addresses to write in place of those in `source`. A video without a saved file is replaced
    by its poster image, since the address of a video expires. Without a poster it becomes an empty `<span>`.
    """
    return "".join(_pieces(_CLEANER.clean(source), addresses))


def _pieces(clean: str, addresses: LinkResolver) -> Iterator[str]:
    """Yield the text and tags of sanitized HTML as they are written in a post.

    A regular expression reads it four times as fast as a parser, and loses nothing: the sanitizer closes every element
    and writes every attribute in quotes.
    """
    for text, end_tag, name, written in _PIECE.findall(clean):
        if text:
            yield _text(unescape(text))
        elif end_tag:
            yield "" if end_tag == "</video>" else end_tag
        elif name == "video":
            yield _player(parse_attributes(written), addresses)
        else:
            yield _element(name, parse_attributes(written), addresses)


def _player(attributes: dict[str, str], addresses: LinkResolver) -> str:
    if addresses.is_local(attributes.get("src", "")):
        return _element("video", attributes, addresses) + "</video>"
    poster = attributes.get("poster")
    return _element("img", {"src": poster, "alt": ""}, addresses) if poster else "<span></span>"


def _element(name: str, attributes: dict[str, str], addresses: LinkResolver) -> str:
    """Return the start tag of an element, or the text that stands for an image whose address is too long for a post."""
    if name == "img" and addresses.is_too_long(attributes.get("src", "")):
        return _text(attributes.get("alt") or NO_TEXT)
    return f"<{name}{''.join(_attribute(*named, addresses) for named in sorted(attributes.items()))}>"


def _attribute(name: str, value: str, addresses: LinkResolver) -> str:
    if name == "controls":
        return " controls"
    if name in _MEDIA:
        return f' {name}="{addresses.in_html(value)}"'
    if name == "href":
        return f' href="{addresses.link_in_html(value)}"'
    return f' {name}="{_HARMFUL.sub(lambda m: f"&#{ord(m[0])};", value)}"'


def _text(text: str) -> str:
    return entities(text).replace("\n", "&#10;")
