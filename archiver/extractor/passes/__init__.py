"""What is done to a body, in order: `passes` is the order and its documentation.

Each pass is a function over the tree; one that takes away what a reader might miss yields what and why. The last,
collapse, writes the canonical HTML that everything after works on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archiver.extractor.bodies import RawBody
from archiver.extractor.completeness import lost_characters
from archiver.extractor.passes.backgrounds import find_backgrounds
from archiver.extractor.passes.cards import card_media, find_stickers, make_cards
from archiver.extractor.passes.code import read_code
from archiver.extractor.passes.collapse import collapse
from archiver.extractor.passes.formulas import read_formulas
from archiver.extractor.passes.hidden import drop_hidden
from archiver.extractor.passes.images import find_images, find_svg_images, media_of
from archiver.extractor.passes.layout import cite_quotes, unwrap_layout_tables
from archiver.extractor.passes.oversized import WARNING, is_oversized, plain_html, plain_media
from archiver.extractor.passes.stylesheet import read_stylesheet
from archiver.extractor.passes.tree import Element, parse
from archiver.models import Media, Removal

Pass = Callable[[Element], Iterable[Removal] | None]


def passes(raw: RawBody, *look: Pass) -> tuple[Pass, ...]:
    """The passes over one body in the order they run; `look` when what is left is what a reader sees."""
    return (
        drop_hidden,
        *look,
        read_code,  # before anything reads white space or quotes
        read_formulas,  # before pictures: a formula is often drawn as one
        find_stickers,
        make_cards(raw.videos),
        cite_quotes,
        unwrap_layout_tables,
        find_svg_images,
        find_backgrounds,
        find_images,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanBody:
    """The canonical HTML of a body, the media it shows in order, and what was left out."""

    html: str
    media: tuple[Media, ...]
    removed: tuple[Removal, ...]
    lost_characters: int = 0  # Article.unread
    warnings: tuple[str, ...] = ()


def clean(raw: RawBody) -> CleanBody:
    """What a reader sees of a raw body, and nothing else."""
    if is_oversized(raw.html):
        html = plain_html(raw.html)
        return CleanBody(html=html, media=tuple(plain_media(html)), removed=(), warnings=(WARNING,))
    shown: list[str] = []
    body, removed = _passed(raw, lambda seen: shown.extend(map(str, seen.itertext())))
    html = collapse(body, read_stylesheet(raw.css))
    return CleanBody(
        html=html, media=tuple(_media(body)), removed=removed, lost_characters=lost_characters("".join(shown), html)
    )


def canonical_html(raw: RawBody) -> str:
    """The HTML of `clean`, for who wants no more."""
    if is_oversized(raw.html):
        return plain_html(raw.html)
    return collapse(_passed(raw)[0], read_stylesheet(raw.css))


def _passed(raw: RawBody, *look: Pass) -> tuple[Element, tuple[Removal, ...]]:
    body = parse(raw.html)
    return body, tuple(removal for run in passes(raw, *look) for removal in run(body) or ())


def _media(body: Element) -> Iterator[Media]:
    """Pictures and then the cards' media, each address once."""
    seen: set[str] = set()
    for medium in (*(media_of(image) for image in body.iter("img")), *card_media(body)):
        if medium.url and medium.url not in seen:
            seen.add(medium.url)
            yield medium
