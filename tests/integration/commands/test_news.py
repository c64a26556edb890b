"""News of a run: who gets them, when, in which words, and what they never contain."""

from __future__ import annotations

import base64
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest

from archiver import Archiver
from archiver.app import FetchOptions, RunReport
from archiver.errors import Exit
from archiver.news import channels
from archiver.settings import load
from tests.support.command import Command, Run
from tests.support.mail import mail_server
from tests.support.wechat import Answer, World, numbered, pages

SECRET = "3f9c1d77-5a0b-4c2e-9d1f-inventedkey0"
KEY = SECRET.replace("-", "")
JSON = f"jsons://news.example.org/{SECRET}"
NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
KEEPER = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('ab').write(sys.stdin.buffer.read() + b'\\0')"


def settings(archiver: Command, *notify: str, articles: tuple[int, ...] = (1,), more: str = "") -> None:
    """Writes archiver.yml with a list of articles."""
    archiver.write("list.txt", *numbered.addresses(articles))
    lines = ["output: out", "interval: 0", "sources: [{list: list.txt}]", f"notify: {json.dumps(notify)}", more]
    archiver.write("archiver.yml", *lines)


def accept(world: World) -> None:
    """Lets every service answer as the real one does when it takes a message."""
    done = {"Content-Type": "application/json"}
    for address, answer in (
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", {"errcode": 0, "errmsg": "ok"}),
        ("https://oapi.dingtalk.com/robot/send", {"errcode": 0, "errmsg": "ok"}),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{SECRET}/", {"code": 0, "msg": "success"}),
        ("https://api.day.app/push", {"code": 200, "message": "success"}),
        (f"https://sctapi.ftqq.com/{KEY}.send", {"code": 0, "message": "", "data": {"errno": 0, "error": "SUCCESS"}}),
        (f"https://news.example.org/{SECRET}", {}),
    ):
        world.serve(address, Answer(headers=tuple(done.items()), body=json.dumps(answer).encode()))


def sent(world: World, host: str = "news.example.org") -> list[dict[str, Any]]:
    """The messages that a service got."""
    return [json.loads(request.body) for request in world.requests if request.host == host]


@pytest.fixture
def kept(archiver: Command) -> Callable[[], list[dict[str, Any]]]:
    """What the command of `on_news` was given, call by call."""
    file = archiver.folder / "kept.bin"

    def calls() -> list[dict[str, Any]]:
        return [json.loads(part) for part in file.read_bytes().split(b"\0")[:-1]] if file.exists() else []

    return calls


def command_of(archiver: Command) -> str:
    """The setting of a command that keeps what it is given."""
    return f"on_news: {json.dumps([sys.executable, '-c', KEEPER, str(archiver.folder / 'kept.bin')])}"


def run(archiver: Command, *arguments: str) -> Run:
    """Runs `archiver run` and sees that no message has the secret in it."""
    done = archiver("run", *arguments)
    assert SECRET not in done.out + done.err
    return done


def test_run_sends_one_message_about_all_articles(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1, 2))
    settings(archiver, JSON, articles=(1, 2))
    assert run(archiver).code == 0
    (message,) = sent(world)
    assert message["title"] == "archiver: 2 new articles"
    lines = message["message"].splitlines()
    assert lines[0] == "2 new articles"
    assert sum("测试 001" in line for line in lines) == 1
    assert sum("测试 002" in line for line in lines) == 1
    assert f"  {numbered.address(1)}" in lines


def test_run_without_news_sends_nothing(archiver: Command, world: World, kept: Callable[[], list[Any]]) -> None:
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, JSON, more=command_of(archiver))
    run(archiver)
    run(archiver)
    assert len(sent(world)) == 1
    assert len(kept()) == 1


def test_add_and_batch_send_nothing(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1, 2))
    settings(archiver, JSON)
    archiver("add", numbered.address(1))
    archiver("batch", archiver.write("other.txt", numbered.address(2)))
    assert sent(world) == []


