"""archive.unit_of_work: what the archive tells of a job, and what it keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archiver.archive.unit_of_work import UnitOfWork
from archiver.context import Context
from archiver.errors import BudgetSpent, CoolingDown, FetchError, InputError, OutputError, Unreachable
from archiver.models import (
    Article,
    Classification,
    Download,
    FetchedPage,
    Media,
    Outcome,
    Page,
    Removal,
    RenderedPost,
    State,
    StoredCapture,
    Target,
)
from archiver.models.job import Job
from archiver.settings import Settings
from archiver.writer.names import media_name
from tests.support.wechat.pictures import png

CAPTURED = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)  # the 20th in China
TARGET = Target(source="given", url="https://mp.weixin.qq.com/s/aaaaaaaaaaaaaaaaaaaaaa")
ARTICLE = Article(title="题", biz="Mz==", mid="1", idx="1", published=CAPTURED)
PAGE = Page(source="given", url=TARGET.url, content=b"<html>", captured=CAPTURED)
POST = RenderedPost(text="text", text_coverage=1, day=date(2026, 11, 20))


def image(image_id: str, size: int = 640) -> Media:
    return Media(url=f"https://mmbiz.qpic.cn/mmbiz_png/{image_id}/{size}")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    with closing(Context(Settings(output=str(tmp_path / "out")))) as context:
        yield context


def unit_of_work(context: Context, target: Target = TARGET) -> UnitOfWork:
    ports = context.ports(Job(target=target))
    assert ports is not None
    assert isinstance(ports.archive, UnitOfWork)
    return ports.archive


def capture(page: Page = PAGE) -> StoredCapture:
    return StoredCapture(page=page, snapshot="")


def commit(unit: UnitOfWork, article: Article = ARTICLE, post: RenderedPost = POST, **media: object) -> Outcome:
    outcome = unit.commit(capture(), article, media, post, is_last=True)
    assert outcome is not None
    return outcome


def test_commit_outcome_names_article_and_post(context: Context, tmp_path: Path) -> None:
    outcome = commit(unit_of_work(context))
    assert (outcome.outcome, outcome.state, outcome.key, outcome.exit_code) == ("archived", "article", "Mz==:1:1", 0)
    assert outcome.post == str(tmp_path / "out/_posts/2026-11-20-题.md")
    assert Path(outcome.post).read_text(encoding="utf-8") == "text"
    assert outcome.published == "2026-11-20T04:00:00+08:00"
    assert outcome.warnings == ()


def test_commit_counts_distinct_pictures_and_warns_of_lost(context: Context) -> None:
    unit = unit_of_work(context)
    kept, same, lost = image("kept"), image("kept", 300), image("lost")
    unit.find_media([kept, lost])
    file = unit.add_media(kept, Download(url="", content=png(240, 1)), "png")
    article = replace(ARTICLE, media=(kept, same, lost, Media(url="https://v.example/1", kind="audio")))
    outcome = commit(unit, article, **{media_name(kept): file, media_name(lost): "HTTP 404"})
    assert (outcome.images.expected, outcome.images.saved, outcome.images.failed) == (2, 1, 1)
    (warning,) = outcome.warnings
    assert lost.url in warning
    assert "HTTP 404" in warning


def test_commit_without_media_counts_none_as_lost(context: Context) -> None:
    outcome = commit(unit_of_work(context), replace(ARTICLE, media=(image("a"),)))
    assert (outcome.images.expected, outcome.images.saved, outcome.images.failed) == (1, 0, 0)
    assert outcome.warnings == ()


def test_commit_vanished_media_asks_for_another_attempt(context: Context, tmp_path: Path) -> None:
    unit = unit_of_work(context)
    one = image("a")
    unit.find_media([one])
    file = unit.add_media(one, Download(url="", content=png(240, 1)), "png")
    (tmp_path / "out" / file.path).unlink()
    media = {media_name(one): file}
    assert unit.commit(capture(), ARTICLE, media, POST, is_last=False) is None
    assert unit.commit(capture(), ARTICLE, media, POST, is_last=True) is not None


def test_commit_warns_of_removed_missing_and_paid_content(context: Context) -> None:
    article = Article(
        title="题", paid=True, warnings=("item_show_type 99 is unknown",),
        removed=(
            Removal(step="s", reason="hidden on the page", text="一\n二"),
            Removal(step="s", reason="hidden on the page", text="二"),
            Removal(step="t", reason="an advert", text="买"),
            Removal(step="s", reason="hidden on the page", text="三"),
        ),
    )  # fmt: skip
    warnings = commit(unit_of_work(context), article).warnings
    for word in (
        "item_show_type 99",
        "no publish time",
        "biz, mid, idx",
        "paid",
        "hidden on the page (3 ×): 一 二",
        "an advert: 买",
    ):
        assert sum(word in warning for warning in warnings) == 1, word


def test_commit_warns_of_low_text_coverage(context: Context) -> None:
    warnings = commit(unit_of_work(context), post=replace(POST, text_coverage=0.9)).warnings
    assert warnings == ("the post shows 90.0% of the page's text: compare it with the page, and report it",)


def test_commit_user_edited_post_is_skipped_with_force_hint(context: Context) -> None:
    first = commit(unit_of_work(context))
    Path(first.post).write_text("mine", encoding="utf-8")
    outcome = commit(unit_of_work(context), post=replace(POST, text="new"))
    assert (outcome.outcome, outcome.exit_code) == ("skipped", 0)
    assert "--force" in outcome.warnings[0]
    assert Path(first.post).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("state", [state for state in State if state is not State.ARTICLE])
def test_commit_notice_sets_state_error_and_exit_code(context: Context, state: State) -> None:
    notice = replace(capture(), classification=Classification(state=state, reason="原因\n二"))
    outcome = unit_of_work(context).commit_notice(notice)
    assert (outcome.outcome, outcome.state) == ("failed", state)
    assert outcome.error.startswith(f"{state}: 原因 二; ")
    assert outcome.exit_code == (75 if state is State.VERIFICATION else 1)


def test_commit_notice_verification_suggests_cookies(context: Context) -> None:
    notice = replace(capture(), classification=Classification(state=State.VERIFICATION))
    assert "--cookies" in unit_of_work(context).commit_notice(notice).error


def test_commit_notice_saved_verification_page_exits_one(context: Context) -> None:
    saved = replace(capture(replace(PAGE, url="", saved=True)), classification=Classification(state=State.VERIFICATION))
    target = Target(source="wall.html", file="wall.html")
    assert unit_of_work(context, target).commit_notice(saved).exit_code == 1


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(FetchError("no answer", concerns="given"), 1), (InputError("no such file", concerns="given"), 66)],
)
def test_commit_failure_keeps_error_and_exit_code(context: Context, error: FetchError, exit_code: int) -> None:
    outcome = unit_of_work(context).commit_failure(error)
    assert (outcome.state, outcome.error, outcome.exit_code) == (None, error.args[0], exit_code)


def test_commit_failure_output_error_names_path(context: Context) -> None:
    outcome = unit_of_work(context).commit_failure(OutputError("cannot be written", concerns="out/_posts"))
    assert (outcome.error, outcome.exit_code) == ("out/_posts: cannot be written", 73)


@pytest.mark.parametrize(
    ("error", "outcome", "tries"),
    [(CoolingDown("no page is asked for"), "failed", 0), (BudgetSpent("as long as it may"), "skipped", 0),
     (Unreachable("HTTP 503"), "failed", 1)],
)  # fmt: skip
def test_commit_failure_counts_only_attempted_requests(
    context: Context, error: FetchError, outcome: str, tries: int
) -> None:
    context.archive.catalogue.urls.add_unknown([TARGET])
    assert unit_of_work(context).commit_failure(error).outcome == outcome
    record = context.archive.catalogue.urls.find([TARGET])[TARGET.url]
    assert record.tries == tries


def test_add_capture_snapshot_page_is_not_kept_again(context: Context) -> None:
    unit, article = unit_of_work(context), Classification(state=State.ARTICLE)
    stored = unit.add_capture(FetchedPage(page=PAGE), article)
    assert context.archive.files.snapshots.read(stored.snapshot) == PAGE.content
    again = unit.add_capture(FetchedPage(page=PAGE, snapshot="ab" * 32), article)
    assert again.snapshot == "ab" * 32
    assert list(context.archive.files.snapshots.all()) == [stored.snapshot]


def test_add_capture_saved_page_without_article_is_not_kept(context: Context) -> None:
    saved = FetchedPage(page=replace(PAGE, saved=True))
    assert unit_of_work(context).add_capture(saved, Classification(state=State.DELETED)).snapshot == ""
