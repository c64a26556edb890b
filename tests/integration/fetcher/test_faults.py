"""Servers and networks at fault, each with what it must leave: state, exit code, requests, files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from archiver import context
from archiver.fetcher import FetcherOptions
from tests.support.inside import Inside
from tests.support.wechat import PAGES, Answer, World, faults, numbered, pages
from tests.support.wechat.pictures import png

ONE, TWO, THREE = numbered.addresses((1, 2, 3))
WHOLE = numbered.article(1)
PICTURE = f"{numbered.picture(7)}/0"
BOMB = 60 * 2**20  # past the cap of pages and of pictures
FOUR_TRIES, ONE_TRY = 4, 1


def _wait_little(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second is enough for servers that are never done; others may be slow because the machine is."""
    if answer in (faults.SILENT, faults.SLOW_HEAD, faults.SLOW_BODY):
        monkeypatch.setattr(context, "FetcherOptions", partial(FetcherOptions, timeout=0.5, deadline=0.5))


LINE = {  # what a server does instead of sending the page → requests, state, what is said, files
    "no answer": (faults.SILENT, FOUR_TRIES, None, "no answer in 4 tries", []),
    "slow headers": (faults.SLOW_HEAD, FOUR_TRIES, None, "no answer in 4 tries", []),
    "slow body": (faults.SLOW_BODY, FOUR_TRIES, None, "no answer in 4 tries", []),
    "reset": (faults.RESET, FOUR_TRIES, None, "no answer in 4 tries", []),
    "reset in the body": (faults.cut(WHOLE), FOUR_TRIES, None, "no answer in 4 tries", []),
    "half a gzip": (faults.cut(pages.gzipped(WHOLE)), FOUR_TRIES, None, "no answer in 4 tries", []),
    "no HTTP": (faults.NONSENSE, FOUR_TRIES, None, "no answer in 4 tries", []),
    "length past the end": (replace(WHOLE, cut=len(WHOLE.body) - 1), FOUR_TRIES, None, "no answer in 4 tries", []),
    "length before the end": (faults.understated(WHOLE), FOUR_TRIES, "truncated", "cut off", ["snapshot"]),
    "empty page": (pages.page(""), FOUR_TRIES, "truncated", "cut off", ["snapshot"]),
    "endless body": (faults.ENDLESS, ONE_TRY, None, "larger than 20 MB", []),
    "gzip bomb": (faults.bomb("gzip", BOMB), ONE_TRY, None, "larger than 20 MB", []),
    "brotli bomb": (faults.bomb("br", BOMB), ONE_TRY, None, "larger than 20 MB", []),
    "zstd bomb": (faults.bomb("zstd", BOMB), ONE_TRY, None, "larger than 20 MB", []),
    "503": (Answer(status=503), FOUR_TRIES, None, "keeps answering HTTP 503", []),
    "404": (Answer(status=404), ONE_TRY, None, "HTTP 404", []),
    "redirect in a circle": (pages.redirect(ONE), 6, None, "more than 5 redirects", []),
    "redirect to the cloud's metadata": (pages.redirect("http://169.254.169.254/latest/"), ONE_TRY, None, "not a public", []),
    "redirect to this machine": (pages.redirect("https://127.0.0.1/"), ONE_TRY, None, "not a public", []),
    "redirect to this machine, IPv6": (pages.redirect("https://[::1]/"), ONE_TRY, None, "not a public", []),
    "redirect to this machine, wrapped": (pages.redirect("https://[::ffff:7f00:1]/"), ONE_TRY, None, "not a public", []),
    "redirect to a number": (pages.redirect("http://2130706433/"), ONE_TRY, None, "not a public", []),
    "redirect to a hex number": (pages.redirect("http://0x7f000001/"), ONE_TRY, None, "not a public", []),
    "redirect to a file": (pages.redirect("file:///etc/passwd"), ONE_TRY, None, "not a public", []),
    "redirect to another host": (pages.redirect("https://mmbiz.qpic.cn/s/x"), ONE_TRY, None, "another host", []),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "requests", "state", "said", "files"), LINE.values(), ids=LINE)
