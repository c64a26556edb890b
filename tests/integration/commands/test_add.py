"""`archiver add` against WeChat as it behaves: a proxy, and nothing patched."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.command import Command
from tests.support.files import files_with_times
from tests.support.wechat import Answer, World, pages
from tests.support.wechat.pictures import png

SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
OTHER = "https://mp.weixin.qq.com/s/ZyXwVuTsRqPoNmLkJiHgFe"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv"
BODY = f'<p>番茄红了。</p><p><img data-src="{PICTURE}/640?wx_fmt=jpeg" data-w="1080"></p>'
KEYS = (
    "source url state outcome key title account published post images warnings error code format_notes warning_codes"
).split()


# The seed


def test_front_matter_key_order_and_values(archiver: Command, seed: str) -> None:
    written = (archiver.folder / archiver.add(seed).outcome["post"]).read_text(encoding="utf-8")
    front = yaml.safe_load(written.split("---\n")[1])
    assert [*front] == ["layout", "title", "date", "author", "header-img", "catalog", "tags", "wechat"]
    assert front["layout"] == "post"
    assert front["title"] == "抓获874人，冻结涉案资金5321万！南宁警方重拳打击电信网络诈骗"
    assert "date: 2020-06-17 20:18:36 +0800\n" in written
    assert (front["author"], front["header-img"]) == ("转载", "img/the-first.png")
    assert front["catalog"] is False
    assert front["tags"] == ["其他"]


def test_add_json_line_keys_and_values(archiver: Command, seed: str) -> None:
    run = archiver.add(seed)
    assert run.code == 0
    assert [*run.outcome] == KEYS
    wanted = {
        "source": seed,
        "url": seed,
        "state": "article",
        "outcome": "archived",
        "key": "MzI4MDQ1MTc5Ng==:2247491206:1",
        "account": "南宁市反诈骗",
        "published": "2020-06-17T20:18:36+08:00",
        "images": {"expected": 9, "saved": 9, "failed": 0},
        "warnings": [],
        "error": "",
    }
    assert {key: run.outcome[key] for key in wanted} == wanted
    assert Path(run.outcome["post"]).parent == Path("out/_posts")


# States


@pytest.mark.parametrize(
    "wall", [pages.redirect(f"{pages.WALL_ADDRESS}?poc_token=t"), pages.wall()], ids=["redirect", "script markers"]
)
def test_add_verification_page_stops_further_requests(archiver: Command, world: World, wall: Answer) -> None:
    world.serve(SHORT, wall)
    run = archiver.add(SHORT, OTHER)
    assert run.code == 75
    assert [outcome["state"] for outcome in run.outcomes] == ["verification", None]
    assert world.asked("mp.weixin.qq.com") == ["/s/AbCdEfGhIjKlMnOpQrStUv"]
    assert archiver.posts == []


NOTICES = {
    "deleted": (pages.notice("该内容已被发布者删除"), "deleted"),
    "deleted, in English": (pages.notice("The content has been deleted by the author."), "deleted"),
    "violation": (pages.notice("此内容因违规无法查看", "接相关投诉，此内容违反规定"), "violation"),
    "expired": (pages.notice("链接已过期"), "expired"),
    "parameter error": (pages.notice("参数错误"), "invalid"),
    "cannot view": (pages.cannot_view(), "unavailable"),
    "account cancelled": (pages.notice("此账号已自主注销，内容无法查看"), "unavailable"),
}


@pytest.mark.parametrize(("answer", "state"), NOTICES.values(), ids=NOTICES)
def test_add_notice_page_reports_state_and_writes_no_post(
    archiver: Command, world: World, answer: Answer, state: str
) -> None:
    world.serve(SHORT, answer)
    run = archiver.add(SHORT)
    assert (run.code, run.outcome["state"], run.outcome["outcome"]) == (1, state, "failed")
    assert archiver.posts == []


def test_add_migrated_account_notice_is_followed(archiver: Command, world: World) -> None:
    world.serve(SHORT, pages.notice("该公众号已迁移", script=f"var transferTargetLink = '{OTHER}';"))
    world.serve(OTHER, pages.article("<p>新家。</p>"))
    run = archiver.add(SHORT)
    assert (run.code, run.outcome["source"], run.outcome["state"]) == (0, SHORT, "article")
    assert "新家。" in archiver.posts[0].read_text(encoding="utf-8")


def test_add_http_404_fails_without_retry(archiver: Command, world: World) -> None:
    run = archiver.add(SHORT)
    assert run.code == 1
    assert "404" in run.outcome["error"]
    assert world.asked("mp.weixin.qq.com") == ["/s/AbCdEfGhIjKlMnOpQrStUv"]


# The network's ways

ARTICLE = pages.article("<p>番茄红了。</p>")
_AT_ONCE = (("Retry-After", "0"),)
PASSING = {
    "truncated": pages.page(ARTICLE.body.decode()[:-200]),
    "cut off": Answer(headers=pages.HTML, body=ARTICLE.body, cut=300),
    "reset": Answer(reset=True),
    "429 with Retry-After": Answer(status=429, headers=_AT_ONCE),
    "503 with Retry-After": Answer(status=503, headers=_AT_ONCE),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_add_transient_error_is_retried(archiver: Command, world: World, trouble: Answer) -> None:
    world.serve(SHORT, trouble, ARTICLE)
    run = archiver.add(SHORT)
    assert (run.code, run.outcome["outcome"]) == (0, "archived")
    assert len(world.requests) == 2


@pytest.mark.parametrize("encoded", [pages.gzipped, pages.brotlied])
def test_add_compressed_page_is_decoded(archiver: Command, world: World, encoded: pages.Encoding) -> None:
    world.serve(SHORT, encoded(ARTICLE))
    archiver.add(SHORT)
    assert "番茄红了。" in archiver.posts[0].read_text(encoding="utf-8")


def test_add_cookies_sent_to_wechat_only(archiver: Command, world: World) -> None:
    domains = ("mp.weixin.qq.com", ".qq.com", "mmbiz.qpic.cn", ".qpic.cn")
    lines = [f"{d}\t{str(d.startswith('.')).upper()}\t/\tFALSE\t4102444800\tpoc_sid\tGEHEIM" for d in domains]
    cookies = archiver.folder / "cookies.txt"
    cookies.write_text("# Netscape HTTP Cookie File\n" + "\n".join(lines) + "\n")
    world.serve(SHORT, pages.article(BODY))
    world.serve(f"{PICTURE}/0", pages.picture(png()))
    run = archiver.add("--cookies", cookies, SHORT)
    bearers = {request.host for request in world.requests if "cookie" in request.headers}
    assert bearers == {"mp.weixin.qq.com"}
    assert {request.host for request in world.requests} == {"mp.weixin.qq.com", "mmbiz.qpic.cn"}
    assert "GEHEIM" not in run.out + run.err
    assert all(b"GEHEIM" not in content for _, _, content in files_with_times(archiver.folder / "out").values())


def test_add_credentials_in_url_and_page_are_not_stored(archiver: Command, world: World) -> None:
    secrets = {"key": "daf9bdc5abc4e8d0", "pass_ticket": "QxV2hTskRqdl", "uin": "MTIzNDU2Nzg5MA", "exportkey": "n_ChQI"}
    query = "&".join(f"{name}={value}" for name, value in secrets.items())
    linked = f"<p><a href='{OTHER}?{query.replace('&', '&amp;')}'>上一篇</a></p>"
    world.serve(
        SHORT, pages.article(linked, more=f"var msg_link = '{SHORT}?{query}'; var user_uin = '1234567890' * 1;")
    )
    run = archiver.add(f"{SHORT}?{query}#wechat_redirect")
    told = {key: value for key, value in run.outcome.items() if key != "source"}  # that is the caller's own
    kept = "".join(
        content.decode(errors="replace") for _, _, content in files_with_times(archiver.folder / "out").values()
    )
    assert (run.code, told["url"]) == (0, SHORT)
    assert [secret for secret in (*secrets.values(), "1234567890") if secret in f"{told}{run.err}{kept}"] == []
    assert [request.path for request in world.requests] == ["/s/AbCdEfGhIjKlMnOpQrStUv"]


# Bad input

BAD_INPUT = {
    "not WeChat's": ("https://example.org/s/AbCdEfGhIjKlMnOpQrStUv", 2, "mp.weixin.qq.com"),
    "missing file": ("missing.html", 66, "missing.html"),
    "empty file": ("nothing.html", 1, "empty"),
    "binary file": ("binary.html", 1, "binary.html"),
    "picture for a page": ("picture.html", 1, "picture.html"),
}


@pytest.mark.parametrize(("source", "code", "hint"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_add_bad_input_prints_one_line_and_writes_nothing(offline: Command, source: str, code: int, hint: str) -> None:
    (offline.folder / "nothing.html").write_bytes(b"")
    (offline.folder / "binary.html").write_bytes(bytes(range(256)) * 64)
    (offline.folder / "picture.html").write_bytes(png())
    before = files_with_times(offline.folder)
    run = offline("add", "-o", "out", source)
    assert (run.code, run.out) == (code, "")
    assert len(run.err.splitlines()) == 1
    assert hint in run.err
    assert files_with_times(offline.folder) == before
    assert not (offline.folder / "out").exists()


def test_add_unwritable_output_fails_before_any_request(archiver: Command, world: World) -> None:
    (archiver.folder / "file").write_text("in the way")
    run = archiver("add", "-o", "file/out", SHORT)
    assert (run.code, len(run.err.splitlines())) == (73, 1)
    assert "file/out" in run.err
    assert world.requests == []


def test_settings_unknown_key_error_names_it(offline: Command) -> None:
    (offline.folder / "archiver.yml").write_text("intervall: 5\n")
    run = offline("add", "-o", "out", SHORT)
    assert (run.code, len(run.err.splitlines())) == (78, 1)
    assert "intervall" in run.err
    assert not (offline.folder / "out").exists()
