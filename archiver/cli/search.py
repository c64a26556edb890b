"""Run the command `archiver search`, which finds articles by their words."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.output import json_fields, print_json, print_line, print_message
from archiver.cli.progress import FileProgress
from archiver.messages.message import message
from archiver.text import CONTROL

if TYPE_CHECKING:
    from archiver.app import SearchHit, SearchResult

EXAMPLES = """\b
Examples:
  archiver search 大模型
  archiver search 雨水 "save water" -广告 --account 阳台种菜记
  archiver search C++ --since 2020-01-01 --sort newest --json"""

_MARK, _END = "\x1b[1;31m", "\x1b[0m"  # bold red, as grep marks what it finds


class SearchOrder(StrEnum):
    """The orders in which a search lists the articles that it finds."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, kw_only=True)
class SearchOptions(options.QueryOptions):
    """The options for which articles to search, in which order to list them, and how many."""

    state: Annotated[
        str,
        typer.Option(
            metavar="STATE",
            autocompletion=options.complete_states(),
            help="Of articles in this state: deleted, violation …",
        ),
    ] = ""
    title: Annotated[str, typer.Option(metavar="TEXT", help="Whose title has this.")] = ""
    tag: Annotated[str, typer.Option(metavar="TAG", help="With this tag.")] = ""
    order: Annotated[
        SearchOrder,
        typer.Option("--sort", metavar="ORDER", help="relevance (usual), newest or oldest.", show_default=False),
    ] = SearchOrder.RELEVANCE
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most N articles [default: 30].", show_default=False)
    ] = 30


@dataclass(frozen=True, kw_only=True)
class MatchOptions:
    """The options that say which words count as found, and whether the index is made anew."""

    exact: Annotated[bool, typer.Option("--exact", help="Letters as typed: case, full or half width.")] = False
    variants: Annotated[bool, typer.Option("--variants", help="Simplified finds traditional characters, and back.")] = (
        False
    )
    reindex: Annotated[bool, typer.Option("--reindex", help="Read all posts anew first.")] = False


def search_articles(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS", help='All must occur; "…" keeps spaces, -word excludes.', show_default=False),
    ] = None,
    *,
    output: options.Output = None,
    selection: SearchOptions,
    match: MatchOptions,
    common: options.CommonOptions,
) -> int:
    """Find articles by the words of their titles and texts, Chinese words of any length included.

    An article must contain all WORDS. Case and full-width letters make no difference. English words are found by their
    beginning. The first search reads all posts; later ones only what changed.
    """
    from archiver.app import Archiver, SearchRequest

    for word in words or ():
        if word.startswith("--"):
            raise typer.BadParameter(
                message("no such option: {word}. A word that begins so stands in quotes: '\"{word}\"'", word=word)
            )
    request = SearchRequest(
        words=tuple(words or ()),
        articles=selection.query(),
        exact=match.exact,
        variants=match.variants,
        reindex=match.reindex,
    )
    with Archiver(common.settings(output)) as archive, FileProgress() as progress:
        result = archive.search(request, progress.plan, progress.advance)
        progress.hide()
        for hit in result.hits:
            print_json(json_fields(hit)) if common.as_json else _print_hit(hit)
    if words:
        _print_remarks(result, selection)
    return 0


def _print_hit(hit: SearchHit) -> None:
    day = f"{hit.published:%Y-%m-%d}" if hit.published else "          "
    print_line(f"{day}  {hit.account}  {hit.title}  {hit.key}")
    if hit.snippet:
        typer.echo(f"    {_marked(hit)}")
    print_line(f"    {hit.post}")


def _marked(hit: SearchHit) -> str:
    """Return the snippet without control characters. If stdout is a terminal, the words found in it are in colour."""
    if not sys.stdout.isatty():
        return CONTROL.sub(" ", hit.snippet)
    parts, position = [], 0
    for start, end in hit.marks:
        parts += [CONTROL.sub(" ", hit.snippet[position:start]), _MARK, CONTROL.sub(" ", hit.snippet[start:end]), _END]
        position = end
    return "".join((*parts, CONTROL.sub(" ", hit.snippet[position:])))


def _print_remarks(result: SearchResult, selection: SearchOptions) -> None:
    if result.more:
        print_message(
            message("archiver: only the first {limit} are shown; --limit N shows more", limit=selection.limit)
        )
    if result.hits:
        return
    if result.accounts:
        print_message(
            message(
                "archiver: no article of {account}; there are {accounts}",
                account=selection.account,
                accounts=", ".join(result.accounts),
            )
        )
    elif result.variants:
        print_message(
            message(
                "archiver: nothing found; --variants finds {variants}, with other forms of the characters",
                variants=result.variants,
            )
        )
    else:
        print_message(message("archiver: nothing found"))
