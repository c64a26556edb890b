"""The way of one article, its rooms played by small fakes: what is asked for, saved, followed and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from archiver import pipeline
from archiver.errors import BudgetSpent, CoolingDown, FetchError, InputError, OutputError, Unreachable
from archiver.models import (
    ArchiveTransaction,
    Article,
    Classification,
    Download,
    LocalFile,
    Media,
    Page,
    Post,
    Removal,
    State,
    StoredFiles,
    Target,
    WriteResult,
)
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
class World:
    """A network, an archive and an extractor that say what they are told, and remember what they were asked."""

    article: Article = ARTICLE
    verdicts: dict[str, Classification] = field(default_factory=dict)  # by url; an article when not said
    answers: dict[str, bytes] = field(default_factory=dict)  # by address; Unreachable when not said
    saved: dict[str, bytes] = field(default_factory=dict)  # beside the page
    there: dict[str, LocalFile] = field(default_factory=dict)  # in the archive, by name
    fails: Exception | None = None  # of save_post
    asked: list[str] = field(default_factory=list)
    converted: dict[str, object] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    entries: list[ArchiveTransaction] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    from_disk: bool = False
    media: bool = True

    def get_page(self, target: Target) -> tuple[Page, pipeline.Saved]:
        self.asked.append(target.url)
        page = Page(source=target.source, url=target.url, content=b"", captured=CAPTURED, saved=self.from_disk)
        return page, lambda url: Download(url=url, content=self.saved[url]) if url in self.saved else None

    def get_media(self, _medium: Media, address: str) -> Download:
        self.asked.append(address)
        if address not in self.answers:
            raise Unreachable("HTTP 404", concerns=address)
        return Download(url=address, content=self.answers[address])

    def find_media(self, media: Sequence[Media]) -> dict[str, LocalFile]:
        names = map(media_name, media)
        return {name: self.there[name] for name in names if name in self.there}

    def keep(self, page: Page, _state: State) -> str:
        self.kept.append(page.url)
        return "snapshot"

    def convert(self, _article: Article, files: StoredFiles, captured: datetime) -> str:
        self.converted = {"files": dict(files), "captured": captured}
        return "text"

    def name_of(self, _article: Article, day: date) -> str:
        return f"_posts/{day}-x.md"

    def save_post(self, _article: Article, post: Post) -> WriteResult:
        if self.fails:
            raise self.fails
        self.posts.append(post)
        return WriteResult(outcome="archived", path=f"out/{post.name}")

    def rooms(self) -> pipeline.Rooms:
        return pipeline.Rooms(
            get_page=self.get_page, wants=lambda _medium: self.media, get_media=self.get_media,
            find_media=self.find_media, save_media=stored, convert=self.convert,
            name_of=self.name_of, save_post=self.save_post, merge_known=lambda article, _page: article,
            keep=self.keep, record=self.entries.append,
        )  # fmt: skip


@pytest.fixture
def world(monkeypatch) -> Iterator[World]:
    world = World()
    article = Classification(state=State.ARTICLE)
    monkeypatch.setattr(pipeline, "classify", lambda page: world.verdicts.get(page.url, article))
    monkeypatch.setattr(pipeline, "extract", lambda _page: world.article)
    monkeypatch.setattr(pipeline, "server_time", lambda _page: None)
    return world


def archive(world: World, *media: Media, target: Target = TARGET) -> pipeline.Outcome:
    world.article = replace(world.article, media=media)
    return pipeline.archive_one(target, world.rooms())


def test_an_article_becomes_a_post_and_an_outcome(world):
    outcome = archive(world)
    assert (outcome.outcome, outcome.state, outcome.key, outcome.post, outcome.exit_code) == (
        "archived", "article", "Mz==:1:1", "out/_posts/2026-11-20-x.md", 0
    )  # fmt: skip
    assert outcome.published == "2026-11-20T04:00:00+08:00"
    assert world.posts == [Post(name="_posts/2026-11-20-x.md", text="text")]
    assert outcome.warnings == ()


def test_the_original_of_a_picture_is_asked_for_first_and_it_is_enough(world):
    one = picture("a")
    world.answers = {one.tries[0]: GIF, one.tries[1]: GIF}
    outcome = archive(world, one)
    assert world.asked[1:] == [one.tries[0]]
    assert world.converted["files"] == {one.url: stored(one)}
    assert (outcome.images.expected, outcome.images.saved, outcome.images.failed) == (1, 1, 0)


@pytest.mark.parametrize(
    "first", [None, NOTICE, b"<html>404</html>", b""], ids=["unreachable", "the notice", "HTML", "empty"]
)
def test_the_size_the_page_shows_is_the_fallback(world, first):
    one = picture("a")
    world.answers = {one.tries[1]: GIF} | ({} if first is None else {one.tries[0]: first})
    assert archive(world, one).images.saved == 1
    assert world.asked[1:] == list(one.tries)


def test_a_lost_picture_is_counted_and_named_and_loses_neither_article_nor_the_others(world):
    lost, kept = picture("lost"), picture("kept")
    world.answers = {lost.tries[0]: NOTICE, kept.tries[0]: GIF}
    outcome = archive(world, lost, kept)
    assert (outcome.outcome, outcome.exit_code) == ("archived", 0)
    assert (outcome.images.expected, outcome.images.saved, outcome.images.failed) == (2, 1, 1)
    assert list(world.converted["files"]) == [kept.url]
    (warning,) = outcome.warnings
    assert lost.url in warning
    assert "HTTP 404" in warning


def test_one_id_is_asked_for_once_and_stands_for_every_address(world):
    one = picture("a", size=640)
    same = replace(picture("a", size=300), tries=("https://elsewhere.example/a",))
    world.answers = {one.tries[0]: GIF}
    outcome = archive(world, one, same)
    assert world.asked[1:] == [one.tries[0]]
    assert world.converted["files"] == {one.url: stored(one), same.url: stored(one)}
    assert (outcome.images.expected, outcome.images.saved) == (1, 1)


def test_a_picture_that_lies_in_the_archive_is_not_asked_for(world):
    one = picture("a")
    world.there = {media_name(one): stored(one)}
    assert archive(world, one).images.saved == 1
    assert world.asked == [TARGET.url]


def test_a_copy_saved_beside_the_page_comes_before_the_network(world):
    one, two = picture("a"), picture("b")
    world.saved = {one.url: GIF, two.url: b"<html>"}
    world.answers = {two.tries[0]: GIF}
    assert archive(world, one, two).images.saved == 2
    assert world.asked[1:] == [two.tries[0]]


def test_without_media_nothing_is_asked_saved_or_failed(world):
    world.media = False
    one = picture("a")
    outcome = archive(world, one)
    assert (outcome.images.expected, outcome.images.saved, outcome.images.failed) == (1, 0, 0)
    assert world.asked == [TARGET.url]
    assert (world.converted["files"], outcome.warnings) == ({}, ())


def test_sound_is_saved_but_not_counted_as_a_picture(world):
    sound = Media(url="https://res.wx.qq.com/voice/getvoice?mediaid=1", kind="audio", tries=("https://v/1",))
    world.answers = {"https://v/1": b"ID3\x04" + bytes(20)}
    outcome = archive(world, sound)
    assert outcome.images.expected == 0
    assert world.converted["files"][sound.url].path.endswith(".mp3")


@pytest.mark.parametrize("state", [state for state in State if state is not State.ARTICLE])
def test_a_page_that_is_no_article_becomes_no_post_and_says_what_to_do(world, state):
    world.verdicts = {TARGET.url: Classification(state=state, reason="原因\n二")}
    outcome = archive(world)
    assert (outcome.outcome, outcome.state, world.posts) == ("failed", state, [])
    assert outcome.error.startswith(f"{state}: 原因 二; ")
    assert outcome.exit_code == (75 if state is State.VERIFICATION else 1)


def test_the_wall_is_asked_once_and_its_way_out_is_told(world):
    world.verdicts = {TARGET.url: Classification(state=State.VERIFICATION)}
    assert "--cookies" in archive(world).error
    assert world.asked == [TARGET.url]


def test_a_wall_saved_to_disk_left_nothing_unfetched(world):
    world.from_disk = True
    world.verdicts = {"": Classification(state=State.VERIFICATION)}
    assert archive(world, target=Target(source="wall.html", file="wall.html")).exit_code == 1


NEW = "https://mp.weixin.qq.com/s/bbbbbbbbbbbbbbbbbbbbbb"


def test_a_moved_article_is_followed_once(world):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    assert archive(world).outcome == "archived"
    assert world.asked == [TARGET.url, NEW]


def test_two_accounts_that_point_at_each_other_are_followed_once(world):
    world.verdicts = {
        TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW),
        NEW: Classification(state=State.MIGRATED, moved_to=TARGET.url),
    }
    assert archive(world).state is State.MIGRATED
    assert world.asked == [TARGET.url, NEW]


@pytest.mark.parametrize(
    ("error", "told"), [(CoolingDown("no page is asked for"), "failed"), (BudgetSpent("as long as it may"), "skipped")]
)
def test_a_moved_article_that_nobody_asked_for_comes_back_by_the_address_that_named_it(world, error, told):
    def get_page(target: Target) -> tuple[Page, pipeline.Saved]:
        if target.url == NEW:
            raise error
        return world.get_page(target)

    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=NEW)}
    outcome = pipeline.archive_one(TARGET, replace(world.rooms(), get_page=get_page))
    assert (outcome.state, outcome.outcome) == (None, told)
    assert not world.entries  # no row says that it ended


@pytest.mark.parametrize("moved_to", ["https://evil.example/s/x", "file:///etc/passwd", ""])
def test_a_moved_article_is_followed_on_the_same_host_only(world, moved_to):
    world.verdicts = {TARGET.url: Classification(state=State.MIGRATED, moved_to=moved_to)}
    assert archive(world).state is State.MIGRATED
    assert world.asked == [TARGET.url]


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(FetchError("no answer", concerns="given"), 1), (InputError("no such file", concerns="given"), 66)],
)
def test_a_page_that_does_not_come_is_told_without_a_state(world, error, exit_code):
    world.get_page = lambda _target: (_ for _ in ()).throw(error)
    outcome = archive(world)
    assert (outcome.state, outcome.error, outcome.exit_code) == (None, error.args[0], exit_code)


def test_an_archive_that_cannot_be_written_is_told_with_its_path(world):
    world.fails = OutputError("cannot be written", concerns="out/_posts")
    outcome = archive(world)
    assert (outcome.error, outcome.exit_code) == ("out/_posts: cannot be written", 73)


def test_a_bug_is_no_outcome(world):
    world.fails = KeyError("x")
    with pytest.raises(KeyError):
        archive(world)


def test_what_a_person_should_know_is_warned_of(world):
    world.article = Article(
        title="题", paid=True, warnings=("item_show_type 99 is unknown",),
        removed=(
            Removal(step="s", reason="hidden on the page", text="一\n二"),
            Removal(step="s", reason="hidden on the page", text="二"),
            Removal(step="t", reason="an advert", text="买"),
            Removal(step="s", reason="hidden on the page", text="三"),
        ),
    )  # fmt: skip
    told = archive(world).warnings
    for word in (
        "item_show_type 99",
        "no publish time",
        "biz, mid, idx",
        "paid",
        "hidden on the page (3 ×): 一 二",
        "an advert: 买",
    ):
        assert sum(word in warning for warning in told) == 1, word


def test_without_a_publish_time_the_pages_own_server_time_dates_the_post(world, monkeypatch):
    world.article, world.from_disk = Article(title="题"), True
    saved_at = datetime(2021, 3, 1, 17, 0, tzinfo=UTC)  # the 2nd in China
    monkeypatch.setattr(pipeline, "server_time", lambda _page: saved_at)
    outcome = archive(world)
    assert (outcome.published, world.posts[0].name) == ("", "_posts/2021-03-02-x.md")
    assert world.converted["captured"] == saved_at


def test_a_post_that_a_person_edited_is_skipped_with_the_way_to_overwrite_it(world):
    world.save_post = lambda _article, _post: WriteResult(outcome="skipped", path="out/p.md")
    outcome = archive(world)
    assert (outcome.outcome, outcome.exit_code) == ("skipped", 0)
    assert "--force" in outcome.warnings[0]
