"""Build the outcomes of SOURCEs, with messages and warnings that tell the user what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from archiver import urls
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, ArticleRemoved, Exit, NotAnArticle
from archiver.models import (
    CHINA,
    Article,
    ArticleSummary,
    Classification,
    Images,
    NotRequested,
    Outcome,
    Page,
    Removal,
    State,
    StoredFiles,
    Target,
    UrlRecord,
    WriteResult,
)
from archiver.policy import TERMINAL_STATES
from archiver.writer.names import media_name

NEEDS_SHORT = "needs the short link: WeChat shows its wall for most long ones; share the article and copy its link"
_NOT_ASKED = "not asked: "
LEFT = "left for another run, as --limit, --max-time or the budget asked"
_SOLVE = "open the address in a browser, solve it, export the cookies and pass --cookies"
ADVICE = {  # what to do about a page that holds no article
    State.DELETED: "its publisher deleted it; only a page saved earlier can be archived",
    State.VIOLATION: "WeChat took it down; only a page saved earlier can be archived",
    State.UNAVAILABLE: "WeChat does not show it; try again another day",
    State.EXPIRED: "the address was a temporary one; use the article's own",
    State.INVALID: "WeChat does not know the address; copy it again, whole",
    State.MIGRATED: "the account moved and its new address gave no article; try again later",
    State.VERIFICATION: f"WeChat wants to see a person; wait some hours, or {_SOLVE}",
    State.TRUNCATED: "the page is cut off; try again, or save it again",
    State.NOT_ARTICLE: "the page is no article; give the address of one",
    State.UNKNOWN: "archiver does not know such a page; if a browser shows an article there, report it",
}


def archived(target: Target, article: Article, written: WriteResult) -> Outcome:
    """Return the outcome of an article whose post was written; its images and warnings are added by the caller."""
    published = article.published.astimezone(CHINA).isoformat() if article.published else ""
    return Outcome(
        source=target.source, url=article.url or target.url, outcome=written.outcome,
        state=article.gone.state if article.gone else State.ARTICLE, key=article.key, title=article.title,
        account=article.account, published=published, post=written.path,
    )  # fmt: skip


def no_article(target: Target, page: Page, classification: Classification) -> Outcome:
    """Return the outcome of a page that holds no article. After a verification page the exit code is TRY_LATER."""
    is_blocked = classification.state is State.VERIFICATION and not page.saved  # a saved page needs no second try
    is_long = is_blocked and not urls.is_short(page.url)
    message = f"{classification.state}: {classification.reason}" if classification.reason else str(classification.state)
    return Outcome(
        source=target.source, url=urls.canonicalize(page.url), state=classification.state, outcome="failed",
        error=one_line(f"{message}; {ADVICE[classification.state]}"),
        warnings=(NEEDS_SHORT,) if is_long else (), exit_code=Exit.TRY_LATER if is_blocked else Exit.FAILED,
    )  # fmt: skip


def failed(source: str, url: str, error: ArchiverError) -> Outcome:
    """Return the outcome of a SOURCE that failed with a known error. `url`: its canonical address, or ''."""
    source = redact_words(source)
    message = str(error.args[0]) if error.concerns in (source, url) else str(error)
    state = State(error.state) if isinstance(error, NotAnArticle) else None
    return Outcome(
        source=source, url=url, state=state, outcome="failed", error=one_line(message), exit_code=error.exit_code
    )


def not_asked(target: Target, reason: str, exit_code: int) -> Outcome:
    """Return the outcome of a SOURCE that a run did not try for a `reason`, such as a full disk."""
    return Outcome(
        source=target.source, url=target.url, outcome="failed", error=f"{_NOT_ASKED}{reason}", exit_code=exit_code
    )


def known(target: Target, article: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an address whose article is in the archive already. `output`: the archive's folder."""
    return Outcome(
        source=target.source, url=article.url, state=State.ARTICLE, outcome="skipped", key=article.key,
        title=article.title, account=article.account,
        published=article.published.isoformat() if article.published else "",
        post=f"{output}/{article.post}" if article.post else "", images=article.images,
    )  # fmt: skip


