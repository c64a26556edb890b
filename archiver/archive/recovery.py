"""Take what lies in an archive into its catalogue: posts, pages, pictures and removals that prove themselves.

Files are only read. Whatever dies in between, the same call goes on: what was taken in is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from archiver import outcomes
from archiver.archive.captures import SnapshotStore, StoredPage, digest_in, page_of
from archiver.archive.file_checks import Links
from archiver.archive.files import ArchiveFiles
from archiver.archive.media import digest_of, is_whole_file, kind_of, unrecorded_file
from archiver.archive.posts import key_in
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.catalogue.salvage import Salvage
from archiver.errors import ArchiverError
from archiver.extractor import classify, extract, server_time
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
from archiver.writer.front_matter import read_front_matter
from archiver.writer.names import media_name, published_as, safe_name

TAKEN_IN = "taken into the catalogue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A capture of a page that holds no article, to be taken in once all articles are."""

    capture: Capture
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReader:
    """Reads what the captures of one page were. `captures`: those that are recorded."""

    digest: str
    stored: StoredPage
    captures: Sequence[Capture]

    def read(self, written: float) -> tuple[list[tuple[Capture, Article]], list[Notice]]:
        """Return the captures of an article, and the others. `written`: when the file was, in seconds since 1970."""
        found: list[tuple[Capture, Article]] = []
        notices = []
        articles: dict[tuple[str, str, bool], Article] = {}  # to read a page is the costly part
        for capture in self.captures or (self._estimated(written),):
            page = page_of(capture, self.stored.content, capture.url)
            verdict = classify(page)
            known = replace(capture, state=verdict.state, sha256=self.digest, size=len(self.stored.content))
            if verdict.state is State.ARTICLE:
                place = (capture.url, capture.final_url, capture.saved)
                if place not in articles:
                    articles[place] = extract(page)
                found.append((known, articles[place]))
            else:
                notices.append(Notice(capture=known, reason=_reason(page, verdict)))
        return found, notices

    def _estimated(self, written: float) -> Capture:
        """Return the capture of a page without records: its own server time, else the time of its file."""
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
    """Takes what proves itself into a catalogue."""

    files: ArchiveFiles
    snapshots: SnapshotStore
    catalogue: Catalogue
    now: datetime
    changed: dict[str, None] = field(default_factory=dict)  # keys of articles that something was taken in of
    _notices: list[tuple[Finding, list[Notice]]] = field(default_factory=list)

    def everything(self, unknown: Iterable[Finding]) -> Iterator[Finding]:
        """Yield each unrecorded file with what became of it; strays, and others, come back as they are.

        Media come last of all: which are an article's own is known when its post is made again.
        """
        found = list(unknown)  # of the captures of one second the later one is shown: it must come later here, too
        for finding in sorted(found, key=self._came):
            if finding.problem != "unrecorded" or finding.what == "media":
                yield finding
            elif finding.what == "removal":
                yield self._removal(finding)
            elif finding.what == "post":
                yield self._post(finding)
            elif (taken := self._page(finding)) is not None:
                yield taken
        yield from self._take_notices()

    def _came(self, finding: Finding) -> tuple[bool, float, float]:
        """Return by what findings are ordered: pages last, as they came."""
        if finding.problem != "unrecorded" or finding.what != "snapshot":
            return False, 0, 0
        try:
            captures = self.snapshots.load(digest_in(finding.path)).captures
        except ArchiverError:
            return True, 0, 0
        times = [((one.received or one.captured).timestamp(), one.captured.timestamp()) for one in captures]
        return True, *min(times, default=(0.0, 0.0))

    def medium(self, finding: Finding, links: Links) -> Finding:
        """Take in a picture, sound or film that posts of ours show."""
        path = self.files.root / finding.path
        is_whole = is_whole_file(path, kind_of(finding.path))
        size = path.stat().st_size if path.is_file() else 0
        file = LocalFile(path=finding.path, size=size, sha256=digest_of(path) if is_whole else "")
        keys = [key for key in self._posts_that_show(finding, links) if key]
        self.catalogue.recovered.media(keys or [finding.key], {finding.path.rpartition(".")[0]: file})
        said = TAKEN_IN if is_whole else "taken in as damaged: it is not whole, or of another type"
        return ended(finding, said, repaired=is_whole)

    def _posts_that_show(self, finding: Finding, links: Links) -> Iterator[str]:
        kept = self.catalogue.articles.get(finding.key)
        if kept and kept.post and finding.path in links.shown(self.files.posts.read_text(kept.post)):
            yield kept.key

    def _removal(self, finding: Finding) -> Finding:
        for path, tombstone in Tombstones(self.files.store).all():
            if path == finding.path:
                self.catalogue.recovered.removal(tombstone)
                self.catalogue.removals.end(tombstone.key)  # what is left of its files is put aside
        return ended(finding, TAKEN_IN, repaired=True)

    def _post(self, finding: Finding) -> Finding:
        found = list(posts_of(self.files, [finding.path], self.now))
        if not found:  # it could be read a moment ago
            return ended(finding, "it cannot be read now", repaired=False)
        self.catalogue.recovered.posts(found)
        is_known = bool(self.catalogue.files.known_posts([finding.path]))
        if is_known:
            self.changed[finding.key] = None
            return ended(finding, TAKEN_IN, repaired=True)
        return replace(finding, problem="stray", what="file", said="another post of an article that has one")

    def _page(self, finding: Finding) -> Finding | None:
        """Take in the captures of a page; None for one that holds no article, whose turn comes later."""
        digest = digest_in(finding.path)
        try:
            stored = self.snapshots.load(digest)
            reader = PageReader(digest=digest, stored=stored, captures=stored.captures)
            found, notices = reader.read(self.snapshots.path(digest).stat().st_mtime)
        except ArchiverError as error:
            return ended(finding, str(error), repaired=False)
        if any(self._is_taken_out(article) for _, article in found):
            return replace(finding, problem="stray", said="a page of an article that was taken out")
        keys = [self.catalogue.recovered.capture(capture, article) for capture, article in found]
        for article in dict.fromkeys(article for _, article in found):  # an older page may show what the post does not
            self.catalogue.recovered.media([article.key], files_of(self.files.root, article))
        self.changed.update(dict.fromkeys(keys))
        if not notices:
            return ended(finding, TAKEN_IN, repaired=True)
        self._notices.append((replace(finding, key=keys[0] if keys else ""), notices))
        return None

    def _is_taken_out(self, article: Article) -> bool:
        known = self.catalogue.articles.earlier(article)
        return known is not None and known.taken_out is not None

    def _take_notices(self) -> Iterator[Finding]:
        """Take in the pages that hold no article, in the order in which they came."""
        for _, notice in sorted(
            ((finding, notice) for finding, notices in self._notices for notice in notices),
            key=lambda each: each[1].capture.received or each[1].capture.captured,
        ):
            key = self.catalogue.recovered.capture(notice.capture, None, notice.reason)
            if key:
                self.changed[key] = None
        yield from (ended(finding, TAKEN_IN, repaired=True) for finding, _ in self._notices)
        self._notices.clear()