def test_batch_faulty_page_leaves_no_post_and_stays_due(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch,
    answer: Answer, requests: int, state: str | None, said: str, files: list[str],
) -> None:  # fmt: skip
    _wait_little(answer, monkeypatch)
    world.serve(ONE, answer)
    numbered.serve(world, (2,))
    code, (lost, whole) = archive.batch(ONE, TWO)
    assert (lost.outcome, lost.state, whole.outcome) == ("failed", state, "archived")
    assert said in lost.error
    assert code == 1
    assert world.asked(PAGES).count(numbered.path(1)) == requests
    assert len(world.requests) == requests + 1
    assert world.refused == []  # nobody even asked the proxy for another host
    assert archive.due == [ONE]
    assert archive.files == sorted([*files, "snapshot", whole.post.removeprefix(f"{archive.folder}/")])
    assert archive.batch(ONE, TWO)[0] == 1  # and nothing is asked before its time
    assert len(world.requests) == requests + 1


def test_batch_unavailable_server_backs_off_then_archives(archive: Inside, world: World) -> None:
    world.serve(ONE, Answer(status=503))
    begin, ends = archive.now, []
    while archive.now < begin + timedelta(hours=1):
        code, (outcome,) = archive.batch(ONE)
        ends.append((code, outcome.outcome, outcome.state))
        archive.now += timedelta(minutes=10)
    assert set(ends) == {(1, "failed", None)}
    assert (archive.due, archive.files) == ([ONE], [])
    assert archive.catalogue.rows("SELECT id FROM captures") == []
    assert len(world.requests) <= 4 * 4  # after 5, 10, 20, 40 minutes, four tries each
    world.serve(ONE, WHOLE)
    archive.now += timedelta(hours=1)
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome, archive.due) == (0, "archived", [])


# Too many requests


@pytest.mark.parametrize(
    "answer",
    [
        faults.too_many("90"),
        faults.too_many("Mon, 04 May 2026 03:03:31 GMT", ("Date", "Mon, 04 May 2026 03:02:01 GMT")),
    ],
    ids=["seconds", "date"],
)
def test_batch_short_retry_after_delays_all_pages(archive: Inside, world: World, answer: Answer) -> None:
    times = []
    world.serve(ONE, answer, WHOLE)
    numbered.serve(world, (2, 3))
    world.before = lambda request: times.append((request.path, archive.now))
    begin = archive.now
    code, _ = archive.batch(ONE, TWO, THREE)
    assert (code, archive.due) == (0, [])
    told = next(at for path, at in times if path == numbered.path(1))
    assert all(at >= told + timedelta(seconds=90) for _, at in times[times.index((numbered.path(1), told)) + 1 :])
    assert archive.now - begin < timedelta(seconds=200)  # and once, not each for itself


@pytest.mark.parametrize("asked", ["3600", "Mon, 04 May 2026 04:02:01 GMT"], ids=["seconds", "date"])
def test_batch_long_retry_after_cools_down_host(archive: Inside, world: World, asked: str) -> None:
    world.serve(ONE, faults.too_many(asked, ("Date", "Mon, 04 May 2026 03:02:01 GMT")))
    code, (told,) = archive.batch(ONE)
    assert (code, told.outcome, told.state, archive.files) == (75, "failed", None, [])
    assert "HTTP 429" in told.error
    numbered.serve(world, (1, 2, 3))
    code, others = archive.batch(ONE, TWO, THREE)
    assert (code, [one.outcome for one in others]) == (75, ["failed"] * 3)
    assert len(world.requests) == 1
    assert archive.due == [ONE, TWO, THREE]
    archive.now += timedelta(seconds=3601)
    assert archive.batch(ONE, TWO, THREE)[0] == 0
    assert (len(world.requests), archive.due) == (4, [])