def taken_out(target: Target, article: ArticleSummary) -> Outcome:
    """Return the outcome of an article that a person removed; its error says how to undo that."""
    error = ArticleRemoved(
        f"taken out on {article.taken_out:%Y-%m-%d}; `archiver rm --undo {article.key}`, then add it"
    )
    return Outcome(
        source=target.source, url=article.url, outcome="skipped", key=article.key, title=article.title,
        account=article.account, published=article.published.isoformat() if article.published else "",
        error=str(error), exit_code=error.exit_code,
    )  # fmt: skip


def no_snapshot(target: Target, article: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an article without a snapshot, whose post cannot be rebuilt."""
    message = "its page was not kept, the post stays as it is: `archiver add` and its address read it again"
    return replace(known(target, article, output), warnings=(message,))


def gone(target: Target, record: UrlRecord) -> Outcome:
    """Return the outcome of an address that is not tried again, since its article is known to be gone."""
    since = f" (since {record.tried:%Y-%m-%d})" if record.tried else ""
    return Outcome(
        source=target.source,
        url=target.url,
        state=record.state,
        outcome="skipped",
        error=one_line(f"{record.reason or record.state}{since}; --retry-gone asks again"),
    )


def gone_since(notice: Outcome, post: Outcome) -> Outcome:
    """Return the outcome of an archived article whose page is unavailable now.

    `notice`: the outcome of the page that WeChat shows now; `post`: the outcome of rebuilding the post with a line
    about it.
    """
    if post.outcome == "failed":
        return replace(notice, warnings=(*notice.warnings, f"its post stays as it is: {post.error}"))
    reason = notice.error.partition(";")[0]
    return replace(
        post, source=notice.source, state=notice.state, exit_code=notice.exit_code,
        error=one_line(f"{reason}; the archive keeps what it has"),
    )  # fmt: skip


def not_due(target: Target, record: UrlRecord) -> Outcome:
    """Return the outcome of an address that failed before and is not due to be tried again yet."""
    is_blocked = record.state is State.VERIFICATION
    return Outcome(
        source=target.source, url=target.url, state=record.state, outcome="failed",
        error=one_line(f"not due before {record.due:%H:%M %d %b} Beijing time (--retry asks now): {record.reason}"),
        exit_code=Exit.TRY_LATER if is_blocked else Exit.FAILED,
    )  # fmt: skip


def was_not_asked(outcome: Outcome) -> bool:
    """Return whether the SOURCE was not tried because of a verification page or a full disk: see not_asked."""
    return outcome.error.startswith(_NOT_ASKED)


def left(target: Target) -> Outcome:
    """Return the outcome of an address that is left for another run by a limit that the user set."""
    return Outcome(source=target.source, url=target.url, outcome="skipped", warnings=(LEFT,))


def recorded(outcome: Outcome) -> Outcome:
    """Return an outcome as `batch` and `run` report it: an article that is known to be gone for good is no failure."""
    if outcome.outcome != "failed":  # also an article that is gone from WeChat or was removed
        return replace(outcome, exit_code=Exit.OK)
    return replace(outcome, outcome="skipped", exit_code=Exit.OK) if outcome.state in TERMINAL_STATES else outcome


def bug(target: Target, error: Exception) -> Outcome:
    """Return the outcome of an unexpected exception, which is a bug of archiver."""
    return Outcome(
        source=target.source, url=target.url, outcome="failed",
        error=redact_words(one_line(f"{type(error).__name__}: {error}"))[:500], exit_code=Exit.BUG,
    )  # fmt: skip


def images(article: Article, files: StoredFiles, lost: Mapping[str, str]) -> Images:
    """Return how many distinct images an article has, and how many were saved and lost.

    The keys of `files` and `lost` are addresses in the article's body.
    """
    names = {medium.url: media_name(medium) for medium in article.media if medium.kind == "image"}
    return Images(
        expected=len(set(names.values())),
        saved=len({name for url, name in names.items() if url in files and url not in lost}),
        failed=len({name for url, name in names.items() if url in lost}),
    )


def warnings(
    article: Article, lost: Mapping[str, str], written: WriteResult, coverage: float | None = None
) -> Iterator[str]:
    """Yield the warnings about a written post, a line each.

    `lost`: the reason why a medium was not saved, by address. `coverage`: the part of the page's text that the post
    shows, 0 to 1, if that is too little.
    """
    if coverage is not None:
        yield f"the post shows {coverage:.1%} of the page's text: compare it with the page, and report it"
    yield from map(one_line, article.warnings)
    if not article.published:
        yield "no publish time on the page: the post is dated by its capture"
    if not (article.biz and article.mid and article.idx):
        yield "the page does not name itself (biz, mid, idx): a digest of its text stands for it"
    if article.paid:
        yield "a paid article: only its free part was on the page"
    for (_, reason), removals in groupby(sorted(article.removed, key=_step_and_reason), key=_step_and_reason):
        same_kind = list(removals)
        count = len(same_kind)
        times = f" ({count} ×)" if count > 1 else ""
        quote = f": {same_kind[0].text}" if same_kind[0].text else ""
        yield one_line(f"left out, {reason}{times}{quote}")
    for reason in dict.fromkeys(lost.values()):
        if isinstance(reason, NotRequested):
            count = sum(each == reason for each in lost.values())
            yield one_line(f"not saved yet, the post keeps the address ({reason}): {count} pictures or other media")
            continue
        addresses = [_shortened(url) for url, each in lost.items() if each == reason]
        yield one_line(f"not saved, the post keeps the address ({reason}): {' '.join(addresses)}")
    if written.outcome == "skipped":
        yield f"{written.path} was edited by hand and stays as it is; --force overwrites it"


def doubts(files: Mapping[str, str]) -> Iterator[str]:
    """Yield warnings about doubtful files that a post shows, a line for each reason. `files`: reasons by address."""
    for reason in dict.fromkeys(files.values()):
        addresses = [_shortened(url) for url, each in files.items() if each == reason]
        yield one_line(f"shown as it lies here ({reason}): {' '.join(addresses)}")


def _step_and_reason(removal: Removal) -> tuple[str, str]:
    return removal.step, removal.reason


def _shortened(url: str) -> str:
    """Return an address cut to a readable length; a data: address may have thousands of characters."""
    return f"{url[:30]}…" if url.startswith("data:") else url[:300]


def merge_summary(counts: Mapping[tuple[str, str], int], name: str, *, is_dry: bool = False) -> list[str]:
    """Return the summary of an import as lines; the last one says whether the other archive can be deleted.

    `counts`: numbers of results by MergeResult.what and .outcome. `name`: the folder of the other archive.
    """

    def count_words(*outcomes: str) -> str:
        kinds = (("post", "articles"), ("media", "pictures"), ("page", "pages"), ("removal", "removals"))
        return ", ".join(f"{sum(counts.get((what, each), 0) for each in outcomes)} {word}" for what, word in kinds)

    lines = [f"taken in: {count_words('imported', 'updated')}; here already: {count_words('unchanged')}"]
    total = Counter[str]()
    for (_, outcome), count in counts.items():
        total[outcome] += count
    if total["skipped"]:
        lines.append(f"{total['skipped']} files of articles that were taken out here: --restore-removed takes them in")
    if total["conflict"]:
        lines.append(f"{total['conflict']} conflicts: ours stays, theirs lie in .archive/conflicts")
    if total["failed"]:
        lines.append(f"{total['failed']} files of {name} are damaged and were not taken: keep it until they are had")
    elif total["left"]:
        lines.append(f"{total['left']} files of {name} were not taken (-v names them): save yours before it is deleted")
    elif not is_dry:
        lines.append(f"every article, picture and page that {name} holds is here or named above: it can be deleted")
    return lines


def one_line(text: str) -> str:
    """Return `text` as one line, with each run of white space replaced by a space."""
    return " ".join(text.split())
