"""What one article is lent of an archive's edges: the rooms as the pipeline calls them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from archiver import outcomes, urls
from archiver.archive.captures import capture_of, page_of
from archiver.archive.media import ArticleMedia
from archiver.archive.media_order import in_fair_order
from archiver.archive.post_names import name_of
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue.captures import CaptureTable
from archiver.commands.options import NO_SOURCE
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import FetchError, TooLarge
from archiver.extractor.completeness import text_coverage
from archiver.extractor.redaction import redact, redact_address, redact_headers
from archiver.fetcher import read_data, read_saved
from archiver.fetcher.media_budget import MediaBudget
from archiver.models import (
    ArchiveTransaction,
    Article,
    ArticleRecord,
    ArticleSummary,
    Capture,
    Download,
    LocalFile,
    Media,
    MediaResults,
    Outcome,
    Page,
    Post,
    State,
    StoredFiles,
    Target,
    WriteResult,
)
from archiver.pipeline import Rooms, Saved
from archiver.settings import SourceSettings
from archiver.storage.locks import locked
from archiver.writer.links import no_post
from archiver.writer.names import media_name
from archiver.writer.renderer import PostStyle, ProfileRenderer


def rooms_for(context: Context, source: SourceSettings = NO_SOURCE, *, is_offline: bool = False) -> Rooms:
    """The rooms for articles of one source, whose posts follow its options."""
    media = ArticleMedia(
        output=context.output, open_catalogue=lambda: context.catalogue, brought=context.media, is_dry=context.is_dry,
        is_offline=is_offline,
    )  # fmt: skip
    lent = _Lent(context=context, source=source, media=media, budget=context.media_budget())
    return Rooms(
        get_page=lent.get_page,
        keep=lent.keep,
        forget=lent.forget,
        wants=lent.wants,
        get_media=lent.get_media,
        find_media=lent.media.find,
        save_media=lent.media.add,
        merge_known=lent.merge_known,
        convert=lambda article, files, captured: lent.render(article, files, captured),
        name_of=lent.name_of,
        save_post=lent.save_post,
        record=lent.record,
        known=lent.taken_out,
        taken_out=lent.taken_out_since,
        holds=lent.media.holds,
        writing=lent.writing,
        share=text_coverage,
        whole=context.settings.completeness,
        once=lent.media.fetch_once,
        each=context.each_medium,
    )


def rooms_again(
    context: Context, kept: ArticleSummary, source: SourceSettings = NO_SOURCE, *, is_offline: bool = False
) -> Rooms | None:
    """The rooms for an article whose page is here: its snapshot stands for the network. None without one."""
    last = current_capture(context.catalogue.captures, kept.key)
    if last is None:
        return None

    def get_page(target: Target) -> tuple[Page, Saved]:
        return page_of(last, context.snapshots.load(last.sha256).content, target.source), nothing_saved

    def merge_known(article: Article, page: Page) -> Article:
        known = context.catalogue.articles.earlier(article)
        return replace(rooms.merge_known(article, page), gone=known.gone if known else None)

    def record(entry: ArchiveTransaction) -> None:
        rooms.record(replace(entry, is_new=False))

    rooms = rooms_for(context, source, is_offline=is_offline)
    each = partial(in_fair_order, rooms.each, context.catalogue.media.tries)
    return replace(
        rooms, get_page=get_page, keep=lambda _page, _state: last.sha256, merge_known=merge_known, record=record,
        each=each,
    )  # fmt: skip


def rooms_offline(context: Context, kept: ArticleRecord, source: SourceSettings = NO_SOURCE) -> Rooms | None:
    """The rooms for an article that is made again from what is here, without the network. None without a snapshot."""
    rooms = rooms_again(context, kept, source, is_offline=True)
    if rooms is None:
        return None
    images = kept.images
    had_media = not images.expected or images.saved > 0 or images.failed > 0  # else --no-media was its wish

    def get_page(target: Target) -> tuple[Page, Saved]:
        page, saved = rooms.get_page(target)
        return replace(page, captured=kept.archived), saved

    def get_media(medium: Media, address: str) -> Download:
        if address.startswith("data:"):
            return read_data(address)
        raise FetchError(context.catalogue.media.reason(media_name(medium)) or "nobody asked for it yet")

    return replace(
        rooms, get_page=get_page, wants=lambda medium: had_media and rooms.wants(medium), get_media=get_media,
        record=lambda entry: rooms.record(replace(entry, asked=False)),
    )  # fmt: skip


def current_capture(captures: CaptureTable, key: str) -> Capture | None:
    """The capture that an article's post shows, if it is kept: another would undo an edit."""
    shown = captures.shown(key)
    return shown if shown and shown.sha256 and not shown.lost else None


