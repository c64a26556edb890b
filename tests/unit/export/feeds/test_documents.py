"""Atom, JSON Feed and OPML by their specifications, whatever the articles say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from html import escape

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archiver.export.feeds import atom_document, json_document, opml_document
from archiver.models import CHINA
from archiver.models.feeds import ArticleFeed, FeedAddresses, FeedEntry, Subscription, SubscriptionGroup
from tests.support.feeds import ATOM, TAG_URI, atom_errors, json_feed_errors, links_of
from tests.support.harm import TEXTS

HOME = "https://reader.example"
KEY = "MzA5MDAwMDAwMQ==:2650000001:1"
ENTRY = FeedEntry(
    key=KEY, title="雨水怎么存", url=f"{HOME}/articles/{KEY}", original="https://mp.weixin.qq.com/s/Story",
    updated=datetime(2026, 11, 24, 6, 0, 44, tzinfo=CHINA), published=datetime(2023, 10, 22, 12, 46, tzinfo=CHINA),
    authors=("江边农事", "老王"), tags=("其他", "阳台四季"), summary="桶要盖", html='<p>第一场<img src="https://a/b?c=1&amp;d=2"></p>',
)  # fmt: skip
FEED = ArticleFeed(
    subject=("accounts", "江边/农事"), title="江边农事", updated=ENTRY.updated, entries=(ENTRY,),
    addresses=FeedAddresses(
        own=f"{HOME}/f?page=2", home=f"{HOME}/", first=f"{HOME}/f", previous=f"{HOME}/f", next=f"{HOME}/f?page=3",
        last=f"{HOME}/f?page=9",
    ),
)  # fmt: skip
EMPTY = FeedEntry(key="sha256:0123456789abcdef", title="", url=f"{HOME}/a", updated=ENTRY.updated)


def with_entries(*entries: FeedEntry) -> ArticleFeed:
    return replace(FEED, entries=entries)


def test_atom_has_all_of_an_article() -> None:
    document = atom_document(FEED)
    assert atom_errors(document) == []
    entry = etree.fromstring(document).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == f"tag:archiver-wechat.github.io,2026:article/{KEY}"
    assert entry.findtext(f"{ATOM}title") == "雨水怎么存"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-23T22:00:44Z"
    assert entry.findtext(f"{ATOM}published") == "2023-10-22T04:46:00Z"
    assert [each.text for each in entry.iter(f"{ATOM}name")] == ["江边农事", "老王"]
    assert [each.get("term") for each in entry.iter(f"{ATOM}category")] == ["其他", "阳台四季"]
    assert {each.get("rel"): each.get("href") for each in entry.iter(f"{ATOM}link")} == {
        "alternate": ENTRY.url, "via": ENTRY.original,
    }  # fmt: skip
    assert entry.findtext(f"{ATOM}summary") == "桶要盖"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", ENTRY.html)
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-CN"


def test_atom_leads_to_the_other_parts() -> None:
    addresses = FEED.addresses
    assert links_of(atom_document(FEED)) == {
        "self": addresses.own, "alternate": addresses.home, "first": addresses.first,
        "previous": addresses.previous, "next": addresses.next, "last": addresses.last,
    }  # fmt: skip
    alone = replace(
        FEED, addresses=FeedAddresses(own=f"{HOME}/f", home=f"{HOME}/", first=f"{HOME}/f", last=f"{HOME}/f")
    )
    assert set(links_of(atom_document(alone))) == {"self", "alternate", "first", "last"}
    assert "next_url" not in json.loads(json_document(alone))


def test_json_feed_has_all_of_an_article() -> None:
    document = json_document(FEED)
    assert json_feed_errors(document) == []
    feed = json.loads(document)
    assert (feed["feed_url"], feed["home_page_url"], feed["next_url"]) == (
        FEED.addresses.own, FEED.addresses.home, FEED.addresses.next,
    )  # fmt: skip
    assert feed["items"] == [
        {
            "id": f"tag:archiver-wechat.github.io,2026:article/{KEY}", "url": ENTRY.url, "external_url": ENTRY.original,
            "title": "雨水怎么存", "summary": "桶要盖", "content_html": ENTRY.html, "language": "zh-CN",
            "date_published": "2023-10-22T04:46:00Z", "date_modified": "2026-11-23T22:00:44Z",
            "authors": [{"name": "江边农事"}, {"name": "老王"}], "tags": ["其他", "阳台四季"],
        }
    ]  # fmt: skip


@pytest.mark.parametrize("entries", [(), (EMPTY,), (ENTRY, EMPTY)], ids=["no article", "of nobody", "both"])
def test_documents_with_little_are_valid(entries: tuple[FeedEntry, ...]) -> None:
    feed = with_entries(*entries)
    assert atom_errors(atom_document(feed)) == []
    assert json_feed_errors(json_document(feed)) == []
    assert not feedparser.parse(atom_document(feed)).bozo


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_text_stays_text(text: str) -> None:
    html = f"<p>{escape(text)}</p>"
    hostile = replace(ENTRY, title=text, authors=(text,), tags=(text,), summary=text, html=html)
    feed = replace(FEED, title=text, subject=("accounts", text), entries=(hostile,))
    atom = atom_document(feed)
    assert atom_errors(atom) == []
    assert json_feed_errors(json_document(feed)) == []
    shown = " ".join(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).split())
    entry = etree.fromstring(atom).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == shown == json.loads(json_document(feed))["items"][0]["title"]
    assert "<script" not in atom.decode()
    parsed = feedparser.parse(atom)
    assert not parsed.bozo
    assert len(parsed.entries) == 1


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # halves of pairs and control characters, too


@given(ANY_TEXT)
def test_any_text_gives_valid_documents(text: str) -> None:
    entry = replace(ENTRY, key=f"sha256:{text}", title=text, authors=(text,), tags=(text,), summary=text, html=text)
    feed = replace(FEED, title=text, subject=("tags", text), entries=(entry,))
    assert atom_errors(atom_document(feed)) == []
    assert json_feed_errors(json_document(feed)) == []
    feeds = (Subscription(title=text, url=HOME, home=HOME),)
    etree.fromstring(opml_document(text, [SubscriptionGroup(title=text, subscriptions=feeds)]))


def test_forbidden_characters_are_left_out_and_others_stay() -> None:
    entry = replace(ENTRY, html="a\x00b\x08c\x0bd\ud800e\ufffef\uffffg\t\n\x85\U0001f331")
    content = etree.fromstring(atom_document(with_entries(entry))).find(f".//{ATOM}content")
    assert content is not None
    assert content.text == "abcdefg\t\n\x85\U0001f331"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("MzA5==:1:2", "tag:archiver-wechat.github.io,2026:article/MzA5==:1:2"),
        ("a b/é#?", "tag:archiver-wechat.github.io,2026:article/a%20b%2F%C3%A9%23%3F"),
    ],
)
def test_article_id_is_a_tag_of_its_key(key: str, expected: str) -> None:
    assert TAG_URI.fullmatch(expected)
    for document in (atom_document, json_document):
        assert expected in document(with_entries(replace(ENTRY, key=key))).decode()


def test_feeds_of_different_subjects_have_different_ids() -> None:
    subjects = [("all",), ("tags", "a"), ("albums", "a"), ("tags", "a/b"), ("tags", "a%2Fb")]
    ids = {etree.fromstring(atom_document(replace(FEED, subject=each))).findtext(f"{ATOM}id") for each in subjects}
    assert len(ids) == len(subjects)


def test_opml_has_folders_and_feeds() -> None:
    everything = Subscription(title="全部", url=f"{HOME}/feeds/all.atom", home=f"{HOME}/")
    account = Subscription(title='"<号>&', url=f"{HOME}/feeds/accounts/a%20b.atom", home=f"{HOME}/articles?account=a")
    groups = [
        SubscriptionGroup(subscriptions=(everything,)), SubscriptionGroup(title="公众号", subscriptions=(account,)),
        SubscriptionGroup(title="标签"),
    ]  # fmt: skip
    root = etree.fromstring(opml_document("存档", groups))
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "存档")
    first, folder = root.findall("body/outline")
    assert dict(first.attrib) == {
        "type": "rss", "text": "全部", "title": "全部", "xmlUrl": everything.url, "htmlUrl": everything.home,
    }  # fmt: skip
    assert folder.get("text") == "公众号"
    assert [each.get("text") for each in folder] == ['"<号>&']


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>2026-11-23T22:00:44Z</updated>", ""),
        ("2026-11-23T22:00:44Z", "yesterday"),
        ("<id>tag:", "<id>/"),
        ('rel="alternate" href="https://reader.example/articles', 'rel="self" href="https://reader.example/articles'),
        ("<title>雨水怎么存</title>", ""),
        ('type="html"', 'type="html" wrong="x"'),
        ("</entry>", "</entry"),
    ],
)
def test_atom_errors_finds_what_is_wrong(old: str, new: str) -> None:
    document = atom_document(FEED).decode()
    assert old in document
    assert atom_errors(document.replace(old, new).encode()) != []
