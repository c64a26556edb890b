"""The values that pass between the rooms: one frozen dataclass for each arrow of pipeline.py.

Only plain data: text, numbers, dates, tuples of them. A body is a string, not a tree, so that every
value can be compared, stored and sent to another process.
"""

from archiver.models.articles import Article, Gone, Media, Removal, Reprint
from archiver.models.files import Blob, Files, LocalFile, Localized, Post, Response, Unasked
from archiver.models.findings import Finding, Holding, Merged
from archiver.models.pages import CHINA, ENDS, Page, State, Target, Verdict
from archiver.models.records import Capture, Entry, Images, Kept, Known, Outcome, Received, Standing, Tombstone

__all__ = [
    "CHINA",
    "ENDS",
    "Article",
    "Blob",
    "Capture",
    "Entry",
    "Files",
    "Finding",
    "Gone",
    "Holding",
    "Images",
    "Kept",
    "Known",
    "LocalFile",
    "Localized",
    "Media",
    "Merged",
    "Outcome",
    "Page",
    "Post",
    "Received",
    "Removal",
    "Reprint",
    "Response",
    "Standing",
    "State",
    "Target",
    "Tombstone",
    "Unasked",
    "Verdict",
]
