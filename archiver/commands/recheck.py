"""`recheck`: articles whose pages are asked for again. Edits and deletions are news, all else leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from archiver.archive.lookup import require_article
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.models import ArticleRecord, Outcome, Target
from archiver.models.job import FetchOptions, Job, JobKind, SourceOptions
from archiver.settings import duration

_PAUSE = "7d"  # between two checks, where archiver.yml does not say
_LIMIT = 100_000  # articles of one call, when nobody says


def recheck(
    context: Context, named: Iterable[str] | None, options: FetchOptions, planned: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """Return how each article ends whose page is asked for again: those that are `named`, None for what is due.

    `planned` gets how many they are, twice. Raise InputError, before anything is asked for, when one is not here.
    """
    catalogue = context.archive.require_catalogue()
    context.prepare(options.until)
    if named is None:
        pause = duration(context.settings.recheck or _PAUSE)
        articles = catalogue.articles.stale(pause, _LIMIT if options.limit is None else options.limit)
    else:
        articles = [require_article(catalogue, name, context.archive.name) for name in named]
    jobs = {job.target.url: job for job in recheck_jobs(context, articles)}
    planned(len(jobs), len(jobs))
    return Scheduler(context, options).archive(jobs.values())


def recheck_jobs(context: Context, articles: Iterable[ArticleRecord]) -> Iterator[Job]:
    """Yield a job for each article that can be asked for again."""
    sources = {source.title: source.options for source in context.settings.sources}
    for article in articles:
        if article.url and not article.taken_out:
            source = sources.get(redact_words(article.source), SourceOptions())
            target = Target(source=article.url, url=article.url)
            yield Job(target=target, source=source, article=article, kind=JobKind.RECHECK)
