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

import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from archiver.document.allowlist import ATTRIBUTES, SCHEMES, TAGS, VALUES
from archiver.document.soup import child_blocks
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.escape import entities
from archiver.writer.markdown.pictures import NO_TEXT

_MEDIA = ("src", "poster")
_ALONE = ("img", "br", "hr")
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


def figure_html(figure: Tag, addresses: LinkResolver) -> str:
    """Return a picture with its caption as one line of HTML. This also changes `figure`: its `<p>` is removed."""
    for paragraph in child_blocks(figure, "p"):
        paragraph.unwrap()
    return _one_line(str(figure), addresses)


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
    clean = nh3.clean(
        source, tags=TAGS, attributes=ATTRIBUTES, tag_attribute_values=VALUES, url_schemes=SCHEMES, link_rel=None
    )
    soup = BeautifulSoup(clean, "lxml")
    for player in soup.find_all("video"):
        if not addresses.is_local(str(player.get("src", ""))):
            poster = player.get("poster")
            player.name, player.attrs = ("img", {"src": poster, "alt": ""}) if poster else ("span", {})
    return "".join(_write(child, addresses) for child in (soup.body.children if soup.body else ()))


def _write(node: object, addresses: LinkResolver) -> str:
    if not isinstance(node, Tag):
        return _text(str(node)) if isinstance(node, NavigableString) else ""
    if node.name == "img" and addresses.is_too_long(str(node.get("src", ""))):
        return _text(str(node.get("alt", "")) or NO_TEXT)
    attributes = "".join(_attribute(name, value, addresses) for name, value in sorted(node.attrs.items()))
    opening = f"<{node.name}{attributes}>"
    if node.name in _ALONE:
        return opening
    return opening + "".join(_write(child, addresses) for child in node.children) + f"</{node.name}>"


def _attribute(name: str, value: object, addresses: LinkResolver) -> str:
    if name == "controls":
        return " controls"
    text = " ".join(value) if isinstance(value, list) else str(value)
    if name in _MEDIA:
        return f' {name}="{addresses.in_html(text)}"'
    if name == "href":
        return f' href="{addresses.link_in_html(text)}"'
    return f' {name}="{_HARMFUL.sub(lambda m: f"&#{ord(m[0])};", text)}"'


def _text(text: str) -> str:
    return entities(text).replace("\n", "&#10;")
