"""Run the command `archiver list`, which lists articles, or addresses that led to no article."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.language import phrase, said
from archiver.cli.output import json_fields, print_json, print_line, print_message
from archiver.cli.words import beijing_time, word_of
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.models import ArticleRecord, LinkedUrl, UrlRecord

_HOST = "mp.weixin.qq.com"

EXAMPLES = """\b
Examples:
  archiver list --account 南宁市反诈骗 --since 2020-01-01
  archiver list --incomplete
  archiver list --linked --account 南宁市反诈骗 > linked.txt
  archiver list --state due --json"""


class ListOrder(StrEnum):
    """The orders of listed articles, by their day of publication."""

    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class ListOptions(options.QueryOptions):
    """The options that select the articles and addresses to list."""

    state: Annotated[
        str,
        typer.Option(
            metavar="STATE",
            autocompletion=options.complete_states("due", "waiting", "taken-out"),
            help="deleted, unknown …; due, waiting: still to be asked; taken-out.",
        ),
    ] = ""
    title: options.Title = ""
    tag: options.Tag = ""
    album: options.Album = ""
    source: options.Source = ""
    order: Annotated[
        ListOrder, typer.Option("--sort", metavar="ORDER", help="oldest (usual) or newest.", show_default=False)
    ] = ListOrder.OLDEST
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most N of them.")] = None
    incomplete: Annotated[bool, typer.Option("--incomplete", help="Pictures are missing, or words of the page.")] = (
        False
    )


def list_articles(
    *,
    output: options.Output = None,
    linked: Annotated[
        bool, typer.Option("--linked", help="Instead of the articles, those that they link to and that are not here.")
    ] = False,
    selection: ListOptions,
    common: options.CommonOptions,
) -> int:
    """List what the archive holds: day, account, title and post of each article.

    With --linked, list the addresses of articles to which these link and that the archive lacks, as `batch` reads them.
    """
    from archiver.app import Archiver

    query = selection.query("due", "waiting", "taken-out")
    is_empty = True
    with Archiver(common.settings(output)) as archive:
        for record in archive.list_linked(query) if linked else archive.list(query):
            is_empty = False
            print_json(json_fields(record)) if common.as_json else print_line(_line(record))
        names = archive.similar_accounts(query.account) if is_empty and query.account else ()
        if names and query.account not in names:
            print_message(
                message(
                    "archiver: no article of {account}; there are {names}",
                    account=query.account,
                    names=", ".join(names),
                )
            )
    return 0


def _line(record: ArticleRecord | UrlRecord | LinkedUrl) -> str:
    from archiver.models import LinkedUrl

    return linked_line(record) if isinstance(record, LinkedUrl) else record_line(record)


def linked_line(linked: LinkedUrl) -> str:
    """Return the line that `list --linked` prints for an address: the address, and the article that links to it.

    `batch` reads the address and nothing else in this line. So a title that contains an address of WeChat is left out.
    """
    first, count = linked.linked_by[0], len(linked.linked_by)
    title = first.key
    if _HOST not in first.title.lower():
        title = phrase("“{title}” ({key})", title=first.title, key=first.key)
    state = f" [{word_of(linked.state)}]" if linked.state else ""
    place = phrase("in {title}", title=title)
    if count > 1:
        place = phrase("in {count} articles, first in {title}", count=count, title=title)
    return f"{linked.url}  {place}{state}"


def record_line(record: ArticleRecord | UrlRecord) -> str:
    """Return the line that `list` prints for an article, or for an address that led to no article."""
    from archiver.models import ArticleRecord

    if isinstance(record, ArticleRecord):
        day = f"{record.published:%Y-%m-%d}" if record.published else "          "
        state = "" if record.state == "article" else f" [{word_of(record.state)}]"
        missing = phrase(" [{count} pictures missing]", count=record.images.failed) if record.images.failed else ""
        return f"{day}  {record.account}  {record.title}{state}{missing}  {record.post}  {record.key}"
    due = phrase("due {time}", time=beijing_time(record.due)) if record.due else phrase("not asked again")
    state = word_of(record.state or "") or phrase("not read")
    return f"{state}  {record.url}  {due}  {said(record.reason)}".rstrip()
