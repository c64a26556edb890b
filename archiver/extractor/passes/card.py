"""Write a card as HTML: the short text that stands in a post for embedded content that Markdown cannot express.

Every value in the HTML is escaped here. The writer later replaces the addresses of media in it by those of saved files.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape

from archiver.extractor.passes.tree import Element


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The values that a card shows, taken from an embedded element; unknown values are '' or 0.

    `kind` is the Chinese word for the kind of content, `name` is an account or author, and `detail` is a second line,
    such as the address of a place. `href` is the target of the card's link, and `cover` is the address of an image.
    `source` is the address of an audio or video file, and `size` is the size of this file in bytes. `player` is the tag
    of the element that plays the file: `audio` or `video`.
    """

    kind: str  # in Chinese, as shown to the reader
    title: str = ""
    name: str = ""  # name of an account or author
    detail: str = ""  # a second line
    href: str = ""
    cover: str = ""  # address of an image
    player: str = ""  # tag of the element that plays `source`: audio or video
    source: str = ""  # address of the audio or video file
    size: int = 0  # size of the file in bytes, 0 if unknown

    def says(self, text: str) -> bool:
        """Return True if `text` is blank or is one of the values that the card shows, apart from white space."""
        values = ("", self.kind, self.title, self.name, self.detail)
        return "".join(text.split()) in ("".join(value.split()) for value in values)


def card_html(card: Card) -> str:
    """Return the HTML of a card, as a single line.

    If the address of a video file is known, the card contains a `<video>` element. The writer replaces this element by
    the cover image if the file is not saved.
    """
    caption = caption_of(card)
    cover = f'<img src="{escape(card.cover)}" alt="">' if card.cover and card.player != "video" else ""
    poster = f' poster="{escape(card.cover)}"' if card.cover and card.player == "video" else ""
    player = ""
    if card.source:
        player = f'<{card.player} controls preload="none"{poster} src="{escape(card.source)}"></{card.player}>'
    elif poster:
        cover = f'<img src="{escape(card.cover)}" alt="">'
    content = (cover + "<br>" if cover and caption else cover) + caption
    content = f'<a href="{escape(card.href)}">{content}</a>' if card.href else content
    return (player + "<br>" if player and caption else player) + content


def caption_of(card: Card) -> str:
    """Return the words of a card as HTML: its kind and title, its name, and the second line."""
    title = f"<strong>{escape(card.title)}</strong>" if card.title else ""
    caption = "：".join(filter(None, (card.kind, title)))
    caption += f"（{escape(card.name)}）" if card.name and card.name != card.title else ""
    return caption + (f"<br>{escape(card.detail)}" if card.detail and card.detail != card.title else "")


def attributes_of(card: Card) -> dict[str, str]:
    """Return the values of a card as attributes of its element in the tree of a body; empty values are left out."""
    values = {field.name: getattr(card, field.name) for field in fields(card)}
    return {name: str(value) for name, value in values.items() if value}


def card_of(element: Element) -> Card:
    """Return the card whose values are the attributes of an element, see `attributes_of`."""
    values = {field.name: element.get(field.name, "") for field in fields(Card) if field.name != "size"}
    return Card(**values, size=int(element.get("size", "0")))
