"""Implement the command `recheck`: fetch the pages of archived articles again to find edits and deletions.

A page whose article is unchanged is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from archiver.archive.lookup import require_article
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.models import ArticleRecord, Outcome, Target
from archiver.models.job import FetchOptions, Job, JobKind, SourceOptions
from archiver.settings import duration

_PAUSE = "7d"  # default time between two checks of an article; `recheck` in archiver.yml overrides it
_LIMIT = 100_000  # the most articles that are rechecked without --limit


def recheck(
    context: Context, named: Iterable[str] | None, options: FetchOptions, planned: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """Fetch the pages of archived articles again; return an iterator over the outcomes.

    Each of `named` is a key, an address or the path of a post. If it is None, the articles are checked whose next check
    is due: at most `options.limit`, or `_LIMIT` if that is None. Articles without an address are left out. Before the
    first request, `planned(n, n)` is called, where n is the number of articles; a progress bar can use this. Raise
    InputError, before any request, if the archive lacks a named article or the named article was removed.
    """
    catalogue = context.archive.require_catalogue()
    context.prepare(options.until)
    if named is None:
        pause = duration(context.settings.recheck or _PAUSE)
        articles = catalogue.articles.due_for_recheck(pause, _LIMIT if options.limit is None else options.limit)
    else:
        articles = [require_article(catalogue, name, context.settings) for name in named]
    jobs = {job.target.url: job for job in recheck_jobs(context, articles)}
    planned(len(jobs), len(jobs))
    return Scheduler(context, options).archive(jobs.values())


def recheck_jobs(context: Context, articles: Iterable[ArticleRecord]) -> Iterator[Job]:
    """Yield a job that fetches the page again for each article; omit articles that have no address or were removed."""
    sources = {source.title: source.options for source in context.settings.sources}
    for article in articles:
        if article.url and not article.taken_out:
            source = sources.get(redact_words(article.source), SourceOptions())
            target = Target(source=article.url, url=article.url)
            yield Job(target=target, source=source, article=article, kind=JobKind.RECHECK)
