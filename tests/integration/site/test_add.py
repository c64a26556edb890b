"""The box, and what the reader says of what is pasted into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.app import Archiver
from archiver.settings import Settings
from tests.support.reader import Browser

SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
KNOWN = "https://mp.weixin.qq.com/s/GbJYVuHBUMqDTP_ItZsjrb"  # of the fixture article--seed-2020
MESSAGE = f"【江边农事】春分之后该种什么\n{SHORT}?scene=1#wechat_redirect\n来自微信"


def queued(output: Path) -> list[str]:
    """The addresses that wait."""
    with Archiver(Settings(output=str(output))) as archive:
        return [record.url for record in archive.queue()]


def test_address_fills_in_the_box_and_changes_nothing(browser: Browser, output: Path) -> None:
    answer = browser.get("/add", params={"text": f"</textarea><script>harm()</script>{MESSAGE}"})
    assert answer.status_code == 200
    assert "&lt;/textarea&gt;&lt;script&gt;harm()" in answer.text
    assert "<script" not in answer.text
    assert queued(output) == []


def test_shared_message_is_added_and_told(browser: Browser, output: Path) -> None:
    answer = browser.submit("/add", {"text": MESSAGE})
    assert answer.status_code == 200
    assert "Added to the queue." in answer.text
    assert queued(output) == [SHORT]
    assert "It was in the queue already." in browser.submit("/add", {"text": SHORT}).text
    assert SHORT in browser.get("/queue").text


def test_every_kind_of_address_is_told(browser: Browser) -> None:
    text = f"{SHORT}\n{KNOWN}\nhttps://mp.weixin.qq.com/s/\nhttps://mp.weixin.qq.com/mp/profile_ext?action=home\nhttps://example.com/a"
    answer = browser.submit("/add", {"text": text})
    assert "Added to the queue." in answer.text
    assert "It is in the archive already." in answer.text
    assert "/articles/" in answer.text
    assert "Not added" in answer.text
    assert "example.com/a" in answer.text  # the box has the text again, to be mended


def test_text_without_an_address_is_told(browser: Browser, output: Path) -> None:
    assert "has no address" in browser.submit("/add", {"text": "只是几个字"}).text
    assert browser.submit("/add", {"text": " "}).status_code == 400
    assert queued(output) == []


@pytest.mark.parametrize("kind", ["form", "json", "text"])
def test_token_adds_without_a_browser_and_gets_json(browser: Browser, output: Path, kind: str) -> None:
    headers = {"authorization": f"Bearer {browser.access.token.show()}"}
    sent = {
        "form": {"data": {"text": MESSAGE}},
        "json": {"json": {"text": MESSAGE}},
        "text": {"content": MESSAGE.encode(), "headers": {"content-type": "text/plain; charset=utf-8"}},
    }[kind]
    answer = browser.post("/add", **{**sent, "headers": {**headers, **sent.get("headers", {})}})
    assert answer.status_code == 200
    told = answer.json()
    assert [(entry["status"], entry["url"]) for entry in told["entries"]] == [("queued", SHORT)]
    assert told["message"] == "Added: 1."
    assert queued(output) == [SHORT]


def test_token_is_told_in_the_language_of_the_phone(browser: Browser) -> None:
    headers = {"authorization": f"Bearer {browser.access.token.show()}", "accept-language": "zh-CN,zh;q=0.9"}
    text = f"{SHORT}\n{KNOWN}\nhttps://example.com/"
    assert (
        browser.post("/add", json={"text": text}, headers=headers).json()["message"]
        == "已加入队列：1。 已经有了：1。 未添加：1。"
    )
    assert browser.post("/add", json={"text": "字"}, headers=headers).json()["message"] == "这段文字里没有文章链接。"
    refusal = browser.post("/add", json={"text": ""}, headers=headers).json()
    assert refusal == {
        "message": "没有要添加的文字，请放在 text 字段里发送。",
        "error": "There is no text to add: send it as `text`.", "code": "bad_request",
    }  # fmt: skip


def test_addition_begins_an_archive(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "new")
    assert browser.get("/queue").status_code == 200
    assert not (tmp_path / "new").exists()
    assert "Added" in browser.submit("/add", {"text": SHORT}).text
    assert queued(tmp_path / "new") == [SHORT]


def test_credentials_of_a_pasted_address_come_back_nowhere(browser: Browser, output: Path) -> None:
    secret = "PLANTED1234567890abcdef"
    browser.submit("/add", {"text": f"{SHORT}?key={secret}&uin={secret}&pass_ticket={secret}"})
    assert secret not in browser.get("/queue").text
    assert not [path for path in output.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
