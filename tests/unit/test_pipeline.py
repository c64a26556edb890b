"""pipeline.archive_one with small fakes behind its ports: what is asked for, followed, rendered and committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from archiver import pipeline
from archiver.errors import ArchiverError, BudgetSpent, CoolingDown, FetchError, InputError, OutputError, Unreachable
from archiver.models import (
    CHINA,
    Article,
    ArticleRecord,
    Classification,
    Download,
    FetchedPage,
    LocalFile,
    Media,
    MediaResults,
    Outcome,
    Page,
    RenderedPost,
    State,
    StoredCapture,
    Target,
    WriteResult,
)
from archiver.models.job import Decision, Job
from archiver.ports import Ports, ResolvedArticle
from archiver.writer.names import media_name

CAPTURED = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)  # the 20th in China
TARGET = Target(source="given", url="https://mp.weixin.qq.com/s/aaaaaaaaaaaaaaaaaaaaaa")
ARTICLE = Article(title="题", biz="Mz==", mid="1", idx="1", published=CAPTURED)
GIF = b"GIF89a\x38\x04\x38\x04\0\0\0"
GIF_BLOB = Download(url="", content=GIF)
NOTICE = b"GIF89a\x8c\0\x8c\0\0\0\0"  # 140 × 140


def picture(image_id: str, width: int = 1080, size: int = 640) -> Media:
    original = f"https://mmbiz.qpic.cn/mmbiz_gif/{image_id}/0"
    shown = f"https://mmbiz.qpic.cn/mmbiz_gif/{image_id}/{size}"
    return Media(url=shown, tries=(original, shown), width=width)


def stored(medium: Media, blob: Download = GIF_BLOB, extension: str = "gif") -> LocalFile:
    return LocalFile(
        path=f"{media_name(medium)}.{extension}", size=len(blob.content), sha256=sha256(blob.content).hexdigest()
    )


@dataclass
class Beside:
    """What was saved beside a page."""

    saved: dict[str, bytes]

    def find(self, address: str) -> Download | None:
        return Download(url=address, content=self.saved[address]) if address in self.saved else None


@dataclass
class FakePorts:
    """A network, an archive, a renderer and an extractor that say what they are told, and remember what was asked."""

    article: Article = ARTICLE
    verdicts: dict[str, Classification] = field(default_factory=dict)  # by url; an article when not said
    answers: dict[str, bytes] = field(default_factory=dict)  # by address; Unreachable when not said
    saved: dict[str, bytes] = field(default_factory=dict)  # beside the page
    there: dict[str, LocalFile] = field(default_factory=dict)  # in the archive, by name
    fails: Exception | None = None  # of commit
    asked: list[str] = field(default_factory=list)
    rendered: dict[str, object] = field(default_factory=dict)
    committed: list[tuple[Article, RenderedPost]] = field(default_factory=list)
    notices: list[StoredCapture] = field(default_factory=list)
    failures: list[ArchiverError] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    from_disk: bool = False
    wants_media: bool = True
    written: WriteResult | None = None
    vanished: int = 0  # attempts in which files were removed meanwhile
    pages: dict[str, Exception] = field(default_factory=dict)  # that do not come, by url

    def as_ports(self) -> Ports:
        return Ports(pages=Pages(self), media=Pictures(self), renderer=self, archive=self)

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        by_url = {medium.url: media.get(media_name(medium)) for medium in article.media}
        files = {url: file for url, file in by_url.items() if isinstance(file, LocalFile)}
        self.rendered = {"files": files, "media": dict(media), "captured": captured}
        return RenderedPost(text="text", text_coverage=1, day=(article.published or captured).astimezone(CHINA).date())

    def add_capture(self, fetched: FetchedPage, classification: Classification) -> StoredCapture:
        self.kept.append(fetched.page.url)
        return StoredCapture(
            page=fetched.page, snapshot="snapshot", classification=classification, local_media=fetched.local_media
        )

    def resolve(self, article: Article, _page: Page) -> ResolvedArticle:
        return ResolvedArticle(article)

    def discard(self, _capture: StoredCapture, _known: ArticleRecord, _decision: Decision) -> Outcome:
        raise AssertionError("nothing is known")

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        wanted = {media_name(medium): medium for medium in reversed(media)} if self.wants_media else {}
        found = {name: self.there[name] for name in wanted if name in self.there}
        return found, {name: wanted[name] for name in map(media_name, media) if name in wanted and name not in found}

    def fetch_once(self, _medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        return fetch()

    def add_media(self, medium: Media, download: Download, extension: str) -> LocalFile:
        return stored(medium, download, extension)

    def commit(
        self, _capture: StoredCapture, article: Article, _media: MediaResults, post: RenderedPost, *, is_last: bool
    ) -> Outcome | None:
        if self.fails:
            raise self.fails
        if self.vanished and not is_last:
            self.vanished -= 1
            return None
        self.committed.append((article, post))
        return Outcome(source="given", outcome="archived")

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        self.notices.append(capture)
        return Outcome(source="given", outcome="failed", state=capture.classification.state)

    def commit_failure(self, error: ArchiverError) -> Outcome:
        self.failures.append(error)
        return Outcome(source="given", outcome="failed", error=str(error.args[0]))


@dataclass
class Pages:
    fakes: FakePorts

    def fetch(self, target: Target) -> FetchedPage:
        self.fakes.asked.append(target.url)
        if error := self.fakes.pages.get(target.url):
            raise error
        page = Page(
            source=target.source, url=target.url, content=b"", captured=CAPTURED, saved=self.fakes.from_disk
        )  # fmt: skip
        return FetchedPage(page=page, local_media=Beside(self.fakes.saved))


@dataclass
class Pictures:
    fakes: FakePorts

    def fetch(self, _medium: Media, url: str) -> Download:
        self.fakes.asked.append(url)
        if url not in self.fakes.answers:
            raise Unreachable("HTTP 404", concerns=url)
        return Download(url=url, content=self.fakes.answers[url])


@pytest.fixture
def fakes(monkeypatch) -> Iterator[FakePorts]:
    fakes = FakePorts()
    article = Classification(state=State.ARTICLE)
    monkeypatch.setattr(pipeline, "classify", lambda parsed: fakes.verdicts.get(parsed.page.url, article))
    monkeypatch.setattr(pipeline, "extract", lambda _page: fakes.article)
    monkeypatch.setattr(pipeline, "server_time", lambda _page: None)
    return fakes


def archive(fakes: FakePorts, *media: Media, target: Target = TARGET) -> Outcome:
    fakes.article = replace(fakes.article, media=media)
    return pipeline.archive_one(Job(target=target), fakes.as_ports())


def test_archive_one_stores_page_and_commits_rendered_post(fakes):
    assert archive(fakes).outcome == "archived"
    assert fakes.committed == [(ARTICLE, RenderedPost(text="text", text_coverage=1, day=date(2026, 11, 20)))]
    assert fakes.kept == [TARGET.url]


def test_archive_one_requests_only_original_image_if_available(fakes):
    one = picture("a")
    fakes.answers = {one.tries[0]: GIF, one.tries[1]: GIF}
    archive(fakes, one)
    assert fakes.asked[1:] == [one.tries[0]]
    assert fakes.rendered["files"] == {one.url: stored(one)}


@pytest.mark.parametrize(
    "first", [None, NOTICE, b"<html>404</html>", b""], ids=["unreachable", "the notice", "HTML", "empty"]
)
def test_archive_one_image_falls_back_to_displayed_size(fakes, first):
    one = picture("a")
    fakes.answers = {one.tries[1]: GIF} | ({} if first is None else {one.tries[0]: first})
    archive(fakes, one)
    assert fakes.asked[1:] == list(one.tries)
    assert fakes.rendered["files"] == {one.url: stored(one)}


def test_archive_one_passes_failed_image_reason_to_renderer(fakes):
    lost, kept = picture("lost"), picture("kept")
    fakes.answers = {lost.tries[0]: NOTICE, kept.tries[0]: GIF}
    archive(fakes, lost, kept)
    assert fakes.rendered["media"] == {media_name(lost): "HTTP 404", media_name(kept): stored(kept)}


def test_archive_one_requests_same_image_id_once(fakes):
    one = picture("a", size=640)
    same = replace(picture("a", size=300), tries=("https://elsewhere.example/a",))
    fakes.answers = {one.tries[0]: GIF}
    archive(fakes, one, same)
    assert fakes.asked[1:] == [one.tries[0]]
    assert fakes.rendered["files"] == {one.url: stored(one), same.url: stored(one)}


def test_archive_one_does_not_request_archived_image(fakes):
    one = picture("a")
    fakes.there = {media_name(one): stored(one)}
    archive(fakes, one)
    assert fakes.asked == [TARGET.url]
    assert fakes.rendered["files"] == {one.url: stored(one)}


def test_archive_one_prefers_image_saved_beside_page(fakes):
    one, two = picture("a"), picture("b")
    fakes.saved = {one.url: GIF, two.url: b"<html>"}
    fakes.answers = {two.tries[0]: GIF}
    archive(fakes, one, two)
    assert fakes.asked[1:] == [two.tries[0]]
    assert fakes.rendered["files"] == {one.url: stored(one), two.url: stored(two)}


CUT_OFF = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def test_archive_one_truncated_saved_image_is_requested(fakes):
    one = picture("a")
    fakes.saved = {one.url: CUT_OFF}
    fakes.answers = {one.tries[0]: GIF}
    archive(fakes, one)
    assert fakes.asked[1:] == [one.tries[0]]
    assert fakes.rendered["files"] == {one.url: stored(one)}


def test_archive_one_truncated_saved_image_falls_back_to_other_copy(fakes):
    one = picture("a")
    fakes.saved = {one.url: CUT_OFF, one.tries[0]: GIF}
    archive(fakes, one)
    assert fakes.asked == [TARGET.url]
    assert fakes.rendered["files"] == {one.url: stored(one)}


def test_archive_one_truncated_saved_image_reason_is_kept(fakes):
    one = picture("a")
    fakes.saved = {one.url: CUT_OFF}
    archive(fakes, one)
    assert fakes.rendered["files"] == {}
    assert fakes.rendered["media"] == {media_name(one): "the copy saved with the page is cut off, and HTTP 404"}


def test_archive_one_does_not_request_unwanted_media(fakes):
    fakes.wants_media = False
    archive(fakes, picture("a"))
    assert fakes.asked == [TARGET.url]
    assert fakes.rendered["media"] == {}


def test_archive_one_saves_audio_as_mp3_file(fakes):
    sound = Media(url="https://res.wx.qq.com/voice/getvoice?mediaid=1", kind="audio", tries=("https://v/1",))
    fakes.answers = {"https://v/1": b"ID3\x04" + bytes(20)}
    archive(fakes, sound)
    assert fakes.rendered["files"][sound.url].path.endswith(".mp3")


def test_archive_one_downloads_again_media_removed_before_commit(fakes):
    one = picture("a")
    fakes.answers, fakes.vanished = {one.tries[0]: GIF}, 1
    assert archive(fakes, one).outcome == "archived"
    assert fakes.asked[1:] == [one.tries[0], one.tries[0]]


def test_archive_one_removed_media_commits_on_third_attempt(fakes):
    one = picture("a")
    fakes.answers, fakes.vanished = {one.tries[0]: GIF}, 99
    assert archive(fakes, one).outcome == "archived"
    assert fakes.asked[1:] == [one.tries[0]] * 3


@pytest.mark.parametrize("state", [state for state in State if state is not State.ARTICLE])
def test_archive_one_non_article_commits_notice_without_post(fakes, state):
    fakes.verdicts = {TARGET.url: Classification(state=state)}
    assert archive(fakes).state is state
    assert fakes.committed == []
    assert [notice.page.url for notice in fakes.notices] == [TARGET.url]
    assert fakes.asked == [TARGET.url]


NEW = "https://mp.weixin.qq.com/s/bbbbbbbbbbbbbbbbbbbbbb"


def test_archive_one_follows_migrated_article_to_new_address(fakes):
    fakes.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    assert archive(fakes).outcome == "archived"
    assert fakes.asked == [TARGET.url, NEW]


def test_archive_one_migration_loop_is_followed_once(fakes):
    fakes.verdicts = {
        TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW),
        NEW: Classification(state=State.MIGRATED, moved_to=TARGET.url),
    }
    assert archive(fakes).state is State.MIGRATED
    assert fakes.asked == [TARGET.url, NEW]
    (notice,) = fakes.notices
    assert (notice.page.url, notice.moved_from.page.url) == (NEW, TARGET.url)


@pytest.mark.parametrize("error", [CoolingDown("no page is asked for"), BudgetSpent("as long as it may")])
def test_archive_one_postponed_migration_commits_failure_without_notice(fakes, error):
    fakes.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    fakes.pages = {NEW: error}
    archive(fakes)
    assert fakes.failures == [error]
    assert fakes.notices == []


def test_archive_one_failed_migration_commits_notice(fakes):
    fakes.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    fakes.pages = {NEW: FetchError("no answer")}
    assert archive(fakes).state is State.MIGRATED


@pytest.mark.parametrize("moved_to", ["https://evil.example/s/x", "file:///etc/passwd", ""])
def test_archive_one_does_not_follow_migration_outside_wechat(fakes, moved_to):
    fakes.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=moved_to)}
    assert archive(fakes).state is State.MIGRATED
    assert fakes.asked == [TARGET.url]


@pytest.mark.parametrize("error", [FetchError("no answer"), InputError("no such file")])
def test_archive_one_page_fetch_error_commits_failure(fakes, error):
    fakes.pages = {TARGET.url: error}
    archive(fakes)
    assert fakes.failures == [error]


def test_archive_one_output_error_commits_failure(fakes):
    fakes.fails = OutputError("cannot be written")
    archive(fakes)
    assert fakes.failures == [fakes.fails]


def test_archive_one_propagates_unexpected_error(fakes):
    fakes.fails = KeyError("x")
    with pytest.raises(KeyError):
        archive(fakes)


def test_archive_one_stores_page_despite_classification_error(fakes, monkeypatch):
    monkeypatch.setattr(pipeline, "classify", lambda _page: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        archive(fakes)
    assert fakes.kept == [TARGET.url]


def test_archive_one_parses_page_once(fakes, monkeypatch):
    fakes.article = Article(title="题")  # without a date
    seen = []
    for name in ("classify", "extract", "server_time"):
        answer = getattr(pipeline, name)
        monkeypatch.setattr(pipeline, name, lambda parsed, answer=answer: seen.append(parsed) or answer(parsed))
    archive(fakes)
    assert len(seen) == 3
    assert all(each is seen[0] for each in seen)


def test_archive_one_undated_article_uses_server_time(fakes, monkeypatch):
    fakes.article = Article(title="题")
    served = datetime(2021, 3, 1, 17, 0, tzinfo=UTC)  # the 2nd in China
    monkeypatch.setattr(pipeline, "server_time", lambda _page: served)
    archive(fakes)
    assert fakes.rendered["captured"] == served


def test_archive_one_dated_article_uses_capture_time(fakes, monkeypatch):
    monkeypatch.setattr(pipeline, "server_time", lambda _page: datetime(2021, 3, 1, tzinfo=UTC))
    archive(fakes)
    assert fakes.rendered["captured"] == CAPTURED
