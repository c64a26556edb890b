"""`-v` and `-vv` as a person sees them: a line a request and a decision, then how it was done, and never a secret."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.support.command import Command, Run
from tests.support.harmless import STEERING
from tests.support.wechat import Answer, World, albums, numbered, pages

ONE, TWO, THREE = numbered.addresses((1, 2, 3))
LINE = re.compile(r"\d\d:\d\d:\d\d (?P<name>[\w.]+): (?P<message>.*)")
DETAILED = re.compile(r"\d\d:\d\d:\d\d\.\d{3} (?P<level>[A-Z]+) (?P<worker>\S+) (?P<name>[\w.]+): (?P<message>.*)")


def logged(run: Run, name: str = "", pattern: re.Pattern[str] = LINE) -> list[str]:
    """The messages of a call, or of one of its modules; figures of time as `N`."""
    found = filter(None, map(pattern.fullmatch, run.err.splitlines()))
    return [re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "N", line["message"]) for line in found if name in ("", line["name"])]


def serve_with_pictures(world: World, number: int, *pictures: int) -> str:
    world.serve(numbered.address(number), numbered.article(number, pictures=pictures))
    for picture in pictures:
        numbered.serve_picture(world, picture)
    return numbered.address(number)


def asked(world: World) -> list[str]:
    """The addresses that the world was asked for, as log messages name them."""
    return sorted(
        f"https://{request.host}{urlsplit(request.path).path}{'?…' if '?' in request.path else ''}"
        for request in world.requests
    )


def test_verbose_add_logs_requests_and_decisions(archiver: Command, world: World) -> None:
    address = serve_with_pictures(world, 1, 1, 2)
    run = archiver.add("-v", address)
    requests = logged(run, "fetcher.request")
    assert sorted(line.split()[1].rstrip(":") for line in requests) == asked(world)
    assert len(world.requests) == 3
    port = urlsplit(archiver.environment["HTTPS_PROXY"]).port
    (page,) = (line for line in requests if address in line)
    assert (
        page == f"GET {address}: 200, {len(numbered.article(1, pictures=(1, 2)).body)} bytes, N, proxy 127.0.0.1:{port}"
    )
    assert logged(run, "commands.decisions") == [f"{address}: fetch, new"]
    assert logged(run, "pipeline") == [
        f"{address}: article {numbered.key(1)} (测试 001), its post is made",
        f"{numbered.picture_file(1)}: saved, {len(numbered.picture_bytes(1))} bytes",
        f"{numbered.picture_file(2)}: saved, {len(numbered.picture_bytes(2))} bytes",
    ]
    assert logged(run, "archive.unit_of_work") == [f"out/_posts/{archiver.posts[0].name}: written, it is new"]


def test_verbose_second_add_logs_known_files(archiver: Command, world: World) -> None:
    address = serve_with_pictures(world, 1, 1)
    archiver.add(address)
    world.requests.clear()
    run = archiver.add("-v", address)
    assert logged(run, "commands.decisions") == [f"{address}: fetch, known as {numbered.key(1)}, to be read again"]
    assert logged(run, "pipeline")[1:] == [f"{numbered.picture_file(1)}: here already"]
    assert logged(run, "archive.unit_of_work") == [f"out/_posts/{archiver.posts[0].name}: left, it is unchanged"]
    assert len(logged(run, "fetcher.request")) == len(world.requests) == 1


def test_verbose_add_logs_edited_post(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    (post,) = archiver.posts
    post.write_text(post.read_text(encoding="utf-8") + "mine\n", encoding="utf-8")
    world.serve(ONE, numbered.article(1, words="改了。"))
    run = archiver.add("-v", ONE)
    assert logged(run, "archive.unit_of_work") == [f"out/_posts/{post.name}: left, it was edited by hand"]
    run = archiver.add("-v", "--force", ONE)
    assert logged(run, "archive.unit_of_work") == [f"out/_posts/{post.name}: written, it has changed"]


def test_verbose_recheck_logs_unchanged_article(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    run = archiver("recheck", "-v", "-o", "out", "--interval", "0", ONE)
    assert logged(run, "commands.decisions") == [f"{ONE}: fetch, recheck of {numbered.key(1)}"]
    assert logged(run, "pipeline") == [f"{ONE}: article {numbered.key(1)} (测试 001), unchanged, its post stays"]
    assert logged(run, "archive.unit_of_work") == []


def test_verbose_batch_logs_reason_for_each_skipped_url(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    world.serve(TWO, pages.notice("该内容已被发布者删除"))
    world.serve(THREE, Answer(status=404))
    named = archiver.write("list.txt", ONE, TWO, THREE)
    first = archiver.batch("-v", named)
    known = f"{ONE}: left, known as {numbered.key(1)}"
    assert sorted(logged(first, "commands.decisions")) == [known, f"{TWO}: fetch, new", f"{THREE}: fetch, new"]
    assert sorted(logged(first, "pipeline")) == [
        f"{TWO}: no article, deleted 该内容已被发布者删除",
        f"{THREE}: failed, the server answered HTTP 404",
    ]
    settled, due = sorted(logged(first, "catalogue.articles"))
    assert settled == f"{TWO}: settled as deleted"
    assert re.fullmatch(rf"{THREE}: due again at \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00, after try 1", due)
    again = archiver.batch("-v", named)
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00"
    assert re.fullmatch(
        rf"{re.escape(known)}\n{TWO}: left, settled as deleted at {time}\n"
        rf"{THREE}: left, not due until {time} after 1 try that gave no page",
        "\n".join(logged(again, "commands.decisions")),
    )
    assert logged(again, "fetcher.request") == []


def test_verbose_failed_image_logs_time_of_next_attempt(archiver: Command, world: World) -> None:
    world.serve(ONE, numbered.article(1, pictures=(1,)))
    run = archiver.add("-v", ONE)
    name = numbered.picture_file(1).removesuffix(".png")
    assert f"{name}: failed, the server answered HTTP 404" in logged(run, "pipeline")
    (due,) = logged(run, "catalogue.media")
    assert due.startswith(f"{name}: due again at ")
    assert logged(archiver.batch("-v", archiver.write("list.txt", ONE)), "commands.decisions") == [
        f"{ONE}: left, known as {numbered.key(1)}"
    ]


def test_verbose_verification_page_logs_end_of_cooldown(archiver: Command, world: World) -> None:
    world.serve(ONE, pages.wall())
    run = archiver.add("-v", ONE, TWO)
    (line,) = logged(run, "fetcher.rate_limit")
    assert line.startswith("mp.weixin.qq.com: the verification page came, a cool-down begins, until ")
    assert any(line.startswith(f"{TWO}: failed, not asked: WeChat wants a rest") for line in logged(run, "pipeline"))


def test_verbose_run_logs_listing_of_each_source(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    albums.serve(world, [albums.item(7)])
    world.serve(albums.long_link(7), numbered.article(7))
    archiver.write("list.txt", ONE, TWO)
    archiver.add(ONE)
    sources = [{"list": "list.txt"}, {"album": albums.ADDRESS}, {"feed": "no.xml", "name": "a feed"}]
    archiver.write("archiver.yml", json.dumps({"output": "out", "interval": 0, "sources": sources}))
    run = archiver("run", "-v")
    assert logged(run, "settings") == ["archiver.yml: read"]
    assert logged(run, "commands.run") == [
        "source list.txt: 2 articles, 1 of them new or due",
        f"source {albums.ADDRESS.partition('#')[0]}: 1 articles, 1 of them new or due",
        "source a feed: failed, cannot be read (No such file or directory): correct its place in archiver.yml",
        "source a feed: 0 articles, 0 of them new or due",
    ]


def test_verbose_saved_page_logs_file_and_no_request(offline: Command) -> None:
    content = numbered.article(1).body
    (offline.folder / "saved.html").write_bytes(content)
    run = offline.add("-v", "saved.html")
    assert logged(run, "fetcher.page_sources") == [f"saved.html: read, a saved page of {len(content)} bytes"]
    assert logged(run, "fetcher.request") == []


def test_debug_add_logs_retries_claims_statements_and_files(archiver: Command, world: World) -> None:
    """A claim, a turn, a retry, statements, files; each of them once a level below what -v shows."""
    world.serve(ONE, Answer(status=503), numbered.article(1))
    run = archiver.add("-vv", ONE)
    lines = [line for line in map(DETAILED.fullmatch, run.err.splitlines()) if line]
    details = {(line["name"], line["message"].partition(" ")[2]) for line in lines if line["level"] == "DEBUG"}
    told = [f"{name} {message}" for name, message in details]
    for wanted in (
        r"catalogue\.urls claimed by this run, [0-9a-f]{16}", "catalogue\\.urls released", "fetcher\\.rate_limit has its turn",
        r"fetcher\.retry try 2 of 4 in [\d.]+ s, after status 503", r"storage\.local written, \d+ bytes",
        r"storage\.local durable: \d+ files, \d+ folders", r"catalogue\.statements INTO articles .* VALUES \(\?, …\).*",
        r"catalogue\.leases [0-9a-f]{16} ends",
    ):  # fmt: skip
        assert any(re.fullmatch(wanted, line) for line in told), wanted
    assert {line["level"] for line in lines} == {"DEBUG", "INFO"}
    plain = {line["name"] for line in lines if line["level"] == "INFO"}
    assert plain == {"archive.archive", "archive.unit_of_work", "commands.decisions", "fetcher.request", "pipeline"}
    assert "Traceback" not in run.err


def test_verbose_leased_url_is_logged(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, (1,)))
    with world.held() as somebody_asks:
        first = archiver.start(*archiver.batch_call("-vv", named))
        assert somebody_asks()
        second = archiver.start(*archiver.batch_call("-vv", "--refresh", named))
        assert second.stderr is not None
        claimed = next(line for line in second.stderr if b"claimed by run" in line)
    told = first.communicate(timeout=60)[1].decode()
    second.communicate(timeout=60)
    (owner,) = re.findall(r"claimed by this run, ([0-9a-f]{16})", told)
    assert claimed.decode().rstrip().endswith(f"catalogue.urls: {ONE}: claimed by run {owner} already")


def test_verbose_rebuild_logs_messages_of_worker_processes(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, range(20)))
    run = archiver("rebuild", "--all", "--jobs", "2", "-vv", "-o", "out")
    made = logged(run, "archive.unit_of_work", DETAILED)
    assert sorted(made) == [f"out/_posts/{post.name}: left, it is unchanged" for post in archiver.posts]
    workers = {line["worker"] for line in filter(None, map(DETAILED.fullmatch, run.err.splitlines()))}
    assert {"MainThread"} < workers
    assert all(worker == "MainThread" or worker.startswith("SpawnProcess-") for worker in workers)


def test_quiet_add_logs_nothing(archiver: Command, world: World) -> None:
    archiver.add("-vv", *numbered.serve(world, (1,)))
    assert logging.getLogger("archiver").level == logging.NOTSET
    assert archiver("add", "-o", "out", "--interval", "0", *numbered.serve(world, (2,))).err == ""


def test_debug_json_stdout_has_only_json_lines(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, (1, 2)), "https://mp.weixin.qq.com/s/x")
    run = archiver.batch("-vv", named)
    assert [json.loads(line)["outcome"] for line in run.out.splitlines()].count("archived") == 2
    assert len(run.out.splitlines()) == 3
    assert any(map(DETAILED.fullmatch, run.err.splitlines()))


HOSTILE = "题\x1b]0;x\x07\n00:00:00 pipeline: forged\u202e\u2028"


@pytest.mark.parametrize("flag", ["-v", "-vv"])
def test_log_hostile_title_stays_in_one_line(archiver: Command, world: World, flag: str) -> None:
    literal = json.dumps(HOSTILE)[1:-1]
    answer = numbered.article(1)
    script = (
        answer.body.decode().replace("msg_title = '测试 001'", f"msg_title = '{literal}'").replace("测试 001", "题")
    )
    world.serve(ONE, pages.page(script))
    world.serve(TWO, pages.notice(f"该内容已被发布者删除{HOSTILE}"))
    run = archiver("add", flag, "--interval", "0", "-o", "out", ONE, TWO)
    assert "forged" in run.err
    assert STEERING.findall(run.err) == []
    assert [line for line in run.err.splitlines() if line.startswith("00:00:00 pipeline: forged")] == []
    titled = [line for line in run.err.splitlines() if "its post is made" in line]
    assert len(titled) == 1
    assert "forged" in titled[0]


def test_verbose_traceback_only_for_bug(archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.serve(ONE, Answer(reset=True))
    assert "Traceback" not in archiver.add("-v", ONE).err
    numbered.serve(world, (2,))
    monkeypatch.setattr("archiver.pipeline.extract", lambda _page: 1 / 0)
    run = archiver.add("-v", TWO)
    assert run.code == 70
    assert f"commands.scheduler: {TWO}: a bug\n    Traceback (most recent call last):\n" in run.err
    assert "    ZeroDivisionError: division by zero" in run.err.splitlines()


KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
READER = f"key={KEY}&uin=MTIzNDU2Nzg5MA%3D%3D&pass_ticket=Zk3inventedticket"
SECRETS = (KEY, "MTIz", "Zk3invented", "cookievalue", "proxypassword", "feedtoken", "servercookie", "otherfeed")


@pytest.fixture
def secretive(archiver: Command, world: World) -> Command:
    """A user with a cookie file, a proxy with a password, and addresses as a reader copies them."""
    expires = 4102444800
    archiver.write(
        "cookies.txt", "# Netscape HTTP Cookie File", f".qq.com\tTRUE\t/\tFALSE\t{expires}\twap_sid2\tcookievalue"
    )
    proxy = archiver.environment["HTTPS_PROXY"].replace("://", "://me:proxypassword@")
    moved = numbered.address(9)
    world.serve(ONE, pages.redirect(f"{moved}?{READER}"))
    article = numbered.article(1, pictures=(1,))
    script = f"<script>var pass_ticket='Zk3inventedticket', uin='MTIzNDU2Nzg5MA==', key='{KEY}';</script></body>"
    world.serve(
        moved,
        Answer(
            headers=(*article.headers, ("Set-Cookie", "wap_sid2=servercookie")),
            body=article.body.replace(b"</body>", script.encode()),
        ),
    )
    numbered.serve_picture(world, 1)
    world.serve(TWO, Answer(status=503), numbered.article(2))
    feed = f"<rss><channel><title>f</title><item><link>{THREE}?{READER}</link></item></channel></rss>"
    world.serve("https://res.wx.qq.com/feed.xml", Answer(body=feed.encode()))
    world.serve(THREE, Answer(status=404))
    sources = [
        {"list": "list.txt"}, {"feed": "https://res.wx.qq.com/feed.xml?token=feedtoken&auth=otherfeed"},
        {"album": f"{albums.ADDRESS.partition('#')[0]}&{READER}"},
    ]  # fmt: skip
    archiver.write(
        "list.txt", f"{ONE}?{READER}", f"看 {TWO}?{READER}", f"s?{READER}.html", f"https://a.example/?{READER}"
    )
    albums.serve(world, [albums.item(7)])
    world.serve(albums.long_link(7), pages.wall())
    archiver.write(
        "archiver.yml",
        json.dumps({"output": "out", "interval": 0, "cookies": "cookies.txt", "proxy": proxy, "sources": sources}),
    )
    return archiver


@pytest.mark.parametrize("extra", [(), ("--json",)], ids=["text", "json"])
def test_debug_log_of_every_command_has_no_secret(secretive: Command, world: World, extra: tuple[str, ...]) -> None:
    calls = (
        ("add", f"{ONE}?{READER}", f"no/s?{READER}.html"),
        ("batch", "list.txt", "--retry"),
        ("run", "--retry"),
        ("recheck", f"{ONE}?{READER}"),
        ("rebuild", "--all"),
        ("verify", "--repair"),
        ("show", ONE),
        ("rm", "--yes", ONE),
        ("doctor", "--bundle", "report.zip", "--yes", f"{ONE}?{READER}"),
    )
    for call in calls:
        run = secretive(*call, *extra, "-vv")
        assert [secret for secret in SECRETS if secret in run.out + run.err] == [], call
        assert "DEBUG" in run.err, call
    sent = [request.headers.get("cookie", "") for request in world.requests]
    assert any("cookievalue" in cookie for cookie in sent)  # they were there to be shown
    assert any(KEY in request.path for request in world.requests)


def test_debug_log_hides_database_user(archiver: Command) -> None:
    pytest.importorskip("psycopg")
    environment = {**archiver.environment, "ARCHIVER_CATALOGUE": "postgresql://secretuser@127.0.0.1:1/archive"}
    run = replace(archiver, environment=environment)("add", "-vv", "-o", "out", ONE)
    assert run.code == 75
    assert "postgresql://REDACTED@127.0.0.1:1/archive" in run.err
    assert "secretuser" not in run.err
