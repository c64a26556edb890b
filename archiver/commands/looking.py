"""What the catalogue has: many articles in a line each, or one of them whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver import urls
from archiver.catalogue import Catalogue
from archiver.errors import InputError, NotWeChat, UsageError
from archiver.models import ArticleRecord, Capture, Target, UrlRecord
from archiver.writer.profiles.jekyll import JEKYLL

DUE, WAITING = "due", "waiting"  # states of addresses that a later run asks for


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleQuery:
    """Which rows of the catalogue are wanted."""

    account: str = ""  # its name, or its id (gh_…)
    since: datetime | None = None  # published then or later
    until: datetime | None = None  # published before
    state: str = ""  # of its page; `due` and `waiting` for addresses that are still to be asked
    incomplete: bool = False  # lost pictures, or text that the post does not show

    def look(self, catalogue: Catalogue, whole: float) -> Iterator[ArticleRecord | UrlRecord]:
        """Articles by their time of publication, then the addresses that led to none, when `state` names theirs.

        `whole`: the share of a page's text below which a post is incomplete. UsageError when only addresses are in
        that state, and they are to be chosen by what an article has.
        """
        is_of_articles = bool(self.account or self.since or self.until or self.incomplete)
        if is_of_articles and self.state in (DUE, WAITING):
            raise UsageError(f"--state {self.state} lists addresses, of which no account, day or picture is known")
        yield from catalogue.articles.listed(
            account=self.account, since=self.since, until=self.until, state=self.state,
            below=whole if self.incomplete else None,
        )  # fmt: skip
        if not is_of_articles:
            yield from self._addresses(catalogue)

    def articles(self, catalogue: Catalogue) -> Iterator[ArticleRecord]:
        """The articles alone, whole or not."""
        return catalogue.articles.listed(account=self.account, since=self.since, until=self.until, state=self.state)

    def _addresses(self, catalogue: Catalogue) -> Iterator[UrlRecord]:
        if self.state == DUE:
            yield from catalogue.urls.due()
        elif self.state == WAITING:
            yield from catalogue.urls.waiting()
        elif self.state:
            yield from catalogue.urls.in_state(self.state)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDetail:
    """Everything that is known of one article, or of an address that led to none."""

    article: ArticleRecord | None
    addresses: tuple[UrlRecord, ...]
    captures: tuple[Capture, ...] = ()
    media: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, catalogue: Catalogue, what: str, output: str) -> ArticleDetail:
        """What is known under a key, an address or the file of a post; InputError when that is nothing."""
        standing = _by_address(catalogue, what)
        if kept := named(catalogue, what, output):
            return cls(
                article=kept, addresses=tuple(catalogue.urls.of(kept.key)),
                captures=tuple(catalogue.captures.of(kept.key)), media=tuple(catalogue.media.of(kept.key)),
            )  # fmt: skip
        if standing:
            return cls(article=None, addresses=(standing,))
        raise _unknown(what)


def article_of(catalogue: Catalogue, what: str, output: str) -> ArticleRecord:
    """The article of a key, an address or the file of a post; InputError when there is none, or not any more."""
    kept = known(catalogue, what, output)
    if kept.taken_out:
        raise InputError(f"taken out on {kept.taken_out:%Y-%m-%d} (archiver rm --undo {kept.key})", concerns=what)
    return kept


def known(catalogue: Catalogue, what: str, output: str) -> ArticleRecord:
    """The same, also of one that was taken out."""
    if kept := named(catalogue, what, output):
        return kept
    raise _unknown(what)


def named(catalogue: Catalogue, what: str, output: str) -> ArticleRecord | None:
    """The article of a key, an address or the file of a post, if it is here."""
    kept = catalogue.articles.get(what) or _by_post(catalogue, what, output)
    standing = None if kept else _by_address(catalogue, what)
    return catalogue.articles.get(standing.article.key) if standing and standing.article else kept


def _unknown(what: str) -> InputError:
    return InputError(
        "not in this archive: give an article's key (archiver list), its address, or the file of its post",
        concerns=what,
    )


def _by_post(catalogue: Catalogue, what: str, output: str) -> ArticleRecord | None:
    path = Path(what)
    if path.suffix != ".md":
        return None
    for root in (Path(output), Path(output).resolve()):
        if path.is_relative_to(root):
            return catalogue.articles.at(path.relative_to(root).as_posix())
    return catalogue.articles.at(path.as_posix()) or catalogue.articles.at(f"{JEKYLL.posts_directory}/{path.name}")


def _by_address(catalogue: Catalogue, what: str) -> UrlRecord | None:
    try:
        target = urls.parse_target(what)
    except NotWeChat:
        return None
    return catalogue.urls.known([Target(source=what, url=target.url)]).get(target.url)
