"""Replace embedded content that Markdown cannot express (players, polls, mini programs …) by cards.

A card is a short piece of HTML with the kind, title, author, cover image and link of the content, and a player if there
is a file to play. No embedded element disappears silently: one of an unknown kind becomes a card of what its attributes
say, and a warning names it. Advertisements, cards that ask to follow the article's own account, and private notes are
dropped and reported (docs/reference/wechat-format.md#10-cards-films-sound).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace as altered
from functools import partial
from itertools import islice

from lxml import etree

from archiver import urls
from archiver.extractor.passes.attributes import plain, read_attributes
from archiver.extractor.passes.card import Card, attributes_of, card_html
from archiver.extractor.passes.card_readers import READERS, iframe_card, read_card
from archiver.extractor.passes.tree import CARD, Element, beginning, drop, elements, holds, replace
from archiver.extractor.videos import Video
from archiver.messages.message import message
from archiver.models import Media, MediaKind, Removal

_ADVERTISEMENT, _PRIVATE_NOTE = message("a shop's advertisement"), message("a private note")
_LEFT_OUT = {
    "mp-common-cpsad": _ADVERTISEMENT,
    "mpcps": _ADVERTISEMENT,
    "mp-common-blockquote": _PRIVATE_NOTE,  # WeChat shows it to its author alone, as 私密备注
}
_FOLLOW_CARDS = ("mp-common-profile", "mpprofile")
# Marks of WeChat's editor, which show nothing of their own.
_EDITOR_MARKS = frozenset(("mp-style-type", "mpchecktext", "mp-pay-preview-filter", "mp-caret"))
# The beginnings of the names of WeChat's elements. MathML has names that begin with `mp`, too.
_WECHAT_NAMES = ("mp", "wx-open-", "qqmusic", "redpacketcover", "finder_", "finder-", "weapp-", "weapp_", "window_")
_MATHML_NAMES = frozenset(("mpadded", "mphantom", "mprescripts"))
_PLAYERS = frozenset(("iframe", "embed", "object", "video", "audio"))
_CHINESE = re.compile("[\u3400-\u9fff]")
_SHOWN = ("img", "image", "svg", "iframe", "video", "audio", "table", "hr", CARD)
_FRAMES = ("iframe", "embed", "object")
_WITH_FALLBACK = (*_FRAMES, "video", "audio")  # their text is for browsers that cannot show them
# The kinds of a card that is a word in a sentence, as an attribute says: a product (`data-cardtype`), a song.
_INLINE_PRODUCT = ("mp-common-product", "2")
_INLINE_SONG = "mp-common-plain-music"
_MAX_TEXT = 1000  # characters of the text in an element that are compared with its card
_MAX_TEXTS = 2000  # and its number of text nodes
_is_long = etree.XPath(f"string-length() > {_MAX_TEXT} or count(descendant::text()) > {_MAX_TEXTS}")
_MAX_TAG = 60  # characters of a tag that a card or warning shows
_MAX_NAMED = 10  # number of unknown elements that a warning names


def make_cards(videos: Iterable[Video], accounts: Collection[str] = ()) -> Callable[[Element], Iterator[Removal]]:
    """Return a function that replaces each embedded element (player, poll, mini program …) in a body by a card.

    The function takes the tree of the body and changes it in place. In the tree, a card is an element with the tag
    CARD, whose attribute `html` is the HTML of the card. Advertisements and elements without content are dropped, and
    the function returns a Removal for each.

    Args:
        videos: The videos listed in the data of the page. An embedded video gets its title and address from there.
        accounts: The ids (biz) of the article's own accounts. Cards that ask to follow them are dropped.
    """
    return partial(_make_cards, {video.id: video for video in videos}, [_unpadded(biz) for biz in accounts])


def _make_cards(videos: dict[str, Video], accounts: list[str], body: Element) -> Iterator[Removal]:
    """Replace each embedded element (player, poll, mini program …) in `body` by a card.

    In the tree, a card is an element with the tag CARD, whose attribute `html` is the HTML of the card. Drop
    advertisements and elements without content, and return a Removal for each, in the order of the page.

    Args:
        videos: The videos listed in the data of the page, by id.
        accounts: The ids of the article's own accounts, without padding.
        body: The tree of the body, which is changed in place.
    """
    removals: list[Removal] = []
    for element in reversed(_embedded(body)):  # inner ones first, so that an outer one shows their cards
        tag = str(element.tag)
        if tag in _EDITOR_MARKS or _is_word(element):
            continue
        if reason := _reason_to_leave_out(element, accounts):
            name = element.get("data-nickname") or element.get("data-name") or ""
            removals.append(Removal(step="make_cards", reason=reason, text=plain(name)))
            _leave(element)
            continue
        read = READERS.get(tag)
        if read is None and tag not in _FRAMES:
            if card := _card_of_unknown(element):
                _put(element, card, unknown=tag[:_MAX_TAG])
            continue
        card = read(element) if read else iframe_card(element, videos)
        if card is not None:
            _put(element, card)
            continue
        if not holds(element, CARD):
            reason = message("{tag} that shows nothing", tag=tag)
            removals.append(Removal(step="make_cards", reason=reason, text=beginning(element, 80)))
        _leave(element)
    return reversed(removals)


def _embedded(body: Element) -> list[Element]:
    """Return the elements of a body that are embedded content or may be, in document order.

    Most custom elements of others (with a hyphen) are marks of editors. Only those may be embedded content that are
    empty but for attributes with data.
    """
    tags = {str(element.tag) for element in body.iterdescendants(etree.Element)}
    chosen = [tag for tag in tags if tag in _PLAYERS or "-" in tag or tag.startswith(_WECHAT_NAMES)]
    found = body.iterdescendants(*chosen) if chosen else ()
    return [element for element in found if not _is_mark(element)]


def _is_mark(element: Element) -> bool:
    tag = str(element.tag)
    if tag in _PLAYERS or tag.startswith(_WECHAT_NAMES):
        return tag in _MATHML_NAMES
    return len(element) > 0 or bool(element.text) or not any(str(name).startswith("data-") for name in element.attrib)


def _is_word(element: Element) -> bool:
    """Return True if an embedded element is a word in a sentence, with its text inside. Then the text just stays."""
    is_word = element.tag == _INLINE_SONG or (element.tag, element.get("data-cardtype")) == _INLINE_PRODUCT
    return is_word and bool(beginning(element, 1))


def _reason_to_leave_out(element: Element, accounts: list[str]) -> str:
    """Return why an embedded element is no part of the article; '' if it is one.

    A card that shows an account is one that asks to follow the article's own account, unless its id is another's.
    """
    if element.tag not in _FOLLOW_CARDS:
        return _LEFT_OUT.get(str(element.tag), "")
    biz = _unpadded(element.get("data-id", ""))
    is_foreign = biz and accounts and biz not in accounts
    return "" if is_foreign else message("an account's follow card")


def _card_of_unknown(element: Element) -> Card | None:
    """Return the card of an element of an unknown kind; None if the page shows no more of it than its content.

    An element of WeChat's that shows nothing at all has a card with its tag, so that it is not overlooked. Of custom
    elements of others, most are marks of editors; one has a card only if its attributes speak Chinese.
    """
    tag = str(element.tag)
    if not tag.startswith(_WECHAT_NAMES):
        return read_card("嵌入内容", element) if any(map(_CHINESE.search, _words(element))) else None
    if not _shows_more(element, Card(kind="")):
        card = read_card("微信卡片", element)
        return card if card.title else altered(card, title=tag[:_MAX_TAG])
    words = list(_words(element))
    text = beginning(element, _MAX_TEXT) if words else ""
    return None if all(word in text for word in words) else read_card("微信卡片", element)


def _words(element: Element) -> Iterator[str]:
    found = read_attributes(element)
    yield from filter(None, (found.title, found.name, found.detail, *found.others))


def _shows_more(element: Element, card: Card) -> bool:
    """Return True if an embedded element contains something that `card` does not say: text, images, other elements.

    It belongs to the article. Often the parser has put it into the element only because the element's end tag is
    missing in the page.
    """
    if not len(element) and not element.text:
        return False
    if holds(element, *_SHOWN) or _is_long(element):
        return True
    return not all(card.says(str(text)) for text in islice(element.itertext(), _MAX_TEXTS))


def _leave(element: Element, card: Card | None = None) -> None:
    """Drop an embedded element, but leave in its place what it contains, unless this is a repetition of `card`.

    The content stays in a `<span>` and is not moved, since elements without end tags may be nested hundreds deep.
    """
    own = ("p", "img", "h1", "h2", "h3") if card else ("p", "img", "h1", "h2", "h3", CARD)
    is_fallback = element.tag in _WITH_FALLBACK and not holds(element, *own)
    if not is_fallback and _shows_more(element, card or Card(kind="")):
        element.tag = "span"
        element.attrib.clear()
    else:
        drop(element)


def card_media(body: Element) -> Iterator[Media]:
    """Yield a Media for each audio file, video file and cover image of the cards in a body.

    `body` is the tree after the pass `make_cards`, which has put the cards into it.
    """
    for element in body.iter(CARD):
        if source := element.get("source"):
            kind = MediaKind(element.get("player", ""))
            yield Media(url=source, kind=kind, tries=(source,), size=int(element.get("size", "0")))
        if cover := element.get("cover"):
            yield Media(url=cover, tries=urls.candidates(cover) or (cover,))


def unknown_tags(body: Element) -> Counter[str]:
    """Return the tags of the embedded elements of unknown kinds for which a body has cards, with their numbers.

    `body` is the tree after the pass `make_cards`, which has put the cards into it.
    """
    return Counter(element.get("unknown", "") for element in body.iter(CARD) if element.get("unknown"))


def card_warnings(counts: Counter[str]) -> Iterator[str]:
    """Yield a warning if there are embedded elements of unknown kinds; it names them. `counts` is from unknown_tags."""
    if counts:
        named = [tag + (f" ({count} ×)" if count > 1 else "") for tag, count in counts.most_common(_MAX_NAMED)]
        more = len(counts) - _MAX_NAMED
        yield (
            message(
                "embedded content of an unknown kind became a card of what it says: {named} and {more} others",
                named=", ".join(named), more=more,
            )
            if more > 0
            else message(
                "embedded content of an unknown kind became a card of what it says: {named}", named=", ".join(named)
            )
        )  # fmt: skip


def _put(element: Element, card: Card, *, unknown: str = "") -> None:
    new = element.makeelement(CARD, {"html": card_html(card), **attributes_of(card)})
    if unknown:
        new.set("unknown", unknown)
    element.addprevious(new)
    _leave(element, card)


def _unpadded(biz: str) -> str:
    return biz.strip().rstrip("=")


def find_stickers(body: Element) -> None:
    """Replace WeChat's sticker elements (`<mp-common-sticker>`) by `<img>` elements.

    A sticker element without an image address is left unchanged.
    """
    for element in elements(body, "mp-common-sticker"):
        address = urls.media(element.get("data-emoji_url", ""))
        if address:
            replace(element, element.makeelement("img", {"src": address, "alt": "", "width": "100"}))