def begin(catalogue: Catalogue, files: ArchiveFiles, now: datetime, salvage: Salvage | None = None) -> None:
    """Fill a new catalogue with the removals and posts that lie in the archive, and with what was salvaged."""
    catalogue.open()
    tombstones = Tombstones(files.store)
    for _, tombstone in tombstones.all():
        catalogue.recovered.removal(tombstone)
    found = list(posts_here(files, now))
    here = {kept.key for kept, _ in found}
    for tombstone in salvage.removals if salvage else ():
        if tombstone.key not in here and not tombstones.has(tombstone.key):
            tombstones.write(tombstone)
            catalogue.recovered.removal(tombstone)
    if salvage is None:
        catalogue.recovered.posts(found)
        catalogue.begun()
        return
    catalogue.recovered.posts((_proven(kept, files, salvage), address) for kept, address in found)
    media = tuple(row for row in salvage.media if not row["path"] or _is_there(files.root, row))
    catalogue.restore(replace(salvage, media=media))
    for key, capture in salvage.captures:
        catalogue.recovered.bare_capture(key, capture)
    catalogue.begun()


def tell_removals(catalogue: Catalogue, files: ArchiveFiles) -> None:
    """Write the tombstones of articles that were taken out, unless their posts lie here."""
    for article in catalogue.recovered.removed():
        if not files.posts.exists(files.posts.current_name("?", article.key)):
            Tombstones(files.store).write(catalogue.removals.tombstone(article.key))


