"""Tell how one SOURCE ended: states and losses in words that say what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from archiver import urls
from archiver.backoff import TERMINAL
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
    """Return the outcome of an article whose post is written, without its pictures and warnings."""
    published = article.published.astimezone(CHINA).isoformat() if article.published else ""
    return Outcome(
        source=target.source, url=article.url or target.url, outcome=written.outcome,
        state=article.gone.state if article.gone else State.ARTICLE, key=article.key, title=article.title,
        account=article.account, published=published, post=written.path,
    )  # fmt: skip


def no_article(target: Target, page: Page, verdict: Classification) -> Outcome:
    """Return the outcome of a page that holds no article; of a verification page another run is asked for."""
    walled = verdict.state is State.VERIFICATION and not page.saved  # a saved wall left nothing unfetched
    is_long = walled and not urls.is_short(page.url)
    said = f"{verdict.state}: {verdict.reason}" if verdict.reason else str(verdict.state)
    return Outcome(
        source=target.source, url=urls.canonicalize(page.url), state=verdict.state, outcome="failed",
        error=one_line(f"{said}; {ADVICE[verdict.state]}"),
        warnings=(NEEDS_SHORT,) if is_long else (), exit_code=Exit.TRY_LATER if walled else Exit.FAILED,
    )  # fmt: skip


def failed(source: str, url: str, error: ArchiverError) -> Outcome:
    """Return the outcome of a known error."""
    source = redact_words(source)
    said = str(error.args[0]) if error.concerns in (source, url) else str(error)
    state = State(error.state) if isinstance(error, NotAnArticle) else None
    return Outcome(
        source=source, url=url, state=state, outcome="failed", error=one_line(said), exit_code=error.exit_code
    )


def not_asked(target: Target, why: str, exit_code: int) -> Outcome:
    """Return the outcome of a SOURCE that a run did not come to, and why."""
    return Outcome(
        source=target.source, url=target.url, outcome="failed", error=f"{_NOT_ASKED}{why}", exit_code=exit_code
    )


def known(target: Target, kept: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an address whose article is in the archive `output` already."""
    return Outcome(
        source=target.source, url=kept.url, state=State.ARTICLE, outcome="skipped", key=kept.key, title=kept.title,
        account=kept.account, published=kept.published.isoformat() if kept.published else "",
        post=f"{output}/{kept.post}" if kept.post else "", images=kept.images,
    )  # fmt: skip


def taken_out(target: Target, kept: ArticleSummary) -> Outcome:
    """Return the outcome of an article that a person took out, which says how to take it in again."""
    said = ArticleRemoved(f"taken out on {kept.taken_out:%Y-%m-%d}; `archiver rm --undo {kept.key}`, then add it")
    return Outcome(
        source=target.source, url=kept.url, outcome="skipped", key=kept.key, title=kept.title, account=kept.account,
        published=kept.published.isoformat() if kept.published else "", error=str(said), exit_code=said.exit_code,
    )  # fmt: skip


def no_snapshot(target: Target, kept: ArticleSummary, output: str) -> Outcome:
    """Return the outcome of an article whose page is not kept, so that its post cannot be made again."""
    said = "its page was not kept, the post stays as it is: `archiver add` and its address read it again"
    return replace(known(target, kept, output), warnings=(said,))


def gone(target: Target, standing: UrlRecord) -> Outcome:
    """Return the outcome of an address that was found to have no article, once and for all."""
    since = f" (since {standing.tried:%Y-%m-%d})" if standing.tried else ""
    return Outcome(
        source=target.source,
        url=target.url,
        state=standing.state,
        outcome="skipped",
        error=one_line(f"{standing.reason or standing.state}{since}; --retry-gone asks again"),
    )


def gone_since(notice: Outcome, post: Outcome) -> Outcome:
    """Return the outcome of an archived article whose page is unavailable now.

    `notice`: the outcome of the page that stands there; `post`: that of rewriting the post, which says so.
    """
    if post.outcome == "failed":
        return replace(notice, warnings=(*notice.warnings, f"its post stays as it is: {post.error}"))
    said = notice.error.partition(";")[0]
    return replace(
        post, source=notice.source, state=notice.state, exit_code=notice.exit_code,
        error=one_line(f"{said}; the archive keeps what it has"),
    )  # fmt: skip


def not_due(target: Target, standing: UrlRecord) -> Outcome:
    """Return the outcome of an address that failed a while ago and is not due yet."""
    walled = standing.state is State.VERIFICATION
    return Outcome(
        source=target.source, url=target.url, state=standing.state, outcome="failed",
        error=one_line(f"not due before {standing.due:%H:%M %d %b} Beijing time (--retry asks now): {standing.reason}"),
        exit_code=Exit.TRY_LATER if walled else Exit.FAILED,
    )  # fmt: skip


