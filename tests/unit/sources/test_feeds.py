"""Feeds: which of an item's addresses is its article, what is no feed, and what a hostile one may cost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from archiver.errors import FetchError
from archiver.sources import Feed, feeds, read_feed

SHORT = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
OTHER = "https://mp.weixin.qq.com/s/BbCd-fGh_jKlMnOpQrStUv"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA3MDAwMDAwMA==&amp;action=getalbum&amp;album_id=1"
ESCAPED = LONG.replace("&", "&amp;").replace("https", "http") + "&amp;chksm=1#rd"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
FROM = "https://feeds.example/1.xml"


def rss(items: str, title: str = "订阅") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def atom(entry: str) -> bytes:
    return f'<?xml version="1.0"?><feed {ATOM}><title>订阅</title><entry>{entry}</entry></feed>'.encode()


def rdf(item: str) -> bytes:
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f'<rdf:RDF {names}><channel rdf:about="x"><title>订阅</title></channel>{item}</rdf:RDF>'.encode()


def json_feed(*items: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "订阅", "items": items}).encode()


def read(content: bytes) -> Feed:
    return read_feed(content, FROM)


def addresses(content: bytes) -> list[str]:
    return [target.url for target in read(content).targets]


ITEMS: dict[str, tuple[bytes, str]] = {
    "RSS, its link": (rss(f"<item><link>{ESCAPED}</link></item>"), LONG),
    "RSS, a link in CDATA": (rss(f"<item><link><![CDATA[{LONG}]]></link></item>"), LONG),
    "RSS, its permalink": (rss(f"<item><guid>{SHORT}</guid></item>"), SHORT),
    "RSS, an id that is no permalink": (
        rss(f'<item><link>https://x.example/1</link><guid isPermaLink="false">{SHORT}</guid></item>'),
        SHORT,
    ),
    "RSS, its source": (
        rss(f'<item><link>https://x.example/1</link><source url="{SHORT}">号</source></item>'),
        SHORT,
    ),
    "RSS, the short address of two": (rss(f"<item><link>{ESCAPED}</link><guid>{SHORT}</guid></item>"), SHORT),
    "RSS, its own before its source's": (
        rss(f'<item><link>{ESCAPED}</link><source url="{SHORT}">号</source></item>'),
        LONG,
    ),
    "RSS, not an album": (rss(f"<item><link>{ALBUM}</link><guid>{SHORT}</guid></item>"), SHORT),
    "Atom, its link": (atom(f'<link href="{ESCAPED}"/><id>tag:1</id>'), LONG),
    "Atom, an alternate behind others": (
        atom(f'<link rel="self" href="https://x.example/1"/><link rel="alternate" href="{SHORT}"/>'),
        SHORT,
    ),
    "Atom, the second alternate": (
        atom(f'<link rel="alternate" href="https://x.example/1"/><link rel="alternate" href="{SHORT}"/>'),
        SHORT,
    ),
    "Atom, its id": (atom(f'<id>{SHORT}</id><link href="https://x.example/1"/>'), SHORT),
    "Atom, its source": (
        atom(f'<link href="https://x.example/1"/><source><link href="{SHORT}"/><title>号</title></source>'),
        SHORT,
    ),
    "RDF": (rdf(f'<item rdf:about="x"><link>{ESCAPED}</link></item>'), LONG),
    "JSON, url": (json_feed({"id": "1", "url": LONG}), LONG),
    "JSON, external_url": (json_feed({"url": "https://x.example/1", "external_url": SHORT}), SHORT),
    "JSON, id": (json_feed({"id": SHORT}), SHORT),
    "JSON with a mark in front": (b"\xef\xbb\xbf" + json_feed({"url": SHORT}), SHORT),
}


@pytest.mark.parametrize(("content", "address"), ITEMS.values(), ids=ITEMS)
def test_read_feed_chooses_article_url_of_item(content: bytes, address: str) -> None:
    feed = read(content)
    assert [target.url for target in feed.targets] == [address]
    assert (feed.title, feed.skipped) == ("订阅", 0)


def related(relation: str) -> bytes:
    return atom(f'<link rel="{relation}" href="{SHORT}"/><link href="https://x.example/1"/>')


SKIPPED: dict[str, bytes] = {
    "an article of another host": rss("<item><link>https://x.example/s/1</link></item>"),
    "an article only in its text": rss(f"<item><description>{SHORT}</description></item>"),
    "an article only in its escaped text": rss(f'<item><description>&lt;a href="{SHORT}"></description></item>'),
    "an album": rss(f"<item><link>{ALBUM}</link></item>"),
    "an address that only holds ours": rss(f"<item><link>https://x.example/?u={SHORT}</link></item>"),
    "a related page": related("related"),
    "an enclosure": related("enclosure"),
    "nothing": rss("<item></item>"),
    "JSON of other types": json_feed({"url": ["x"], "id": 1}),
    "JSON without an item": json_feed("x"),
    "only in JSON's text": json_feed({"content_html": SHORT}),
}


@pytest.mark.parametrize("content", SKIPPED.values(), ids=SKIPPED)
def test_read_feed_item_without_article_is_skipped(content: bytes) -> None:
    assert (read(content).targets, read(content).skipped) == ((), 1)


NESTED = f"<p>a<br>b</p><link>{SHORT}</link>"
TWO = 'xmlns:a="http://www.w3.org/2005/Atom" xmlns:x="urn:x"'

FORMS: dict[str, bytes] = {
    "RSS 0.91": f'<rss version="0.91"><channel><title>订阅</title><item><link>{SHORT}</link></item></channel></rss>'.encode(),
    "RSS 0.9": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>订阅</title></channel><item><link>{SHORT}</link></item></rdf:RDF>""".encode(),
    "RDF, what it is about": rdf(f'<item rdf:about="{SHORT}"><title>x</title></item>'),
    "Atom 0.3": f"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>订阅</title><entry>
