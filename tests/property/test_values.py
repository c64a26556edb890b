"""Whatever text stands where an address, a name or a value is expected."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.javascript.literal import read_literal
from archiver.models import Article, Media, Reprint
from archiver.writer.names import media_name
from archiver.writer.profiles.jekyll import JEKYLL

PIECES = (
    "https://", "http:", "//", "HTTPS://", "javascript:", "data:image/png;base64,", "file:///", "mailto:", "mp.weixin.qq.com",
    "MP.weixin.qq.com.", "mp.weixin.qq.com.example.org", "mmbiz.qpic.cn", "user:secret@", ":443", ":99999", "[::1]", "[", "]",
    "/s", "/s/", "AbCdEfGhIjKlMnOpQrStUv", "/mp/wappoc_appmsgcaptcha", "?target_url=", "/mp/appmsg/show", "/mmbiz_png/", "/640",
    "?__biz=MzA3MDAwMDAwMA==", "&mid=2650000001", "&idx=1", "&sn=0123456789abcdef", "&key=secret", "&uin=secret",
    "&pass_ticket=secret", "&tempkey=a", "&wx_fmt=png", "&tp=webp", "#rd", "%00", "%0a", "%2e%2e%2f", "%2f", "%", "../", "..", "\\",
    "&amp;", "&#x2f;", "&#0;", "&lt;", " ", "\t", "\n", "\x00", "\x1b[2J", "\x7f", "\u202e", "\u3000", "\ufeff", "\ud83d", "℀", "中", "+",
    '"', "'", "<", ">", "(", ")", "`", "{", "}", "|", "~",
)  # fmt: skip
ADDRESSES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)
WECHATS = ADDRESSES.map(lambda rest: f"https://mp.weixin.qq.com/{rest}")
PICTURES = ADDRESSES.map(lambda rest: f"https://mmbiz.qpic.cn/mmbiz_png/{rest}")
ANY = ADDRESSES | WECHATS | PICTURES
_FORBIDDEN = re.compile("[\x00-\x20\x7f-\x9f\ud800-\udfff]")


# Addresses


@given(ADDRESSES | WECHATS)
@example("https://mp.weixin.qq.com/mp/verifycode?target_url=看https://mp.weixin.qq.com/mp/verifycode?target_url=x")
def test_parse_target_any_text_gives_only_clean_wechat_url(text: str) -> None:
    try:
        url = urls.parse_target(text).url
    except NotWeChat:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "mp.weixin.qq.com")
    assert not _FORBIDDEN.search(url)
    assert not {"key", "uin", "pass_ticket"} & {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    assert urls.parse_target(url).url == url


@given(ANY)
def test_media_url_of_any_text_is_https_with_host(text: str) -> None:
    address = urls.media(text)
    for one in (address, *urls.candidates(text)) if address else ():
        parts = urlsplit(one)
        assert parts.scheme == "https"
        assert parts.hostname
        assert not parts.fragment


@given(ANY)
def test_link_of_any_text_has_safe_scheme(text: str) -> None:
    target = urls.link(text)
    assert not target or re.match(r"https?://[^/]|mailto:", target, re.IGNORECASE)
    assert not re.search("[\x00-\x1f\x7f-\x9f]", target)


# Names


@given(st.text(st.characters()), st.text(max_size=20), st.text(max_size=5))
def test_post_paths_any_title_is_publishable_and_in_folder(title: str, mid: str, idx: str) -> None:
    names = list(JEKYLL.post_paths(Article(title=title, mid=mid, idx=idx, biz="a"), date(2026, 1, 2)))
    for name in names:
        folder, _, file = name.partition("/")
        assert folder == "_posts"
        assert re.fullmatch(r"2026-01-02-[^\s/\\:*?\"<>|\x00-\x1f\x7f-\x9f]+\.md", file)
        assert ".." not in file  # Jekyll would publish it as a folder
        assert len(file.encode()) <= 120
        assert JEKYLL.published_name(file).startswith("2026-01-02-")
    assert names == list(JEKYLL.post_paths(Article(title=title, mid=mid, idx=idx, biz="a"), date(2026, 1, 2)))


@given(ANY, st.sampled_from(["image", "audio", "video"]))
def test_media_name_any_url_stays_in_folder(address: str, kind: str) -> None:
    name = media_name(Media(url=address, kind=kind))
    assert re.fullmatch(r"(?:postimg|media)/[A-Za-z0-9-][A-Za-z0-9_-]{0,199}", name)
    assert not re.search(r"/(?:con|prn|aux|nul|com\d|lpt\d)\Z", name, re.IGNORECASE)


# Front matter


TEXT = st.text(st.characters(), max_size=50)  # every code point, halves of surrogate pairs too
# Neither YAML 1.1 nor Psych can carry these; a line end is \n (docs/reference/jekyll.md#characters-that-yaml-refuses).
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _carried(text: str) -> str:
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.lists(TEXT, min_size=8, max_size=8))
def test_front_matter_any_text_is_value_of_its_key(words: list[str]) -> None:
    title, account, alias, author, location, digest, by, notice = words
    article = Article(
        title=title, account=account, alias=alias, author=author, location=location, digest=digest,
        reprint=Reprint(account=by, notice=notice), biz="b", mid="1", idx="2",
    )  # fmt: skip
    text = JEKYLL.front_matter(article, datetime(2026, 1, 2, tzinfo=UTC), {"tags": []})
    head = re.fullmatch(r"---\n(.*?\n)---\n", text, re.DOTALL)
    assert head is not None
    assert not re.search(r"^(?:---|\.\.\.)", head[1], re.MULTILINE)  # nothing ends it early
    read = yaml.safe_load(head[1])
    assert read.get("title", "") == _carried(title)
    wechat = read["wechat"]
    told = {"account": account, "alias": alias, "author": author, "location": location, "digest": digest}
    assert {key: wechat.get(key, "") for key in told} == {key: _carried(value) for key, value in told.items()}
    reprint = wechat.get("reprinted_from", {})
    assert (reprint.get("account", ""), reprint.get("notice", "")) == (_carried(by), _carried(notice))
    assert not read.keys() - {"layout", "title", "date", "author", "header-img", "catalog", "tags", "wechat"}


# JavaScript


def _escaped(character: str, form: int) -> str:
    r"""A character as WeChat writes it: itself, \x2f, / or \u{2f}."""
    code = ord(character)
    forms = [f"\\u{{{code:x}}}", f"\\x{code:02x}" if code < 256 else f"\\u{{{code:x}}}"]
    forms += [f"\\u{code:04x}"] if code < 0x10000 else []
    return character if character.isalnum() and not form else forms[form % len(forms)]


CHARACTERS = st.lists(
    st.tuples(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), st.integers(0, 3)), max_size=30
)


@pytest.mark.parametrize("quote", ["'", '"'])
@given(CHARACTERS)
def test_read_literal_escaped_string_matches_javascript(quote: str, characters: list[tuple[str, int]]) -> None:
    source = "".join(_escaped(character, form) for character, form in characters)
    text = "".join(character for character, _ in characters)
    assert read_literal(f"{quote}{source}{quote}")[0] == text
    assert read_literal(f"{{a: {quote}{source}{quote}, b: {json.dumps(text)}}};")[0] == {"a": text, "b": text}
