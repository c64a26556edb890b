"""Archive one article, from its address to its post. START HERE to read the code.

    Job ─fetch→ FetchedPage ─keep→ StoredCapture ─classify→ Classification ─extract→ Article ─decide→ Decision
        ─download→ MediaResults ─render→ RenderedPost ─commit→ Outcome

All jobs run this pipeline: adding, rechecking or rebuilding an article, and retrying its media. Jobs of different kinds
use different classes for network, archive and writer. The pipeline knows these classes by their protocols in
`ports.py`; `context.py` chooses them.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from archiver import policy, urls
from archiver.errors import ArchiverError, BudgetSpent, CoolingDown, FetchError, NotWeChat, Postponed
from archiver.extractor import ParsedPage, classify, extract, server_time
from archiver.media_types import extension, is_hotlink_notice, is_truncated
from archiver.messages.message import message
from archiver.models import (
    Article,
    Classification,
    LocalFile,
    LocalMedia,
    Media,
    MediaKind,
    MediaResults,
    NotRequested,
    Outcome,
    State,
    StoredCapture,
    Target,
)
from archiver.models.job import Decision, Job
from archiver.ports import Ports
from archiver.text import one_line

_log = logging.getLogger(__name__)

_DECISIONS = {  # how log messages call them
    Decision.WRITE: "its post is made",
    Decision.UNCHANGED: "unchanged, its post stays",
    Decision.REMOVED: "taken out before, it stays out",
}
_UNFIT = {  # what is said of a response that is no whole medium of its kind
    MediaKind.IMAGE: message("what came is not the image"),
    MediaKind.AUDIO: message("what came is not the audio"),
    MediaKind.VIDEO: message("what came is not the video"),
}
_ATTEMPTS = 3  # to download media: another command may remove files before the post is committed


def archive_one(job: Job, ports: Ports) -> Outcome:
    """Fetch, classify, extract, download, render and commit one article; return its outcome.

    An ArchiverError is converted to an outcome. Any other exception is a bug and propagates to the caller.
    """
    try:
        capture, parsed = _receive(job.target, ports)
        found = capture.classification
        if found.state is not State.ARTICLE:
            _log.info("%s: no article, %s %s", job.target.label, found.state, found.reason)
            return ports.archive.commit_notice(capture)
        article, known, says_the_same = ports.archive.resolve(extract(parsed), capture.page)
        captured = _captured(article, parsed)
        del parsed  # it takes several times the memory of the page, which nobody needs while media are downloaded
        decision = policy.decide(known, says_the_same=says_the_same)
        _log.info("%s: article %s (%s), %s", job.target.label, article.key, article.title, _DECISIONS[decision])
        if known and decision is not Decision.WRITE:
            return ports.archive.discard(capture, known, decision)
        for attempt in range(1, _ATTEMPTS + 1):
            media = download_media(article, capture.local_media, ports)
            post = ports.renderer.render(article, media, captured)
            outcome = ports.archive.commit(capture, article, media, post, is_last=attempt == _ATTEMPTS)
            if outcome:
                return outcome
        raise AssertionError("the last attempt has an outcome")
    except ArchiverError as error:
        _log.info("%s: failed, %s", job.target.label, error.args[0])
        return ports.archive.commit_failure(error)


def _receive(target: Target, ports: Ports) -> tuple[StoredCapture, ParsedPage]:
    """Fetch and store the page of a target; return the capture and the page as far as it was parsed.

    The page may be a notice that the account moved, with the article's new address. Then also fetch and store the page
    of the new address:

    - If this succeeds, return its capture and page.
    - If it fails, return those of the notice.
    - If the new address may not be requested now, raise CoolingDown or BudgetSpent, so that a later run tries again.
    """
    capture, parsed = _receive_page(target, ports)
    moved_to = capture.classification.moved_to
    if capture.classification.state is not State.MIGRATED or not moved_to:
        return capture, parsed
    try:
        moved, moved_page = _receive_page(replace(target, url=urls.parse_target(moved_to).url, file=""), ports)
    except (CoolingDown, BudgetSpent):  # the new address was not requested, so the old one stays due
        raise
    except (NotWeChat, FetchError):
        return capture, parsed
    return replace(moved, moved_from=capture), moved_page


def _receive_page(target: Target, ports: Ports) -> tuple[StoredCapture, ParsedPage]:
    fetched = ports.pages.fetch(target)
    parsed = ParsedPage.of(fetched.page)
    try:
        classification = classify(parsed)
    except Exception:
        ports.archive.add_capture(fetched, Classification(state=State.UNKNOWN))  # keep the page that shows the bug
        raise
    return ports.archive.add_capture(fetched, classification), parsed


def _captured(article: Article, parsed: ParsedPage) -> datetime:
    """Return the time that the post of an article shows as its time of capture.

    For an article with a publication date, this is the time at which the page was captured. For an article without one,
    the time also becomes the date of the post. It is then the time that WeChat's server wrote into the HTML when it
    sent the page, because this is closer to the publication. If the HTML contains no such time, it is the time of
    capture, too.
    """
    captured = parsed.page.captured
    return captured if article.published else server_time(parsed) or captured


def download_media(article: Article, local_media: LocalMedia, ports: Ports) -> MediaResults:
    """Fetch the media of an article that the archive lacks; return a result for every medium that is to be saved.

    The result is the medium's file, or the reason why there is no file. The keys are media names: the paths of the
    files without extension, such as `postimg/abc`. Media with the same name are fetched once. `local_media` holds the
    files that were saved together with the page.
    """
    found, missing = ports.archive.find_media(article.media)
    for file in found.values():
        _log.info("%s: here already", file.path)

    def fetch(medium: Media) -> LocalFile | str:
        return ports.archive.fetch_once(medium, lambda: _download(medium, local_media, ports))

    fetched: dict[str, LocalFile | str] = {}
    for name, result in zip(missing, ports.map(fetch, missing.values()), strict=True):
        _log_result(name, result)
        fetched[name] = result
    return found | fetched


def _log_result(name: str, result: LocalFile | str) -> None:
    if isinstance(result, NotRequested):
        _log.info("%s: left, %s", name, result)
    elif isinstance(result, str):
        _log.info("%s: failed, %s", name, result)
    elif result.doubt:
        _log.info("%s: shown in doubt, %s", result.path, result.doubt)
    else:
        _log.info("%s: saved, %d bytes", result.path, result.size)


def _download(medium: Media, local_media: LocalMedia, ports: Ports) -> LocalFile | str:
    """Return the file of a medium, or the reason why there is none.

    A copy that was saved together with the page is used if there is one and it is complete. Otherwise the addresses of
    the medium are requested one after another until one returns the medium.
    """
    is_cut = False  # whether the copy that was saved with the page is
    for url in (medium.url, *medium.tries):
        copy = local_media.find(url)
        if copy and (
            suffix := extension(copy.content, medium.kind)
        ):  # perhaps a smaller version than WeChat has, but the one that the reader saw
            if not is_truncated(copy.content):
                return ports.archive.add_media(medium, copy, suffix)
            is_cut = True
    reason = ""
    for url in medium.tries:
        try:
            download = ports.media.fetch(medium, url)
        except Postponed as error:
            return reason or NotRequested(error.args[0])  # a medium with a failed request was requested
        except FetchError as error:
            reason = one_line(error.args[0])
            reason = (
                message("the copy saved with the page is cut off, and {reason}", reason=reason) if is_cut else reason
            )
            continue
        suffix = _fitting_extension(medium, download.content)
        if suffix and not is_truncated(download.content):
            return ports.archive.add_media(medium, download, suffix)
        reason = message("what came is cut off") if suffix else _UNFIT[medium.kind]
    return reason or message("it has no address that can be asked")


def _fitting_extension(medium: Media, content: bytes) -> str:
    """Return the file extension for the content of a medium, such as `png`.

    Return '' if the content is not of the medium's kind (such as HTML instead of an image), or if it is the notice
    image that WeChat sends in place of hot-linked images (docs/reference/wechat-format.md#the-hot-link-notice).
    """
    suffix = extension(content, medium.kind)
    is_notice = bool(suffix) and medium.kind == "image" and is_hotlink_notice(content, medium.width)
    return "" if is_notice else suffix
