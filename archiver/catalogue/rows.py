"""Rows → values: the one place that knows which column is which field."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping

from archiver.catalogue import schema
from archiver.catalogue.store import time_of
from archiver.models import Capture, Images, Kept, Removal, Standing, State

# What an address and its article are told in: the names of both tables, apart.
STANDING = (
    *schema.addresses.c,
    *(
        column.label(f"article_{column.name}")
        for column in schema.articles.c
        if column.name not in ("id", "warnings", "removed")
    ),
)


def kept(row: RowMapping, prefix: str = "") -> Kept:
    """The article of a row of `articles`, or of a joined row whose columns begin with `prefix`."""
    value = {name: row[prefix + name] for name in _PLAIN}
    return Kept(
        **value,
        published=time_of(row[f"{prefix}published"]),
        archived=_known(row[f"{prefix}archived"]),
        state=State(row[f"{prefix}state"]),
        state_seen=_known(row[f"{prefix}state_seen"]),
        post=row[f"{prefix}post"] or "",
        images=Images(
            expected=row[f"{prefix}images_expected"],
            saved=row[f"{prefix}images_saved"],
            failed=row[f"{prefix}images_failed"],
        ),
    )


def kept_whole(row: RowMapping) -> Kept:
    """The article of a row of `articles`, with its remarks: they are JSON, which a long list need not read."""
    removed = tuple(Removal(**removal) for removal in row["removed"])
    return replace(kept(row), warnings=tuple(row["warnings"]), removed=removed)


_PLAIN = ("key", "url", "title", "account", "type", "digest", "source", "share")


def standing(row: RowMapping) -> Standing:
    """What a row of STANDING says of its address."""
    return Standing(
        url=row["url"],
        article=kept(row, "article_") if row["article_key"] else None,
        state=State(row["state"]) if row["state"] else None,
        reason=row["reason"],
        source=row["source"],
        tried=time_of(row["tried"]),
        tries=row["tries"],
        due=time_of(row["due"]),
    )


def capture(row: RowMapping) -> Capture:
    """A row of `captures`."""
    return Capture(
        url=row["url"], final_url=row["final_url"], status=row["status"], captured=_known(row["captured"]),
        state=State(row["state"]), sha256=row["sha256"], size=row["size"],
    )  # fmt: skip


def _known(value: int) -> datetime:
    time = time_of(value)
    assert time is not None
    return time
