"""Addresses of services, from the setting and from files, and what errors say of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.news.addresses import UnreadEntry, addresses_of


def test_addresses_of_entries_and_files(tmp_path: Path) -> None:
    file = tmp_path / "services"
    file.write_bytes(b"# ours\r\n\r\njsons://a.example/1\r\n  bark://b.example/2 \r\n")
    file.chmod(0o600)
    assert list(addresses_of(["wecombot://key", str(file)])) == [
        "wecombot://key", "jsons://a.example/1", "bark://b.example/2"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        ("https://open.feishu.cn/open-apis/bot/v2/hook/693a91f6-0e3c-4a1b", "feishu://693a91f6-0e3c-4a1b"),
        ("https://oapi.dingtalk.com/robot/send?access_token=0a1B2c", "dingtalk://0a1B2c"),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6",
        ),
        ("https://open.feishu.cn.evil.example/open-apis/bot/v2/hook/1", "https://open.feishu.cn.evil.example/open-apis/bot/v2/hook/1"),
    ],
)  # fmt: skip
def test_addresses_of_bots_as_services_show_them(shown: str, known: str) -> None:
    assert list(addresses_of([shown])) == [known]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permissions that are checked")
def test_addresses_of_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "services"
    file.write_text("jsons://a.example/1\n")
    file.chmod(0o640)
    (error,) = addresses_of([str(file)])
    assert isinstance(error, UnreadEntry)
    assert "other users may read it" in str(error)


def test_addresses_of_error_does_not_repeat_the_entry() -> None:
    """Somebody writes the key of a bot without the service in front of it."""
    (error,) = addresses_of(["693a91f6-inventedkey"])
    assert str(error).startswith("notify: entry 1 is no address, and as a file cannot be read")
    assert "693a91f6" not in str(error)
