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
class World:
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

    def ports(self) -> Ports:
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
    world: World

    def fetch(self, target: Target) -> FetchedPage:
        self.world.asked.append(target.url)
        if error := self.world.pages.get(target.url):
            raise error
        page = Page(
            source=target.source, url=target.url, content=b"", captured=CAPTURED, saved=self.world.from_disk
        )  # fmt: skip
        return FetchedPage(page=page, local_media=Beside(self.world.saved))


@dataclass
class Pictures:
    world: World

    def fetch(self, _medium: Media, url: str) -> Download:
        self.world.asked.append(url)
        if url not in self.world.answers:
            raise Unreachable("HTTP 404", concerns=url)
        return Download(url=url, content=self.world.answers[url])


@pytest.fixture
def world(monkeypatch) -> Iterator[World]:
    world = World()
    article = Classification(state=State.ARTICLE)
    monkeypatch.setattr(pipeline, "classify", lambda page: world.verdicts.get(page.url, article))
    monkeypatch.setattr(pipeline, "extract", lambda _page: world.article)
    monkeypatch.setattr(pipeline, "server_time", lambda _page: None)
    return world


def archive(world: World, *media: Media, target: Target = TARGET) -> Outcome:
    world.article = replace(world.article, media=media)
    return pipeline.archive_one(Job(target=target), world.ports())


def test_archive_one_commits_what_was_rendered(world):
    assert archive(world).outcome == "archived"
    assert world.committed == [(ARTICLE, RenderedPost(text="text", text_coverage=1, day=date(2026, 11, 20)))]
    assert world.kept == [TARGET.url]


def test_archive_one_asks_for_the_original_of_a_picture_first_and_no_more(world):
    one = picture("a")
    world.answers = {one.tries[0]: GIF, one.tries[1]: GIF}
    archive(world, one)
    assert world.asked[1:] == [one.tries[0]]
    assert world.rendered["files"] == {one.url: stored(one)}


@pytest.mark.parametrize(
    "first", [None, NOTICE, b"<html>404</html>", b""], ids=["unreachable", "the notice", "HTML", "empty"]
)
def test_archive_one_falls_back_to_the_size_the_page_shows(world, first):
    one = picture("a")
    world.answers = {one.tries[1]: GIF} | ({} if first is None else {one.tries[0]: first})
    archive(world, one)
    assert world.asked[1:] == list(one.tries)
    assert world.rendered["files"] == {one.url: stored(one)}


def test_archive_one_keeps_the_reason_of_a_lost_picture_beside_the_others(world):
    lost, kept = picture("lost"), picture("kept")
    world.answers = {lost.tries[0]: NOTICE, kept.tries[0]: GIF}
    archive(world, lost, kept)
    assert world.rendered["media"] == {media_name(lost): "HTTP 404", media_name(kept): stored(kept)}


def test_archive_one_asks_for_one_image_id_once(world):
    one = picture("a", size=640)
    same = replace(picture("a", size=300), tries=("https://elsewhere.example/a",))
    world.answers = {one.tries[0]: GIF}
    archive(world, one, same)
    assert world.asked[1:] == [one.tries[0]]
    assert world.rendered["files"] == {one.url: stored(one), same.url: stored(one)}


def test_archive_one_does_not_ask_for_what_lies_in_the_archive(world):
    one = picture("a")
    world.there = {media_name(one): stored(one)}
    archive(world, one)
    assert world.asked == [TARGET.url]
    assert world.rendered["files"] == {one.url: stored(one)}


def test_archive_one_takes_a_copy_saved_beside_the_page_before_the_network(world):
    one, two = picture("a"), picture("b")
    world.saved = {one.url: GIF, two.url: b"<html>"}
    world.answers = {two.tries[0]: GIF}
    archive(world, one, two)
    assert world.asked[1:] == [two.tries[0]]
    assert world.rendered["files"] == {one.url: stored(one), two.url: stored(two)}


CUT_OFF = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def test_archive_one_does_not_take_a_copy_that_is_cut_off(world):
    one = picture("a")
    world.saved = {one.url: CUT_OFF}
    world.answers = {one.tries[0]: GIF}
    archive(world, one)
    assert world.asked[1:] == [one.tries[0]]
    assert world.rendered["files"] == {one.url: stored(one)}


def test_archive_one_takes_another_copy_if_the_first_is_cut_off(world):
    one = picture("a")
    world.saved = {one.url: CUT_OFF, one.tries[0]: GIF}
    archive(world, one)
    assert world.asked == [TARGET.url]
    assert world.rendered["files"] == {one.url: stored(one)}


