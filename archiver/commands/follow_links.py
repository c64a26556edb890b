"""Follow links: ask for the articles to which archived articles link, as a source `links` in archiver.yml says."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

from archiver import outcomes
from archiver.archive.article_links import ArticleLinks, urls_by_post
from archiver.catalogue import key_of_long_url
from archiver.commands.scheduler import Scheduler, remaining_jobs
from archiver.context import Context
from archiver.errors import Exit, InputError
from archiver.link_policy import (
    ANY_ACCOUNT,
    SAME_ACCOUNT,
    Link,
    LinkingArticle,
    LinkRules,
    account_id,
    is_blocked_link,
    may_be_asked,
    missing_links,
)
from archiver.messages.message import message
from archiver.models import ArticleRecord, Outcome, Target
from archiver.models.job import Job
from archiver.models.reports import LinksEnd, LinksReport
from archiver.policy import is_given_up
from archiver.settings import LinksSettings, SourceSettings

_log = logging.getLogger(__name__)


class LinkFollower:
    """A reader of one source `links`. It asks for one address after the other, short ones before long ones.

    So the first verification page on a long address ends the source before another long address is asked for. The
    links of each article that comes are followed in the same run, as far as the rules of the source allow.

    `scheduler` is that of the run, with its limits. The results are added to `report`. The constructor raises
    InputError if the source is about an account of which the archive has no article.
    """

    def __init__(self, context: Context, source: SourceSettings, scheduler: Scheduler, report: LinksReport) -> None:
        self._context, self._source, self._scheduler, self._report = context, source, scheduler, report
        self._settings = source.links or LinksSettings()
        self._catalogue = context.archive.catalogue
        self._links = ArticleLinks(context.archive, urls_by_post(context.archive))
        self._rules = self._read_rules()
        self._articles: dict[str, LinkingArticle] = {}
        self._found: dict[str, bool] = {}  # of each missing article that was found: whether it may be asked for
        self._tried: set[str] = set()  # addresses that need no further look in this run
        self._left: Iterator[Link] = iter(())  # links to try, of the articles that are known so far

    def outcomes(self) -> Iterator[Outcome]:
        """Ask for linked articles until nothing is left to ask for, or something ends this; yield their outcomes.

        An address that is not asked for because of a limit or a cool-down has no outcome, nor has a long address at
        which the verification page came: it is no failure that a link leads to nothing.
        """
        self._read(self._catalogue.articles.query())
        self._left = self._untried()
        while not self._report.ended_by and (link := next(self._left, None)):
            if self._report.requested == self._settings.limit:
                self._report.ended_by = "limit"
            elif job := self._job_for(link):
                yield from self._ask(job)
        _log.info(
            "source %s: %d linked, %d asked for, %d came, ended by %s", self._source.title, self._report.listed,
            self._report.requested, self._report.archived, self._report.ended_by or "nothing",
        )  # fmt: skip

    def _ask(self, job: Job) -> Iterator[Outcome]:
        """Ask for the address of a job and read the links of the article that comes; yield the outcome, if any.

        If the scheduler does not start the job, or if the verification page comes at a long address, end the source.
        """
        outcome = next(self._scheduler.archive([job]), None)
        if outcome is None:  # the caller stopped the run
            self._report.ended_by = "budget"
            return
        if outcomes.was_not_asked(outcome) or outcomes.LEFT in outcome.warnings:
            self._report.ended_by = self._reason_for(outcome)
            return
        self._report.requested += 1
        if is_blocked_link(job.target.url, outcome.state):
            self._report.ended_by = "wall"
            return
        yield outcome
        self._add(outcome, job.target.url)

    def _read_rules(self) -> LinkRules:
        """Return the rules of the source. The ids of an account that it names are those of its kept articles.

        Raise InputError if there are no such articles.
        """
        account, depth = self._settings.account, self._settings.depth
        if account in (SAME_ACCOUNT, ANY_ACCOUNT):
            return LinkRules(account=account, depth=depth)
        ids = {account_id(article.key) for article in self._catalogue.articles.query(account=account)}
        if not ids - {""}:
            raise InputError(
                message("no article of {account} is in the archive, so that its links are not known", account=account)
            )
        return LinkRules(account=account, account_ids=frozenset(ids - {""}), depth=depth)

    def _read(self, articles: Iterable[ArticleRecord]) -> None:
        """Read the links of articles, and find out to which kept articles they lead."""
        found = [(article, self._links.of_article(article)) for article in articles]
        known = self._catalogue.urls.find(target for _, targets in found for target in targets)
        keys = {url: record.article.key for url, record in known.items() if record.article}
        for article, targets in found:
            links = [
                Link(url=target.url, key=keys.get(target.url) or key_of_long_url(target.url)) for target in targets
            ]
            came_by_links = article.source in self._context.settings.link_sources
            self._articles[article.key] = LinkingArticle(
                key=article.key, links=tuple(links), came_by_links=came_by_links
            )  # fmt: skip

    def _untried(self) -> Iterator[Link]:
        """Yield the missing articles that may be asked for and were not tried in this run, short addresses first.

        Count all that are found, except those that are known to be gone and those that the user removed.
        """
        missing = missing_links(self._articles, self._rules)
        records = self._catalogue.urls.find(
            Target(source=link.url, url=link.url) for links in missing for link in links
        )  # fmt: skip
        askable: list[Link] = []
        for links in missing:
            known = [records[link.url] for link in links if link.url in records]
            if not any(record.article or is_given_up(record) for record in known):
                may_ask = may_be_asked(known, self._context.settings.link_sources)
                self._found.setdefault(links[0].identity, may_ask)
                askable += links[:1] if may_ask else []
        self._report.listed, self._report.new = len(self._found), sum(self._found.values())
        yield from (link for link in askable if link.url not in self._tried)

    def _job_for(self, link: Link) -> Job | None:
        """Return the job for a link; None if the address failed before and its next attempt is not due yet.

        The address is recorded in the catalogue, as one that is never due by itself.
        """
        self._tried.add(link.url)
        job = Job(target=Target(source=link.url, url=link.url, is_linked=True), source=self._source.options)
        return next(iter(remaining_jobs(self._scheduler.sort_out([job]))), None)

    def _add(self, outcome: Outcome, url: str) -> None:
        """Count the outcome of the address `url`, and read the links of the article that came."""
        article = self._catalogue.articles.find_by_key(outcome.key) if outcome.key else None
        if article and not article.taken_out:
            self._report.archived += outcome.outcome in ("archived", "updated", "unchanged")
            self._read([article])
            for linking in [*self._articles.values()]:  # until now, a short address did not tell the article
                if any(link.url == url for link in linking.links):
                    links = [replace(link, key=article.key) if link.url == url else link for link in linking.links]
                    self._articles[linking.key] = replace(linking, links=tuple(links))
            self._left = self._untried()
        if outcome.exit_code == Exit.TRY_LATER and self._context.rate_limiter.cooldown_until():
            self._report.ended_by = "cool-down"

    def _reason_for(self, outcome: Outcome) -> LinksEnd:
        """Return why an address was not asked for. `outcome` is what the scheduler made of it."""
        if not outcomes.was_not_asked(outcome):
            return "budget"
        return "cool-down" if self._context.rate_limiter.cooldown_until() else "failure"
