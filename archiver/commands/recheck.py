"""Articles asked for again when that is due: edits and deletions are news, everything else leaves no trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archiver import outcomes
from archiver.archive.captures import page_of
from archiver.archive.history import told
from archiver.commands.options import NO_SOURCE, Job
from archiver.commands.rooms import current_capture, rooms_for
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import InputError
from archiver.extractor import extract
from archiver.models import Article, ArticleRecord, Outcome, Target
from archiver.pipeline import Rooms
from archiver.settings import SourceSettings


def recheck_jobs(context: Context, articles: Iterable[ArticleRecord]) -> Iterator[Job]:
    """What is to be done for each article that can be asked for again."""
    sources = {source.title: source for source in context.settings.sources}
    for kept in articles:
        if kept.url and not kept.taken_out:
            source = sources.get(redact_words(kept.source), NO_SOURCE)
            yield Job(target=Target(source=kept.url, url=kept.url), source=source, recheck=True)


def rooms_recheck(context: Context, kept: ArticleRecord, source: SourceSettings) -> Rooms:
    """The rooms for an article that is asked for again: a page that says the same as the last is not kept."""

    def known(target: Target, article: Article) -> Outcome | None:
        if kept.gone or not _says_the_same(context, kept, article):
            return None
        context.catalogue.articles.mark_checked(kept.key)
        return replace(outcomes.known(target, kept, context.settings.output), outcome="unchanged")

    return replace(rooms_for(context, source), known=known)


def _says_the_same(context: Context, kept: ArticleRecord, article: Article) -> bool:
    last = current_capture(context.catalogue.captures, kept.key)
    if last is None:
        return False
    try:
        content = context.snapshots.load(last.sha256).content
    except InputError:  # then the page that came now is the better one to have
        return False
    return told(extract(page_of(last, content, kept.url))) == told(article)
