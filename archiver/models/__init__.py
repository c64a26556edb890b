"""The values that pass between the rooms: one frozen dataclass for each arrow of pipeline.py.

Only plain data: text, numbers, dates, tuples of them. A body is a string, not a tree, so that every
value can be compared, stored and sent to another process.
"""

from archiver.models.articles import Article, Media, Removal, Reprint, Unavailability
from archiver.models.files import (
    NO_LOCAL_MEDIA,
    Download,
    LocalFile,
    LocalMedia,
    MediaResults,
    NotRequested,
    Post,
    RenderedPost,
    Response,
    StoredFiles,
    WriteResult,
)
from archiver.models.findings import ExpectedFile, Finding, MergeResult
from archiver.models.pages import CHINA, UNAVAILABLE_STATES, Classification, FetchedPage, Page, State, Target
from archiver.models.records import (
    ArchiveTransaction,
    ArticleRecord,
    ArticleSummary,
    Capture,
    Images,
    Outcome,
    StoredCapture,
    Tombstone,
    UrlRecord,
)

__all__ = [
    "CHINA",
    "NO_LOCAL_MEDIA",
    "UNAVAILABLE_STATES",
    "ArchiveTransaction",
    "Article",
    "ArticleRecord",
    "ArticleSummary",
    "Capture",
    "Classification",
    "Download",
    "ExpectedFile",
    "FetchedPage",
    "Finding",
    "Images",
    "LocalFile",
    "LocalMedia",
    "Media",
    "MediaResults",
    "MergeResult",
    "NotRequested",
    "Outcome",
    "Page",
    "Post",
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
    "WriteResult",
]