def test_archive_one_says_that_the_copy_is_cut_off_when_nobody_else_has_the_picture(world):
    one = picture("a")
    world.saved = {one.url: CUT_OFF}
    archive(world, one)
    assert world.rendered["files"] == {}
    assert world.rendered["media"] == {media_name(one): "the copy saved with the page is cut off, and HTTP 404"}


def test_archive_one_without_media_asks_for_none(world):
    world.wants_media = False
    archive(world, picture("a"))
    assert world.asked == [TARGET.url]
    assert world.rendered["media"] == {}


def test_archive_one_saves_sounds(world):
    sound = Media(url="https://res.wx.qq.com/voice/getvoice?mediaid=1", kind="audio", tries=("https://v/1",))
    world.answers = {"https://v/1": b"ID3\x04" + bytes(20)}
    archive(world, sound)
    assert world.rendered["files"][sound.url].path.endswith(".mp3")


def test_archive_one_downloads_again_what_was_removed_meanwhile(world):
    one = picture("a")
    world.answers, world.vanished = {one.tries[0]: GIF}, 1
    assert archive(world, one).outcome == "archived"
    assert world.asked[1:] == [one.tries[0], one.tries[0]]


def test_archive_one_ends_after_three_attempts(world):
    one = picture("a")
    world.answers, world.vanished = {one.tries[0]: GIF}, 99
    assert archive(world, one).outcome == "archived"
    assert world.asked[1:] == [one.tries[0]] * 3


@pytest.mark.parametrize("state", [state for state in State if state is not State.ARTICLE])
def test_archive_one_makes_no_post_of_what_is_no_article(world, state):
    world.verdicts = {TARGET.url: Classification(state=state)}
    assert archive(world).state is state
    assert world.committed == []
    assert [notice.page.url for notice in world.notices] == [TARGET.url]
    assert world.asked == [TARGET.url]


NEW = "https://mp.weixin.qq.com/s/bbbbbbbbbbbbbbbbbbbbbb"


def test_archive_one_follows_a_moved_article_once(world):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    assert archive(world).outcome == "archived"
    assert world.asked == [TARGET.url, NEW]


def test_archive_one_follows_accounts_that_point_at_each_other_once(world):
    world.verdicts = {
        TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW),
        NEW: Classification(state=State.MIGRATED, moved_to=TARGET.url),
    }
    assert archive(world).state is State.MIGRATED
    assert world.asked == [TARGET.url, NEW]
    (notice,) = world.notices
    assert (notice.page.url, notice.moved_from.page.url) == (NEW, TARGET.url)


@pytest.mark.parametrize("error", [CoolingDown("no page is asked for"), BudgetSpent("as long as it may")])
def test_archive_one_leaves_a_moved_article_that_nobody_asked_for(world, error):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    world.pages = {NEW: error}
    archive(world)
    assert world.failures == [error]
    assert world.notices == []


def test_archive_one_tells_the_notice_when_the_new_address_does_not_answer(world):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    world.pages = {NEW: FetchError("no answer")}
    assert archive(world).state is State.MIGRATED


@pytest.mark.parametrize("moved_to", ["https://evil.example/s/x", "file:///etc/passwd", ""])
def test_archive_one_follows_a_moved_article_on_the_same_host_only(world, moved_to):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=moved_to)}
    assert archive(world).state is State.MIGRATED
    assert world.asked == [TARGET.url]


@pytest.mark.parametrize("error", [FetchError("no answer"), InputError("no such file")])
def test_archive_one_commits_the_failure_of_a_page_that_does_not_come(world, error):
    world.pages = {TARGET.url: error}
    archive(world)
    assert world.failures == [error]


def test_archive_one_commits_the_failure_of_an_archive_that_cannot_be_written(world):
    world.fails = OutputError("cannot be written")
    archive(world)
    assert world.failures == [world.fails]


def test_archive_one_raises_a_bug(world):
    world.fails = KeyError("x")
    with pytest.raises(KeyError):
        archive(world)


def test_archive_one_keeps_a_page_that_meets_a_bug(world, monkeypatch):
    monkeypatch.setattr(pipeline, "classify", lambda _page: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        archive(world)
    assert world.kept == [TARGET.url]


def test_archive_one_dates_an_article_without_a_date_by_the_servers_time(world, monkeypatch):
    world.article = Article(title="题")
    served = datetime(2021, 3, 1, 17, 0, tzinfo=UTC)  # the 2nd in China
    monkeypatch.setattr(pipeline, "server_time", lambda _page: served)
    archive(world)
    assert world.rendered["captured"] == served


def test_archive_one_dates_an_article_with_a_date_by_its_capture(world, monkeypatch):
    monkeypatch.setattr(pipeline, "server_time", lambda _page: datetime(2021, 3, 1, tzinfo=UTC))
    archive(world)
    assert world.rendered["captured"] == CAPTURED
