"""Recover catalogue rows from files that the catalogue does not know: posts, snapshots, media and tombstones.

A tombstone is a file that records that the user removed an article. Posts, snapshots and media are only read. A
recovery that was killed can be repeated: it skips what is already recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from archiver import outcomes
from archiver.archive.captures import StoredPage, snapshot_digest
from archiver.archive.files import ArchiveFiles
from archiver.archive.layouts import layout_of, recover_former_addresses
from archiver.archive.leftovers import unwanted_leftovers
from archiver.archive.media import kind_of, recorded_file, unrecorded_file
from archiver.archive.media_files import MediaFiles
from archiver.archive.posts import key_in
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.catalogue.salvage import Salvage
from archiver.errors import ArchiverError
from archiver.extractor import classify, extract, server_time
from archiver.messages.message import message
from archiver.models import (
    CHINA,
    UNAVAILABLE_STATES,
    Article,
    ArticleRecord,
    Capture,
    Classification,
    Finding,
    LocalFile,
    Page,
    State,
    Target,
    Unavailability,
)
from archiver.models.origin import origin_of
from archiver.storage.quarantine import move_aside
from archiver.writer.front_matter import read_front_matter
from archiver.writer.names import media_name, safe_name
from archiver.writer.profiles.base import Profile

TAKEN_IN = message("taken into the catalogue")


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A capture of a page that holds no article, and the reason why it holds none.

    Notices are recorded after all articles: a notice that an article is gone needs the article in the catalogue.
    """

    capture: Capture
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReader:
    """A reader of the page in one snapshot, which finds out for each capture whether it holds an article.

    `digest` is the digest of the page. If `captures` is empty, one capture is estimated from the page.
    """

    digest: str
    stored: StoredPage
    captures: Sequence[Capture]

    def read(self, written: float) -> tuple[list[tuple[Capture, Article]], list[Notice]]:
        """Return (pairs of a capture and the article in it, captures that hold no article).

        `written` is the modification time of the snapshot's file in seconds since 1970. It is used as the time of
        capture if neither a record nor the page has one.
        """
        found: list[tuple[Capture, Article]] = []
        notices = []
        articles: dict[tuple[str, str, bool], Article] = {}  # a cache, since extracting is slow
        for capture in self.captures or (self._estimated(written),):
            page = capture.as_page(self.stored.content, capture.url)
            classification = classify(page)
            known = replace(capture, state=classification.state, sha256=self.digest, size=len(self.stored.content))
            if classification.state is State.ARTICLE:
                origin = (capture.url, capture.final_url, capture.saved)
                if origin not in articles:
                    articles[origin] = extract(page)
                found.append((known, articles[origin]))
            else:
                notices.append(Notice(capture=known, reason=_reason(page, classification)))
        return found, notices

    def _estimated(self, written: float) -> Capture:
        """Return an estimated capture for a page without records.

        Its time is the server time in the page, or `written` (seconds since 1970) if the page has none.
        """
        saved = datetime.fromtimestamp(written, UTC)
        page = Page(source=self.digest, content=self.stored.content, captured=saved)
        captured = server_time(page) or saved
        url = extract(page).url if classify(page).state is State.ARTICLE else ""
        return Capture(
            url=url, final_url=url, status=200, captured=captured, state=State.UNKNOWN, received=captured,
            estimated=True,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """A recovery of missing catalogue rows from files whose content identifies them.

    `now` replaces times that a file lacks. `changed` is an ordered set of the keys of articles that got new rows; the
    caller must rebuild their posts.
    """

    files: ArchiveFiles
    catalogue: Catalogue
    now: datetime
    changed: dict[str, None] = field(default_factory=dict)  # ordered set of the keys of articles with new rows
    _notices: list[tuple[Finding, list[Notice]]] = field(default_factory=list)

    def everything(self, unknown: Iterable[Finding]) -> Iterator[Finding]:
        """Record in the catalogue the tombstones, posts and snapshots that `unknown` reports as "unrecorded".

        Yield each finding with its result: whether it was repaired, and an explanation. If a file turns out not to
        belong in the catalogue, its finding gets the problem "stray". Findings about media, and those with a problem
        other than "unrecorded", are yielded unchanged. The caller records media with `medium` after it has rebuilt the
        posts, since only the posts tell to which articles the media belong.
        """
        found = list(unknown)  # read all findings before the first row is written
        for finding in sorted(found, key=self._order):
            if finding.problem != "unrecorded" or finding.what == "media":
                yield finding
            elif finding.what == "removal":
                yield self._removal(finding)
            elif finding.what == "post":
                yield self._post(finding)
            elif (result := self._page(finding)) is not None:
                yield result
        yield from self._recover_notices()

    def _order(self, finding: Finding) -> tuple[bool, float, float]:
        """Return a sort key for findings: those about pages come last, in the order in which the pages were received.

        The order matters if two captures have the same second: the post then shows the one that was recorded later.
        """
        if finding.problem != "unrecorded" or finding.what != "snapshot":
            return False, 0, 0
        try:
            captures = self.files.snapshots.load(snapshot_digest(finding.path)).captures
        except ArchiverError:
            return True, 0, 0
        times = [((each.received or each.captured).timestamp(), each.captured.timestamp()) for each in captures]
        return True, *min(times, default=(0.0, 0.0))

    def medium(self, finding: Finding) -> Finding:
        """Record in the catalogue a media file that `finding` reports as unknown.

        If the file is complete and has the type of its extension, it is recorded as intact, and the returned finding
        has the field `repaired` set to True. Otherwise it is recorded as damaged, and `repaired` is False. In both
        cases the article of `finding` is recorded as the one that shows it. A file that cannot be read is not recorded.
        """
        name = self.files.profile.media_name(finding.path)
        try:
            file = recorded_file(self.files.root, finding.path, kind_of(name))
        except OSError as error:  # it may be whole, and readable the next time
            return with_result(
                finding, message("it cannot be read now ({reason})", reason=error.strerror or error), repaired=False
            )
        is_whole = file.sha256 != ""
        self.catalogue.recovered.add_media([finding.key], {name.rpartition(".")[0]: file})
        said = TAKEN_IN if is_whole else message("taken in as damaged: it is not whole, or of another type")
        return with_result(finding, said, repaired=is_whole)

    def _removal(self, finding: Finding) -> Finding:
        for path, tombstone in Tombstones(self.files.store).all():
            if path == finding.path:
                self.catalogue.recovered.add_removal(tombstone)
                # Remaining files of the article are then stray files, which --repair moves to .archive/lost. Those that
                # a change of profile has left lie in folders where no stray file is looked for.
                for leftover in unwanted_leftovers(self.files, self.catalogue, tombstone.key):
                    move_aside(self.files.root, leftover)
                self.catalogue.removals.finish(tombstone.key)
        return with_result(finding, TAKEN_IN, repaired=True)

    def _post(self, finding: Finding) -> Finding:
        found = list(post_records(self.files, [finding.path], self.now))
        if not found:  # it has become unreadable since it was found
            return with_result(finding, message("it cannot be read now"), repaired=False)
        self.catalogue.recovered.add_posts(found)
        recover_former_addresses(self.catalogue, self.files, [finding.path])
        is_known = bool(self.catalogue.files.known_posts([finding.path]))
        if is_known:
            self.changed[finding.key] = None
            return with_result(finding, TAKEN_IN, repaired=True)
        return replace(finding, problem="stray", what="file", said=message("another post of an article that has one"))

    def _page(self, finding: Finding) -> Finding | None:
        """Record in the catalogue the captures of a snapshot that `finding` reports as unknown.

        Return the finding with its result: whether it was repaired, and an explanation. Return None if some of the
        captures hold no article: `_recover_notices` later records these captures and yields the finding.
        """
        digest = snapshot_digest(finding.path)
        try:
            stored = self.files.snapshots.load(digest)
            reader = PageReader(digest=digest, stored=stored, captures=stored.captures)
            stat = self.files.snapshots.stat(digest)
            found, notices = reader.read(stat.modified if stat else self.now.timestamp())
        except ArchiverError as error:
            return with_result(finding, str(error), repaired=False)
        if any(self._is_removed(article) for _, article in found):
            return replace(finding, problem="stray", said=message("a page of an article that was taken out"))
        keys = [self.catalogue.recovered.add_capture(capture, article) for capture, article in found]
        for article in dict.fromkeys(
            article for _, article in found
        ):  # an older page may show media that the post does not
            self.catalogue.recovered.add_media([article.key], media_files_of(self.files, article))
        self.changed.update(dict.fromkeys(keys))
        if not notices:
            return with_result(finding, TAKEN_IN, repaired=True)
        self._notices.append((replace(finding, key=keys[0] if keys else ""), notices))
        return None

    def _is_removed(self, article: Article) -> bool:
        known = self.catalogue.articles.find(article)
        return known is not None and known.taken_out is not None

    def _recover_notices(self) -> Iterator[Finding]:
        """Record the captures that hold no article, first received first; then yield the findings of their snapshots.

        `_page` collected these captures.
        """
        for _, notice in sorted(
            ((finding, notice) for finding, notices in self._notices for notice in notices),
            key=lambda pair: pair[1].capture.received or pair[1].capture.captured,
        ):
            key = self.catalogue.recovered.add_capture(notice.capture, None, notice.reason)
            if key:
                self.changed[key] = None
        yield from (with_result(finding, TAKEN_IN, repaired=True) for finding, _ in self._notices)
        self._notices.clear()


def populate_catalogue(
    catalogue: Catalogue, files: ArchiveFiles, now: datetime, salvage: Salvage | None = None
) -> None:
    """Fill a new catalogue from the posts and tombstones of the archive.

    Tombstones are the files that record which articles the user removed. `salvage` has the rows that could be read from
    a damaged catalogue; they are added, too, unless they contradict files. It is None if there was no such catalogue.
    `now` is used for times that a post lacks.
    """
    catalogue.open()
    catalogue.layout.record(layout_of(files.profile))
    tombstones = Tombstones(files.store)
    for _, tombstone in tombstones.all():
        catalogue.recovered.add_removal(tombstone)
    found = list(all_post_records(files, now))
    present = {article.key for article, _ in found}
    for tombstone in salvage.removals if salvage else ():
        if tombstone.key not in present and not tombstones.has(tombstone.key):
            tombstones.write(tombstone)
            catalogue.recovered.add_removal(tombstone)
    posts = [article.post for article, _ in found]
    if salvage is None:
        catalogue.recovered.add_posts(found)
        recover_former_addresses(catalogue, files, posts)
        catalogue.mark_populated()
        return
    catalogue.recovered.add_posts((_with_digest(article, files, salvage), address) for article, address in found)
    media = tuple(row for row in salvage.media if not row["path"] or _is_intact(files.media, row))
    catalogue.restore(replace(salvage, media=media))
    recover_former_addresses(catalogue, files, posts)
    for key, capture in salvage.captures:
        catalogue.recovered.add_capture_without_page(key, capture)
    catalogue.mark_populated()


def write_missing_tombstones(catalogue: Catalogue, files: ArchiveFiles) -> None:
    """Write a tombstone for each article that is removed according to the catalogue.

    A tombstone is a file that records that the user removed an article, even if the catalogue is lost. The first
    versions of archiver wrote none. No tombstone is written if the article's post exists: the catalogue is then wrong.
    """
    for article in catalogue.recovered.removed_articles():
        if not files.posts.exists(files.posts.current_name("?", article.key)):
            Tombstones(files.store).write(catalogue.removals.tombstone(article.key))


def _with_digest(article: ArticleRecord, files: ArchiveFiles, salvage: Salvage) -> ArticleRecord:
    """Return the record of an article with the digest of its post, so that the post does not count as edited.

    `salvage` has the digests of posts as archiver wrote them. Return the record unchanged if the digest of this post is
    not among them, or if a person edited the post since.
    """
    digest = salvage.digests.get(article.post, "")
    return replace(article, digest=digest) if files.posts.is_unedited(article.post, digest) else article


def _is_intact(media: MediaFiles, row: dict[str, object]) -> bool:
    return media.is_intact(str(row["path"]), str(row["sha256"]))


def media_files_of(files: ArchiveFiles, article: Article) -> dict[str, LocalFile]:
    """Return the complete media files that the archive has of an article, by media name."""
    found = {}
    for medium in article.media:
        name = media_name(medium)
        for stem in dict.fromkeys((name, safe_name(name))):
            if name not in found and (file := unrecorded_file(files, stem, medium.kind)):
                found[name] = file
    return found


def all_post_records(files: ArchiveFiles, now: datetime) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield (record of the article, Profile.published_name of the post) for every post of the archive.

    The published name stands for the post's address on the site. `now` replaces times that a post's front matter lacks.
    Posts that do not name their article are omitted.
    """
    return _records_in(files.posts.front_matters(), now, files.profile)


def post_records(files: ArchiveFiles, names: Iterable[str], now: datetime) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield (record of the article, Profile.published_name of the post) for each of the posts `names`.

    The published name stands for the post's address on the site. Names are paths relative to the archive's folder.
    `now` replaces times that a post's front matter lacks. Posts that do not name their article are omitted.
    """
    return _records_in(((name, files.posts.front_matter_of(name)) for name in names), now, files.profile)


def _records_in(
    front_matters: Iterable[tuple[str, str]], now: datetime, profile: Profile
) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield (record of the article, Profile.published_name of the post) for each post, read from its front matter.

    The published name stands for the post's address on the site. `front_matters` are pairs (path of a post, lines of
    its front matter). `now` replaces times that the lines lack. Posts that do not name their article are omitted. The
    records have no digest, so the posts count as edited by hand until a rebuild gives the same text.
    """
    for name, lines in front_matters:
        key = key_in(lines)
        if not key:
            continue
        front = read_front_matter(f"---\n{lines}---\n")
        wechat = origin_of(front)
        gone = _unavailability(wechat.get("gone"), now)
        article = ArticleRecord(
            key=key, url=str(wechat.get("url") or ""), title=str(front.get("title") or ""),
            account=str(wechat.get("account") or ""), type=str(wechat.get("type") or "article"),
            published=_time(wechat.get("published")), archived=_time(wechat.get("archived")) or now,
            state=gone.state if gone else State.ARTICLE, state_seen=gone.seen if gone else now, post=name,
        )  # fmt: skip
        yield article, profile.published_name(name)


def archived_time_in(text: str) -> datetime | None:
    """Return the time of capture in the front matter of a post; None if there is none. `text` is the whole post."""
    return _time(origin_of(read_front_matter(text)).get("archived"))


def _reason(page: Page, classification: Classification) -> str:
    return outcomes.no_article(Target(source=page.url, url=page.url), page, classification).error


def _unavailability(value: object, now: datetime) -> Unavailability | None:
    gone = value if isinstance(value, dict) else {}
    state = str(gone.get("state"))
    if state not in UNAVAILABLE_STATES:
        return None
    return Unavailability(state=State(state), seen=_time(gone.get("seen")) or now)


def _time(value: object) -> datetime | None:
    try:  # an editor may have put a space before the zone, as YAML allows
        time = datetime.fromisoformat(re.sub(r"\s+(?=[+\-Z]\S*\Z)", "", str(value)[:99]))
        return time.astimezone(CHINA) if time.tzinfo else None
    except (ValueError, OverflowError):  # the first or last day of the calendar, which overflows in CHINA
        return None


def with_result(finding: Finding, *messages: str, repaired: bool, exit_code: int = 1) -> Finding:
    """Return a copy of a finding that says how its repair ended.

    `messages` are added to its explanation. The copy's fields `repaired` and `exit_code` are set to the arguments of
    these names, but the exit code of a repaired finding is always 0.
    """
    said = finding.said
    for each in filter(None, messages):
        said = message("{first}; {rest}", first=said, rest=each) if said else each
    return replace(finding, said=said, repaired=repaired, exit_code=0 if repaired else exit_code)
