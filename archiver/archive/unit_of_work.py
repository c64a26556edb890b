"""What the archive does for one job: keep its page, find and add its media, write its post, and the rows last.

The catalogue's rows are the last thing that is written: whatever dies in between leaves an address that is due, a
capture that nobody has read, and files that the next attempt finds and takes for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from archiver import outcomes, policy
from archiver.archive.archive import Archive
from archiver.archive.captures import capture_of
from archiver.archive.media import ArticleMedia
from archiver.archive.post_names import name_of
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.errors import ArchiverError, BudgetSpent, CoolingDown, FetchError
from archiver.models import (
    ArchiveTransaction,
    Article,
    ArticleRecord,
    Capture,
    Classification,
    Download,
    FetchedPage,
    LocalFile,
    Media,
    MediaResults,
    Outcome,
    Page,
    Post,
    State,
    StoredCapture,
    WriteResult,
)
from archiver.models.job import Decision, Job, JobKind, Overwrite
from archiver.ports import RenderedPost, ResolvedArticle
from archiver.writer.names import media_name, published_as


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkOptions:
    """How articles are archived."""

    keeps_snapshots: bool = True
    min_coverage: float = 0.999  # share of a page's text; a post that shows less says so
    overwrite: Overwrite = Overwrite.UNEDITED
    wants: Callable[[Media], bool] = lambda _medium: True  # media that are saved at all


@dataclass(kw_only=True, slots=True)
class UnitOfWork:
    """An archive as one job sees it (ports.ArticleArchive).

    `says_the_same` compares an article with its last page. `written`: the post that was written, if one was.
    """

    archive: Archive
    job: Job
    media: ArticleMedia
    options: WorkOptions
    now: Callable[[], datetime]
    says_the_same: Callable[[Article], bool] = lambda _article: False
    written: WriteResult | None = None
    _repeated: dict[str, Capture] = field(default_factory=dict)  # of pages that were kept before, by their digest

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        """Keep a page before anything is made of it, unless it came from its snapshot.

        A saved page that holds no article lies where it was saved, and is not kept.
        """
        page = fetched.page
        digest = fetched.snapshot
        is_wanted = self.options.keeps_snapshots and not (page.saved and classification.state is not State.ARTICLE)
        if not digest and is_wanted:
            digest = self._keep(page, classification.state)
        return StoredCapture(
            page=page, snapshot=digest, classification=classification, local_media=fetched.local_media
        )  # fmt: skip

    def _keep(self, page: Page, state: State) -> str:
        capture = capture_of(page, state, self.now(), self.job.source.name)
        snapshot = self.archive.files.snapshots.keep(page.content, capture)
        if not snapshot.is_new:
            self._repeated[snapshot.sha256] = capture
        self.archive.catalogue.captures.receive(page, snapshot.sha256, self.job.source.name)
        return snapshot.sha256

    def resolve(self, article: Article, page: Page) -> ResolvedArticle:
        """Complete an article by what the archive knows of it."""
        known = self.archive.catalogue.articles.earlier(article)
        article = policy.merge_known(self.job, article, page, known)
        if self.job.kind is not JobKind.RECHECK:
            return ResolvedArticle(article, known)
        assert isinstance(self.job.article, ArticleRecord)
        return ResolvedArticle(article, self.job.article, self.says_the_same(article))

    def discard(self, capture: StoredCapture, known: ArticleRecord, decision: Decision) -> Outcome:
        """Take the capture of an article away of which nothing new is wanted; return how the job ended."""
        outcome = self._removed(known) if decision is Decision.REMOVED else self._unchanged(known)
        self._forget(capture)
        return outcome

    def _removed(self, known: ArticleRecord) -> Outcome:
        """Return the outcome of an article that a person took out: of it nothing is kept but this address."""
        catalogue = self.archive.catalogue
        if self.job.target.url:
            catalogue.removals.remember(self.job.target.url, known.key)
            Tombstones(self.archive.files.store).write(catalogue.removals.tombstone(known.key))
        return outcomes.taken_out(self.job.target, known)

    def _unchanged(self, known: ArticleRecord) -> Outcome:
        self.archive.catalogue.articles.check(known.key)
        return replace(outcomes.known(self.job.target, known, self.archive.name), outcome="unchanged")

    def _forget(self, capture: StoredCapture) -> None:
        """Take the pages away that came, unless others are of the same bytes."""
        for digest in (capture.snapshot, capture.moved_from.snapshot if capture.moved_from else ""):
            if digest and not self.archive.catalogue.captures.forget(digest):
                self.archive.files.snapshots.forget(digest)

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return the media that lie here and those that are missing and wanted, both by name, in the order shown."""
        wanted = {media_name(medium): medium for medium in reversed(media) if self.options.wants(medium)}
        named = {name: wanted[name] for name in dict.fromkeys(map(media_name, media)) if name in wanted}
        found = dict(self.media.find([*named.values()]))
        return found, {name: medium for name, medium in named.items() if name not in found}

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return what `fetch` gives, unless another job brings the same medium meanwhile."""
        return self.media.fetch_once(medium, fetch)

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        """Write a medium."""
        return self.media.add(medium, download, extension)

    def commit(
        self, capture: StoredCapture, article: Article, media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        """Write the post, then the catalogue's rows, while no other process does; return how the job ended.

        None when files of the media were removed meanwhile, with another article that showed them; of the last
        attempt they count as missing.
        """
        with self.archive.post_lock():
            known = self.archive.catalogue.articles.earlier(article)
            if known and known.taken_out:
                return self._discard_removed(capture, known, media)
            if not is_last and not self.media.holds(media):
                return None
            name = name_of(article, post.day, self.job.source.folder, self.archive.files.posts, self.archive.catalogue)
            self.written = self._write(Post(name=name, text=post.text), known)
            outcome = self._outcome(article, media, post)
            transaction = replace(
                self._transaction(outcome, capture), article=article, post=name, digest=self.written.digest,
                media=media, share=post.text_coverage,
            )  # fmt: skip
            self._record(transaction)
        return outcome

    def _discard_removed(self, capture: StoredCapture, known: ArticleRecord, media: MediaResults) -> Outcome:
        """Take everything away of an article that was taken out while its media came, but what others show."""
        outcome = self._removed(known)
        files = [file.path for file in media.values() if isinstance(file, LocalFile)]
        shown = shown_files(self.archive.root, files)
        for path in files:
            if not self.archive.catalogue.files.articles_showing(path) and path not in shown:
                self.archive.files.media.delete(path)
        self._forget(capture)
        return outcome

    def _write(self, post: Post, known: ArticleRecord | None) -> WriteResult:
        overwrite = self.job.overwrite or self.options.overwrite
        return self.archive.files.posts.save(post, recorded=known.digest if known else "", overwrite=overwrite)

    def _outcome(self, article: Article, media: MediaResults, post: RenderedPost) -> Outcome:
        assert self.written is not None
        results = {medium.url: media.get(media_name(medium)) for medium in article.media}
        files = {url: file for url, file in results.items() if isinstance(file, LocalFile)}
        lost = {url: reason for url, reason in results.items() if isinstance(reason, str)}
        doubts = {url: file.doubt for url, file in files.items() if file.doubt}
        coverage = post.text_coverage
        is_low = coverage is not None and coverage < self.options.min_coverage
        return replace(
            outcomes.archived(self.job.target, article, self.written),
            images=outcomes.images(article, files, lost | doubts),
            warnings=(
                *outcomes.warnings(article, lost, self.written, coverage if is_low else None),
                *outcomes.doubts(doubts),
            ),
        )

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Record a page that holds no article; return how the job ended."""
        outcome = outcomes.no_article(self.job.target, capture.page, capture.classification)
        self._record(self._transaction(outcome, capture))
        return outcome

    def commit_failure(self, error: ArchiverError) -> Outcome:
        """Return how a job ended that met a known error; what the network did is recorded, so that it is tried again.

        An address that nobody asked for stays due as it is.
        """
        if isinstance(error, BudgetSpent):
            return outcomes.left(self.job.target)
        outcome = outcomes.failed(self.job.target.source, self.job.target.url, error)
        if isinstance(error, FetchError) and not isinstance(error, CoolingDown):
            self._record(self._transaction(outcome))
        return outcome

    def _transaction(self, outcome: Outcome, capture: StoredCapture | None = None) -> ArchiveTransaction:
        return ArchiveTransaction(
            target=self.job.target, outcome=outcome, page=capture.page if capture else None,
            snapshot=capture.snapshot if capture else "", notice=capture.moved_from if capture else None,
            is_new=not self.job.kind.reads_snapshot, asked=self.job.kind is not JobKind.REBUILD,
        )  # fmt: skip

    def _record(self, transaction: ArchiveTransaction) -> None:
        """Write the catalogue's rows, once the files that they name are durable."""
        if self.archive.is_dry:
            return
        if not transaction.article and not transaction.target.url:
            return  # a saved page without an article is known by nothing
        for digest in (transaction.snapshot, transaction.notice.snapshot if transaction.notice else ""):
            if capture := self._repeated.pop(digest, None):  # only now that the capture is one that stays
                recorded = self.archive.catalogue.captures.with_digest(digest)
                self.archive.files.snapshots.add_records(digest, [*recorded, capture])
        self.media.claim(transaction.media)  # another call may have forgotten a medium that no article showed any more
        self.archive.sync()
        address = published_as(PurePosixPath(transaction.post).name) if transaction.post else ""
        self.archive.catalogue.articles.record(transaction, address, self.job.source.name)
