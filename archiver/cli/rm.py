"""Run the command `archiver rm`, which deletes articles. With `--lost` it deletes the files in .archive/lost/ instead.

In .archive/lost/, archiver keeps files that it took from their places but did not want to delete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.language import phrase
from archiver.cli.output import agrees, discard_stdout, is_terminal, json_fields, print_json, print_line, print_message
from archiver.errors import Exit
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import Archiver, RemovalResult

EXAMPLES = """\b
Examples:
  archiver rm output/_posts/2020-06-17-....md
  archiver rm --dry-run https://mp.weixin.qq.com/s/...
  archiver rm --lost --dry-run
  archiver rm --undo MzA5MDAwMDAwMQ==:2650000001:1"""


@dataclass(frozen=True, kw_only=True)
class RemoveOptions:
    """The options that only `rm` has."""

    undo: Annotated[
        bool, typer.Option("--undo", help="Forget that they were taken out, so that they can come again.")
    ] = False
    lost: Annotated[
        bool, typer.Option("--lost", help="Delete what was put aside in .archive/lost/; --dry-run lists it.")
    ] = False
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing, say what would be deleted.")] = False


def remove_articles(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post.", show_default=False),
    ] = None,
    *,
    removal: RemoveOptions,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Take articles out for good: posts, and the pictures and snapshots that no other article needs.

    Prints the files that are deleted. The archive remembers not to fetch these articles again. A post that was edited
    by hand is moved to .archive/lost/ instead.
    """
    from archiver.app import Archiver

    if removal.undo and removal.dry_run:
        raise typer.BadParameter(message("--undo deletes nothing, there is nothing to try: leave out --dry-run"))
    if removal.lost and (removal.undo or articles):
        raise typer.BadParameter(message("--lost is about what was put aside, not about articles: call it alone"))
    if not removal.lost and not articles:
        raise typer.BadParameter(message("name articles by key, address or post, or say --lost"))
    with Archiver(common.settings(output)) as archive:
        if removal.lost:
            return _empty_lost(archive, removal, as_json=common.as_json)
        articles = articles or []
        if removal.undo:
            for article in archive.undo_removal(articles):
                print_message(
                    message(
                        "forgotten: {title} ({key}); `archiver add {url}`",
                        title=article.title,
                        key=article.key,
                        url=article.url,
                    )
                )
            return Exit.OK
        if not (removal.yes or removal.dry_run) and not _confirm(archive, articles):
            print_message(message("nothing was taken out"))
            return Exit.FAILED
        for result in archive.remove(articles, is_dry=removal.dry_run):
            _print_result(result, as_json=common.as_json, is_dry=removal.dry_run)
    return Exit.OK


def _empty_lost(archive: Archiver, removal: RemoveOptions, *, as_json: bool) -> int:
    """Delete the files in .archive/lost/, where archiver keeps what it took from its place; return the exit code.

    Before that, the files are listed (as JSON if `as_json` is True) and the user is asked for confirmation. With
    `removal.yes`, the user is not asked. With `removal.dry_run`, the files are only listed. Raise UsageError if the
    user has to be asked, but there is no terminal.
    """
    files = list(archive.lost_files())
    for path, size in files:
        print_json({"path": path, "size": size}) if as_json else print_line(f"{size:>12}  {path}")
    summary = phrase(
        "{number} files, {size} bytes in .archive/lost", number=len(files), size=sum(size for _, size in files)
    )
    if removal.dry_run or not files:
        print_message(summary)
        return Exit.OK
    if not removal.yes:
        _check_terminal()
        if not agrees(phrase("Delete {summary} for good?", summary=summary)):
            print_message(message("nothing was deleted"))
            return Exit.FAILED
    archive.empty_lost()
    print_message(message("deleted: {summary}", summary=summary))
    return Exit.OK


def _check_terminal() -> None:
    """Raise UsageError if the user cannot be asked for confirmation, because there is no terminal."""
    from archiver.errors import UsageError

    if not is_terminal():
        raise UsageError(message("this deletes files: say that you mean it with --yes, or look first with --dry-run"))


def _confirm(archive: Archiver, articles: Iterable[str]) -> bool:
    """Print how many files of each article would be deleted; return whether the user agrees to delete them.

    `articles` are keys, addresses or paths of posts. Raise UsageError if there is no terminal.
    """
    _check_terminal()
    for result in archive.remove(articles, is_dry=True):
        print_message(
            message("{title} ({key}): {number} files", title=result.title, key=result.key, number=len(result.files))
        )
    return agrees(phrase("Take out for good?"))


def _print_result(result: RemovalResult, *, as_json: bool, is_dry: bool) -> None:
    """Print which files of an article were deleted, or would be deleted if `is_dry`; with `as_json`, print JSON."""
    try:
        _print_files(result, as_json=as_json)
    except BrokenPipeError:  # the other articles are removed all the same
        discard_stdout()
    if as_json:
        return
    if result.kept:
        print_message(
            message("edited by hand, to be put aside: {file}", file=result.kept)
            if is_dry
            else message("edited by hand, kept: {file}", file=result.kept)
        )
    if not is_dry:
        print_message(message("taken out: {title} ({key})", title=result.title, key=result.key))


def _print_files(result: RemovalResult, *, as_json: bool) -> None:
    if as_json:
        print_json(json_fields(result))
        return
    for path in result.files:
        print_line(path)
