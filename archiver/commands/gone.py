"""A notice came where an article was: the article's post says so, and keeps every word."""

from __future__ import annotations

from archiver import outcomes
from archiver.commands.options import NO_SOURCE
from archiver.commands.rooms import rooms_offline
from archiver.context import Context
from archiver.models import UNAVAILABLE_STATES, ArticleSummary, Outcome, Target
from archiver.pipeline import archive_one
from archiver.settings import SourceSettings


def marked(
    context: Context, outcome: Outcome, known: ArticleSummary | None, source: SourceSettings = NO_SOURCE
) -> Outcome:
    """How an address ended at which an article is `known`: of a notice's, what became of the post."""
    if known is None or outcome.outcome != "failed" or outcome.state not in UNAVAILABLE_STATES:
        return outcome
    kept = context.catalogue.articles.find_by_key(known.key)
    assert kept is not None
    target = Target(source=outcome.source, url=outcome.url)
    rooms = rooms_offline(context, kept, source)
    post = archive_one(target, rooms) if rooms else outcomes.no_snapshot(target, kept, context.settings.output)
    return outcomes.gone_since(outcome, post)
