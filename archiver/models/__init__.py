"""Define the values that the packages exchange, most of them frozen dataclasses of text, numbers, dates and tuples.

An article's body is a string and not a tree, so that articles can be compared, pickled and stored.
"""

from archiver.models.article import Article, Removal, Reprint, Unavailability
from archiver.models.audit import AuditSubject, ExpectedFile, Finding, MergeOutcome, MergeResult, MergeSubject, Problem
from archiver.models.capture import Capture, StoredCapture
from archiver.models.media import (
    NO_LOCAL_MEDIA,
    Download,
    LocalFile,
    LocalMedia,
    Media,
    MediaKind,
    MediaResults,
    NotRequested,
    Response,
    StoredFiles,
)
from archiver.models.outcome import Images, Outcome, OutcomeKind
from archiver.models.page import CHINA, UNAVAILABLE_STATES, Classification, FetchedPage, Page, State, Target
from archiver.models.post import Post, RenderedPost, WriteOutcome, WriteResult
from archiver.models.record import (
    ArchiveTransaction,
    ArticleName,
    ArticleRecord,
    ArticleSummary,
    LinkedUrl,
    Tombstone,
    UrlRecord,
)

__all__ = [
    "CHINA",
    "NO_LOCAL_MEDIA",
    "UNAVAILABLE_STATES",
    "ArchiveTransaction",
    "Article",
    "ArticleName",
    "ArticleRecord",
    "ArticleSummary",
    "AuditSubject",
    "Capture",
    "Classification",
    "Download",
    "ExpectedFile",
    "FetchedPage",
    "Finding",
    "Images",
    "LinkedUrl",
    "LocalFile",
    "LocalMedia",
    "Media",
    "MediaKind",
    "MediaResults",
    "MergeOutcome",
    "MergeResult",
    "MergeSubject",
    "NotRequested",
    "Outcome",
    "OutcomeKind",
    "Page",
    "Post",
    "Problem",
    "Removal",
    "RenderedPost",
    "Reprint",
    "Response",
    "State",
    "StoredCapture",
    "StoredFiles",
    "Target",
    "Tombstone",
    "Unavailability",
    "UrlRecord",
    "WriteOutcome",
    "WriteResult",
]
