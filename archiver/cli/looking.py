"""`archiver list` and `archiver show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.streams import show, show_json

if TYPE_CHECKING:
    from archiver.app import ArticleDetail
    from archiver.models import ArticleRecord, UrlRecord

_LIST_EXAMPLES = """\b
Examples:
  archiver list --account 南宁市反诈骗 --since 2020-01-01
  archiver list --incomplete
  archiver list --state due --json"""

_SHOW_EXAMPLES = """\b
Examples:
  archiver show https://mp.weixin.qq.com/s/...
  archiver show output/_posts/2020-06-17-....md"""


@app.command("list", epilog=_LIST_EXAMPLES)
def list_articles(
    output: options.Output = None,
    account: options.Account = "",
    since: options.Since = None,
    until: options.Until = None,
    state: Annotated[
        str, typer.Option(metavar="STATE", help="deleted, unknown …; due, waiting: still to be asked; taken-out.")
    ] = "",
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Pictures are missing, or words of the page.")
    ] = False,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """List what the archive holds: day, account, title and post of each article."""
    from archiver.app import Archiver, ArticleQuery
    from archiver.models import State

    options.log(verbose=verbose)
    if state and state not in (*State, "due", "waiting", "taken-out"):
        raise typer.BadParameter(f"no such state; there are due, waiting, taken-out, {', '.join(State)}")
    wanted = ArticleQuery(account=account, since=since, until=until, state=state, incomplete=incomplete)
    with Archiver(options.settings(config, {"output": output})) as archive:
        for one in archive.list(wanted):
            show_json(json_of(one)) if as_json else show(_line(one))
    return 0


@app.command("show", epilog=_SHOW_EXAMPLES)
def show_article(
    what: Annotated[
        str,
        typer.Argument(metavar="KEY|URL|FILE", help="An article's key, an address, or its post.", show_default=False),
    ],
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """Show all that is known of an article: addresses, captures, pictures, what was left out and why."""
    from archiver.app import Archiver

    options.log(verbose=verbose)
    with Archiver(options.settings(config, {"output": output})) as archive:
        detail = archive.show(what)
    if as_json:
        show_json(_detail_json(detail))
    else:
        for line in _detail_lines(detail):
            show(line)
    return 0


def _line(one: ArticleRecord | UrlRecord) -> str:
    from archiver.models import ArticleRecord

    if isinstance(one, ArticleRecord):
        day = f"{one.published:%Y-%m-%d}" if one.published else "          "
        mark = "" if one.state == "article" else f" [{one.state}]"
        missing = f" [{one.images.failed} pictures missing]" if one.images.failed else ""
        return f"{day}  {one.account}  {one.title}{mark}{missing}  {one.post}"
    due = f"due {one.due:%Y-%m-%d %H:%M} Beijing time" if one.due else "not asked again"
    return f"{one.state or 'not read'}  {one.url}  {due}  {one.reason}".rstrip()


def json_of(one: object) -> dict[str, Any]:
    """The fields of a dataclass as JSON has them."""
    from archiver.export.tables import to_json_object

    return to_json_object(one)


def _detail_json(detail: ArticleDetail) -> dict[str, object]:
    return {
        "article": json_of(detail.article) if detail.article else None,
        "addresses": [json_of(one) | {"article": None} for one in detail.addresses],
        "captures": [json_of(one) for one in detail.captures],
        "media": [_medium(one) for one in detail.media],
    }


def _medium(row: dict[str, Any]) -> dict[str, Any]:
    from archiver.models import CHINA

    due = datetime.fromtimestamp(row["due"], CHINA).isoformat() if row["due"] else None
    return {**{key: row[key] for key in ("name", "path", "size", "sha256", "reason", "tries")}, "due": due}


def _detail_lines(detail: ArticleDetail) -> Iterator[str]:
    if detail.article:
        yield from _article_lines(detail.article)
    for address in detail.addresses:
        yield f"address   {_line(address)}" if not detail.article else f"address   {address.url}"
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
    yield from (f"left out  {one.step}: {one.reason}: {one.text}" for one in article.removed)
