"""Lists of accounts: what is said instead of an article that nobody can find by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import UsageError
from archiver.sources.accounts import is_account_page
from archiver.sources.list_input import open_list

ARTICLE = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
ACCOUNT = "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA3MDAwMDAwMA=="
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>订阅</title></head><body>
<outline text="公众号">{outlines}</outline>
</body></opml>
"""
SUBSCRIPTION = f'<outline type="rss" text="某号" xmlUrl="http://192.168.1.2:4000/feeds/MP_WXS_1.atom?a=1&amp;key=Geheim12" htmlUrl="{ACCOUNT.replace("&", "&amp;")}"/>'


def opened(folder: Path, text: str) -> Path:
    path = folder / "list.opml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (ACCOUNT, True),
        ("https://mp.weixin.qq.com/mp/getmasssendmsg?__biz=MzA3MDAwMDAwMA==", True),
        (ARTICLE, False),
        ("https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA3MDAwMDAwMA==&album_id=1", False),
        ("https://example.org/mp/profile_ext", False),
    ],
)
def test_is_account_page_by_path(address: str, expected: bool) -> None:
    assert is_account_page(address) is expected


def test_open_list_opml_of_feeds_names_the_first_as_a_source(tmp_path: Path) -> None:
    path = opened(tmp_path, OPML.format(outlines=SUBSCRIPTION))
    with pytest.raises(UsageError) as error:
        open_list(str(path))
    assert str(path) in str(error.value)
    assert "`feed: http://192.168.1.2:4000/feeds/MP_WXS_1.atom?a=1&key=REDACTED`" in str(error.value)


def test_open_list_opml_without_feeds_says_what_is_possible(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a source in archiver\.yml: `feed: ADDRESS`"):
        open_list(str(opened(tmp_path, OPML.format(outlines='<outline text="某号"/>'))))


def test_open_list_opml_with_an_article_is_a_list(tmp_path: Path) -> None:
    path = opened(tmp_path, OPML.format(outlines=f'<outline type="link" text="一篇" url="{ARTICLE}"/>'))
    assert [entry.target.url for entry in open_list(str(path)) if entry.target] == [ARTICLE]


def test_open_list_account_page_is_an_error_with_advice(tmp_path: Path) -> None:
    entries = list(open_list(str(opened(tmp_path, f"{ARTICLE}\n{ACCOUNT}\n"))))
    assert [bool(entry.target) for entry in entries] == [True, False]
    assert entries[1].error.startswith("the page of an account: WeChat shows nobody without a login")
