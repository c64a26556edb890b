"""Implement `verify --repair`: correct the differences between the files and the catalogue.

Files are moved to .archive/lost, never deleted. First, files that the catalogue does not know are recorded. Next, pages
are repaired, then media and posts, because these two can be recovered from pages. Last, files that belong to no article
are moved. A repair that was killed can be repeated: it finds everything that is not repaired yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from archiver.archive.captures import snapshot_digest
from archiver.archive.files import ArchiveFiles
from archiver.archive.inventory import Inventory
from archiver.archive.recovery import Recovery, archived_time_in, with_result
from archiver.archive.snapshot_pages import current_capture
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.commands.media_repair import MediaRepair
from archiver.commands.rebuild import WORTH_PROCESSES, rebuild_in_processes, rebuild_one
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, InputError
from archiver.messages.message import message
from archiver.models import ArticleRecord, Finding, Outcome, State, Target
from archiver.models.job import FetchOptions, Job, JobKind, Overwrite, SourceOptions
from archiver.models.requests import RebuildOptions
from archiver.pipeline import archive_one
from archiver.policy import TERMINAL_STATES
from archiver.storage.quarantine import copy_aside, move_aside

_NOT_KEPT = message("its page is not kept or lost, so that it cannot be made again")
_GONE = TERMINAL_STATES | {State.UNAVAILABLE}  # states in which the page cannot be fetched again


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The repair of one archive; `inventory` finds what to repair. Up to `jobs` processes rebuild posts."""

    context: Context
    inventory: Inventory
    jobs: int = 1

    @property
    def _catalogue(self) -> Catalogue:
        return self.context.archive.catalogue

    @property
    def _files(self) -> ArchiveFiles:
        return self.context.archive.files

    def everything(self) -> Iterator[Finding]:
        """Repair every difference that the inventory finds; yield a finding for each.

        The field `repaired` of a finding is True or False: whether the repair succeeded.
        """
        inventory = self.inventory
        media_repair = MediaRepair(files=self._files, catalogue=self._catalogue, keys=inventory.keys)
        yield from self._record_unknown_files()
        media_repair.confirm()
        inventory.counts.clear()
        pages, media, posts = list(inventory.pages()), list(inventory.media()), list(inventory.posts())
        pages = [self._guarded(finding, self._seal) for finding in pages]
        media = [self._guarded(finding, media_repair.restore) for finding in media]
        outcomes = self._archive_again([*self._without_page(pages), *media_repair.request(media)])
        for finding in pages:
            yield self._guarded(finding, partial(self._finish_snapshot_repair, outcome=outcomes.get(finding.key)))
        yield from (self._guarded(finding, media_repair.finish) for finding in media)
        yield from self._rebuild_posts(posts, outcomes)
        for find in (inventory.unrecorded, inventory.unknown_media):  # a post that is moved shows no media any more
            for finding in list(find()):
                if finding.problem == "stray":
                    yield self._guarded(finding, self._move_stray)
                elif finding.problem == "unreadable":  # it may show any file, so no file was found to be a stray
                    yield _with_result(finding, message("no stray file was moved"), repaired=False)

    def _record_unknown_files(self) -> Iterator[Finding]:
        """Record files that the catalogue does not know, and rebuild the posts of their articles.

        Yield a finding for each such file, and for each post that could not be rebuilt. In each finding, the field
        `repaired` is True or False. Do nothing if only the files of some articles are to be repaired.
        """
        inventory, archive = self.inventory, self.context.archive
        recovery = Recovery(files=archive.files, catalogue=archive.catalogue, now=archive.now())
        if inventory.keys is not None:
            return
        tombstones = Tombstones(archive.files.store)
        for article in archive.catalogue.recovered.removed_articles():
            if tombstones.has(article.key):
                continue
            if inventory.is_removal_outdated(article):  # the catalogue is an old copy, or another archive's
                archive.catalogue.removals.undo(article.key)
            else:  # removed by a version that wrote no tombstones
                tombstones.write(archive.catalogue.removals.tombstone(article.key))
        for finding in recovery.everything(list(inventory.unrecorded())):
            inventory.on_checked(1)
            if finding.problem == "database":
                yield _with_result(finding, message("brought up to date"), repaired=True)
            elif finding.repaired is not None:
                yield finding
        yield from self._confirm_posts([*dict.fromkeys((*recovery.changed, *archive.catalogue.recovered.unproven()))])
        for finding in [each for each in inventory.unknown_media() if each.problem == "unrecorded"]:
            yield self._guarded(finding, recovery.medium)

    def _confirm_posts(self, keys: list[str]) -> Iterator[Finding]:
        """Find out which posts of the articles with these keys were not edited by a person, by rebuilding them.

        If the rebuild gives the same text as the post, nobody edited the post; the catalogue notes this, so that later
        commands may overwrite it. An edited post stays as it is. Yield a finding for each post that could not be
        rebuilt.
        """
        present = []
        for key in keys:
            article = self._catalogue.articles.find_by_key(key)
            if article is None:  # a later page gave the article its ids, and with them another key
                continue
            present.append(key)
            text = self._files.posts.read_text(article.post) if article.post else ""
            archived = archived_time_in(text) if text else None
            if archived and archived != article.archived:
                self._catalogue.recovered.set_archived(key, archived)
        keys = present
        jobs = self.jobs if len(keys) > WORTH_PROCESSES else 1
        results = (
            (rebuild_one(self.context, key) for key in keys)
            if jobs == 1
            else rebuild_in_processes(self.context.settings, keys, RebuildOptions(jobs=jobs))
        )
        for outcome in (result.outcome for result in results):
            self.inventory.on_checked(1)
            if outcome.outcome == "failed":
                key, said = (
                    outcome.source,
                    message("it cannot be made again from its page: {error}", error=outcome.error),
                )
                article = self._catalogue.articles.find_by_key(key)
                yield Finding(
                    problem="unrecorded", what="post", path=article.post if article else "", key=key, said=said,
                    repaired=False, exit_code=outcome.exit_code,
                )  # fmt: skip

    def _seal(self, finding: Finding) -> Finding:
        """Repair the snapshot file of a finding if its page is intact and only the rest of the file is damaged.

        A snapshot file has the page, records of its captures, and a checksum (the seal). The records are written again
        from the catalogue. Return the finding with `repaired` = True; return it unchanged if it is about any other
        problem.
        """
        digest = snapshot_digest(finding.path)
        try:
            if finding.problem != "altered" or self._files.snapshots.load(digest).is_sealed:
                return finding
        except InputError:
            return finding
        self._files.snapshots.add_records(digest, self._catalogue.captures.with_digest(digest))
        self._files.sync()
        return _with_result(finding, message("written again from the page and the catalogue"), repaired=True)

    def _without_page(self, pages: list[Finding]) -> Iterator[str]:
        """Yield the keys of the articles to archive again, because the snapshot of their current page is lost.

        `pages` are the findings about snapshots. A finding about an older page of an article is skipped, because WeChat
        only has the current page.
        """
        for finding in pages:
            current = self._catalogue.captures.current(finding.key)
            if finding.repaired is None and current and current.sha256 == snapshot_digest(finding.path):
                yield finding.key

    def _finish_snapshot_repair(self, finding: Finding, outcome: Outcome | None) -> Finding:
        """Complete the repair of a lost or damaged snapshot, after its article was archived again; return the result.

        `outcome` is the outcome of archiving the article again, None if that was not tried. The result is the finding
        with its field `repaired` set:

        - The snapshot is intact now: True.
        - The file cannot be read, or WeChat may send the page later: False. Nothing is changed.
        - A newer page came instead: True. The snapshot is recorded as lost, and a damaged file is moved to
          .archive/lost.
        - No page came, and none will: False. The snapshot is recorded as lost, and the file moved, in the same way.
        """
        digest = snapshot_digest(finding.path)
        if finding.problem == "unreadable":  # it may be intact, and become readable again
            is_intact = self._is_intact(digest)
            return _with_result(
                finding,
                message("it can be read again") if is_intact else message("it stays as it is"),
                repaired=is_intact,
            )
        if self._is_intact(digest):
            self._files.snapshots.add_records(digest, self._catalogue.captures.with_digest(digest))
            return _with_result(finding, message("the same page came again"), repaired=True)
        was_fetched = outcome is not None and outcome.state is State.ARTICLE and outcome.outcome != "failed"
        if outcome and not was_fetched and outcome.state not in _GONE:  # a temporary failure: the page may still exist
            return _with_result(
                finding, message("it did not come: {error}", error=outcome.error), repaired=False, outcome=outcome
            )
        moved = self._move(finding)
        self._catalogue.files.mark_capture_lost(digest)
        said = message("its page was read again") if was_fetched else message("noted as lost")
        if not was_fetched and outcome and outcome.error:
            said = message("noted as lost: {reason}", reason=outcome.error)
        return _with_result(moved, said, repaired=was_fetched)

    def _rebuild_posts(self, posts: list[Finding], outcomes: Mapping[str, Outcome]) -> Iterator[Finding]:
        """Rebuild the posts that these findings are about; yield each finding with its result.

        The field `repaired` of a finding is then True or False. An article without a snapshot is archived again, unless
        that was done already: `outcomes` maps the keys of articles that were archived again to their outcomes.
        """
        captures = self._catalogue.captures
        without_page = {finding.key for finding in posts if current_capture(captures, finding.key) is None}
        outcomes = {**outcomes, **self._archive_again(without_page - outcomes.keys())}
        for finding in posts:
            yield self._guarded(finding, partial(self._rebuild_post, outcome=outcomes.get(finding.key)))

    def _rebuild_post(self, finding: Finding, outcome: Outcome | None) -> Finding:
        """Rebuild the post of a finding from its snapshot; return the finding with its result.

        The field `repaired` of the finding is then True or False. An altered post is copied to .archive/lost before it
        is overwritten. It is not overwritten if it is right and only the catalogue is wrong, or if it was made from a
        later page than any that the archive has. If there is no snapshot, the result depends on `outcome`, the outcome
        of archiving the article again; None if that was not tried.
        """
        article = self._catalogue.articles.find_by_key(finding.key)
        if article is None:
            return self._finish_post(finding, outcome)
        if finding.problem == "unreadable" and (now := self._look_again(finding)) != finding:
            return self._rebuild_post(now, outcome) if now.repaired is None else now
        job = Job(target=Target(source=article.key, url=article.url), kind=JobKind.REBUILD, article=article)
        ports = self.context.ports(job)
        if ports is None:
            return self._finish_post(finding, outcome)
        ports.pages.fetch(job.target)  # raises an error for a damaged snapshot, before the post is touched
        if finding.problem == "altered" and (reason := self._reason_to_keep(finding, article)):
            return _with_result(finding, reason, repaired=reason == _CONFIRMED)
        copy = copy_aside(self.inventory.root, finding.path) if finding.problem == "altered" else ""
        if copy:
            job = replace(job, overwrite=Overwrite.ALWAYS)
        rebuilt = archive_one(job, self.context.ports(job) or ports)
        if rebuilt.outcome == "failed":
            return _with_result(finding, rebuilt.error, repaired=False)
        return _with_result(
            finding,
            message("what was there is {copy} now", copy=copy) if copy else "",
            message("made again"),
            repaired=True,
        )

    def _look_again(self, finding: Finding) -> Finding:
        """Check once more a post that could not be read before; return the finding about it.

        If the post is intact now, return the finding with `repaired` = True. Otherwise return what is found now: the
        post is missing, altered or still unreadable.
        """
        inventory = replace(self.inventory, keys={finding.key}, counts=Counter())
        for each in inventory.posts():
            if each.path == finding.path and each.problem in ("missing", "altered", "unreadable"):
                return each
        return _with_result(finding, message("it can be read again"), repaired=True)

    def _finish_post(self, finding: Finding, outcome: Outcome | None) -> Finding:
        """Return a copy of the finding with its result, for a post that has no snapshot from which to rebuild it.

        Archiving the article again may have written the post. `outcome` is the outcome of that, None if it was not
        tried. The field `repaired` of the copy is True if the outcome is "archived", else False.
        """
        is_back = outcome is not None and outcome.outcome == "archived"
        return _with_result(
            finding, message("archived again") if is_back else _NOT_KEPT, repaired=is_back, outcome=outcome
        )

    def _reason_to_keep(self, finding: Finding, article: ArticleRecord) -> str:
        """Return why the altered post of a finding must not be overwritten; '' if it should be overwritten.

        An altered post is one whose digest differs from the digest in the catalogue. There are two reasons to keep it:

        - A rebuild gives the text that the post has already. So the post is right, and the catalogue was wrong. The
          rebuild, which this method tries, has then corrected the digest in the catalogue.
        - The post was made from a later page than any that the archive has, as the capture time in its front matter
          shows. A rebuild would bring back an older text.
        """
        if rebuild_one(self.context, article.key).outcome.outcome == "unchanged":
            return _CONFIRMED
        current = current_capture(self._catalogue.captures, article.key)
        archived = archived_time_in(self._files.posts.read_text(finding.path))
        is_its_own = self._files.posts.key_of(finding.path) == article.key
        if current and archived and is_its_own and archived > max(current.captured, article.archived):
            return message(
                "it shows a page of {archived:%Y-%m-%d %H:%M} that is not here, and stays", archived=archived
            )
        return ""

    def _move_stray(self, finding: Finding) -> Finding:
        return _with_result(self._move(finding), repaired=True)

    def _move(self, finding: Finding) -> Finding:
        """Move the file of a finding to .archive/lost; return the finding with the new path in its explanation.

        An object is moved to the folder `lost` of the object storage.
        """
        moved_to = self._files.blobs.set_aside(finding.path)
        if moved_to is None:  # not an object, but a file in the archive's folder
            moved_to = move_aside(self.inventory.root, finding.path)
        return (
            replace(finding, said=message("{said}; it is {moved_to} now", said=finding.said, moved_to=moved_to))
            if moved_to
            else finding
        )

    def _archive_again(self, keys: Iterable[str]) -> dict[str, Outcome]:
        """Archive the articles with these keys again, to get back lost pages and media; return {key: outcome}.

        If the snapshot of an article is intact, only its missing media are fetched. Otherwise its page is fetched too.
        That needs an address: an article without one is left out of the dict.
        """
        articles = (self._catalogue.articles.find_by_key(key) for key in dict.fromkeys(keys) if key)
        jobs = [job for article in articles if article and (job := self._job(article))]
        scheduler = Scheduler(self.context, FetchOptions(refresh=True, retry=True, retry_gone=True))
        return {outcome.source: outcome for outcome in scheduler.archive(jobs)}

    def _job(self, article: ArticleRecord) -> Job | None:
        name = redact_words(article.source)
        source = next((each.options for each in self.context.settings.sources if each.title == name), SourceOptions())
        target = Target(source=article.key, url=article.url)
        current = current_capture(self._catalogue.captures, article.key)
        if current and self._is_intact(current.sha256):
            return Job(target=target, source=source, kind=JobKind.RETRY_MEDIA, article=article)
        return Job(target=target, source=source) if article.url else None

    def _is_intact(self, digest: str) -> bool:
        try:
            self._files.snapshots.read(digest)
        except InputError:
            return False
        return True

    def _guarded(self, finding: Finding, work: Callable[[Finding], Finding]) -> Finding:
        """Call `work`, a step of the repair, with a finding; return the finding with the result of the step.

        If `work` raises an ArchiverError, return the finding with `repaired` = False. If an earlier step has repaired
        the finding or failed (`repaired` is not None), return it unchanged, without calling `work`.
        """
        if finding.repaired is not None:
            return finding
        try:
            return work(finding)
        except ArchiverError as error:
            return _with_result(finding, str(error), repaired=False)


_CONFIRMED = message("it is what its page says, and known as ours again")


def _with_result(finding: Finding, *messages: str, repaired: bool, outcome: Outcome | None = None) -> Finding:
    """Return a copy of the finding with the field `repaired` set and `messages` added to its explanation.

    `outcome` is the outcome of archiving the article again, None if that was not tried. A finding that was not repaired
    gets the exit code of `outcome`, or FAILED if that is 0 or there is no outcome.
    """
    exit_code = (outcome and outcome.exit_code) or Exit.FAILED
    return with_result(finding, *messages, repaired=repaired, exit_code=exit_code)