def nothing_saved(_address: str) -> None:
    """No medium lies beside a page that did not come from a folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lent:
    """An archive's edges, and the source whose options hold."""

    context: Context
    source: SourceSettings
    media: ArticleMedia
    budget: MediaBudget
    repeated: dict[str, Capture] = field(default_factory=dict)  # of pages that were kept before, by their digest

    def get_page(self, target: Target) -> tuple[Page, Saved]:
        if not target.file:
            return _redacted(self.context.fetcher.page(target)), nothing_saved
        return saved_page(target.file)

    def keep(self, page: Page, state: State) -> str:
        """The digest of the page as it was received; a saved page that holds no article lies there already."""
        is_wanted = self.context.settings.snapshots and not (page.saved and state is not State.ARTICLE)
        if not is_wanted:
            return ""
        capture = capture_of(page, state, self.context.now(), self._source_name)
        snapshot = self.context.snapshots.keep(page.content, capture)
        if not snapshot.is_new:
            self.repeated[snapshot.sha256] = capture
        self.context.catalogue.captures.receive(page, snapshot.sha256, self._source_name)
        return snapshot.sha256

    @property
    def _source_name(self) -> str:
        return "" if self.source is NO_SOURCE else self.source.title

    def forget(self, digest: str) -> None:
        """Takes a page away, unless another is of the same bytes; '' is none."""
        if digest and not self.context.catalogue.captures.forget(digest):
            self.context.snapshots.forget(digest)

    def wants(self, medium: Media) -> bool:
        return self.context.settings.media.save and self._limit(medium) > 0

    def _limit(self, medium: Media) -> int:
        media = self.context.settings.media
        return media.image_max if medium.kind == "image" else media.video_max

    def get_media(self, medium: Media, address: str) -> Download:
        if address.startswith("data:"):
            return read_data(address)
        limit = self._limit(medium)
        if medium.size > limit:
            raise TooLarge(f"{medium.size} bytes are more than the {limit} allowed", concerns=address)
        self.budget.begin_medium(media_name(medium))
        return self.context.fetcher.media(address, limit, self.budget)

    def merge_known(self, article: Article, page: Page) -> Article:
        """The article by the short address that is known of it; gone if it was saved before its page went.

        Short addresses are served to everybody, long ones meet the wall (trap T3): what was known is kept.
        """
        known = self.context.catalogue.articles.earlier(article)
        if known and urls.is_short(known.url) and not urls.is_short(article.url):
            article = replace(article, url=known.url)
        if known and known.gone and page.saved and page.captured <= known.gone.seen:
            article = replace(article, gone=known.gone)
        return article

    def taken_out(self, target: Target, article: Article) -> Outcome | None:
        """The outcome of an article that a person took out: nothing of it is kept again, but this address."""
        catalogue = self.context.catalogue
        known = catalogue.articles.earlier(article)
        if known is None or not known.taken_out:
            return None
        if target.url:
            catalogue.removals.remember(target.url, known.key)
            Tombstones(self.context.output.store).write(catalogue.removals.tombstone(known.key))
        return outcomes.taken_out(target, known)

    def taken_out_since(self, target: Target, article: Article, media: MediaResults) -> Outcome | None:
        """The same of one that was taken out while its media came: those that no other article shows go again."""
        outcome = self.taken_out(target, article)
        files = [file.path for file in media.values() if isinstance(file, LocalFile)] if outcome else []
        shown = shown_files(self.context.output.root, files)
        for path in files:
            if not self.context.catalogue.files.articles_showing(path) and path not in shown:
                self.context.output.forget_media(path)
        return outcome

    def name_of(self, article: Article, day: date) -> str:
        return name_of(article, day, self.source.folder, self.context.output, self.context.catalogue)

    def save_post(self, article: Article, post: Post) -> WriteResult:
        known = self.context.catalogue.articles.earlier(article)
        recorded = known.digest if known else ""
        return self.context.output.save_post(post, recorded=recorded, force=self.context.settings.force)

    def record(self, entry: ArchiveTransaction) -> None:
        if self.context.is_dry:
            return
        if not entry.article and not entry.target.url:
            return  # a saved page without an article is known by nothing
        for digest in (entry.snapshot, entry.notice.snapshot if entry.notice else ""):
            if capture := self.repeated.pop(digest, None):  # only now that the capture is one that stays
                known = self.context.catalogue.captures.with_digest(digest)
                self.context.snapshots.add_records(digest, [*known, capture])
        self.media.claim(entry.media)  # another call may have forgotten a medium that no article showed any more
        self.context.output.sync()  # the rows are the last thing that is written: what they name must be there
        address = self.context.profile.published_key(entry.post)
        self.context.catalogue.articles.record(entry, address, self._source_name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One post at a time, of all processes, gets its name, its file and its row."""
        if self.context.is_dry:
            yield
            return
        self.context.output.sync()  # before the lock, so that articles in work share the wait for the disk
        with self.context.names, locked(self.context.own / "posts.lock"):
            yield

    def style(self, article: Article) -> PostStyle:
        """The options of the source that the article came by first hold, whoever reads it again."""
        settings, earlier = self.context.settings, self.context.catalogue.articles.earlier(article)
        first = redact_words(earlier.source) if earlier else None
        source = next((one for one in settings.sources if one.title == first), self.source)
        own = {"tags": source.tags and list(source.tags), "author": source.author}
        return PostStyle(
            front_matter=settings.front_matter | {key: value for key, value in own.items() if value is not None},
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            gone_line=settings.source_block.gone,
            post_path_of=self._post_path_of if settings.link_local else no_post,
        )

    def render(self, article: Article, files: StoredFiles, captured: datetime) -> str:
        media = {media_name(medium): files[medium.url] for medium in article.media if medium.url in files}
        renderer = ProfileRenderer(profile=self.context.profile, style_of=self.style)
        return renderer.render(article, media, captured).text

    def _post_path_of(self, link: str) -> str:
        target = Target(source=link, url=urls.canonicalize(link))
        standing = self.context.catalogue.urls.known([target]).get(target.url)
        article = standing.article if standing else None
        return article.post if article and not article.taken_out else ""


def saved_page(file: str) -> tuple[Page, Saved]:
    """A page that was saved to disk, as it is kept, and what lies beside it."""
    saved = read_saved(file)
    return _redacted(saved.page), saved.media


def _redacted(page: Page) -> Page:
    """The page without its reader's credentials: nothing behind this line ever sees them."""
    content, names = redact(page.content)
    return replace(
        page, url=redact_address(page.url), final_url=redact_address(page.final_url), content=content,
        headers=redact_headers(page.headers), redacted=names,
    )  # fmt: skip
