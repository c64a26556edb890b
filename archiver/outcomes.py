"""Build the outcomes of SOURCEs, with messages and warnings that tell the user what to do next.

A SOURCE is what a command archives: the address of an article, or the path of a saved page. These are pure functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archiver import urls
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, ArticleRemoved, CoolingDown, Exit, NotAnArticle
from archiver.messages.message import message
from archiver.models import (
    CHINA,
    Article,
    ArticleSummary,
    Classification,
    Images,
    Outcome,
    Page,
    State,
    StoredFiles,
    Target,
    UrlRecord,
    WriteResult,
)
from archiver.policy import TERMINAL_STATES, due_at
from archiver.text import one_line
from archiver.writer.names import media_name

NEEDS_SHORT = message(
    "needs the short link: WeChat shows its wall for most long ones; share the article and copy its link"
)
_NOT_ASKED = "not asked: "
LEFT = message("left for another run, as --limit, --max-time or the budget asked")
_SOLVE = message("open the address in a browser, solve it, export the cookies and pass --cookies")
ADVICE = {  # advice for the user about a page that holds no article
    State.DELETED: message("its publisher deleted it; only a page saved earlier can be archived"),
    State.VIOLATION: message("WeChat took it down; only a page saved earlier can be archived"),
    State.UNAVAILABLE: message("WeChat does not show it; try again another day"),
    State.EXPIRED: message("the address was a temporary one; use the article's own"),
    State.INVALID: message("WeChat does not know the address; copy it again, whole"),
    State.MIGRATED: message("the account moved and its new address gave no article; try again later"),
    State.VERIFICATION: message("WeChat wants to see a person; wait some hours, or {solve}", solve=_SOLVE),
    State.TRUNCATED: message("the page is cut off; try again, or save it again"),
    State.NOT_ARTICLE: message("the page is no article; give the address of one"),
    State.UNKNOWN: message("archiver does not know such a page; if a browser shows an article there, report it"),
}
_ALBUM_ADVICE = message(
    "it is an album: name it as a source in archiver.yml (`album:` and its address); `archiver run` lists its articles"
)


def archived(target: Target, article: Article, written: WriteResult) -> Outcome:
    """Return the outcome of an article from the result of writing its post.

    The caller adds the images and the warnings to the outcome.
    """
    published = article.published.astimezone(CHINA).isoformat() if article.published else ""
    return Outcome(
        source=target.source, url=article.url or target.url, outcome=written.outcome,
        state=article.gone.state if article.gone else State.ARTICLE, key=article.key, title=article.title,
        account=article.account, published=published, post=written.path,
    )  # fmt: skip


def no_article(target: Target, page: Page, classification: Classification) -> Outcome:
    """Return the failed outcome of a page that holds no article.

    The exit code is TRY_LATER for a verification page that WeChat sent. It is FAILED for any other page, also for a
    verification page that was read from a file.
    """
    is_blocked = classification.state is State.VERIFICATION and not page.saved  # a saved page does not change
    is_long = is_blocked and not urls.is_short(page.url)
    state = message(str(classification.state))  # `archiver/cli/words.py` has the texts
    said = message("{state}: {reason}", state=state, reason=classification.reason) if classification.reason else state
    advice = _ALBUM_ADVICE if classification.is_album else ADVICE[classification.state]
    return Outcome(
        source=target.source, url=urls.canonicalize(page.url), state=classification.state, outcome="failed",
        error=one_line(message("{notice}; {advice}", notice=said, advice=advice)), code=classification.state,
        warnings=(NEEDS_SHORT,) if is_long else (), exit_code=Exit.TRY_LATER if is_blocked else Exit.FAILED,
    )  # fmt: skip


def failed(source: str, url: str, error: ArchiverError) -> Outcome:
    """Return the outcome of a SOURCE that failed with an ArchiverError.

    `url` is the canonical address of the SOURCE, '' if it has none.
    """
    source = redact_words(source)
    said: str = error.args[0]
    if error.concerns not in ("", source, url):
        said = message("{place}: {reason}", place=error.concerns, reason=said)
    state = State(error.state) if isinstance(error, NotAnArticle) else None
    return Outcome(
        source=source, url=url, state=state, outcome="failed", error=one_line(said), code=error.code,
        held_by="cool-down" if isinstance(error, CoolingDown) else "", exit_code=error.exit_code,
    )  # fmt: skip


def not_asked(target: Target, reason: str, exit_code: int) -> Outcome:
    """Return the failed outcome of a SOURCE that was not tried.

    `reason` is the reason as text, for example that the archive cannot be written.
    """
    return Outcome(
        source=target.source, url=target.url, outcome="failed", error=message("not asked: {reason}", reason=reason),
        code="not_tried", held_by="failure", exit_code=exit_code,
    )  # fmt: skip


def cooling_down(target: Target) -> Outcome:
    """Return the failed outcome of a SOURCE that was not tried, because WeChat showed its wall to this call."""
    outcome = not_asked(target, message("WeChat wants a rest; it stays due"), Exit.TRY_LATER)
    return replace(outcome, code=CoolingDown.code, held_by="cool-down")


def known(target: Target, article: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an address whose article is already in the archive.

    `output` is the path of the archive's folder, which the outcome shows in front of the post's path.
    """
    return Outcome(
        source=target.source, url=article.url, state=State.ARTICLE, outcome="skipped", key=article.key,
        title=article.title, account=article.account,
        published=article.published.isoformat() if article.published else "",
        post=f"{output}/{article.post}" if article.post else "", images=article.images, held_by="record",
    )  # fmt: skip


