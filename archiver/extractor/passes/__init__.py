"""Clean a raw body in passes: `passes` is their order.

Each pass is a function that changes the tree; one that removes what a reader might miss yields what and why. The last
step, `collapse`, writes the canonical HTML that everything after works on.
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
from archiver.extractor.passes.tree import Element, parse_body
from archiver.models import Media, Removal

Pass = Callable[[Element], Iterable[Removal] | None]


def passes(raw: RawBody, *after_hidden: Pass) -> tuple[Pass, ...]:
    """Return the passes over one body in the order they run.

    Args:
        raw: The body.
        after_hidden: Passes that run when nothing hidden is left, and nothing else has been changed.
    """
    return (
        drop_hidden,
        *after_hidden,
        read_code,  # before anything reads white space or quotes
        read_formulas,  # before images: a formula is often drawn as one
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
    """A body in its canonical form."""

    html: str
    media: tuple[Media, ...]  # in the order of the page
    removed: tuple[Removal, ...]
    lost_characters: int = 0  # see Article.lost_characters
    warnings: tuple[str, ...] = ()


def clean(raw: RawBody) -> CleanBody:
    """Return what a reader sees of a raw body in its canonical form, with its media and what was removed."""
    if is_oversized(raw.html):
        html = plain_html(raw.html)
        return CleanBody(html=html, media=tuple(plain_media(html)), removed=(), warnings=(WARNING,))
    visible: list[str] = []
    body, removed = _run_passes(raw, lambda tree: visible.extend(map(str, tree.itertext())))
    html = collapse(body, read_stylesheet(raw.css))
    return CleanBody(
        html=html, media=tuple(_media(body)), removed=removed, lost_characters=lost_characters("".join(visible), html)
    )


def canonical_html(raw: RawBody) -> str:
    """Return the same HTML as `clean` without collecting media and losses, which takes less time."""
    if is_oversized(raw.html):
        return plain_html(raw.html)
    return collapse(_run_passes(raw)[0], read_stylesheet(raw.css))


def _run_passes(raw: RawBody, *after_hidden: Pass) -> tuple[Element, tuple[Removal, ...]]:
    body = parse_body(raw.html)
    return body, tuple(removal for run in passes(raw, *after_hidden) for removal in run(body) or ())


def _media(body: Element) -> Iterator[Media]:
    """Yield the images, then the media of cards, each address once."""
    known: set[str] = set()
    for medium in (*(media_of(image) for image in body.iter("img")), *card_media(body)):
        if medium.url and medium.url not in known:
            known.add(medium.url)
            yield medium