@pytest.mark.parametrize(
    ("address", "host", "words"),
    [
        (f"wecombot://{SECRET}", "qyapi.weixin.qq.com", lambda said: said["text"]["content"]),
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}", "qyapi.weixin.qq.com", lambda said: said["text"]["content"]),
        (f"dingtalk://{KEY}", "oapi.dingtalk.com", lambda said: said["text"]["content"]),
        (f"https://oapi.dingtalk.com/robot/send?access_token={KEY}", "oapi.dingtalk.com", lambda said: said["text"]["content"]),
        (f"feishu://{SECRET}", "open.feishu.cn", lambda said: said["content"]["text"]),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{SECRET}", "open.feishu.cn", lambda said: said["content"]["text"]),
        (f"barks://api.day.app/{KEY}", "api.day.app", lambda said: said["title"] + said["body"]),
    ],
    ids=["WeCom", "WeCom's own address", "DingTalk", "DingTalk's own address", "Feishu", "Feishu's own address", "Bark"],
)  # fmt: skip
def test_run_services_get_the_message(
    archiver: Command, world: World, address: str, host: str, words: Callable[[dict[str, Any]], str]
) -> None:
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, address, more="lang: zh")
    done = run(archiver)
    assert (done.code, done.err) == (0, "已存档 1 篇\n")
    (message,) = sent(world, host)
    assert "新存档 1 篇文章" in words(message)
    assert "测试 001" in words(message)
    assert (
        "archiver" in words(message) or "Bot" in address + host
    )  # the word for which DingTalk's and Feishu's bots look


def test_run_serverchan_gets_the_message(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, f"schan://{KEY}")
    assert (run(archiver).code, KEY in run(archiver).err) == (0, False)
    (form,) = [parse_qs(request.body.decode()) for request in world.requests if request.host == "sctapi.ftqq.com"]
    assert form["title"] == ["archiver: 1 new article"]
    assert "测试 001" in form["desp"][0]


def test_run_dingtalk_gets_its_signature(archiver: Command, world: World) -> None:
    """As its documentation has it: the HMAC-SHA256 of time and secret in base64, quoted once for the address."""
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, f"dingtalk://SEC{KEY}@{KEY}")
    assert run(archiver).code == 0
    (request,) = [request for request in world.requests if request.host == "oapi.dingtalk.com"]
    query = parse_qs(urlsplit(request.path).query)
    told = f"{query['timestamp'][0]}\nSEC{KEY}".encode()
    wanted = base64.b64encode(hmac.digest(f"SEC{KEY}".encode(), told, "sha256")).decode()
    assert (query["sign"], query["access_token"]) == ([wanted], [KEY])


@pytest.mark.parametrize(
    ("address", "host", "sender", "receiver"),
    [
        ("mailtos://me:code@qq.com", "smtp.qq.com", "me@qq.com", "me@qq.com"),
        ("mailtos://me:code@163.com", "smtp.163.com", "me@163.com", "me@163.com"),
        ("mailtos://me:code@smtp.example.org?from=a@example.org&to=b@example.org", "smtp.example.org", "a@example.org", "b@example.org"),
    ],
)  # fmt: skip
def test_mail_addresses_of_the_guide_lead_to_their_servers(address: str, host: str, sender: str, receiver: str) -> None:
    program = (
        "import json, sys; from apprise import Apprise; mail = Apprise.instantiate(sys.argv[1]);"
        "ends = mail.from_addr[1], *(address for _, address in mail.targets);"
        "print(json.dumps([mail.smtp_host, *ends, mail.password, mail.secure_mode in ('ssl', 'starttls')]))"
    )
    done = subprocess.run([sys.executable, "-c", program, address], capture_output=True, check=True)
    assert json.loads(done.stdout) == [host, sender, receiver, "code", True]


def test_run_mail_gets_the_message(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    with mail_server() as server:
        settings(archiver, f"mailto://127.0.0.1:{server.port}?from=me@example.org&to=you@example.org")
        assert run(archiver).code == 0
    (message,) = server.messages
    assert message["Subject"] == "archiver: 1 new article"
    assert message["To"] == "you@example.org"
    assert "测试 001" in str(message.get_body().get_content())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403), "answered 403"),
        (Answer(body=b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), "refused it (errcode 93000)"),
        (Answer(reset=True), "cannot be reached"),
    ],
    ids=["forbidden", "errcode", "reset"],
)
def test_run_refused_message_is_a_line_and_no_failure(
    archiver: Command, world: World, answer: Answer, reason: str
) -> None:
    numbered.serve(world, (1,))
    world.serve("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", answer)
    settings(archiver, f"wecombot://{SECRET}")
    done = run(archiver)
    assert (done.code, done.err) == (
        0, f"1 archived\narchiver: notify: WeCom Bot (address 1) {reason}; the articles are kept\n"
    )  # fmt: skip


