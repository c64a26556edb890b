"""Decide which of the articles that archived articles link to are asked for, and what a verification page there means.

These are pure functions, like those of policy.py. archiver.yml turns this on by a source `links`: the articles to which
kept articles link, some steps deep.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from archiver import policy, urls
from archiver.models import State, UrlRecord
from archiver.models.article import ids_in_key

SAME_ACCOUNT, ANY_ACCOUNT = "same", "any"  # values of the setting `account` of a source `links`


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link to an article: its address, and the key of the article.

    The key is '' if the address does not tell it, as the short address of an article that the archive lacks.
    """

    url: str
    key: str = ""

    @property
    def identity(self) -> str:
        """A text that is equal for two links to one article, as far as their addresses tell."""
        return self.key or self.url


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkingArticle:
    """A kept article with its links. `came_by_links` is True if a source `links` found it."""

    key: str
    links: tuple[Link, ...] = ()
    came_by_links: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRules:
    """The rules by which links are followed.

    `account` is SAME_ACCOUNT (the account of the linking article), ANY_ACCOUNT, or the name of an account, whose ids
    (biz) are then `account_ids`. `depth` is the largest number of steps from an article that did not come by links.
    """

    account: str = SAME_ACCOUNT
    account_ids: frozenset[str] = field(default_factory=frozenset)
    depth: int = 1

    def allow(self, linking: str, link: Link) -> bool:
        """Return whether the rule about accounts allows to follow a link. `linking` is the key of the linking article.

        A short address does not tell its account. It counts as one of the linking article's account.
        """
        own = account_id(linking)
        linked = account_id(link.key) if link.key else own
        if self.account == ANY_ACCOUNT:
            return True
        return linked == own if self.account == SAME_ACCOUNT else linked in self.account_ids


def depths(articles: Mapping[str, LinkingArticle], rules: LinkRules) -> dict[str, int]:
    """Return how many steps each article is away from one that did not come by links, by the key of the article.

    Only links that `rules` allow are steps. Articles that no such steps reach are left out.
    """
    found = {key: 0 for key, article in articles.items() if not article.came_by_links}
    waiting = deque(found)
    while waiting:
        key = waiting.popleft()
        for link in articles[key].links:
            if link.key in articles and link.key not in found and rules.allow(key, link):
                found[link.key] = found[key] + 1
                waiting.append(link.key)
    return found


def missing_links(articles: Mapping[str, LinkingArticle], rules: LinkRules) -> list[list[Link]]:
    """Return the links to articles that are not in `articles`, as far as `rules` let follow them, short ones first.

    Each item of the result has the links to one article, which may have several addresses.
    """
    steps = depths(articles, rules)
    found: dict[str, dict[str, Link]] = {}
    for key, article in articles.items():
        if steps.get(key, rules.depth) < rules.depth:
            for link in article.links:
                if link.key not in articles and rules.allow(key, link):
                    found.setdefault(link.identity, {}).setdefault(link.url, link)
    return sorted((list(links.values()) for links in found.values()), key=lambda links: not urls.is_short(links[0].url))


def may_be_asked(records: Iterable[UrlRecord], link_sources: Collection[str]) -> bool:
    """Return whether a source `links` may ask for an article, given the records of its addresses.

    Without records, return True. Return False in these cases:

    - The article is kept, was removed, or is gone for good.
    - A verification page came for the long address. Such an address is not asked again by itself.
    - Somebody named the address, and a later run asks for it anyway. This is so if its record has a time at which it is
      due, unless the record is from one of `link_sources`, the names of the sources `links`.
    """
    return not any(
        record.article
        or policy.is_given_up(record)
        or is_blocked_link(record.url, record.state)
        or (record.due and record.source not in link_sources)
        for record in records
    )


def is_blocked_link(url: str, state: State | None) -> bool:
    """Return whether a page in this state at `url` is the verification page that most long addresses get.

    It ends the source `links` for the run, because the other long addresses would probably get it, too.
    """
    return state is State.VERIFICATION and not urls.is_short(url)


def counts_as_block(url: str, *, is_linked: bool) -> bool:
    """Return whether a verification page at `url` counts for policy.after_block, and so towards a cool-down.

    On a long address that nobody named (`is_linked`) it does not: that most of these get one says nothing about the
    host.
    """
    return not (is_linked and is_blocked_link(url, State.VERIFICATION))


def account_id(key: str) -> str:
    """Return the id (biz) of the account in the key of an article, without padding; '' if the key has none."""
    ids = ids_in_key(key)
    return ids[0].rstrip("=") if ids else ""
