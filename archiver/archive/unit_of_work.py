"""Do the archive's part of one job, which archives one address or file.

It stores the page, finds and adds media, writes the post, and last writes the catalogue rows. If a job is killed before
the last step, its address stays due: a later run tries it again and uses the files that were already written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from archiver import outcomes, policy, post_warnings
from archiver.archive.archive import Archive
from archiver.archive.captures import capture_of
from archiver.archive.cover import with_cover
from archiver.archive.media import ArticleMedia, delete_medium
from archiver.archive.post_names import post_name_of
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.errors import ArchiverError, BudgetSpent, CoolingDown, FetchError, OutputError, Refused
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
    RenderedPost,
    State,
    StoredCapture,
    WriteResult,
)
from archiver.models.job import Decision, Job, JobKind, Overwrite
from archiver.ports import ResolvedArticle
from archiver.writer.links import files_by_url
from archiver.writer.names import media_name

_log = logging.getLogger(__name__)

_WRITTEN = {  # how log messages call the results of writing a post
    "archived": "written, it is new",
    "updated": "written, it has changed",
    "unchanged": "left, it is unchanged",
    "skipped": "left, it was edited by hand",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkOptions:
    """The settings for archiving an article.

    With `keeps_snapshots`, received pages are stored. A post that shows less than the share `min_coverage` (0 to 1) of
    the page's text gets a warning. `overwrite` says which existing posts may be overwritten: by default those that
    nobody edited. `wants` takes a medium and returns whether it is saved. With `saves_cover`, the article's
    cover is saved like the pictures in its text. `rest_until` returns the time before which no machine may request an
    address again whose request WeChat just blocked; None if there is no such time.
    """

    keeps_snapshots: bool = True
    min_coverage: float = 0.999
    overwrite: Overwrite = Overwrite.UNEDITED
    wants: Callable[[Media], bool] = lambda _medium: True
    saves_cover: bool = False
    rest_until: Callable[[], datetime | None] = lambda: None


@dataclass(kw_only=True, slots=True)
class UnitOfWork:
    """The operations on the archive for one job, called by the pipeline. It implements ports.ArticleArchive.

    A job archives one address or file: it stores the page, adds the media, writes the post, and records the result.
    `media` finds and adds the media of the article. `options` has the settings for the post. `says_the_same` takes an
    article that was fetched again, and returns whether its text is the same as that of its last page. `written` is the
    result of writing the post, None before that.
    """

    archive: Archive
    job: Job
    media: ArticleMedia
    options: WorkOptions
    now: Callable[[], datetime]
    says_the_same: Callable[[Article], bool] = lambda _article: False
    written: WriteResult | None = None
    _repeated: dict[str, Capture] = field(default_factory=dict)  # new captures of pages stored before, by digest

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        """Store a received page before it is processed; return the page with the digest of its snapshot.

        The digest is '' if the page is not stored: snapshots are switched off, or a user's file holds no article. A
        page that was read from its snapshot is not stored again.
        """
        page = fetched.page
        digest = fetched.snapshot
        is_wanted = self.options.keeps_snapshots and not (page.saved and classification.state is not State.ARTICLE)
        if not digest and is_wanted:
            digest = self._store_page(page, classification.state)
        return StoredCapture(
            page=page, snapshot=digest, classification=classification, local_media=fetched.local_media
        )  # fmt: skip

    def _store_page(self, page: Page, state: State) -> str:
        capture = capture_of(page, state, self.now(), self.job.source.name)
        snapshot = self.archive.files.snapshots.keep(page.content, capture)
        if not snapshot.is_new:
            self._repeated[snapshot.sha256] = capture
        self.archive.catalogue.captures.receive(page, snapshot.sha256, self.job.source.name, capture.received)
        return snapshot.sha256

    def resolve(self, article: Article, page: Page) -> ResolvedArticle:
        """Find the catalogue's record of an extracted article; return (article, record, whether the text is the same).

        - The article is completed from its record with what a page may lack: its short address, and when and why WeChat
          stopped showing it.
        - The record is None for a new article.
        - The third value is True only if the job checks an archived article for changes and its text is that of its
          last page.

        `page` is the page from which the article was extracted.
        """
        known = self.archive.catalogue.articles.find(article)
        article = policy.merge_known(self.job, article, page, known)
        article = with_cover(article) if self.options.saves_cover else article
        if self.job.kind is not JobKind.RECHECK:
            return ResolvedArticle(article, known)
        assert isinstance(self.job.article, ArticleRecord)
        return ResolvedArticle(article, self.job.article, self.says_the_same(article))

    def discard(self, capture: StoredCapture, known: ArticleRecord, decision: Decision) -> Outcome:
        """Delete the received page of an article that the user removed or that is unchanged; return the outcome.

        `decision` says which of the two applies: REMOVED or UNCHANGED. `known` is the article's record.
        """
        outcome = self._removed(known) if decision is Decision.REMOVED else self._unchanged(known)
        self._delete_pages(capture)
        return outcome

    def _removed(self, known: ArticleRecord) -> Outcome:
        """Record that the job's address leads to a removed article; return the outcome.

        The address is then not fetched again.
        """
        catalogue = self.archive.catalogue
        if self.job.target.url:
            catalogue.removals.add_url(self.job.target.url, known.key)
            Tombstones(self.archive.files.store).write(catalogue.removals.tombstone(known.key))
        return outcomes.taken_out(self.job.target, known)

    def _unchanged(self, known: ArticleRecord) -> Outcome:
        self.archive.catalogue.articles.mark_checked(known.key)
        return replace(outcomes.known(self.job.target, known, self.archive.name), outcome="unchanged")

    def _delete_pages(self, capture: StoredCapture) -> None:
        """Delete the snapshot of a page, unless another capture uses it.

        If the page was reached through the notice of a migrated account, the snapshot of this notice is deleted, too,
        unless another capture uses it.
        """
        for digest in (capture.snapshot, capture.moved_from.snapshot if capture.moved_from else ""):
            if digest and not self.archive.catalogue.captures.discard(digest):
                self.archive.files.snapshots.delete(digest)

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return (files that the archive has, media to fetch), both by media name and in the order of `media`.

        Media that are not to be saved (`WorkOptions.wants`) are in neither.
        """
        wanted = {media_name(medium): medium for medium in reversed(media) if self.options.wants(medium)}
        named = {name: wanted[name] for name in dict.fromkeys(map(media_name, media)) if name in wanted}
        found = dict(self.media.find([*named.values()]))
        return found, {name: medium for name, medium in named.items() if name not in found}

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return the file that another job of this run fetched for the same medium, else the result of `fetch`.

        If `fetch` fails, it returns a str with the reason. If the archive has a complete file of the medium whose
        digest differs from the recorded one, this file is then returned instead of the reason; its field `doubt` is
        set.
        """
        return self.media.fetch_once(medium, fetch)

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        """Write a downloaded medium to a file with this extension, such as `png`; return the file."""
        return self.media.add(medium, download, extension)

    def commit(
        self, capture: StoredCapture, article: Article, media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        """Write the post and then the catalogue rows, under the post lock; return the outcome of the job.

        If a file in `media` was deleted in the meantime, write nothing and return None, so that the caller fetches it
        again. In the last attempt (`is_last`) this is not checked. If the user removed the article during the job,
        write no post and delete the page and the media.
        """
        with self.archive.post_lock():
            known = self.archive.catalogue.articles.find(article)
            if known and known.taken_out:
                return self._discard_removed(capture, known, media)
            if not is_last and not self.media.has_files(media):
                _log.info("%s: files were deleted meanwhile, they are fetched again", article.key)
                return None
            has_name = known is not None and known.post != ""
            with nullcontext(_nothing) if has_name else self.archive.catalogue.naming(str(post.day)) as confirm:
                if not has_name:  # another machine may have recorded it meanwhile
                    known = self.archive.catalogue.articles.find(article)
                transaction = self._write_post(capture, article, media, post, known)
                confirm()
                self._record(transaction)
            if known and known.digest != transaction.digest:
                with suppress(OutputError):  # the storage is away; an earlier version that stays there does no harm
                    self.archive.files.posts.withdraw(transaction.post, known.digest)
        return transaction.outcome

    def _write_post(
        self,
        capture: StoredCapture,
        article: Article,
        media: MediaResults,
        post: RenderedPost,
        known: ArticleRecord | None,
    ) -> ArchiveTransaction:
        """Name and write the post of an article, and return what is to be recorded.

        `known` is the record of the article before.
        """
        name = post_name_of(article, known, post.day, self.job.source.folder, self.archive)
        self.written = self._write(Post(name=name, text=post.text), known)
        outcome = self._outcome(article, media, post)
        return replace(
            self._transaction(outcome, capture), article=article, post=name, digest=self.written.digest,
            media=media, share=post.text_coverage,
        )  # fmt: skip

    def _discard_removed(self, capture: StoredCapture, known: ArticleRecord, media: MediaResults) -> Outcome:
        """Delete the page and media of an article that was removed during the job; return the outcome of the job.

        Media that another article or a text of the user shows are kept.
        """
        outcome = self._removed(known)
        files = {file.path: file.sha256 for file in media.values() if isinstance(file, LocalFile)}
        shown = shown_files(self.archive.root, files)
        for path, digest in files.items():
            if not self.archive.catalogue.files.articles_showing(path) and path not in shown:
                delete_medium(self.archive.files, self.archive.catalogue, path, digest)
        self._delete_pages(capture)
        return outcome

    def _write(self, post: Post, known: ArticleRecord | None) -> WriteResult:
        overwrite = self.job.overwrite or self.options.overwrite
        result = self.archive.files.posts.save(post, recorded=known.digest if known else "", overwrite=overwrite)
        would = "would be " if self.archive.is_dry else ""
        _log.info("%s: %s%s", result.path, would, _WRITTEN[result.outcome])
        return result

    def _outcome(self, article: Article, media: MediaResults, post: RenderedPost) -> Outcome:
        assert self.written is not None
        results = {medium.url: media.get(media_name(medium)) for medium in article.media}
        files = files_by_url(article, media)
        lost = {url: reason for url, reason in results.items() if isinstance(reason, str)}
        doubts = {url: file.doubt for url, file in files.items() if file.doubt}
        coverage = post.text_coverage
        is_low = coverage < self.options.min_coverage
        return replace(
            outcomes.archived(self.job.target, article, self.written),
            images=outcomes.images(article, files, lost | doubts),
            warnings=(
                *post_warnings.warnings(article, lost, self.written, coverage if is_low else None),
                *post_warnings.doubts(doubts),
            ),
            format_notes=article.format_notes,
        )

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Record a page that holds no article; return the outcome of the job."""
        outcome = outcomes.no_article(self.job.target, capture.page, capture.classification)
        is_blocked = capture.classification.state is State.VERIFICATION
        rests_until = self.options.rest_until() if is_blocked else None
        self._record(replace(self._transaction(outcome, capture), rests_until=rests_until))
        return outcome

    def commit_failure(self, error: ArchiverError) -> Outcome:
        """Return the outcome of a job that failed with `error`.

        Only a network failure is recorded in the catalogue, which delays the next attempt. After any other error, such
        as a limit or a verification page that prevented the request, nothing is recorded and the address stays due.
        """
        if isinstance(error, BudgetSpent):
            return outcomes.left(self.job.target)
        outcome = outcomes.failed(self.job.target.source, self.job.target.url, error)
        if isinstance(error, Refused) and (until := self.options.rest_until()):
            self.archive.catalogue.urls.rest(self.job.target.url, until)
        if isinstance(error, FetchError) and not isinstance(error, CoolingDown):
            self._record(self._transaction(outcome))
        return outcome

    def _transaction(self, outcome: Outcome, capture: StoredCapture | None = None) -> ArchiveTransaction:
        return ArchiveTransaction(
            target=self.job.target, outcome=outcome, claimed=self.job.claimed, page=capture.page if capture else None,
            snapshot=capture.snapshot if capture else "", notice=capture.moved_from if capture else None,
            is_new=not self.job.kind.reads_snapshot, asked=self.job.kind is not JobKind.REBUILD,
        )  # fmt: skip

    def _record(self, transaction: ArchiveTransaction) -> None:
        """Make the files of a job durable, then write its catalogue rows; do nothing in a dry run.

        Also do nothing for a saved page without an article and without an address, since there is no address to record
        it for.
        """
        if self.archive.is_dry:
            return
        if not transaction.article and not transaction.target.url:
            return  # a saved page without an article and without an address cannot be recorded
        for digest in (transaction.snapshot, transaction.notice.snapshot if transaction.notice else ""):
            if capture := self._repeated.pop(digest, None):  # only now, since the capture might have been discarded
                recorded = self.archive.catalogue.captures.with_digest(digest)
                self.archive.files.snapshots.add_records(digest, [*recorded, capture])
        self.media.ensure_rows(transaction.media)  # another run may have deleted the rows of unused media
        self.archive.sync()
        address = self.archive.profile.published_name(transaction.post) if transaction.post else ""
        self.archive.catalogue.articles.record(transaction, address, self.job.source.name)


def _nothing() -> None:
    """Do nothing, where no lock of a server can be lost."""
