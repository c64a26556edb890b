"""Convert the body of a page to canonical HTML: parse it, run a series of passes, and write the result as HTML.

A pass is a function that changes the tree of the body in place. A pass that removes content yields a Removal for each
removed piece. `passes` returns the passes in order. After them, `collapse` writes the tree as canonical HTML.
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
    """Return the passes for one body, in the order in which they must run.

    Args:
        raw: The raw body. Only its list of videos is used here; the passes get the tree as their argument.
        after_hidden: Additional passes, to run directly after `drop_hidden`, the pass that drops hidden elements.
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
    """The canonical HTML of a body, its media, and a record of the content that was removed or lost on the way.

    `removed` has a Removal for each piece of content that a pass has removed. `lost_characters` is the number of
    visible letters and digits that are missing from `html`.
    """

    html: str
    media: tuple[Media, ...]  # images in the order of the page, then the media of cards
    removed: tuple[Removal, ...]
    lost_characters: int = 0  # see Article.lost_characters
    warnings: tuple[str, ...] = ()


def clean(raw: RawBody) -> CleanBody:
    """Return the canonical HTML of a raw body, with its media, the removed pieces and the warnings.

    If the body is too large for the passes (`is_oversized`), `plain_html` converts it instead. The result then has a
    warning, and no losses are recorded.
    """
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
    """Return the canonical HTML of a raw body, the same string as `clean(raw).html`.

    This function is faster than `clean`, since it collects no media and records no losses.
    """
    if is_oversized(raw.html):
        return plain_html(raw.html)
    return collapse(_run_passes(raw)[0], read_stylesheet(raw.css))


def _run_passes(raw: RawBody, *after_hidden: Pass) -> tuple[Element, tuple[Removal, ...]]:
    body = parse_body(raw.html)
    return body, tuple(removal for run in passes(raw, *after_hidden) for removal in run(body) or ())


def _media(body: Element) -> Iterator[Media]:
    """Yield the media of a body: first its images, then the media of its cards, such as audio files and cover images.

    Media without an address are skipped. Of several media with the same address, only the first is yielded.
    """
    known: set[str] = set()
    for medium in (*(media_of(image) for image in body.iter("img")), *card_media(body)):
        if medium.url and medium.url not in known:
            known.add(medium.url)
            yield medium