<link rel="alternate" type="text/html" href="{SHORT}"/></entry></feed>""".encode(),
    "Atom with a prefix": f'<a:feed {TWO}><a:title>订阅</a:title><a:entry><a:link href="{SHORT}"/></a:entry></a:feed>'.encode(),
    "a link of Atom's in RSS": f'<rss {TWO}><channel><title>订阅</title><item><a:link href="{SHORT}"/></item></channel></rss>'.encode(),
    "another vocabulary's link beside it": (
        f'<rss {TWO}><channel><title>订阅</title><item><x:link>{OTHER}</x:link><link>{SHORT}</link></item></channel></rss>'.encode()
    ),
    "a base": atom('<link href="AbCd-fGh_jKlMnOpQrStUv"/>').replace(b"<entry>", b"<entry xml:base='https://mp.weixin.qq.com/s/'>"),
    "a base below a base": atom('<link xml:base="s/" href="AbCd-fGh_jKlMnOpQrStUv"/>').replace(
        b"<entry>", b"<entry xml:base='https://mp.weixin.qq.com/'>"
    ),
    "a base that is not meant": atom(f'<link href="{SHORT}"/>').replace(b"<entry>", b"<entry xml:base='https://x.example/'>"),
    "a title of XHTML": atom(f'<link href="{SHORT}"/>').replace(
        "<title>订阅</title>".encode(), '<title type="xhtml"><div>订<b>阅</b></div></title>'.encode()
    ),
    "the title of its picture first": rss(f"<item><link>{SHORT}</link></item>").replace(
        b"<channel>", b"<channel><image><title>x</title></image>"
    ),
    "an article in XHTML": atom(f'<content type="xhtml"><div><link href="{OTHER}"/></div></content><link href="{SHORT}"/>'),
    "HTML that is not escaped": rss(f"<item><description>{NESTED.replace(SHORT, OTHER)}</description><link>{SHORT}</link></item>"),
    "a link in pieces": rss(f"<item><link><!-- x -->{SHORT[:20]}<![CDATA[{SHORT[20:]}]]></link></item>"),
    "in capitals": rss(f"<ITEM><LINK>{SHORT}</LINK></ITEM>"),
    "a link of numbers": rss("<item><link>" + "".join(f"&#{ord(letter)};" for letter in SHORT) + "</link></item>"),
    "numbers, not well-formed": rss("<item>&nbsp;<link>" + "".join(f"&#x{ord(letter):x};" for letter in SHORT) + "</link></item>"),
    "a bracket in an attribute": atom(f'<link title="a>b" href="{SHORT}"/>'),
    "a long tag": rss(f'<item a="{"x" * 5000}"><link>{SHORT}</link></item>'),
    "deeper than lxml goes": rss(f"<item><description>{'<div>' * 300}</description><link>{SHORT}</link></item>"),
    "a long text": rss(f"<item><description>{'x' * 7_000_000}</description><link>{SHORT}</link></item>"),
}  # fmt: skip


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_read_feed_accepts_format_variants(content: bytes) -> None:
    feed = read(content)
    assert ([target.url for target in feed.targets], feed.title, feed.skipped) == ([SHORT], "订阅", 0)


def test_read_feed_custom_entities_are_not_resolved(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SHORT)
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY y "{SHORT}">]>'
    content = rss("<item><link>&x;</link></item><item><link>&y;</link></item>").replace(
        b"<rss", entity.encode() + b"<rss"
    )
    assert (addresses(content), read(content).skipped) == ([], 2)


def _classes(of: type[Exception]) -> list[type[Exception]]:
    return [of, *(deeper for one in of.__subclasses__() for deeper in _classes(one))]


@pytest.mark.parametrize("kind", [*_classes(etree.LxmlError), ValueError, AssertionError])
def test_read_feed_goes_on_when_lxml_fails(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        has_place = issubclass(kind, etree.ParseError) and kind is not etree.XMLSyntaxAssertionError
        raise kind("why", None, 1, 1) if has_place else kind("why")

    monkeypatch.setattr(etree, "fromstring", fail)
    assert addresses(rss(f"<item><link>{SHORT}</link></item>")) == [SHORT]


def test_read_feed_keeps_item_order_without_duplicates() -> None:
    one, other = f"<item><link>{SHORT}</link></item>", f"<item><link>{OTHER}</link></item>"
    feed = read(rss(other + one + other + "<item/>"))
    assert ([target.url for target in feed.targets], feed.skipped) == ([OTHER, SHORT], 1)


def test_read_feed_empty_feed_has_no_targets() -> None:
    assert read(rss("")) == read(json_feed()) == Feed(title="订阅")


ENCODED: dict[str, bytes] = {
    "GB2312, with letters of GBK": (
        '<?xml version="1.0" encoding="gb2312"?>' + rss(f"<item><link>{SHORT}</link></item>", "訂閱").decode()[21:]
    ).encode("gbk"),
    "UTF-16": rss(f"<item><link>{SHORT}</link></item>", "訂閱").decode().encode("utf-16"),
    "UTF-16 without a mark": rss(f"<item><link>{SHORT}</link></item>", "訂閱").decode().encode("utf-16-be"),
    "an encoding that there is not": rss(f"<item><link>{SHORT}</link></item>", "訂閱").replace(
        b'"1.0"', b'"1.0" encoding="iso-8859-99"'
    ),
    "blank lines in front": b"\n\n\xef\xbb\xbf" + rss(f"<item><link>{SHORT}</link></item>", "訂閱"),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_read_feed_detects_encoding(content: bytes) -> None:
    assert (addresses(content), read(content).title) == ([SHORT], "訂閱")


ILL_FORMED: dict[str, bytes] = {
    "a bare ampersand": rss(f"<item><title>A & B</title><link>{SHORT}</link></item>"),
    "an entity of HTML's": rss(f"<item><title>A&nbsp;B</title><link>{SHORT}</link></item>"),
    "halves of an emoji": rss(f"<item><title>&#xD83D;&#xDE00;&#55357;</title><link>{SHORT}</link></item>"),
    "letters that there are not": rss(f"<item><title>&#x110000;&#99999999999;</title><link>{SHORT}</link></item>"),
    "a search field in an item": rss(f"<item><textInput><title>x</title></textInput><link>{SHORT}</link></item>"),
    "a base that is no address": rss(f"<item xml:base='http://['><link>{SHORT}</link></item>"),
    "a control character": rss(f"<item><title>A\x08B</title><link>{SHORT}</link></item>"),
    "a byte that is no UTF-8": rss(f"<item><title>?</title><link>{SHORT}</link></item>").replace(b"?<", b"\xff<"),
    "cut off": rss(f"<item><link>{SHORT}</link></item><item><link>https://mp.wei").partition(b"</channel>")[0],
    "a comment in front": b"<!-- by <b>x</b> -->" + rss(f"<item><link>{SHORT}</link></item>")[21:],
    "a document type": b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "x.dtd">'
    + rss(f"<item><link>{SHORT}</link></item>")[21:],
}


@pytest.mark.parametrize("content", ILL_FORMED.values(), ids=ILL_FORMED)
def test_read_feed_malformed_feed_is_still_read(content: bytes) -> None:
    assert SHORT in addresses(content)


NO_FEEDS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "neither RSS"),
    "a web page": (b"<!DOCTYPE html><html><body><a href='x'>RSS</a></body></html>", "a web page"),
    "words": ("没有找到".encode(), "neither RSS"),
    "another XML": (b"<?xml version='1.0'?><opml version='2.0'><body/></opml>", "neither RSS"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", "neither RSS"),
    "JSON without items": (b'{"error": "not found"}', "no list `items`"),
    "JSON whose items are none": (b'{"items": {}}', "no list `items`"),
    "JSON cut off": (b'{"items": [{"url', "cut off"),
    "JSON too deep": (b'{"items": ' + b"[" * 100_000, "damaged"),
    "a file's name": (b"/etc/passwd", "neither RSS"),
    "another feed's address": (b"http://127.0.0.1:9/", "neither RSS"),
    "more than the cap": (b" " * (feeds.MAX_FEED_SIZE + 1), "MB"),
}


@pytest.mark.parametrize(("content", "why"), NO_FEEDS.values(), ids=NO_FEEDS)
def test_read_feed_non_feed_is_refused_with_reason(content: bytes, why: str) -> None:
    with pytest.raises(FetchError, match=why) as caught:
        read(content)
    assert caught.value.concerns == FROM
    assert "\n" not in str(caught.value)


OPENED = "<rss version='2.0'><channel><item>"


def laughs(_size: int) -> str:
    entities = "\n".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?>\n<!DOCTYPE x [\n<!ENTITY l0 "ha">\n{entities}\n]>\n{OPENED}<title>&l9;'


# The first dozen made feedparser 6.0 take seconds to minutes at 12,000, and the base eight gigabytes.
HOSTILE: dict[str, Callable[[int], str]] = {
    "entities of entities": laughs,
    "one long entity, often": lambda n: f'<!DOCTYPE x [\n<!ENTITY a "{"x" * n}">\n]>\n{OPENED}<title>' + "&a;" * n,
    "blank lines in front": lambda n: "<?xml version='1.0'?>" + "\n" * n + OPENED,
    "a base at each level": lambda n: f"<rss xml:base='http://x.example/'>{OPENED}" + "<a xml:base='aaaaaaaaa/'>" * n,
    "a declaration that says its encoding often": lambda n: "<?" + " encoding='" * n + OPENED,
    "an author of dots": lambda n: f"{OPENED}<author>" + "a." * n + "</author>",
    "a creator of dots": lambda n: (
        f"<rss xmlns:dc='http://purl.org/dc/elements/1.1/'>{OPENED}<dc:creator>" + "a." * n + "</dc:creator>"
    ),
    "a slow encoding": lambda n: "<?xml version='1.0' encoding='punycode'?>" + OPENED + "-" + "zz" * n,
    "deep": lambda n: OPENED + "<a>" * n,
    "deep and closed": lambda n: OPENED + "<a>" * n + "</a>" * n + "</item></channel></rss>",
    "deep in an Atom text": lambda n: f"<feed {ATOM}><entry><content type='xhtml'>" + "<div>" * n,
    "items in items": lambda n: OPENED + "<item>" * n,
    "open brackets": lambda n: OPENED + "<" * n,
    "attributes": lambda n: f"{OPENED}<title " + 'a="b" ' * n,
    "attributes of an item": lambda n: "<rss><channel><item " + "".join(f'a{m}="b" ' for m in range(n)) + ">",
    "the same attribute of an item": lambda n: "<rss><channel><item " + 'a="b" ' * n + ">",
    "attributes of a link": lambda n: f"{OPENED}<link " + "".join(f"a{m}='b' " for m in range(n)) + "/>",
    "attributes without values": lambda n: f"{OPENED}<link " + "a " * n + "/>",
    "a name without an end": lambda n: f"{OPENED}<link " + "a" * 4 * n + "/>",
    "quotes": lambda n: f"{OPENED}<link " + "a=\"b='" * n + "/>",
    "blanks behind a name": lambda n: f"{OPENED}<link a" + " " * 4 * n + "b/>",
    "ends of nothing": lambda n: OPENED + "<a>" * 200 + "</b>" * n,
    "ends of the first": lambda n: OPENED + "<a>" * n + "</a></b>" * n,
    "comments that do not end": lambda n: OPENED + "<!--" * n,
    "sections that do not end": lambda n: OPENED + "<![CDATA[" * n,
    "instructions that do not end": lambda n: OPENED + "<?" * n,
    "ampersands": lambda n: f"{OPENED}<title>" + "&" * 4 * n,
    "references": lambda n: f"{OPENED}<link>" + "&amp;#38;" * n,
    "links": lambda n: OPENED + "<link/>" * n,
    "sources": lambda n: OPENED + "<source url='http://x.example'>" * n,
    "long bases": lambda n: OPENED + f"<link xml:base='{'a/' * 1000}'>" * (n // 30),
    "prefixes": lambda n: OPENED + "".join(f"<p{m}:a/>" for m in range(n)),
}


def seconds(content: bytes) -> float:
    began = time.process_time()
    read(content)
    return time.process_time() - began


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_read_feed_hostile_feed_takes_linear_time(hostile: Callable[[int], str]) -> None:
    small, large = (hostile(size).encode() for size in (3_000, 24_000))
    # Eight times the size: sixty-four times the time if it were quadratic, in each of the tries. On a machine that does
    # other things one of them may take long for once.
    assert any(seconds(large) < 24 * max(seconds(small), 0.02) for _ in range(4))


def test_read_feed_too_many_namespaces_is_refused() -> None:
    names = " ".join(f'xmlns:p{n}="u{n}"' for n in range(101))
    with pytest.raises(FetchError, match="vocabularies"):
        read(f"<rss version='2.0' {names}><channel/></rss>".encode())
