"""Run the command `archiver show`, which prints everything that is recorded about an article or an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archiver.cli import options
from archiver.cli.doctor import call_for
from archiver.cli.help_text import cell_width
from archiver.cli.hints import with_options
from archiver.cli.language import phrase, said
from archiver.cli.list import record_line
from archiver.cli.output import json_fields, print_json, print_line
from archiver.cli.words import word_of

if TYPE_CHECKING:
    from archiver.app import ArticleDetail
    from archiver.models import ArticleRecord

_LABEL = 10  # cells of the column of labels

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
            call = call_for(detail.article.url)
            changed = phrase("WeChat changed the article's page; `{call}` says more", call=call)
            yield _line(phrase("format"), with_options(changed))
    for note in detail.format_notes:
        yield _line(phrase("format"), said(note.detail))
    for address in detail.addresses:
        yield _line(phrase("address"), address.url if detail.article else record_line(address))
    for capture in detail.captures:
        seen = f"{capture.captured:%Y-%m-%d %H:%M}  {word_of(capture.state)}  HTTP {capture.status}  {capture.url}"
        yield _line(phrase("capture"), seen)
    for row in detail.media:
        lost = f"{row['name']}: {said(row['reason'])}"
        yield _line(phrase("media"), row["path"] or lost)


def _article_lines(article: ArticleRecord) -> Iterator[str]:
    yield _line(phrase("title"), article.title)
    yield _line(phrase("account"), article.account)
    yield _line(phrase("key"), article.key)
    yield _line(phrase("published"), str(article.published) if article.published else phrase("not known"))
    yield _line(phrase("archived"), str(article.archived))
    seen = phrase("{state} (seen {time:%Y-%m-%d %H:%M})", state=word_of(article.state), time=article.state_seen)
    yield _line(phrase("state"), seen)
    if article.taken_out:
        yield _line(phrase("taken out"), str(article.taken_out))
        return
    yield _line(phrase("post"), article.post)
    images = article.images
    counts = phrase(
        "{saved} of {expected} saved, {failed} failed",
        saved=images.saved, expected=images.expected, failed=images.failed,
    )  # fmt: skip
    yield _line(phrase("pictures"), counts)
    if article.share is not None:
        yield _line(phrase("text"), phrase("{share:.2%} of the page's", share=article.share))
    yield from (_line(phrase("warning"), said(warning)) for warning in article.warnings)
    for removal in article.removed:
        yield _line(phrase("left out"), f"{removal.step}: {said(removal.reason)}: {removal.text}")


def _line(label: str, text: str) -> str:
    """Return a text behind its label, below those of the other lines."""
    return label + " " * max(_LABEL - cell_width(label), 1) + text
