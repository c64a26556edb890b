"""Run the command `archiver show`, which prints everything that is recorded about an article or an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archiver.cli import options
from archiver.cli.doctor import call_for
from archiver.cli.hints import with_options
from archiver.cli.list import record_line
from archiver.cli.output import json_fields, print_json, print_line

if TYPE_CHECKING:
    from archiver.app import ArticleDetail
    from archiver.models import ArticleRecord

EXAMPLES = """\b
Examples:
  archiver show https://mp.weixin.qq.com/s/...
  archiver show output/_posts/2020-06-17-....md"""


def show_article(
    what: Annotated[
        str,
        typer.Argument(metavar="KEY|URL|FILE", help="An article's key, an address, or its post.", show_default=False),
    ],
    *,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Show all that is known of an article: addresses, captures, pictures, what was left out and why."""
    from archiver.app import Archiver

    with Archiver(common.settings(output)) as archive:
        detail = archive.show(what)
    if common.as_json:
        print_json(_detail_json(detail))
    else:
        for line in _detail_lines(detail):
            print_line(line)
    return 0


def _detail_json(detail: ArticleDetail) -> dict[str, object]:
    return {
        "article": json_fields(detail.article) if detail.article else None,
        "addresses": [json_fields(address) | {"article": None} for address in detail.addresses],
        "captures": [json_fields(capture) for capture in detail.captures],
        "media": [_medium_json(row) for row in detail.media],
        "format_notes": [json_fields(note) for note in detail.format_notes],
    }


def _medium_json(row: dict[str, Any]) -> dict[str, Any]:
    from archiver.models import CHINA

    due = datetime.fromtimestamp(row["due"], CHINA).isoformat() if row["due"] else None
    return {**{key: row[key] for key in ("name", "path", "size", "sha256", "reason", "tries")}, "due": due}


def _detail_lines(detail: ArticleDetail) -> Iterator[str]:
    if detail.article:
        yield from _article_lines(detail.article)
        if detail.format_notes:
            yield with_options(
                f"format    WeChat changed the article's page; `{call_for(detail.article.url)}` says more"
            )
    for note in detail.format_notes:
        yield f"format    {note.detail}"
    for address in detail.addresses:
        yield f"address   {record_line(address)}" if not detail.article else f"address   {address.url}"
    for capture in detail.captures:
        yield f"capture   {capture.captured:%Y-%m-%d %H:%M}  {capture.state}  HTTP {capture.status}  {capture.url}"
    for row in detail.media:
        yield f"media     {row['path'] or row['name'] + ': ' + row['reason']}"


def _article_lines(article: ArticleRecord) -> Iterator[str]:
    yield f"title     {article.title}"
    yield f"account   {article.account}"
    yield f"key       {article.key}"
    yield f"published {article.published or 'not known'}"
    yield f"archived  {article.archived}"
    yield f"state     {article.state} (seen {article.state_seen:%Y-%m-%d %H:%M})"
    if article.taken_out:
        yield f"taken out {article.taken_out}"
        return
    yield f"post      {article.post}"
    images = article.images
    yield f"pictures  {images.saved} of {images.expected} saved, {images.failed} failed"
    if article.share is not None:
        yield f"text      {article.share:.2%} of the page's"
    yield from (f"warning   {warning}" for warning in article.warnings)
    yield from (f"left out  {removal.step}: {removal.reason}: {removal.text}" for removal in article.removed)