def taken_out(target: Target, article: ArticleSummary) -> Outcome:
    """Return the outcome of an article that the user removed; its error message says how to undo the removal."""
    error = ArticleRemoved(
        message(
            "taken out on {taken_out:%Y-%m-%d}; `archiver rm --undo {key}`, then add it",
            taken_out=article.taken_out,
            key=article.key,
        )
    )
    return Outcome(
        source=target.source, url=article.url, outcome="skipped", key=article.key, title=article.title,
        account=article.account, published=article.published.isoformat() if article.published else "",
        error=str(error), code=error.code, held_by="record", exit_code=error.exit_code,
    )  # fmt: skip


def no_snapshot(target: Target, article: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an article whose post cannot be rebuilt because it has no snapshot.

    `output` is the path of the archive's folder.
    """
    said = message("its page was not kept, the post stays as it is: `archiver add` and its address read it again")
    return replace(known(target, article, output), warnings=(said,))


def gone(target: Target, record: UrlRecord) -> Outcome:
    """Return the outcome of an address that is not fetched because its article is known to be gone for good."""
    reason = record.reason or message(str(record.state))
    if record.tried:
        reason = message("{reason} (since {day:%Y-%m-%d})", reason=reason, day=record.tried)
    return Outcome(
        source=target.source,
        url=target.url,
        state=record.state,
        outcome="skipped",
        error=one_line(message("{reason}; --retry-gone asks again", reason=reason)),
        code=record.state or "",
        held_by="record",
    )


def gone_since(notice: Outcome, post: Outcome) -> Outcome:
    """Return the outcome of an archived article that WeChat no longer shows, for example because it was deleted.

    It combines the outcomes of two steps. First, the article's page was requested, and WeChat sent a notice such as
    "deleted": this is `notice`. Then the post was written again, with a line about the notice: this is `post`.

    - If the post was written, return `post` with the state, the error message and the exit code of `notice`.
    - If writing the post failed, return `notice` with a warning. If the archive could not be written, the exit code
      says so.
    """
    if post.outcome == "failed":
        exit_code = post.exit_code if post.exit_code == Exit.CANNOT_WRITE else notice.exit_code
        warning = message("its post stays as it is: {reason}", reason=post.error)
        return replace(notice, warnings=(*notice.warnings, warning), exit_code=exit_code)
    reason = notice.error.partition(";")[0]
    return replace(
        post, source=notice.source, state=notice.state, code=notice.code, exit_code=notice.exit_code,
        error=one_line(message("{reason}; the archive keeps what it has", reason=reason)),
    )  # fmt: skip


def not_due(target: Target, record: UrlRecord) -> Outcome:
    """Return the outcome of an address that failed in an earlier run and is not due for another attempt yet."""
    is_blocked = record.state is State.VERIFICATION
    return Outcome(
        source=target.source, url=target.url, state=record.state, outcome="failed",
        error=one_line(
            message(
                "not due before {due:%H:%M %d %b} Beijing time (--retry asks now): {reason}",
                due=due_at(record), reason=record.reason,
            )
        ),
        code="not_due", held_by="pause", exit_code=Exit.TRY_LATER if is_blocked else Exit.FAILED,
    )  # fmt: skip


def was_not_asked(outcome: Outcome) -> bool:
    """Return whether an outcome was made by `not_asked`, so that its SOURCE was not tried."""
    return outcome.error.startswith(_NOT_ASKED)


def left(target: Target) -> Outcome:
    """Return the outcome of an address that is left for another run because of a limit that the user set."""
    return Outcome(source=target.source, url=target.url, outcome="skipped", warnings=(LEFT,), held_by="limit")


def recorded(outcome: Outcome) -> Outcome:
    """Return an outcome as commands on many articles (`batch`, `run`, `recheck`) report it.

    For these commands, an article that is gone for good is no failure. The first rule that applies is used:

    - If the exit code is CANNOT_WRITE, nothing changes.
    - If the outcome is not `failed`, the exit code becomes OK.
    - If the state is final (policy.TERMINAL_STATES, such as `deleted`), the outcome becomes `skipped`, and the exit
      code OK.
    - Otherwise nothing changes.
    """
    if outcome.exit_code == Exit.CANNOT_WRITE:
        return outcome
    if outcome.outcome != "failed":  # among these are articles that are gone from WeChat or were removed
        return replace(outcome, exit_code=Exit.OK)
    return replace(outcome, outcome="skipped", exit_code=Exit.OK) if outcome.state in TERMINAL_STATES else outcome


def is_waiting(outcome: Outcome) -> bool:
    """Return whether a SOURCE only waits for its time: that of its next attempt, or the end of a cool-down."""
    return outcome.outcome == "failed" and outcome.held_by in ("pause", "cool-down")


def is_about_wall(outcome: Outcome) -> bool:
    """Return whether an outcome says nothing but that WeChat shows its wall: in place of a page, or before."""
    return outcome.held_by == "cool-down" or (
        outcome.state is State.VERIFICATION and outcome.exit_code == Exit.TRY_LATER
    )


def can_succeed_later(outcome: Outcome, *, is_file: bool) -> bool:
    """Return whether a later call with the same SOURCE may succeed: it did not come now, or a limit left it.

    A saved page (`is_file`) that was read and holds no article, or that is missing, does not change by itself.
    """
    if outcome.outcome != "failed":
        return LEFT in outcome.warnings
    return not is_file or outcome.exit_code in (Exit.CANNOT_WRITE, Exit.TRY_LATER, Exit.BUG)


def bug(target: Target, error: Exception) -> Outcome:
    """Return the outcome of a SOURCE for which an unexpected exception was raised, which is a bug in archiver."""
    return Outcome(
        source=target.source, url=target.url, outcome="failed",
        error=redact_words(one_line(f"{type(error).__name__}: {error}"))[:500], code="bug", exit_code=Exit.BUG,
    )  # fmt: skip


def images(article: Article, files: StoredFiles, lost: Mapping[str, str]) -> Images:
    """Return how many distinct images an article has, how many were saved, and how many were not.

    `files` maps the address of each medium that has a file to the file. `lost` maps the address of each medium that
    could not be saved to the reason. A medium may be in both, if the archive has a file of it that is damaged and could
    not be replaced; such an image counts as not saved.
    """
    names = {medium.url: media_name(medium) for medium in article.media if medium.kind == "image"}
    return Images(
        expected=len(set(names.values())),
        saved=len({name for url, name in names.items() if url in files and url not in lost}),
        failed=len({name for url, name in names.items() if url in lost}),
    )
