"""Build the warnings about a written post: what it lacks, and what a user should know. These are pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from archiver.messages.message import message
from archiver.messages.warning_codes import warning_code
from archiver.models import Article, NotRequested, Removal, WriteResult
from archiver.text import one_line

# The codes of warnings that ask nothing of a person: they say how an article is, or what a later call does by itself.
_INFORMATION = {"no_publish_time", "relative_publish_time", "no_ids", "paid", "left_out", "media_not_saved_yet"}


def warnings(
    article: Article, lost: Mapping[str, str], written: WriteResult, coverage: float | None = None
) -> Iterator[str]:
    """Yield the warnings about a written post, one line each.

    `lost` maps the address of each medium that was not saved to the reason. `written` is the result of writing the
    post. If the post shows too little of the page's text, `coverage` is the share that it shows, from 0 to 1; otherwise
    None.
    """
    if coverage is not None:
        yield message(
            "the post shows {coverage:.1%} of the page's text: compare it with the page, and report it",
            coverage=coverage,
        )
    yield from map(one_line, article.warnings)
    if not article.published:
        yield message("no publish time on the page: the post is dated by its capture")
    elif article.dated_from:
        date = f"{article.published:%Y-%m-%d}"
        yield one_line(
            message(
                "the page says only “{dated_from}”: dated {date}, counted back from its capture",
                dated_from=article.dated_from,
                date=date,
            )
        )
    if not (article.biz and article.mid and article.idx):
        yield message("the page does not name itself (biz, mid, idx): a digest of its text stands for it")
    if article.paid:
        yield message("a paid article: only its free part was on the page")
    yield from _left_out(article)
    yield from _not_saved(lost)
    if written.outcome == "skipped":
        yield message("{post} was edited by hand and stays as it is; --force overwrites it", post=written.path)


def _left_out(article: Article) -> Iterator[str]:
    """Yield a warning for each kind of thing on the page that the post leaves out."""
    for (_, reason), removals in groupby(sorted(article.removed, key=_step_and_reason), key=_step_and_reason):
        same_kind = list(removals)
        count, quote = len(same_kind), same_kind[0].text
        if count > 1 and quote:
            said = message("left out, {reason} ({count} ×): {quote}", reason=reason, count=count, quote=quote)
        elif count > 1:
            said = message("left out, {reason} ({count} ×)", reason=reason, count=count)
        elif quote:
            said = message("left out, {reason}: {quote}", reason=reason, quote=quote)
        else:
            said = message("left out, {reason}", reason=reason)
        yield one_line(said)


def _not_saved(lost: Mapping[str, str]) -> Iterator[str]:
    """Yield a warning for each reason for which media were not saved; `lost` maps their addresses to it."""
    for reason in dict.fromkeys(lost.values()):
        if isinstance(reason, NotRequested):
            count = sum(each == reason for each in lost.values())
            yield one_line(
                message(
                    "not saved yet, the post keeps the address ({reason}): {count} pictures or other media",
                    reason=reason,
                    count=count,
                )
            )
            continue
        addresses = [_shortened(url) for url, each in lost.items() if each == reason]
        yield one_line(
            message(
                "not saved, the post keeps the address ({reason}): {addresses}",
                reason=reason,
                addresses=" ".join(addresses),
            )
        )


def doubts(files: Mapping[str, str]) -> Iterator[str]:
    """Yield warnings about media files that a post shows although they may be damaged, one line for each reason.

    `files` maps the address of each such medium to the reason (LocalFile.doubt), for example that the file was altered
    and has not been downloaded again. A line names the reason and all addresses that have it.
    """
    for reason in dict.fromkeys(files.values()):
        addresses = [_shortened(url) for url, each in files.items() if each == reason]
        yield one_line(
            message("shown as it lies here ({reason}): {addresses}", reason=reason, addresses=" ".join(addresses))
        )


def _step_and_reason(removal: Removal) -> tuple[str, str]:
    return removal.step, removal.reason


def _shortened(url: str) -> str:
    """Return an address shortened for a message: a `data:` address to 30 characters, any other to 300."""
    return f"{url[:30]}…" if url.startswith("data:") else url[:300]


def asks_nothing(warning: str) -> bool:
    """Return whether a warning asks nothing of a person. `archiver show` has these warnings, too."""
    return warning_code(warning) in _INFORMATION
