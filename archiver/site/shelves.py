"""Make the catalogue of books for e-readers: shelves that lead to shelves, and shelves of books."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from archiver.app import Archiver, BrowseRequest
from archiver.media_types import mime_type
from archiver.messages import Language, translations
from archiver.models.books import UNDATED, Shelf, ShelfAddresses, ShelfEntry, ShelfKind, Volume
from archiver.site.feeds import BEGINNING_OF_TIME, CONDITIONS, EVERYTHING, KIND_TITLES, FeedKind, FeedSubject
from archiver.site.links import PageLinks
from archiver.site.paging import PAGE_SIZE, Paging, offset_of, paging_of, period
from archiver.site.words import Words

_MOST_FOUND = 12  # groups whose books the answer to a search has
Heading = tuple[ShelfKind, str, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfStyle:
    """How shelves are written: the language of what is not the articles' own, and the addresses, which are absolute.

    `media_url` returns the address of the medium at a path.
    """

    language: Language
    links: PageLinks
    media_url: Callable[[str], str]

    def gettext(self, message: str) -> str:
        """Return a message in the language."""
        return translations(self.language).gettext(message)

    def count(self, number: int) -> str:
        """Return the words for a number of articles."""
        words = translations(self.language).ngettext("%(number)s article", "%(number)s articles", number)
        return words % {"number": Words(self.language).formats.number(number)}


def volume_request(subject: FeedSubject, volume: str) -> BrowseRequest:
    """Return the request for the articles of the volume with this period."""
    limits = period(volume)
    since, until = limits or (None, None)
    return replace(subject.request(1), since=since, until=until, undated=volume == UNDATED, limit=None)


def first_shelf(archive: Archiver, style: ShelfStyle) -> Shelf:
    """Return the shelf at which e-readers begin."""
    updated = _last_change(archive)
    total = archive.reader.browse(BrowseRequest(limit=1)).total
    everything = ShelfEntry(
        identity=EVERYTHING.parts, title=EVERYTHING.title(style.language), updated=updated, kind="acquisition",
        url=style.links.shelf(*EVERYTHING.parts), summary=style.count(total),
    )  # fmt: skip
    kinds = [
        ShelfEntry(
            identity=(kind,), title=style.gettext(title), updated=updated, kind="navigation",
            url=style.links.shelf(kind), summary=style.gettext(title),
        )
        for kind, title in KIND_TITLES.items()
    ]  # fmt: skip
    return _shelf(style, (), ("navigation", style.gettext("Books of the archive"), updated), [everything, *kinds])


def shelf_of_groups(archive: Archiver, style: ShelfStyle, kind: FeedKind, number: int) -> Shelf | None:
    """Return a part of the shelf that leads to the books of each account, tag, album or source; None if it is empty."""
    found = archive.reader.group_list(CONDITIONS[kind], offset_of(number), PAGE_SIZE)
    paging = paging_of(number, found.total)
    if number > 1 and not found.groups:
        return None
    updated = _last_change(archive)
    entries = [
        ShelfEntry(
            identity=(kind, group.name), title=group.name, updated=updated, kind="acquisition",
            url=style.links.shelf(kind, group.name), summary=style.count(group.count),
        )
        for group in found.groups
    ]  # fmt: skip
    return _shelf(style, (kind,), ("navigation", style.gettext(KIND_TITLES[kind]), updated), entries, paging)


def shelf_of_books(archive: Archiver, style: ShelfStyle, subject: FeedSubject, number: int) -> Shelf | None:
    """Return a part of the shelf with the books of a subject; None if it is empty."""
    volumes = archive.reader.volumes(subject.request(1))
    part = volumes[offset_of(number) :][:PAGE_SIZE]
    if not part and (subject.name or number > 1):
        return None
    entries = list(_books(archive, style, [(subject, volume) for volume in part]))
    updated = max((volume.updated for volume in volumes), default=BEGINNING_OF_TIME)
    heading: Heading = ("acquisition", subject.title(style.language), updated)
    return _shelf(style, subject.parts, heading, entries, paging_of(number, len(volumes)))


def shelf_of_found_books(archive: Archiver, style: ShelfStyle, words: str) -> Shelf:
    """Return the shelf with the books of the accounts, albums, tags and sources whose names contain `words`."""
    sought = words.casefold()
    subjects = [
        FeedSubject(kind=kind, name=group.name)
        for kind in KIND_TITLES
        for group in archive.reader.groups(CONDITIONS[kind])
        if sought and sought in group.name.casefold()
    ][:_MOST_FOUND]
    volumes = [(each, volume) for each in subjects for volume in archive.reader.volumes(each.request(1))]
    entries = list(_books(archive, style, volumes[:PAGE_SIZE]))
    updated = max((entry.updated for entry in entries), default=BEGINNING_OF_TIME)
    return _shelf(style, ("search", words), ("acquisition", words or style.gettext("Search"), updated), entries)


def _books(archive: Archiver, style: ShelfStyle, volumes: Sequence[tuple[FeedSubject, Volume]]) -> Iterator[ShelfEntry]:
    """Yield the entries of books. The cover is a picture of one of the latest articles, in a form that all know."""
    pictures = archive.reader.pictures([key for _, volume in volumes for key in volume.examples])
    formats = Words(style.language).formats
    for subject, volume in volumes:
        shown = (pictures[key] for key in volume.examples if key in pictures)
        picture = next((path for path in shown if PurePath(path).suffix in (".jpg", ".png", ".gif")), "")
        yield ShelfEntry(
            identity=(*subject.parts, volume.period), title=volume.title, updated=volume.updated, issued=volume.last,
            url=style.links.book(*subject.parts, period=volume.period),
            summary=f"{style.count(volume.count)} · {formats.size(volume.size)}",
            authors=(subject.name,) if subject.kind == "accounts" else (),
            picture=style.media_url(picture) if picture else "",
            picture_type=mime_type(PurePath(picture).suffix[1:]) if picture else "",
        )  # fmt: skip


def _shelf(
    style: ShelfStyle,
    identity: tuple[str, ...],
    heading: Heading,
    entries: Sequence[ShelfEntry],
    paging: Paging | None = None,
) -> Shelf:
    """Return a shelf; `heading` is its kind, its title, and when it changed last."""
    kind, title, updated = heading
    number, last = (paging.number, paging.last or 1) if paging else (1, 1)

    def address(part: int) -> str:
        if identity[:1] == ("search",):
            return style.links.page("/opds/search", q=identity[1])
        return style.links.shelf(*identity, page=part if part > 1 else "")

    above = identity[:-1] if identity[:1] != ("search",) else ()
    return Shelf(
        identity=identity, kind=kind, title=title, updated=updated, language=style.language.html_lang,
        entries=tuple(entries),
        addresses=ShelfAddresses(
            own=address(number), start=style.links.shelf(), up=style.links.shelf(*above) if identity else "",
            search=style.links.page("/opds/search.xml"),
            first=address(1) if last > 1 else "", previous=address(number - 1) if number > 1 else "",
            next=address(number + 1) if number < last else "", last=address(last) if last > 1 else "",
        ),
    )  # fmt: skip


def _last_change(archive: Archiver) -> datetime:
    return archive.reader.latest(BrowseRequest(limit=1)).changed or BEGINNING_OF_TIME
