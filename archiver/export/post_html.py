"""Turn the Markdown of a post into HTML that a reader can show, whoever wrote the post.

Only the tags and attributes of a closed list are left. Every address is replaced by what the caller gives for it, so
the result loads nothing that the caller does not name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING

from archiver.document.allowlist import ATTRIBUTES, TAGS
from archiver.search.post_text import ParsedPost

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ATTRIBUTES = {tag: names - {"class"} for tag, names in ATTRIBUTES.items()}
_CLASSES = {"div": {"wechat-card"}}
_SCROLLED = {"tabindex": "0"}  # what is wider than the page is scrolled by keyboard, too
# One attribute a tag: several would come in another order at each call, and files of `site` in other bytes.
_ADDED = {"img": {"loading": "lazy"}, "pre": _SCROLLED, "table": _SCROLLED}
_SCHEMES = {"http", "https", "mailto"}
_REMOTE = "#remote:"  # stands before the address of a medium that is not in the archive, until it becomes a link
_ATTRIBUTE_LIST = r'((?: [a-z:-]+="[^"]*")*)'
_TAG = re.compile(rf"<([a-z][a-z0-9]*{_ATTRIBUTE_LIST})>")
_IMAGE = re.compile(rf"<img{_ATTRIBUTE_LIST}>")
_RECORDING = re.compile(rf"<(audio|video){_ATTRIBUTE_LIST}>.*?</\1>", re.DOTALL)
_SOURCE = re.compile(r' src="([^"]*)"')
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_FIRST_LEVEL = 2  # of headings: the page of the reader has the title as its heading of level 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PostAddresses:
    """The addresses to write in place of those in a post.

    `medium_of` takes the address of a medium and returns the address of its file, '' if the archive has none. `link_of`
    takes the address of a link and returns the address to write, '' if the link must lead nowhere. `missing` is the
    text of the link to a medium that the archive does not have.
    """

    medium_of: Callable[[str], str]
    link_of: Callable[[str], str]
    missing: str


def links_in(post: ParsedPost) -> list[str]:
    """Return the addresses of all links of a post, each once."""
    return list(dict.fromkeys(_links(post.tokens)))


def post_html(post: ParsedPost, addresses: PostAddresses) -> str:
    """Return the HTML of a post without its front matter and the block that names the source."""
    import nh3

    def attribute(_tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return addresses.link_of(value) or None
        if name in ("src", "poster"):
            found = addresses.medium_of(value)
            return found or (f"{_REMOTE}{value}" if name == "src" else None)
        return value

    tokens = list(post.tokens)
    _lower_headings(tokens)
    rendered = _renderer().renderer.render(tokens, _renderer().options, {})
    cleaned = nh3.clean(
        rendered, tags=TAGS, attributes=_ATTRIBUTES, allowed_classes=_CLASSES, set_tag_attribute_values=_ADDED,
        url_schemes=_SCHEMES, link_rel=None, attribute_filter=attribute,
    )  # fmt: skip
    cleaned = _TAG.sub(_with_escaped_attributes, cleaned)
    cleaned = _RECORDING.sub(lambda found: _shown(found, found[2], addresses.missing), cleaned)
    return _IMAGE.sub(lambda found: _shown(found, found[1], addresses.missing), cleaned)


def _with_escaped_attributes(tag: re.Match[str]) -> str:
    """Return a start tag without `<` and `>` in its attributes, where older versions of nh3 leave them."""
    return f"<{tag[1].replace('<', '&lt;').replace('>', '&gt;')}>"


def _shown(found: re.Match[str], attributes: str, missing: str) -> str:
    """Return an element for a medium as it is if its file is in the archive, otherwise a link to its address."""
    source = _SOURCE.search(attributes)
    address = unescape(source[1]) if source else ""
    if address and not address.startswith(_REMOTE):
        return found[0]
    address = address.removeprefix(_REMOTE)
    if not address.startswith(("https://", "http://")):
        return f'<span class="missing">{escape(missing)}</span>'
    return f'<a class="missing" href="{escape(address)}">{escape(missing)}</a>'


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _links(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "link_open":
            yield str(token.attrs.get("href", ""))
        elif token.type in ("html_inline", "html_block"):
            for groups in _HREF.findall(token.content):
                yield unescape("".join(groups))
        yield from _links(token.children or ())


def _lower_headings(tokens: Sequence[Token]) -> None:
    """Give the headings the levels 2, 3 … in the order of their own levels, without gaps."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = {tag: level for level, tag in enumerate(sorted({token.tag for token in headings}), _FIRST_LEVEL)}
    for token in headings:
        token.tag = f"h{min(levels[token.tag], 6)}"