def test_run_feishu_that_refuses_a_message_says_its_code(archiver: Command, world: World) -> None:
    """It answers 200 and its own code, such as 19024 for a message without the bot's word."""
    numbered.serve(world, (1,))
    world.serve(
        f"https://open.feishu.cn/open-apis/bot/v2/hook/{SECRET}/",
        Answer(body=b'{"code": 19024, "msg": "Key Words Not Found", "data": {}}'),
    )
    settings(archiver, f"feishu://{SECRET}")
    done = run(archiver)
    said = "1 archived\narchiver: notify: Feishu (address 1) refused it (errcode 19024); the articles are kept\n"
    assert (done.code, done.err) == (0, said)


def test_run_own_server_that_answers_a_code_took_the_message(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    world.serve(f"https://news.example.org/{SECRET}", Answer(status=201, body=b'{"code": 201}'))
    settings(archiver, JSON)
    assert run(archiver).err == "1 archived\n"


def test_run_news_nobody_took_come_with_the_next_run(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    settings(archiver, JSON)
    world.serve(f"https://news.example.org/{SECRET}", Answer(status=500))
    run(archiver)
    world.requests.clear()
    accept(world)
    settings(archiver, JSON, articles=(1, 2))
    run(archiver)
    (message,) = sent(world)
    assert message["title"] == "archiver: 2 new articles"


def test_run_one_service_of_two_took_the_news_then_they_are_told(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    accept(world)
    settings(archiver, JSON, f"wecombot://{SECRET}")
    world.serve("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", Answer(status=500))
    assert "WeCom Bot (address 2) answered 500" in run(archiver).err
    world.requests.clear()
    run(archiver)
    assert sent(world) == sent(world, "qyapi.weixin.qq.com") == []


def drip(connection: socket) -> None:
    """Answers byte by byte until the other side leaves, so that no single read takes long."""
    connection.settimeout(0.1)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    with suppress(OSError):
        for _ in range(500):
            connection.sendall(b" ")
            with suppress(TimeoutError):
                if not connection.recv(1):
                    return


def test_run_service_that_hangs_does_not_hang_the_run(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "PATIENCE", 5.0)
    numbered.serve(world, (1,))
    accept(world)
    settings(archiver, f"wecombot://{SECRET}", JSON)
    world.serve("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", Answer(talk=drip))
    done = run(archiver)
    assert done.code == 0
    assert "WeCom Bot (address 1) did not answer in time" in done.err
    assert len(sent(world)) == 1


def test_run_on_news_gets_report_and_news(
    archiver: Command, world: World, kept: Callable[[], list[dict[str, Any]]]
) -> None:
    numbered.serve(world, (1,))
    settings(archiver, more=command_of(archiver))
    assert run(archiver, "--report", "report.json").code == 0
    (given,) = kept()
    report = json.loads((archiver.folder / "report.json").read_text())
    assert {key: given[key] for key in report} == report
    (item,) = given["news"]
    assert (item["kind"], item["title"], item["url"]) == ("archived", "测试 001", numbered.address(1))
    assert given["news_not_named"] == {}


def test_run_on_news_arguments_reach_no_shell(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    program = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    words = "$(touch ran) `touch ran`; touch ran"
    command = [sys.executable, "-c", program, str(archiver.folder / "said"), words]
    settings(archiver, more=f"on_news: {json.dumps(command)}")
    run(archiver)
    assert (archiver.folder / "said").read_text() == words
    assert not (archiver.folder / "ran").exists()


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ([sys.executable, "-c", "raise SystemExit(3)"], "on_news: the command ended with code 3"),
        (["./no-such-program"], "on_news: the command cannot be run (No such file or directory)"),
        ([sys.executable, "-c", "import signal; signal.pause()"], "on_news: took more than 1 s"),
    ],
    ids=["fails", "missing", "hangs"],
)
def test_run_on_news_failure_is_a_line_and_no_failure(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch, command: list[str], line: str
) -> None:
    monkeypatch.setattr(channels, "COMMAND_PATIENCE", 1.0)
    numbered.serve(world, (1,))
    settings(archiver, more=f"on_news: {json.dumps(command)}")
    done = run(archiver)
    assert done.code == 0
    assert f"archiver: {line}; the articles are kept" in done.err.splitlines()


def test_run_gone_article_is_news(archiver: Command, world: World, kept: Callable[[], list[dict[str, Any]]]) -> None:
    numbered.serve(world, (1,))
    settings(archiver, more=command_of(archiver))
    archiver("run")
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    run(archiver, "--refresh")
    first, second = kept()
    assert [item["kind"] for item in first["news"]] == ["archived"]
    assert [(item["kind"], item["title"], item["reason"]) for item in second["news"]] == [
        ("gone", "测试 001", "deleted")
    ]


def tell(archiver: Command, world: World, now: datetime) -> list[str]:
    """Runs inside of the test at a moment, and sends the news."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in archiver.environment.items():
            patch.setenv(name, value)
        chosen = load({}, {}, archiver.folder)
        with Archiver(chosen, now=lambda: now, sleep=lambda _: None) as archive:
            list(archive.run(FetchOptions(), RunReport()))
            return archive.send_news({})


def test_run_daily_digest_sends_once_a_day(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1, 2, 3))
    for hours, articles in ((0, (1,)), (1, (1, 2)), (2, (1, 2, 3)), (24, (1, 2, 3)), (25, (1, 2, 3))):
        settings(archiver, JSON, articles=articles, more="digest: daily")
        assert tell(archiver, world, NOON + timedelta(hours=hours)) == []
    assert [message["title"] for message in sent(world)] == ["archiver: 1 new article", "archiver: 2 new articles"]


def test_run_killed_while_it_sends_sends_at_most_once_more(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, JSON, more="digest: daily")
    real = channels.send

    def killed(*arguments: Any) -> Any:
        list(real(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(channels, "send", killed)
    with pytest.raises(KeyboardInterrupt):
        tell(archiver, world, NOON)
    monkeypatch.undo()
    for hours in (1, 2, 24):
        tell(archiver, world, NOON + timedelta(hours=hours))
    assert [message["title"] for message in sent(world)] == ["archiver: 1 new article"] * 2


def test_run_matter_that_needs_a_person_is_told_once(
    archiver: Command, world: World, kept: Callable[[], list[dict[str, Any]]]
) -> None:
    """A run that cannot read its source needs a person; after three, the source does, too. Each is told once."""
    settings(archiver, more=command_of(archiver))
    (archiver.folder / "list.txt").unlink()
    for _ in range(6):
        run(archiver)
    assert [[item["reason"] for item in given["news"]] for given in kept()] == [["run"], ["source"]]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no owners and permissions that are checked")
@pytest.mark.parametrize("setting", ["notify: [jsons://news.example.org/x]", "on_news: [touch, ran]", "cookies: c.txt"])
def test_run_settings_file_that_others_may_change_is_refused(archiver: Command, world: World, setting: str) -> None:
    numbered.serve(world, (1,))
    archiver.write("list.txt", numbered.address(1))
    file = archiver.folder / archiver.write("archiver.yml", "output: out", "sources: [{list: list.txt}]", setting)
    file.chmod(0o646)
    done = archiver("run")
    assert done.code == Exit.BAD_CONFIG
    assert "other users may change it (chmod go-w)" in done.err
    assert f"`{setting.partition(':')[0]}` in it is not followed" in done.err
    assert world.requests == []
    assert not (archiver.folder / "ran").exists()


def test_run_address_in_no_file_and_no_report(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1, 2))
    settings(archiver, JSON, "wecombot://" + SECRET, articles=(1, 2), more=command_of(archiver))
    world.serve("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", Answer(status=500))
    done = archiver("run", "-vv", "--report", "report.json", "--json")
    assert SECRET not in done.out + done.err
    archiver("doctor", "--bundle", "bundle.zip", "--yes")
    with ZipFile(archiver.folder / "bundle.zip") as bundle:
        assert SECRET not in "".join(bundle.read(name).decode() for name in bundle.namelist())
    found = [path for path in archiver.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert found == [archiver.folder / "archiver.yml"]


def test_run_addresses_from_a_file_of_their_own(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1,))
    file = archiver.folder / archiver.write("services.txt", "# where news go", "", JSON)
    file.chmod(0o600)
    settings(archiver, "services.txt")
    assert run(archiver).code == 0
    assert len(sent(world)) == 1


def test_run_verify_finds_no_stray_file_of_news(archiver: Command, world: World) -> None:
    accept(world)
    numbered.serve(world, (1,))
    settings(archiver, JSON)
    run(archiver)
    assert (archiver.folder / "out" / ".archive" / "news.json").is_file()
    done = archiver("verify")
    assert (done.code, "news" in done.out + done.err) == (0, False)


def test_run_without_apprise_says_how_to_get_it(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered.serve(world, (1,))
    settings(archiver, JSON)
    monkeypatch.setattr(channels, "find_spec", lambda _name: None)
    done = run(archiver)
    line = "archiver: notify: needs the extra `notify`: pip install 'archiver[notify]'; the articles are kept"
    assert (done.code, done.err) == (0, f"1 archived\n{line}\n")


def test_run_unknown_address_is_a_line_without_it(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    settings(archiver, f"feishuu://{SECRET}")
    assert "notify: feishuu (address 1) is no address that apprise knows" in run(archiver).err
