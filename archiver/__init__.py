"""Keep articles of WeChat Official Accounts (微信公众号) as Jekyll posts. This is the public interface of the library.

    archiver.to_markdown(page)    the body of an article's page as Markdown
    archiver.read(page)           the article in a page, as an Article
    archiver.Archiver(settings)   an archive, with one method for each command

The classes of arguments, results and errors are imported from here, too. ArchiverError is the base class of all errors.
A method of Archiver that yields results does its work while the caller iterates over them. Each name is loaded when it
is first used, so that `import archiver` takes little time.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.app import (
        Archiver,
        ArchiveStatus,
        ArticleDetail,
        ArticleQuery,
        BundleMember,
        Check,
        Checkup,
        DoctorRequest,
        ExportRequest,
        ExportResult,
        FetchOptions,
        LinksReport,
        MoveResult,
        MoveSummary,
        PageReport,
        PublishResult,
        QueueEntry,
        QueueResult,
        RebuildOptions,
        RebuildResult,
        RemovalResult,
        RunReport,
        SearchHit,
        SearchRequest,
        SearchResult,
        SourceOptions,
        SourceReport,
        StyledArticle,
        fetch_options,
        read_list,
    )
    from archiver.errors import (
        ArchiverError,
        Busy,
        CatalogueAway,
        ConfigError,
        CoolingDown,
        Exit,
        InputError,
        NotAnArticle,
        OutputError,
        UsageError,
    )
    from archiver.extractor import ParsedPage
    from archiver.models import (
        Article,
        ArticleName,
        ArticleRecord,
        Capture,
        Finding,
        Images,
        LinkedUrl,
        MergeResult,
        Outcome,
        State,
        Target,
        UrlRecord,
    )
    from archiver.models.cluster import ClusterStatus, EgressStatus, TransferResult, WorkerRequest
    from archiver.run_summary import RunSummary
    from archiver.settings import Settings
    from archiver.sources import ListEntry

__all__ = [
    "ArchiveStatus",
    "Archiver",
    "ArchiverError",
    "Article",
    "ArticleDetail",
    "ArticleName",
    "ArticleQuery",
    "ArticleRecord",
    "BundleMember",
    "Busy",
    "Capture",
    "CatalogueAway",
    "Check",
    "Checkup",
    "ClusterStatus",
    "ConfigError",
    "CoolingDown",
    "DoctorRequest",
    "EgressStatus",
    "Exit",
    "ExportRequest",
    "ExportResult",
    "FetchOptions",
    "Finding",
    "Images",
    "InputError",
    "LinkedUrl",
    "LinksReport",
    "ListEntry",
    "MergeResult",
    "MoveResult",
    "MoveSummary",
    "NotAnArticle",
    "Outcome",
    "OutputError",
    "PageReport",
    "PublishResult",
    "QueueEntry",
    "QueueResult",
    "RebuildOptions",
    "RebuildResult",
    "RemovalResult",
    "RunReport",
    "RunSummary",
    "SearchHit",
    "SearchRequest",
    "SearchResult",
    "Settings",
    "SourceOptions",
    "SourceReport",
    "State",
    "StyledArticle",
    "Target",
    "TransferResult",
    "UrlRecord",
    "UsageError",
    "WorkerRequest",
    "__version__",
    "fetch_options",
    "read",
    "read_list",
    "to_markdown",
]

__version__ = "0.1.0"  # pyproject.toml reads the version of the package from here

logging.getLogger(__name__).addHandler(logging.NullHandler())  # the program that uses the library shows messages or not

_NAMES_OF_MODULES = {  # names that are loaded when they are first used, by the module from which they are imported
    "app": "ArchiveStatus Archiver ArticleDetail ArticleQuery BundleMember Check Checkup DoctorRequest "
    "ExportRequest ExportResult FetchOptions LinksReport MoveResult MoveSummary PageReport PublishResult QueueEntry "
    "QueueResult RebuildOptions RebuildResult RemovalResult RunReport SearchHit SearchRequest SearchResult "
    "SourceOptions SourceReport StyledArticle fetch_options read_list",
    "errors": "ArchiverError Busy CatalogueAway ConfigError CoolingDown Exit InputError NotAnArticle OutputError "
    "UsageError",
    "models": "Article ArticleName ArticleRecord Capture Finding Images LinkedUrl MergeResult Outcome State Target "
    "UrlRecord",
    "models.cluster": "ClusterStatus EgressStatus TransferResult WorkerRequest",
    "run_summary": "RunSummary",
    "settings": "Settings",
    "sources": "ListEntry",
}
_MODULES = {name: module for module, names in _NAMES_OF_MODULES.items() for name in names.split()}


def to_markdown(page: bytes) -> str:
    """Return the body of an article as Markdown, in which images have their addresses on the web.

    `page` is the HTML as WeChat sent it. Raise NotAnArticle if the page holds no article; the attribute `state` of the
    error says what kind of page it is.
    """
    from archiver.extractor import read_body
    from archiver.writer.links import LinkResolver
    from archiver.writer.markdown import body_markdown

    return body_markdown(read_body(_parse_article_page(page)), LinkResolver())


def read(page: bytes) -> Article:
    """Return the article in a page: its title, account, times, body and media.

    `page` is the HTML as WeChat sent it. Raise NotAnArticle if the page holds no article; the attribute `state` of the
    error says what kind of page it is.
    """
    from archiver.extractor import extract

    return extract(_parse_article_page(page))


def _parse_article_page(page: bytes) -> ParsedPage:
    """Parse the HTML of an article's page. Raise NotAnArticle if the page holds no article."""
    from datetime import datetime

    from archiver.errors import NotAnArticle
    from archiver.extractor import ParsedPage, classify
    from archiver.models import CHINA, Page, State

    parsed = ParsedPage.of(Page(source="page", content=page, captured=datetime.now(CHINA)))
    classification = classify(parsed)
    if classification.state is not State.ARTICLE:
        raise NotAnArticle(classification.state, classification.reason)
    return parsed


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"archiver.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'archiver' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
