"""Every yes and no, and every when: pure functions of what is known. Nothing here reads, writes or asks the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from archiver import urls
from archiver.backoff import is_due
from archiver.models import Article, ArticleRecord, Media, Page, UrlRecord
from archiver.models.job import Decision, FetchOptions, Job, JobKind


class NextStep(Enum):
    """What a run does about an address."""

    FETCH = auto()
    RETRY_MEDIA = auto()  # its article is here, less some media that are due
    REMOVED = auto()  # a person took its article out
    KNOWN = auto()  # its article is here
    UNAVAILABLE = auto()  # it was found to have no article, once and for all
    NOT_DUE = auto()  # it failed a while ago, and is asked again another time


def next_step(
    job: Job, record: UrlRecord | None, options: FetchOptions, now: datetime, *, media_due: bool = False
) -> NextStep:
    """Decide what to do about an address. `record`: what the catalogue knows of it; `media_due`: its article's."""
    if record is None:
        return NextStep.FETCH
    if record.article:
        return _step_of_known(job, record.article.taken_out, options, media_due=media_due)
    if record.due is None and record.tries:
        return NextStep.FETCH if options.retry_gone else NextStep.UNAVAILABLE
    if record.due and not is_due(record.due, now) and not options.retry:
        return NextStep.NOT_DUE
    return NextStep.FETCH


def _step_of_known(job: Job, removed: datetime | None, options: FetchOptions, *, media_due: bool) -> NextStep:
    if removed:
        return NextStep.REMOVED
    if options.refresh or job.kind is JobKind.RECHECK:
        return NextStep.FETCH
    return NextStep.RETRY_MEDIA if media_due else NextStep.KNOWN


def decide(known: ArticleRecord | None, *, says_the_same: bool) -> Decision:
    """Decide what becomes of an article that was read. `says_the_same`: as its last page, when they were compared."""
    if known and known.taken_out:
        return Decision.REMOVED
    if known and not known.gone and says_the_same:
        return Decision.UNCHANGED
    return Decision.WRITE


def merge_known(job: Job, article: Article, page: Page, known: ArticleRecord | None) -> Article:
    """Return the article with what the archive knows of it beyond its page.

    Its short address, since short ones are served to everybody and long ones meet the verification page; that its page
    is unavailable, unless a page that came since shows it again.
    """
    if known and urls.is_short(known.url) and not urls.is_short(article.url):
        article = replace(article, url=known.url)
    if job.kind.reads_snapshot:
        return replace(article, gone=known.gone if known else None)
    if known and known.gone and page.saved and page.captured <= known.gone.seen:
        return replace(article, gone=known.gone)
    return article


def had_media(known: ArticleRecord) -> bool:
    """Return whether the media of an article were wanted when it was archived; else `--no-media` was."""
    images = known.images
    return not images.expected or images.saved > 0 or images.failed > 0


def media_order(media: Sequence[Media], failures: Sequence[int]) -> list[Media]:
    """Return the media in the order in which they are asked for: those that failed least come first.

    Else an article of many dead pictures would spend its bounds on the same ones in every run, and never end.
    """
    return [media[place] for place in sorted(range(len(media)), key=lambda place: failures[place])]