@pytest.mark.parametrize("answer", [Answer(status=429), faults.too_many("soon")], ids=["bare", "no time"])
def test_batch_429_without_retry_after_uses_default_cooldown(archive: Inside, world: World, answer: Answer) -> None:
    named = numbered.serve(world, range(10))
    world.wall(answer)
    code, outcomes = archive.batch(*named)
    assert (code, {one.outcome for one in outcomes}, archive.files) == (75, {"failed"}, [])
    assert any("HTTP 429" in one.error for one in outcomes)
    assert (len(world.requests), archive.due) == (1, named)
    world.wall(None)
    archive.now += timedelta(minutes=29)
    assert archive.batch(*named)[0] == 75
    assert len(world.requests) == 1
    archive.now += timedelta(minutes=2)
    assert archive.batch(*named)[0] == 0
    assert (len(world.requests), archive.due) == (11, [])


def test_batch_excessive_retry_after_is_capped_at_one_day(archive: Inside, world: World) -> None:
    world.serve(ONE, faults.too_many("9" * 30), WHOLE)
    assert archive.batch(ONE)[0] == 75
    archive.now += timedelta(hours=23)
    assert archive.batch(ONE)[0] == 75
    archive.now += timedelta(hours=2)
    assert archive.batch(ONE)[0] == 0


# Media


DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s</svg>'
HUGE = png(12_000, 12_000)
MEDIA = {  # what the CDN gives for a picture → requests of it, why it is not saved
    "a page": (pages.picture(WHOLE.body, "image/png"), ONE_TRY, "what came is not the image"),
    "a page of text": (pages.picture(b"404 page not found", "image/jpeg"), ONE_TRY, "what came is not the image"),
    "nothing": (pages.picture(b"", "image/png"), ONE_TRY, "what came is not the image"),
    "a drawing with a script": (pages.picture(DRAWING % b"<script>a()</script>", "image/svg+xml"), ONE_TRY, "not the image"),
    "a drawing with an event": (pages.picture(DRAWING % b'<g onload="a()"/>', "image/svg+xml"), ONE_TRY, "not the image"),
    "a drawing that grows": (
        pages.picture(b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + DRAWING % b"&b;"), ONE_TRY, "not the image",
    ),
    "no answer": (faults.SILENT, FOUR_TRIES, "no answer in 4 tries"),
    "slow body": (faults.SLOW_BODY, FOUR_TRIES, "no answer in 4 tries"),
    "reset in the body": (faults.cut(pages.picture(png())), FOUR_TRIES, "no answer in 4 tries"),
    "length before the end": (faults.understated(pages.picture(png(), "image/png")), ONE_TRY, "cut off"),
    "endless body": (faults.ENDLESS, ONE_TRY, "larger than"),
    "gzip bomb": (faults.bomb("gzip", BOMB), ONE_TRY, "larger than"),
    "brotli bomb": (faults.bomb("br", BOMB), ONE_TRY, "larger than"),
    "zstd bomb": (faults.bomb("zstd", BOMB), ONE_TRY, "larger than"),
    "429": (faults.too_many("3600"), ONE_TRY, "HTTP 429"),
    "redirect in a circle": (pages.redirect("?again"), 6, "more than 5 redirects"),
    "redirect to the cloud's metadata": (pages.redirect("http://169.254.169.254/"), ONE_TRY, "not a public"),
    "redirect to a number": (pages.redirect("http://2130706433/"), ONE_TRY, "not a public"),
    "redirect to this machine": (pages.redirect("https://127.0.0.1/"), ONE_TRY, "not a public"),
    "redirect to this machine, IPv6": (pages.redirect("https://[::1]/"), ONE_TRY, "not a public"),
}  # fmt: skip


def _with_picture(world: World, answer: Answer) -> None:
    body = f'<p>正文</p><p><img data-src="{numbered.picture(7)}/640?wx_fmt=png" data-w="240"></p>'
    world.serve(ONE, pages.article(body, title="有图"))
    world.serve(PICTURE, answer)
    world.serve(f"{numbered.picture(7)}/640", answer)


