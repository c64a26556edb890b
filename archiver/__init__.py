"""Keeps WeChat Official Account articles (微信公众号) as Jekyll posts; this is the library's whole face.

    archiver.to_markdown(page)    the body of an article's page as Markdown
    archiver.read(page)           what the page tells, as an Article
    archiver.Archiver(settings)   the commands, one method each

Nothing heavy is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.app import Archiver
    from archiver.errors import NotAnArticle
    from archiver.extractor import ParsedPage
    from archiver.models import Article
    from archiver.settings import Settings

__all__ = ["Archiver", "NotAnArticle", "Settings", "__version__", "read", "to_markdown"]

__version__ = "0.1.0"  # pyproject.toml says the same, and a test that they agree

_HOMES = {"Archiver": "app", "Settings": "settings", "NotAnArticle": "errors"}


def to_markdown(page: bytes) -> str:
    """The article's body as Markdown, pictures by their addresses on the network.

    `page` is the HTML as WeChat sent it. Raises NotAnArticle, whose `state` says what the page is.
    """
    from archiver.extractor import read_body
    from archiver.writer.links import LinkResolver
    from archiver.writer.markdown import body_markdown

    return body_markdown(read_body(_reading_of(page)), LinkResolver())


def read(page: bytes) -> Article:
    """The article that a page tells: title, account, times, body … (models.Article).

    `page` is the HTML as WeChat sent it. Raises NotAnArticle, whose `state` says what the page is.
    """
    from archiver.extractor import extract

    return extract(_reading_of(page))


def _reading_of(page: bytes) -> ParsedPage:
    """The reading of an article's page; NotAnArticle for any other."""
    from datetime import datetime

    from archiver.errors import NotAnArticle
    from archiver.extractor import ParsedPage, classify
    from archiver.models import CHINA, Page, State

    reading = ParsedPage.of(Page(source="page", content=page, captured=datetime.now(CHINA)))
    verdict = classify(reading)
    if verdict.state is not State.ARTICLE:
        raise NotAnArticle(verdict.state, verdict.reason)
    return reading


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"archiver.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'archiver' has no attribute {name!r}")
