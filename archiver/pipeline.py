"""Target | fetch → Page | classify → State | extract → Article | localize → {url: LocalFile}
| convert → Post | write | catalogue → Outcome
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime

from archiver import outcomes, urls
from archiver.errors import ArchiverError, BudgetSpent, CoolingDown, FetchError, NotWeChat, Postponed
from archiver.extractor import classify, extract, server_time
from archiver.media_types import extension, is_hotlink_notice, is_truncated
from archiver.models import (
    CHINA,
    ArchiveTransaction,
    Article,
    Classification,
    Download,
    LocalFile,
    Media,
    MediaResults,
    NotRequested,
    Outcome,
    Page,
    Post,
    State,
    StoredCapture,
    StoredFiles,
    Target,
    WriteResult,
)  # fmt: skip
from archiver.writer.names import media_name

Saved = Callable[[str], Download | None]  # what was saved beside a page for an address of its media


@dataclass(frozen=True, kw_only=True, slots=True)
class Rooms:
    """What the rooms at the edges do for one article; tests pass their own."""

    get_page: Callable[[Target], tuple[Page, Saved]]
    keep: Callable[[Page, State], str]  # the page as received, before its article is read → its digest
    wants: Callable[[Media], bool]  # whether a medium is to be saved at all
    get_media: Callable[[Media, str], Download]  # from one of its addresses
    find_media: Callable[[Sequence[Media]], Mapping[str, LocalFile]]  # those that lie in the archive, by name
    save_media: Callable[[Media, Download, str], LocalFile]
    merge_known: Callable[[Article, Page], Article]  # what the archive knows of it beyond its page
    convert: Callable[[Article, StoredFiles, datetime], str]
    name_of: Callable[[Article, date], str]
    save_post: Callable[[Article, Post], WriteResult]  # under its name, unless a person's work lies there
    record: Callable[[ArchiveTransaction], None]  # the catalogue's rows, the last thing that is written
    forget: Callable[[str], None] = lambda _digest: None  # a page that was kept and is not wanted after all
    known: Callable[[Target, Article], Outcome | None] = lambda *_: None  # word for word: there is nothing to do
    taken_out: Callable[[Target, Article, MediaResults], Outcome | None] = lambda *_: None  # while its media came
    holds: Callable[[MediaResults], bool] = lambda _media: True  # the files still lie there
    writing: Callable[[], AbstractContextManager[object]] = nullcontext  # one post at a time gets its name
    share: Callable[[Article, str], float | None] = lambda _article, _text: None  # of the visible text, in the post
    whole: float = 0.999  # a share below is told
    once: Callable[[Media, Callable[[], LocalFile | str]], LocalFile | str] = lambda _medium, get: get()
    each: Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]] = map


_TURNS = 3  # that media are looked for, while other calls take them out


def archive_one(target: Target, rooms: Rooms) -> Outcome:
    """How one SOURCE ended. Known errors are told in the Outcome; any other exception is a bug."""
    try:
        came = _fetch(target, rooms)
        page = came.page
        if came.verdict.state is not State.ARTICLE:
            outcome = outcomes.no_article(target, page, came.verdict)
            rooms.record(
                ArchiveTransaction(
                    target=target, outcome=outcome, page=page, snapshot=came.snapshot, notice=came.notice
                )
            )
            return outcome
        article = rooms.merge_known(extract(page), page)
        if known := rooms.known(target, article):
            return _not_kept(known, came, rooms)
        for turn in range(_TURNS):
            localized = localize(article, came.saved, rooms)
            draft = _convert(article, localized, page, rooms)
            with rooms.writing():
                if taken_out := rooms.taken_out(target, article, localized):
                    return _not_kept(taken_out, came, rooms)
                if turn + 1 < _TURNS and not rooms.holds(localized):
                    continue  # another call took out an article that showed them, too
                entry = replace(_write(target, page, draft, rooms), snapshot=came.snapshot, notice=came.notice)
                rooms.record(entry)
            return entry.outcome
        raise AssertionError
    except ArchiverError as error:
        return _failed(target, error, rooms)


def _failed(target: Target, error: ArchiverError, rooms: Rooms) -> Outcome:
    """The Outcome of a known error; what the network did is kept, so that the address comes back later."""
    if isinstance(error, BudgetSpent):
        return outcomes.left(target)
    outcome = outcomes.failed(target.source, target.url, error)
    if isinstance(error, FetchError) and not isinstance(error, CoolingDown):
        rooms.record(ArchiveTransaction(target=target, outcome=outcome))
    return outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class _Came:
    """The page, what it is and its snapshot; of an article that moved the page it moved to, if that can be had."""

    page: Page
    saved: Saved
    verdict: Classification
    snapshot: str
    notice: StoredCapture | None = None  # that it moved


def _fetch(target: Target, rooms: Rooms) -> _Came:
    came = _ask(target, rooms)
    if came.verdict.state is State.MIGRATED and came.verdict.moved_to:
        try:
            moved = _ask(replace(urls.parse_target(came.verdict.moved_to), source=target.source), rooms)
        except (CoolingDown, BudgetSpent):  # nobody asked: the address comes back, and with it the other
            raise
        except (NotWeChat, FetchError):
            return came
        return replace(moved, notice=StoredCapture(page=came.page, snapshot=came.snapshot))
    return came


def _ask(target: Target, rooms: Rooms) -> _Came:
    page, saved = rooms.get_page(target)
    try:
        verdict = classify(page)
    except Exception:
        rooms.keep(page, State.UNKNOWN)  # a page that a bug meets is kept for study
        raise
    return _Came(page=page, saved=saved, verdict=verdict, snapshot=rooms.keep(page, verdict.state))


def _not_kept(outcome: Outcome, came: _Came, rooms: Rooms) -> Outcome:
    """The Outcome of an article of which nothing new is wanted: its pages go again."""
    rooms.forget(came.snapshot)
    if came.notice:
        rooms.forget(came.notice.snapshot)
    return outcome


def _write(target: Target, page: Page, draft: _Draft, rooms: Rooms) -> ArchiveTransaction:
    """Everything but the snapshot that the catalogue is told of an article whose post is on disk now."""
    article = draft.article
    post = Post(name=rooms.name_of(article, draft.day), text=draft.text)
    written = rooms.save_post(article, post)
    files, lost = by_address(article, draft.media)
    doubts = {url: file.doubt for url, file in files.items() if file.doubt}
    less = draft.share if draft.share is not None and draft.share < rooms.whole else None
    outcome = replace(
        outcomes.archived(target, article, written),
        images=outcomes.images(article, files, lost | doubts),
        warnings=(*outcomes.warnings(article, lost, written, less), *outcomes.doubts(doubts)),
    )
    return ArchiveTransaction(
        target=target, outcome=outcome, page=page, article=article, post=post.name, digest=written.digest,
        media=draft.media, share=draft.share,
    )  # fmt: skip


def localize(article: Article, saved: Saved, rooms: Rooms) -> MediaResults:
    """The file of each medium that is wanted, or why there is none, by the medium's name.

    Media of one name are one medium: asked for once, and not at all when its file lies here already.
    """
    named = {media_name(medium): medium for medium in reversed(article.media) if rooms.wants(medium)}
    wanted = [named[name] for name in dict.fromkeys(map(media_name, article.media)) if name in named]
    found = rooms.find_media(wanted)
    missing = [medium for medium in wanted if media_name(medium) not in found]

    def get(medium: Media) -> LocalFile | str:
        return rooms.once(medium, lambda: _localize_one(medium, saved, rooms))

    got = zip(missing, rooms.each(get, missing), strict=True)
    return {**found, **{media_name(medium): result for medium, result in got}}


def by_address(article: Article, localized: MediaResults) -> tuple[dict[str, LocalFile], dict[str, str]]:
    """Saved files by the address the body names them by, and why the others were lost, by address."""
    results = {medium.url: localized.get(media_name(medium)) for medium in article.media}
    files = {url: file for url, file in results.items() if isinstance(file, LocalFile)}
    return files, {url: reason for url, reason in results.items() if isinstance(reason, str)}


def _localize_one(medium: Media, saved: Saved, rooms: Rooms) -> LocalFile | str:
    """The file a medium was saved to, or why it was lost; a copy at hand first, then the best address."""
    for address in (medium.url, *medium.tries):
        if (blob := saved(address)) and (end := extension(blob.content, medium.kind)):  # small, but what was seen
            return rooms.save_media(medium, blob, end)
    reason = ""
    for address in medium.tries:
        try:
            got = rooms.get_media(medium, address)
        except Postponed as error:
            return reason or NotRequested(error.args[0])  # what failed already is known to have been asked for
        except FetchError as error:
            reason = outcomes.one_line(str(error.args[0]))
            continue
        end = _fitting(medium, got.content)
        if end and not is_truncated(got.content):
            return rooms.save_media(medium, got, end)
        reason = f"what came is {'cut off' if end else f'not the {medium.kind}'}"
    return reason or "it has no address that can be asked"


def _fitting(medium: Media, content: bytes) -> str:
    """The extension for what came; '' when it is not what the page shows."""
    end = extension(content, medium.kind)
    return "" if end and medium.kind == "image" and is_hotlink_notice(content, medium.width) else end


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """A post that has no name yet."""

    article: Article
    media: MediaResults
    text: str
    day: date  # by which it is called
    share: float | None


def _convert(article: Article, localized: MediaResults, page: Page, rooms: Rooms) -> _Draft:
    captured = page.captured
    if not article.published:  # then the page's own word on when it was sent is nearer to it than a file's time
        captured = server_time(page) or captured
    files, _ = by_address(article, localized)
    text = rooms.convert(article, files, captured)
    day = (article.published or captured).astimezone(CHINA).date()
    return _Draft(article=article, media=localized, text=text, day=day, share=rooms.share(article, text))
