"""A notice came where an article was: the article's post says so, and keeps every word."""

from __future__ import annotations

from archiver import outcomes
from archiver.commands.edges import Edges
from archiver.commands.rooms import rooms_offline
from archiver.commands.wishes import NO_SOURCE
from archiver.config import Source
from archiver.models import ENDS, Known, Outcome, Target
from archiver.pipeline import archive_one


def marked(edges: Edges, outcome: Outcome, known: Known | None, source: Source = NO_SOURCE) -> Outcome:
    """How an address ended at which an article is `known`: of a notice's, what became of the post."""
    if known is None or outcome.outcome != "failed" or outcome.state not in ENDS:
        return outcome
    kept = edges.catalogue.articles.get(known.key)
    assert kept is not None
    target = Target(source=outcome.source, url=outcome.url)
    rooms = rooms_offline(edges, kept, source)
    post = archive_one(target, rooms) if rooms else outcomes.no_snapshot(target, kept, edges.settings.output)
    return outcomes.gone_since(outcome, post)
