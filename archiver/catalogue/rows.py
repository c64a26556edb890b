"""Rows → values: the one place that knows which column is which field.

By position, not by name: a list of a hundred thousand known addresses is a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from archiver.catalogue.database import time_of
from archiver.catalogue.schema import addresses, articles, captures
from archiver.errors import DamagedCatalogue
from archiver.models import ArticleRecord, ArticleSummary, Capture, Images, Removal, State, UrlRecord

_A, _B, _C = addresses.c, articles.c, captures.c

ADDRESS = (_A.url, _A.state, _A.reason, _A.source, _A.tried, _A.tries, _A.due)
KNOWN = (
    _B.key, _B.url, _B.title, _B.account, _B.published, _B.post, _B.images_expected, _B.images_saved, _B.images_failed,
    _B.taken_out,
)  # fmt: skip
KEPT = (
    *KNOWN, _B.type, _B.archived, _B.state, _B.state_seen, _B.checked, _B.digest, _B.source, _B.share,
    _B.warnings, _B.removed,
)  # fmt: skip
STANDING = (*ADDRESS, *KNOWN)
CAPTURE = (
    _C.url, _C.final_url, _C.status, _C.headers, _C.captured, _C.state, _C.saved, _C.redacted, _C.sha256, _C.size,
    _C.lost, _C.received, _C.source, _C.estimated,
)  # fmt: skip

_STATES = {str(state): state for state in State}
_Value = TypeVar("_Value")


def _intact(convert: Callable[[Sequence[Any]], _Value]) -> Callable[[Sequence[Any]], _Value]:
    """Raise what no row of ours can hold as a DamagedCatalogue."""

    def converted(row: Sequence[Any]) -> _Value:
        try:
            return convert(row)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise DamagedCatalogue(
                f"a row cannot be read ({type(error).__name__}: {error}): the catalogue is damaged; "
                "`archiver verify --repair` makes a new one from what lies here"
            ) from error

    return converted


@_intact
def known(row: Sequence[Any]) -> ArticleSummary:
    """The article of a row of KNOWN."""
    key, url, title, account, published, post, expected, saved, failed, taken_out = row
    return ArticleSummary(
        key=key, url=url, title=title, account=account, published=time_of(published), post=post or "",
        images=Images(expected=expected, saved=saved, failed=failed), taken_out=time_of(taken_out),
    )  # fmt: skip


@_intact
def kept(row: Sequence[Any]) -> ArticleRecord:
    """The article of a row of KEPT."""
    article, rest = known(row[: len(KNOWN)]), row[len(KNOWN) :]
    kind, archived, state, seen, checked, digest, source, share, warnings, removed = rest
    return ArticleRecord(
        key=article.key, url=article.url, title=article.title, account=article.account, published=article.published,
        post=article.post, images=article.images, taken_out=article.taken_out, type=kind, archived=_time(archived),
        state=_STATES[state], state_seen=_time(seen), checked=time_of(checked), digest=digest, source=source,
        share=share, warnings=tuple(warnings), removed=tuple(Removal(**removal) for removal in removed),
    )  # fmt: skip


@_intact
def standing(row: Sequence[Any]) -> UrlRecord:
    """What a row of STANDING says of its address."""
    url, state, reason, source, tried, tries, due, *article = row
    return UrlRecord(
        url=url, article=known(article) if article[0] is not None else None, state=_STATES[state] if state else None,
        reason=reason, source=source, tried=time_of(tried), tries=tries, due=time_of(due),
    )  # fmt: skip


@_intact
def capture(row: Sequence[Any]) -> Capture:
    """A row of CAPTURE."""
    url, final_url, status, headers, captured, state, saved, redacted, sha256, size, *rest = row
    lost, received, source, estimated = rest
    return Capture(
        url=url, final_url=final_url, status=status, headers=tuple((name, value) for name, value in headers),
        captured=_time(captured), state=_STATES[state], saved=bool(saved), redacted=tuple(redacted), sha256=sha256,
        size=size, lost=time_of(lost), received=time_of(received), source=source,
        estimated=bool(estimated),
    )  # fmt: skip


def _time(value: int) -> datetime:
    time = time_of(value)
    assert time is not None
    return time
