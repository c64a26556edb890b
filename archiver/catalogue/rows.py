"""Rows → values: the one place that knows which column is which field.

By position, not by name: a list of a hundred thousand known addresses is a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from archiver.catalogue.schema import addresses, articles, captures
from archiver.catalogue.store import time_of
from archiver.models import Capture, Images, Kept, Removal, Standing, State

_A, _B, _C = addresses.c, articles.c, captures.c

ADDRESS = (_A.url, _A.state, _A.reason, _A.source, _A.tried, _A.tries, _A.due)
ARTICLE = (
    _B.key, _B.url, _B.title, _B.account, _B.type, _B.published, _B.archived, _B.state, _B.state_seen, _B.post,
    _B.digest, _B.source, _B.share, _B.images_expected, _B.images_saved, _B.images_failed,
)  # fmt: skip
WHOLE_ARTICLE = (*ARTICLE, _B.warnings, _B.removed)  # JSON, which a long list need not read
STANDING = (*ADDRESS, *ARTICLE)
CAPTURE = (_C.url, _C.final_url, _C.status, _C.captured, _C.state, _C.sha256, _C.size)

_STATES = {str(state): state for state in State}


def kept(row: Sequence[Any]) -> Kept:
    """The article of a row of ARTICLE, without its remarks."""
    key, url, title, account, kind, published, archived, state, seen, post, digest, source, share, *images = row
    return Kept(
        key=key, url=url, title=title, account=account, type=kind, published=time_of(published),
        archived=_known(archived), state=_STATES[state], state_seen=_known(seen), post=post or "", digest=digest,
        source=source, share=share, images=Images(expected=images[0], saved=images[1], failed=images[2]),
    )  # fmt: skip


def kept_whole(row: Sequence[Any]) -> Kept:
    """The article of a row of WHOLE_ARTICLE."""
    *article, warnings, removed = row
    return replace(kept(article), warnings=tuple(warnings), removed=tuple(Removal(**removal) for removal in removed))


def standing(row: Sequence[Any]) -> Standing:
    """What a row of STANDING says of its address."""
    url, state, reason, source, tried, tries, due, *article = row
    return Standing(
        url=url, article=kept(article) if article[0] is not None else None, state=_STATES[state] if state else None,
        reason=reason, source=source, tried=time_of(tried), tries=tries, due=time_of(due),
    )  # fmt: skip


def capture(row: Sequence[Any]) -> Capture:
    """A row of CAPTURE."""
    url, final_url, status, captured, state, sha256, size = row
    return Capture(
        url=url, final_url=final_url, status=status, captured=_known(captured), state=_STATES[state],
        sha256=sha256, size=size,
    )  # fmt: skip


def _known(value: int) -> datetime:
    time = time_of(value)
    assert time is not None
    return time