def was_not_asked(outcome: Outcome) -> bool:
    """Return whether a verification page or the disk kept a run from asking for it at all."""
    return outcome.error.startswith(_NOT_ASKED)


def left(target: Target) -> Outcome:
    """Return the outcome of an address that a limit of the user left for another run."""
    return Outcome(source=target.source, url=target.url, outcome="skipped", warnings=(LEFT,))


def recorded(outcome: Outcome) -> Outcome:
    """Return an outcome as `batch` and `run` tell it: a terminal state is recorded, and is no failure."""
    if outcome.outcome != "failed":  # the post of an article whose page is gone, or one that a person took out
        return replace(outcome, exit_code=Exit.OK)
    return replace(outcome, outcome="skipped", exit_code=Exit.OK) if outcome.state in TERMINAL else outcome


def bug(target: Target, error: Exception) -> Outcome:
    """Return the outcome of an error that nobody foresaw."""
    return Outcome(
        source=target.source, url=target.url, outcome="failed",
        error=redact_words(one_line(f"{type(error).__name__}: {error}"))[:500], exit_code=Exit.BUG,
    )  # fmt: skip


def images(article: Article, files: StoredFiles, lost: Mapping[str, str]) -> Images:
    """Count the images of an article by distinct id, and what became of them.

    `files` and `lost` are by the addresses that the body names.
    """
    names = {medium.url: media_name(medium) for medium in article.media if medium.kind == "image"}
    return Images(
        expected=len(set(names.values())),
        saved=len({name for url, name in names.items() if url in files and url not in lost}),
        failed=len({name for url, name in names.items() if url in lost}),
    )


def warnings(
    article: Article, lost: Mapping[str, str], written: WriteResult, share: float | None = None
) -> Iterator[str]:
    """Yield what a person should know of a post, one line each.

    `share`: how much of the page's text it shows, if that is too little.
    """
    if share is not None:
        yield f"the post shows {share:.1%} of the page's text: compare it with the page, and report it"
    yield from map(one_line, article.warnings)
    if not article.published:
        yield "no publish time on the page: the post is dated by its capture"
    if not (article.biz and article.mid and article.idx):
        yield "the page does not name itself (biz, mid, idx): a digest of its text stands for it"
    if article.paid:
        yield "a paid article: only its free part was on the page"
    for (_, reason), removals in groupby(sorted(article.removed, key=_why), key=_why):
        of_one_kind = list(removals)
        count = len(of_one_kind)
        times = f" ({count} ×)" if count > 1 else ""
        said = f": {of_one_kind[0].text}" if of_one_kind[0].text else ""
        yield one_line(f"left out, {reason}{times}{said}")
    for reason in dict.fromkeys(lost.values()):
        if isinstance(reason, NotRequested):
            count = sum(why == reason for why in lost.values())
            yield one_line(f"not saved yet, the post keeps the address ({reason}): {count} pictures or other media")
            continue
        named = [_shown(url) for url, why in lost.items() if why == reason]
        yield one_line(f"not saved, the post keeps the address ({reason}): {' '.join(named)}")
    if written.outcome == "skipped":
        yield f"{written.path} was edited by hand and stays as it is; --force overwrites it"


def doubts(files: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason why files are shown that are not what was saved, by their addresses."""
    for reason in dict.fromkeys(files.values()):
        named = [_shown(url) for url, why in files.items() if why == reason]
        yield one_line(f"shown as it lies here ({reason}): {' '.join(named)}")


def _why(removal: Removal) -> tuple[str, str]:
    return removal.step, removal.reason


def _shown(url: str) -> str:
    """Return an address as people can read it: an image that stands in the page itself has thousands of letters."""
    return f"{url[:30]}…" if url.startswith("data:") else url[:300]


def merge_summary(counts: Mapping[tuple[str, str], int], name: str, *, is_dry: bool = False) -> list[str]:
    """Return what an import came to, a line each; the last says whether the other archive can be deleted."""

    def told(*outcomes: str) -> str:
        kinds = (("post", "articles"), ("media", "pictures"), ("page", "pages"), ("removal", "removals"))
        return ", ".join(f"{sum(counts.get((what, one), 0) for one in outcomes)} {word}" for what, word in kinds)

    lines = [f"taken in: {told('imported', 'updated')}; here already: {told('unchanged')}"]
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
    """Return `text` without line breaks and runs of spaces."""
    return " ".join(text.split())
