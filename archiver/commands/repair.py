"""Set right what `verify` finds: nothing is deleted, and nothing is moved before what takes its place is there.

First the catalogue learns what lies here and proves itself; then pages, media and posts are asked for or made again, in
this order, each from what was set right before; last, what nothing wants and nothing proves is put aside. Whatever is
killed in between, the same call goes on: a file counts as lost until it is back, or known to be gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from archiver.archive.captures import digest_in
from archiver.archive.file_checks import Links
from archiver.archive.files import ArchiveFiles
from archiver.archive.inventory import Inventory
from archiver.archive.media import digest_of
from archiver.archive.recovery import Recovery, archived_in, ended
from archiver.archive.snapshot_pages import current_capture
from archiver.archive.tombstones import Tombstones
from archiver.backoff import TERMINAL
from archiver.catalogue import Catalogue
from archiver.commands.rebuild import WORTH_PROCESSES, rebuild, rebuild_one
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, InputError
from archiver.models import ArticleRecord, Finding, Outcome, State, Target
from archiver.models.job import FetchOptions, Job, JobKind, Overwrite, SourceOptions
from archiver.models.requests import RebuildOptions
from archiver.pipeline import archive_one
from archiver.storage.quarantine import copy_aside, move_aside
from archiver.writer.names import IMAGES, MEDIA

_NOT_KEPT = "its page is not kept or lost, so that it cannot be made again"
_GONE = TERMINAL | {State.UNAVAILABLE}  # what stands there now: the page will not come again


@dataclass(frozen=True, kw_only=True)
class Repair:
    """An archive, what is wrong with it, and the means to set that right. `jobs`: processes that convert."""

    context: Context
    inspection: Inventory
    jobs: int = 1

    @property
    def _catalogue(self) -> Catalogue:
        return self.context.archive.catalogue

    @property
    def _files(self) -> ArchiveFiles:
        return self.context.archive.files

    def everything(self) -> Iterator[Finding]:
        """Yield each finding, with whether it is set right and how."""
        looking = self.inspection
        yield from self._take_in()
        looking.counts.clear()
        pages, media, posts = list(looking.pages()), list(looking.media()), list(looking.posts())
        pages = [self._guarded(one, self._seal) for one in pages]
        asked = self._read_again([*self._without_page(pages), *self._without_medium(media)])
        yield from (self._guarded(one, partial(self._judge_page, asked=asked.get(one.key))) for one in pages)
        yield from (self._guarded(one, self._judge_medium) for one in media)
        yield from self._make_posts(posts, asked)
        for one in [finding for finding in looking.unknown() if finding.problem == "stray"]:
            yield self._guarded(one, self._put_aside)

    def _take_in(self) -> Iterator[Finding]:
        """Tell the catalogue of what it does not know, and prove the posts of these articles by their pages."""
        looking, archive = self.inspection, self.context.archive
        recovery = Recovery(
            files=archive.files, snapshots=archive.files.snapshots, catalogue=archive.catalogue, now=archive.now()
        )  # fmt: skip
        if looking.keys is not None:
            return
        tombstones = Tombstones(archive.files.store)
        for article in archive.catalogue.recovered.removed():
            if tombstones.has(article.key):
                continue
            if looking.is_back(article):  # by an old catalogue, or another's
                archive.catalogue.removals.undo(article.key)
            else:  # taken out by a version that wrote no such files
                tombstones.write(archive.catalogue.removals.tombstone(article.key))
        for finding in recovery.everything(list(looking.unrecorded())):
            looking.looked(1)
            if finding.problem == "database":
                yield _ended(finding, "brought up to date", repaired=True)
            elif finding.repaired is not None:
                yield finding
        yield from self._prove([*dict.fromkeys((*recovery.changed, *archive.catalogue.recovered.unproven()))])
        links = Links(looking.root, (IMAGES, MEDIA), looking.prefix)
        for finding in [one for one in looking.unknown_media() if one.problem == "unrecorded"]:
            yield self._guarded(finding, partial(recovery.medium, links=links))

    def _prove(self, keys: list[str]) -> Iterator[Finding]:
        """Make the posts of these articles again: what is found the same is known as ours from now on.

        Yield those that could not be made.
        """
        for key in keys:
            kept = self._catalogue.articles.get(key)
            archived = archived_in(self._files.posts.read_text(kept.post)) if kept and kept.post else None
            if kept and archived and archived != kept.archived:
                self._catalogue.recovered.archived(key, archived)
        jobs = self.jobs if len(keys) > WORTH_PROCESSES else 1
        made = (
            (rebuild_one(self.context, key) for key in keys)
            if jobs == 1
            else rebuild(self.context.settings, keys, RebuildOptions(jobs=jobs))
        )
        for one in made:
            self.inspection.looked(1)
            if one.outcome.outcome == "failed":
                key, said = one.outcome.source, f"it cannot be made again from its page: {one.outcome.error}"
                kept = self._catalogue.articles.get(key)
                yield Finding(
                    problem="unrecorded", what="post", path=kept.post if kept else "", key=key, said=said,
                    repaired=False, exit_code=one.outcome.exit_code,
                )  # fmt: skip

    def _seal(self, finding: Finding) -> Finding:
        """Write the file of a page again that is whole itself: what stands behind it is told by the catalogue."""
        digest = digest_in(finding.path)
        try:
            if finding.problem != "altered" or self._files.snapshots.load(digest).is_sealed:
                return finding
        except InputError:
            return finding
        self._files.snapshots.add_records(digest, self._catalogue.captures.with_digest(digest))
        self._files.sync()
        return _ended(finding, "written again from the page and the catalogue", repaired=True)

    def _without_page(self, pages: list[Finding]) -> Iterator[str]:
        """Yield the articles whose shown page is lost; another nobody can bring back."""
        for one in pages:
            shown = self._catalogue.captures.shown(one.key)
            if one.repaired is None and shown and shown.sha256 == digest_in(one.path):
                yield one.key

    def _judge_page(self, finding: Finding, asked: Outcome | None) -> Finding:
        digest = digest_in(finding.path)
        if finding.problem == "unreadable":  # now; that proves nothing
            is_whole = self._is_whole(digest)
            return _ended(finding, "it can be read again" if is_whole else "it stays as it is", repaired=is_whole)
        if self._is_whole(digest):
            self._files.snapshots.add_records(digest, self._catalogue.captures.with_digest(digest))
            return _ended(finding, "the same page came again", repaired=True)
        came = asked is not None and asked.state is State.ARTICLE and asked.outcome != "failed"
        if asked and not came and asked.state not in _GONE:  # a wall or an outage says nothing of the page
            return _ended(finding, f"it did not come: {asked.error}", repaired=False, asked=asked)
        moved = self._move(finding)
        self._catalogue.files.mark_capture_lost(digest)
        why = f": {asked.error}" if asked and asked.error else ""
        return _ended(moved, "its page was read again" if came else f"noted as lost{why}", repaired=came)

    def _without_medium(self, media: list[Finding]) -> Iterator[str]:
        """Yield the articles that show a medium which is lost; it is due from now on."""
        inventory = self._catalogue.files
        for one in media:
            yield from inventory.articles_showing(one.path)
            inventory.ask_for_medium(one.path)

    def _judge_medium(self, finding: Finding) -> Finding:
        """Return the finding of a medium that was asked for again.

        What does not come stays due, and is found again until it came or is known to be gone.
        """
        path, digest, reason = self._catalogue.files.medium(finding.path)
        if path and digest and digest_of(self.inspection.root / path) == digest:
            return _ended(finding, "fetched again", repaired=True)
        ended = "stays due" if path else "is known to be gone"
        return _ended(finding, f"it did not come ({reason}) and {ended}", repaired=False)

    def _make_posts(self, posts: list[Finding], asked: Mapping[str, Outcome]) -> Iterator[Finding]:
        """Make posts again, a copy of what lies there kept; without their pages they stay as they are."""
        bare = {one.key for one in posts if current_capture(self._catalogue.captures, one.key) is None}
        ended = {**asked, **self._read_again(bare - asked.keys())}
        for one in posts:
            yield self._guarded(one, partial(self._make_post, asked=ended.get(one.key)))

    def _make_post(self, finding: Finding, asked: Outcome | None) -> Finding:
        kept = self._catalogue.articles.get(finding.key)
        if kept is None:
            return self._archived_again(finding, asked)
        job = Job(target=Target(source=kept.key, url=kept.url), kind=JobKind.REBUILD, article=kept)
        ports = self.context.ports(job)
        if ports is None:
            return self._archived_again(finding, asked)
        ports.pages.fetch(job.target)  # proven before anything is done to the post
        if finding.problem == "altered" and (why := self._why_it_stays(finding, kept)):
            return _ended(finding, why, repaired=why == _PROVEN)
        place = copy_aside(self.inspection.root, finding.path) if finding.problem == "altered" else ""
        if place:
            job = replace(job, overwrite=Overwrite.ALWAYS)
        outcome = archive_one(job, self.context.ports(job) or ports)
        if outcome.outcome == "failed":
            return _ended(finding, outcome.error, repaired=False)
        return _ended(finding, f"what was there is {place} now" if place else "", "made again", repaired=True)

    def _archived_again(self, finding: Finding, asked: Outcome | None) -> Finding:
        """Return the finding of a post whose page is not kept, and which only its address could bring back."""
        came = asked is not None and asked.outcome == "archived"
        return _ended(finding, "archived again" if came else _NOT_KEPT, repaired=came, asked=asked)

    def _why_it_stays(self, finding: Finding, kept: ArticleRecord) -> str:
        """Return why a post that is not the recorded one is left alone, '' when it is to be made again."""
        if rebuild_one(self.context, kept.key).outcome.outcome == "unchanged":
            return _PROVEN
        shown = current_capture(self._catalogue.captures, kept.key)
        archived = archived_in(self._files.posts.read_text(finding.path))
        is_its_own = self._files.posts.key_of(finding.path) == kept.key
        if shown and archived and is_its_own and archived > max(shown.captured, kept.archived):
            return f"it shows a page of {archived:%Y-%m-%d %H:%M} that is not here, and stays"
        return ""

    def _put_aside(self, finding: Finding) -> Finding:
        return _ended(self._move(finding), repaired=True)

    def _move(self, finding: Finding) -> Finding:
        place = move_aside(self.inspection.root, finding.path)
        return replace(finding, said=f"{finding.said}; it is {place} now") if place else finding

    def _read_again(self, keys: Iterable[str]) -> dict[str, Outcome]:
        """Read these articles again, from their snapshots where these are whole; return how each ended, by its key."""
        kept = (self._catalogue.articles.get(key) for key in dict.fromkeys(keys) if key)
        jobs = [job for one in kept if one and (job := self._job(one))]
        scheduler = Scheduler(self.context, FetchOptions(refresh=True, retry=True, retry_gone=True))
        return {outcome.source: outcome for outcome in scheduler.archive(jobs)}

    def _job(self, kept: ArticleRecord) -> Job | None:
        name = redact_words(kept.source)
        source = next((one.options for one in self.context.settings.sources if one.title == name), SourceOptions())
        target = Target(source=kept.key, url=kept.url)
        last = current_capture(self._catalogue.captures, kept.key)
        if last and self._is_whole(last.sha256):
            return Job(target=target, source=source, kind=JobKind.RETRY_MEDIA, article=kept)
        return Job(target=target, source=source) if kept.url else None

    def _is_whole(self, digest: str) -> bool:
        try:
            self._files.snapshots.read(digest)
        except InputError:
            return False
        return True

    def _guarded(self, finding: Finding, work: Callable[[Finding], Finding]) -> Finding:
        if finding.repaired is not None:
            return finding
        try:
            return work(finding)
        except ArchiverError as error:
            return _ended(finding, str(error), repaired=False)


_PROVEN = "it is what its page says, and known as ours again"


def _ended(finding: Finding, *said: str, repaired: bool, asked: Outcome | None = None) -> Finding:
    """Return the finding with what became of it, when its page was `asked` for."""
    return ended(finding, *said, repaired=repaired, exit_code=(asked and asked.exit_code) or Exit.FAILED)