@pytest.mark.parametrize(("answer", "requests", "said"), MEDIA.values(), ids=MEDIA)
def test_batch_faulty_picture_stays_due_and_post_is_written(
    archive: Inside, world: World, monkeypatch: pytest.MonkeyPatch, answer: Answer, requests: int, said: str
) -> None:
    _wait_little(answer, monkeypatch)
    _with_picture(world, answer)
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome, outcome.images.failed) == (0, "archived", 1)
    assert any(said in warning for warning in outcome.warnings)
    asked = world.asked("mmbiz.qpic.cn")
    assert {asked.count(path) for path in asked} == {requests}
    assert world.refused == []
    (post, snapshot) = archive.files
    assert (post.partition("/")[0], snapshot) == ("_posts", "snapshot")
    assert f"]({numbered.picture(7)}/" in (archive.folder / post).read_text(encoding="utf-8")
    (row,) = archive.catalogue.rows("SELECT path, tries, due FROM media")
    assert (row["path"], row["tries"]) == ("", 1)
    assert row["due"] > archive.now.timestamp()
    (page,) = archive.catalogue.rows("SELECT due FROM addresses")
    assert page["due"] is None  # it is the picture that comes back, not its page


def test_batch_picture_of_huge_dimensions_is_saved(archive: Inside, world: World) -> None:
    _with_picture(world, pages.picture(HUGE, "image/png"))
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.images.saved) == (0, 1)
    assert (archive.folder / numbered.picture_file(7)).read_bytes() == HUGE


# Cookies


def test_cookies_are_sent_to_article_host_only(archive: Inside, world: World, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text("# Netscape HTTP Cookie File\n.qq.com\tTRUE\t/\tFALSE\t4102444800\twap_sid\tsecret-of-mine\n")
    archive.cookies = str(cookies)
    setting = (("Set-Cookie", "session=secret-of-theirs; Domain=.qq.com"), ("Location", "https://res.wx.qq.com/x.png"))
    _with_picture(world, Answer(status=302, headers=setting))
    world.serve("https://res.wx.qq.com/x.png", pages.picture(png(), "image/png"))
    world.serve(TWO, pages.redirect("https://res.wx.qq.com/x"))
    assert archive.batch(ONE, TWO)[0] == 1
    assert {request.host for request in world.requests} == {PAGES, "mmbiz.qpic.cn", "res.wx.qq.com"}
    sent = {request.host for request in world.requests if "cookie" in request.headers}
    assert sent == {PAGES}
    kept = b"".join(path.read_bytes() for path in archive.folder.rglob("*") if path.is_file())
    assert b"secret-of" not in kept


# A clock that jumps


def test_batch_clock_corrected_backwards_does_not_delay_retries(archive: Inside, world: World) -> None:
    right = archive.now
    archive.now += timedelta(days=365)
    world.serve(ONE, Answer(status=503))
    _with_picture(world, Answer(status=404))
    world.serve(TWO, Answer(status=503))
    archive.batch(ONE, TWO)
    archive.now = right
    numbered.serve(world, (2,))
    numbered.serve_picture(world, 7)
    code, outcomes = archive.batch(ONE, TWO)
    assert (code, [one.outcome for one in outcomes]) == (0, ["updated", "archived"])
    assert archive.now - right < timedelta(minutes=1)


def test_batch_clock_set_back_does_not_end_cooldown(archive: Inside, world: World) -> None:
    world.wall(pages.wall())
    archive.batch(ONE)
    archive.now -= timedelta(minutes=20)
    assert archive.batch(TWO)[0] == 75
    assert len(world.requests) == 1
    archive.now += timedelta(minutes=51)
    world.wall(None)
    numbered.serve(world, (1, 2))
    assert archive.batch(ONE, TWO)[0] == 0


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(days=365)], ids=["back", "forward"])
def test_batch_clock_jump_does_not_delay_next_page(archive: Inside, world: World, jump: timedelta) -> None:
    world.serve(ONE, faults.too_many("90"), WHOLE)
    assert archive.batch(ONE)[0] == 0
    archive.now += jump
    numbered.serve(world, (2,))
    before = sum(archive.slept)
    assert archive.batch(TWO)[0] == 0
    assert sum(archive.slept) - before <= 91


def test_batch_clock_jump_keeps_archived_url_skipped(archive: Inside, world: World) -> None:
    """A claim is a lock that its owner holds, and no time."""
    numbered.serve(world, (1,))
    archive.batch(ONE)
    archive.now += timedelta(days=3650)
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome, len(world.requests)) == (0, "skipped", 1)
