"""Convert a raw body (the HTML of an article as it is in the page) to canonical HTML.

The raw body is parsed into a tree. Then a series of passes changes this tree, and `collapse` writes the tree as
canonical HTML. A pass is a function that changes the tree in place, for example by dropping hidden elements. It yields
a Removal for each piece of content that it removes. `passes` returns the passes in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archiver.extractor.bodies import RawBody
from archiver.extractor.completeness import lost_characters
from archiver.extractor.passes.backgrounds import find_backgrounds
from archiver.extractor.passes.blanks import read_blanks
from archiver.extractor.passes.cards import card_media, card_warnings, find_stickers, make_cards, unknown_tags
from archiver.extractor.passes.code import mark_code, read_code
from archiver.extractor.passes.collapse import collapse
from archiver.extractor.passes.drawings import make_drawings
from archiver.extractor.passes.fields import read_fields
from archiver.extractor.passes.formulas import may_have_formulas, read_formulas
from archiver.extractor.passes.hidden import drop_hidden
from archiver.extractor.passes.hrefs import resolve_links
from archiver.extractor.passes.images import find_images, find_svg_images, media_of
from archiver.extractor.passes.layout import cite_quotes, unwrap_layout_tables
from archiver.extractor.passes.lists import number_lists
from archiver.extractor.passes.originals import restore_addresses, restore_saved_images
from archiver.extractor.passes.oversized import WARNING, is_oversized, plain_html, plain_media
from archiver.extractor.passes.ruby import straighten_ruby
from archiver.extractor.passes.stylesheet import read_stylesheet
from archiver.extractor.passes.tree import DRAWING, Element, parse_body
from archiver.extractor.passes.widgets import drop_widgets
from archiver.models import Media, Removal

Pass = Callable[[Element], Iterable[Removal] | None]


def passes(raw: RawBody, *after_hidden: Pass) -> tuple[Pass, ...]:
    """Return the functions that prepare the tree of one body for `collapse`, in the order in which they must run.

    Such a function is called a pass. The caller parses `raw.html` into a tree and calls each pass with this tree. A
    pass changes the tree in place, and yields a Removal for each piece of content that it removes.

    Args:
        raw: The body as it is in the page. The passes use its style sheets, its videos and the base of its links. The
            pass for formulas, and those for addresses that a web archive or SingleFile changed, are left out or do
            nothing if the HTML of the body has no such content.
        after_hidden: Additional passes, to run directly after those that drop hidden elements and line numbers. For
            example, `clean` adds one that collects the visible text before the other passes change it.
    """
    return (
        restore_addresses(raw.html),
        restore_saved_images(raw.css, raw.html),
        resolve_links(raw.base),
        # Before anything is dropped: the TeX of formulas and the styles of drawings are in elements that are not shown.
        *((read_formulas,) if may_have_formulas(raw.html) else ()),
        make_drawings(raw.css),
        drop_widgets,  # before hidden elements: a script may have hidden an element in whose place it drew a widget
        drop_hidden,
        mark_code,
        *after_hidden,
        read_code,  # before anything reads white space or quotes
        read_fields,
        read_blanks,
        straighten_ruby,
        number_lists,
        find_stickers,
        make_cards(raw.videos, raw.accounts),
        cite_quotes,
        unwrap_layout_tables,
        find_svg_images,
        find_backgrounds,
        find_images,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanBody:
    """The result of `clean`: the canonical HTML of a body, its media, and a record of the content that is missing.

    `removed` has a Removal for each piece of content that a pass has removed on purpose. `lost_characters` is the
    number of letters and digits that the page shows but `html` lacks, whether or not a Removal reports them.
    `warnings` are sentences for the user; there is one if the body was too large to be converted in full, and one if it
    has embedded elements of an unknown kind. `unknown_tags` are the tags of these.
    """

    html: str
    media: tuple[Media, ...]  # images in the order of the page, then the media of cards
    removed: tuple[Removal, ...]
    lost_characters: int = 0  # see Article.lost_characters
    warnings: tuple[str, ...] = ()
    unknown_tags: tuple[str, ...] = ()


def clean(raw: RawBody) -> CleanBody:
    """Convert a raw body, the HTML of an article as it is in the page, to canonical HTML.

    The result also has the media of the body and a record of missing content. If the body is too large for the passes
    (`is_oversized`), `plain_html` converts it to simpler HTML instead. The result then has a warning, and no missing
    content is recorded.
    """
    if is_oversized(raw.html):
        html = plain_html(raw.html, raw.base)
        return CleanBody(html=html, media=tuple(plain_media(html)), removed=(), warnings=(WARNING,))
    visible: list[str] = []
    body, removed = _run_passes(raw, lambda tree: visible.extend(map(str, tree.itertext())))
    html = collapse(body, read_stylesheet(raw.css))
    unknown = unknown_tags(body)
    return CleanBody(
        html=html,
        media=tuple(_media(body)),
        removed=removed,
        lost_characters=lost_characters("".join(visible), html),
        warnings=tuple(card_warnings(unknown)),
        unknown_tags=tuple(unknown),
    )


def canonical_html(raw: RawBody) -> str:
    """Return the canonical HTML of a raw body, the same string as `clean(raw).html`.

    This function is faster than `clean`, since it collects no media and records no losses.
    """
    if is_oversized(raw.html):
        return plain_html(raw.html, raw.base)
    return collapse(_run_passes(raw)[0], read_stylesheet(raw.css))


def _run_passes(raw: RawBody, *after_hidden: Pass) -> tuple[Element, tuple[Removal, ...]]:
    body = parse_body(raw.html)
    return body, tuple(removal for run in passes(raw, *after_hidden) for removal in run(body) or ())


def _media(body: Element) -> Iterator[Media]:
    """Yield the media of a body: first its images, then the files and cover images of its cards.

    A card stands for embedded content such as an audio player. `body` is the tree after all passes. Media without an
    address are skipped. Of several media with the same address, only the first is yielded.
    """
    known: set[str] = set()
    for medium in (*(media_of(image) for image in body.iter("img", DRAWING)), *card_media(body)):
        if medium.url and medium.url not in known:
            known.add(medium.url)
            yield medium