def _proven(kept: ArticleRecord, files: ArchiveFiles, salvage: Salvage) -> ArticleRecord:
    """Return the article of a post with the digest that was recorded, where the post is that one."""
    digest = salvage.digests.get(kept.post, "")
    return replace(kept, digest=digest) if digest and digest == files.posts.digest_of(kept.post) else kept


def _is_there(root: Path, row: dict[str, object]) -> bool:
    return digest_of(root / str(row["path"])) == row["sha256"]


def files_of(root: Path, article: Article) -> dict[str, LocalFile]:
    """Return the whole files that lie here of an article's media, by the media's names."""
    found = {}
    for medium in article.media:
        name = media_name(medium)
        for stem in dict.fromkeys((name, safe_name(name))):
            if name not in found and (file := unrecorded_file(root, stem, medium.kind)):
                found[name] = file
    return found


def posts_here(files: ArchiveFiles, now: datetime) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield every post that says of which article it is, with its `published_as`."""
    return _adopted(files.posts.front_matters(), now)


def posts_of(files: ArchiveFiles, names: Iterable[str], now: datetime) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield those of these posts that say of which article they are."""
    return _adopted(((name, files.posts.front_matter_of(name)) for name in names), now)


def _adopted(heads: Iterable[tuple[str, str]], now: datetime) -> Iterator[tuple[ArticleRecord, str]]:
    """Yield the article of each post.

    Without a digest: until it is made again from its page and found the same, it counts as edited by hand.
    """
    for name, block in heads:
        key = key_in(block)
        if not key:
            continue
        front = read_front_matter(f"---\n{block}---\n")
        wechat = front.get("wechat")
        wechat = wechat if isinstance(wechat, dict) else {}
        gone = _gone(wechat.get("gone"), now)
        kept = ArticleRecord(
            key=key, url=str(wechat.get("url") or ""), title=str(front.get("title") or ""),
            account=str(wechat.get("account") or ""), type=str(wechat.get("type") or "article"),
            published=_time(wechat.get("published")), archived=_time(wechat.get("archived")) or now,
            state=gone.state if gone else State.ARTICLE, state_seen=gone.seen if gone else now, post=name,
        )  # fmt: skip
        yield kept, published_as(PurePosixPath(name).name)


def archived_in(text: str) -> datetime | None:
    """Return when the capture came that a post shows, as its front matter tells."""
    wechat = read_front_matter(text).get("wechat")
    return _time(wechat.get("archived")) if isinstance(wechat, dict) else None


def _reason(page: Page, verdict: Classification) -> str:
    return outcomes.no_article(Target(source=page.url, url=page.url), page, verdict).error


def _gone(said: object, now: datetime) -> Unavailability | None:
    told = said if isinstance(said, dict) else {}
    state = str(told.get("state"))
    return (
        Unavailability(state=State(state), seen=_time(told.get("seen")) or now) if state in UNAVAILABLE_STATES else None
    )


def _time(value: object) -> datetime | None:
    try:  # a person's editor may have put a space before the zone, as YAML allows
        time = datetime.fromisoformat(re.sub(r"\s+(?=[+\-Z]\S*\Z)", "", str(value)[:99]))
        return time.astimezone(CHINA) if time.tzinfo else None
    except (ValueError, OverflowError):  # some zone's first or last day has no time in another zone
        return None


def ended(finding: Finding, *said: str, repaired: bool, exit_code: int = 1) -> Finding:
    """Return a finding with what became of it; `exit_code` is that of one that is not repaired."""
    words = "; ".join(filter(None, (finding.said, *said)))
    return replace(finding, said=words, repaired=repaired, exit_code=0 if repaired else exit_code)
