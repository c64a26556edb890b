"""A reader's cookies: which of a file are sent, to whom, and what a useless file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import ConfigError, InputError
from archiver.models import Target
from tests.support.scripted import PICTURE, SHORT, ScriptedServer, reply


def _cookie_file(path: Path, *lines: str, head: str = "# Netscape HTTP Cookie File") -> str:
    path.write_text("\n".join([head, *lines, ""]))
    return str(path)


FUTURE = "4102444800"
OURS = f"mp.weixin.qq.com\tFALSE\t/\tTRUE\t{FUTURE}\twap_sid\tours"


def test_cookies_are_sent_only_with_wechat_pages(tmp_path: Path) -> None:
    path = _cookie_file(
        tmp_path / "cookies.txt",
        OURS,
        f".qq.com\tTRUE\t/\tFALSE\t{FUTURE}\tparent\tyes",
        "#HttpOnly_mp.weixin.qq.com\tFALSE\t/\tTRUE\t0\tsession\tyes",
        "mp.weixin.qq.com\tFALSE\t/\tTRUE\t1\texpired\tno",
        f".qpic.cn\tTRUE\t/\tFALSE\t{FUTURE}\tpicture\tno",
        f".example.com\tTRUE\t/\tFALSE\t{FUTURE}\tforeign\tno",
    )
    server = ScriptedServer(reply(set_cookie="new=1; Domain=.qq.com; Path=/"), cookies=path)
    with server.fetcher() as fetcher:
        fetcher.page(Target(source="", url=SHORT))
        for address in (PICTURE, "https://mp.weixin.qq.com/picture.png") * 2:  # nor what their servers set
            fetcher.media(address)
    sent = set(server.requests[0].headers["cookie"].split("; "))
    assert sent == {"wap_sid=ours", "parent=yes", "session=yes"}
    assert all("cookie" not in request.headers for request in server.requests[1:])


@pytest.mark.parametrize(
    ("lines", "head", "error"),
    [
        ([f".example.com\tTRUE\t/\tFALSE\t{FUTURE}\ta\tb"], "# Netscape HTTP Cookie File", ConfigError),
        ([OURS.replace(FUTURE, "1")], "# Netscape HTTP Cookie File", ConfigError),
        (["three fields only"], "# Netscape HTTP Cookie File", ConfigError),
        (['[{"domain": "mp.weixin.qq.com"}]'], "[]", ConfigError),
    ],
    ids=["foreign", "expired", "broken", "JSON"],
)
def test_cookies_unusable_file_error_suggests_export(
    tmp_path: Path, lines: list[str], head: str, error: type[Exception]
) -> None:
    path = _cookie_file(tmp_path / "cookies.txt", *lines, head=head)
    with pytest.raises(error, match=r"export cookies\.txt"):
        ScriptedServer(reply(), cookies=path).fetcher()


@pytest.mark.parametrize("name", ["missing.txt", ""], ids=["missing", "a folder"])
def test_cookies_unreadable_file_is_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        ScriptedServer(reply(), cookies=str(tmp_path / name)).fetcher()
