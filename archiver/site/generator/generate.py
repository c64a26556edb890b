"""Write a site: its lists, its articles, their media, and the reader's own files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from archiver import __version__
from archiver.app import Archiver, ArticleQuery
from archiver.errors import UsageError
from archiver.media_types.svg import is_safe_svg
from archiver.messages import Language
from archiver.messages.message import message
from archiver.messages.preference import language_named
from archiver.models import ArticleRecord
from archiver.models.browsing import GroupedBy
from archiver.site.generator.addresses import article_file, media_file, page_file, static_file
from archiver.site.generator.feeds import SiteFeeds
from archiver.site.generator.folder import LOCK, SiteFile, SiteFolder
from archiver.site.generator.pages import MOST_ASIDE, FilledPage, PlannedPage, SitePages
from archiver.site.generator.parts import ListPart, parts_of
from archiver.site.generator.search import SiteSearch
from archiver.site.generator.selection import Selection, digest_of, summaries
from archiver.site.generator.texts import ArticleTexts
from archiver.site.media_files import find_medium, media_type
from archiver.site.paging import PAGE_SIZE, offset_of
from archiver.storage.local import read_file
from archiver.storage.locks import locked

_DRAWING = "image/svg+xml"  # a person may have put one there that runs scripts
_KINDS: tuple[GroupedBy, ...] = get_args(GroupedBy)
_OWN = ("reader.css", "icon.svg", "search.js")  # files of the reader's pages


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteRequest:
    """The folder of a site, the articles that it shows, and the address at which it will be found, '' if unknown."""

    folder: Path
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    base_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteResult:
    """What became of a site: the articles that it shows, and the files that were written, deleted, or not found.

    `missing` are the paths of media that pages show and the archive has not.
    """

    folder: str
    articles: int
    written: int
    deleted: int
    missing: tuple[str, ...] = ()


def generate_site(archive: Archiver, request: SiteRequest, report: Callable[[str], None]) -> SiteResult:
    """Write the files of a site that changed since it was written last, and delete those of articles that are gone.

    `report` is called with the title of each article whose pages are made. While another process writes the same site,
    this one waits. Raise UsageError if the folder is that of
    the archive or within it, or contains it, or if `base_url` is no address in the web; InputError if there is no
    archive; OutputError if the folder cannot be written, or has a file of someone else where one of the site belongs.
    """
    root = Path(archive.settings.output).resolve()
    folder = request.folder.resolve()
    _check_base_url(request.base_url)
    if folder == root or root in folder.parents or folder in root.parents:
        raise UsageError(message("a site needs a folder of its own, outside of the archive"))
    with locked(folder / LOCK):
        return _generate(archive, request, root, report)


def _generate(archive: Archiver, request: SiteRequest, root: Path, report: Callable[[str], None]) -> SiteResult:
    language = language_named(archive.settings.lang) or Language.ENGLISH
    selection = Selection.of(archive, request.articles)
    texts = ArticleTexts(archive=archive, selection=selection, language=language, is_kept=bool(request.base_url))
    pages = SitePages(archive=archive, selection=selection, language=language, texts=texts, base_url=request.base_url)
    site = _Site(
        root=root, media_directories=archive.media_directories, folder=SiteFolder(request.folder.resolve()),
        report=report, pages=pages,
    )  # fmt: skip
    with closing(texts):
        site.write()
    return SiteResult(
        folder=str(request.folder), articles=len(site.pages.selection.articles), written=site.folder.written,
        deleted=site.folder.deleted, missing=tuple(site.missing),
    )  # fmt: skip


@dataclass(kw_only=True)
class _Site:
    """A site that is being written. `root` is the archive's folder, `media_directories` are its folders of media."""

    root: Path
    media_directories: Collection[str]
    folder: SiteFolder
    pages: SitePages
    report: Callable[[str], None]
    missing: dict[str, None] = field(default_factory=dict)

    def write(self) -> None:
        """Write what changed, and delete what is gone."""
        lists = list(self._lists())
        articles = self.pages.selection.articles
        self.folder.plan(
            [
                *(each.file for each in lists),
                *(article_file(each.key, part) for each in articles for part in ("", "look", "styled")),
                *map(static_file, _OWN),
            ]
        )
        for name in _OWN:
            content = files("archiver.site").joinpath("static", name).read_bytes()
            self.folder.write(static_file(name), content, SiteFile(inputs=digest_of(content)))
        for article in articles:
            self._write_article(article)
        for each in lists:
            if not self._is_kept(each.file, each.inputs):
                self._write(each.file, each.inputs, each.fill())
        SiteSearch(pages=self.pages, folder=self.folder).write()
        self.folder.finish()

    @cached_property
    def _version(self) -> str:
        """A text that differs if the pages of the same articles would differ."""
        templates = sorted(files("archiver.site").joinpath("templates").iterdir(), key=lambda each: each.name)
        return digest_of(
            __version__, self.pages.language, self.pages.base_url, [each.read_bytes() for each in templates]
        )

    def _write_article(self, article: ArticleRecord) -> None:
        selection = self.pages.selection
        near = selection.neighbours_of(article)
        around = [(each.key, each.title) if each else None for each in (near.earlier, near.later)]
        inputs = digest_of(self._version, selection.digests[article.key], around)
        text, look, styled = (article_file(article.key, part) for part in ("", "look", "styled"))
        if self._is_kept(text, inputs) and self._is_kept(look, inputs):
            self._is_kept(styled, inputs)  # not every article has one
            return
        self.report(article.title)
        document = self.pages.styled(article)
        if document:
            self._write(styled, inputs, document)
        self._write(look, inputs, self.pages.look(article, has_stored_page=document is not None))
        self._write(text, inputs, self.pages.text(article))

    def _is_kept(self, name: str, inputs: str) -> bool:
        """Return whether a page and its media stay as they are, and keep them."""
        file = self.folder.current(name, inputs)
        if file is None or not all(map(self._leads_where_it_did, file.links)):
            return False
        self.folder.keep(name, file)
        self._copy(file.media)
        return True

    def _leads_where_it_did(self, link: str) -> bool:
        sign, target = link[:1], link[1:]
        if sign == "?":
            return target not in self._resolved
        return (target in self.pages.selection.digests) is (sign == "+")

    @cached_property
    def _resolved(self) -> frozenset[str]:
        """The links that led to no article when the site was written last, and now do."""
        unresolved = [link[1:] for link in self.folder.links() if link.startswith("?")]
        keys = self.pages.archive.reader.keys_of_links(unresolved)
        return frozenset(link for link, key in keys.items() if key)

    def _write(self, name: str, inputs: str, page: FilledPage) -> None:
        file = SiteFile(inputs=inputs, links=tuple(page.links), media=tuple(page.media))
        self.folder.write(name, page.html.encode(errors="replace"), file)
        self._copy(file.media)

    def _copy(self, media: Sequence[str]) -> None:
        for path in media:
            name = media_file(path)
            if self.folder.has(name) or self.folder.is_copied(name, f"{self.root}/{path}"):
                continue
            if self.pages.archive.settings.store:
                self._copy_stored(path)
                continue
            found = find_medium(self.root, path, self.media_directories)
            is_safe = found is not None and (found.kind != _DRAWING or is_safe_svg(read_file(found.path)))
            if found and is_safe:
                self.folder.copy(name, found.path)
            else:
                self.missing[path] = None

    def _copy_stored(self, path: str) -> None:
        """Copy a media file that is in an object storage into the site, unless it is there."""
        name, kind, reader = media_file(path), media_type(path, self.media_directories), self.pages.archive.reader
        digest = reader.medium_digest(path) if kind else ""
        if digest and (current := self.folder.current(name, digest)):
            self.folder.keep(name, current)
            return
        content = reader.medium(path, digest) if digest else None
        if content is None or (kind == _DRAWING and not is_safe_svg(content)):
            self.missing[path] = None
        else:
            self.folder.write(name, content, SiteFile(inputs=digest))

    def _lists(self) -> Iterator[PlannedPage]:
        """Yield the parts of all lists."""
        pages, selection = self.pages, self.pages.selection
        periods = selection.periods()
        groups: dict[GroupedBy, dict[str, list[ArticleRecord]]] = {by: selection.groups(by) for by in _KINDS}
        accounts = list(summaries(groups["account"]))
        months = [name for name in periods if "-" in name][:MOST_ASIDE]
        for part in parts_of(selection.articles):
            is_first = part.total is not None  # the others show nothing that every article changes
            aside = (accounts[: MOST_ASIDE + 1], months) if is_first else ([], [])
            yield self._list(
                page_file("/", page=part.number), self._part(part), aside, fill=partial(pages.home, part, *aside)
            )
        for by in _KINDS:
            yield from self._listings(by, groups[by])
            yield from self._groups(by, groups[by])
        yield from self._listings("date", periods)
        counts = [(name, len(members)) for name, members in periods.items()]
        yield self._list(page_file("/dates"), counts, fill=partial(pages.dates, periods))
        yield self._list("404.html", fill=pages.not_found)
        yield self._list(page_file("/search"), fill=pages.search)
        if pages.base_url:
            yield from SiteFeeds(pages=pages, version=self._version).planned()

    def _listings(self, by: str, named: Mapping[str, Sequence[ArticleRecord]]) -> Iterator[PlannedPage]:
        for name, members in named.items():
            for part in parts_of(members):
                yield self._list(
                    page_file("/articles", page=part.number, **{by: name}), self._part(part),
                    fill=partial(self.pages.listing, by, name, part),
                )  # fmt: skip

    def _groups(self, by: GroupedBy, named: Mapping[str, Sequence[ArticleRecord]]) -> Iterator[PlannedPage]:
        groups = list(summaries(named))
        for number in _numbers(groups):
            total, has_next = (len(groups) if number == 1 else None), len(groups) > number * PAGE_SIZE
            yield self._list(
                page_file(f"/{by}s", page=number if number > 1 else ""), total, has_next,
                groups[offset_of(number) :][:PAGE_SIZE],
                fill=partial(self.pages.groups, by, groups, number),
            )  # fmt: skip

    def _list(self, file: str, *values: object, fill: Callable[[], FilledPage]) -> PlannedPage:
        return PlannedPage(file=file, inputs=digest_of(self._version, *values), fill=fill)

    def _part(self, part: ListPart) -> tuple[object, ...]:
        """Return what a part of a list is made of."""
        digests = self.pages.selection.digests
        return part.total, part.newer, part.older, [digests[each.key] for each in part.articles]


def _check_base_url(address: str) -> None:
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(message("the address of a site is one like https://example.org/archive"), concerns=address)


def _numbers(members: Sequence[object]) -> range:
    """Return the numbers of the parts of a list. An empty list has one part."""
    return range(1, max(1, -(-len(members) // PAGE_SIZE)) + 1)
