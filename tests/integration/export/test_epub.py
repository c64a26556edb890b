"""What `archiver export --epub` writes: books that are valid, whole, the same each time, and load nothing."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime

import pytest
from lxml import etree

from archiver.commands import books
from archiver.export.epub import pictures
from tests.support.books import Read, epubcheck, picture_of, words
from tests.support.command import Command, Run
from tests.support.reading import STORIES, fill
from tests.support.wechat import World, numbered, pages

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES
VOICE = '<mpvoice name="一段语音" play_length="825000" voice_encode_fileid="MzIyODE4NjY5MF8yODI1ODA1MTkw"></mpvoice>'
LOADING = frozenset("script iframe object embed audio video form style base".split())
# What a person may write into a post, and what no HTML may hold.
BY_HAND = """<ul>text<p>a<h2>b<blockquote>c</h2><table>x<tr><td colspan=0><li>d</table><ruby>e<rt>f<rt>g</ruby><ruby>h</ruby>
<ol type=Z start=x reversed><li value=-1>i</ol><a href="https://a.example/%zz?{[|]}#x#y"><a href="https://b_c.example:99999/">j</a></a>
<strong><table><tr><td>k</td></tr></table></strong><rp>l</rp><p id="x" id="x"><div class="a b">m</p><a href="mailto:a b@c"><pre>n</pre></a>
<video src="https://v.example/x.mp4" poster="https://v.example/x.png"><audio src="x"></audio></video><a href="#top">o</a><hr><br>
<img src="https://p.example/x.png"><img src="{{site.baseurl}}/postimg/none.png" alt="&quot;"><svg onload="a()"><math><mi>p</mi></math></svg>
"""


def export(archiver: Command, *arguments: str) -> Run:
    return archiver("export", "-o", "out", *arguments)


def book(archiver: Command, *arguments: str) -> Read:
    """The one book that an export writes."""
    run = export(archiver, "--epub", "book.epub", *arguments)
    assert (run.code, run.out) == (0, "book.epub\n"), run.err
    return Read.of(archiver.folder / "book.epub")


@pytest.fixture
def reading(archiver: Command, world: World) -> Command:
    """An archive of several accounts, with links, edits, a lost picture, and hostile words."""
    fill(archiver, world)
    return archiver


@pytest.fixture
def three(archiver: Command, world: World) -> Command:
    """An archive of three articles; the first links to the others, the last shows the picture of the first."""
    links = " ".join(f'<a href="{numbered.address(number)}">往 {number}</a>' for number in (2, 3, 9))
    for number, shown in ((1, [1]), (2, []), (3, [1, 2])):
        world.serve(numbered.address(number), numbered.article(number, words=links * (number == 1), pictures=shown))
    for number in (1, 2):
        for size in ("0", "640"):
            world.serve(
                f"{numbered.picture(number)}/{size}", pages.picture(numbered.picture_bytes(number), "image/png")
            )
    assert archiver.add(*numbered.addresses((1, 2, 3))).counts == {"archived": 3}
    return archiver


def check_harmless(element: etree._Element) -> None:
    """Fail on an element that runs something, or that loads what is not a file of the book."""
    assert etree.QName(element).localname not in LOADING
    for name, value in element.items():
        assert not name.startswith("on")
        if name in ("src", "srcset", "poster", "data"):
            assert re.fullmatch(r"[\w-]+\.\w+", value), value
        if name == "href" and etree.QName(element).localname == "link":
            assert value == "style.css"


def links_in(page: etree._Element) -> list[str]:
    return [str(link.get("href")) for link in page.iter("{*}a")]


def test_epub_contents_are_by_account_and_day(reading: Command) -> None:
    read = book(reading)
    found = read.contents()
    assert [entry for entry in found if "script" not in entry[0]] == [
        ("城南旧书店", [f"2024-06-01 {SHOP.title}"]),
        ("江边农事", [f"2018-03-20 {GONE.title}", f"2025-01-05 {SHORT.title}"]),
        ("阳台种菜记", [f"2023-10-22 {RAIN.title}", f"2025-11-07 {FIRST.title}"]),
    ]
    assert (len(found), len(read.chapters)) == (4, 6)
    assert read.spine[:2] == ["cover.xhtml", "contents.xhtml"]
    assert read.metadata("language") == ["zh-CN"]
    assert sorted(read.metadata("creator")) == sorted({story.account for story in STORIES})


def test_epub_of_one_account_has_its_name_and_articles_by_day(reading: Command) -> None:
    read = book(reading, "--account", FIRST.account)
    assert read.metadata("title") == [FIRST.account]
    assert read.contents() == [f"2023-10-22 {RAIN.title}", f"2025-11-07 {FIRST.title}"]


@pytest.mark.parametrize(("option", "value", "title"), [
    ("--album", "阳台四季", "阳台四季"), ("--source", "我的清单", "我的清单"), ("--tag", "阳台四季", "#阳台四季"),
])  # fmt: skip
def test_epub_of_album_source_and_tag(reading: Command, option: str, value: str, title: str) -> None:
    read = book(reading, option, value)
    assert (list(read.chapters), read.metadata("title")) == ([RAIN.title, FIRST.title], [title])
    listed = reading("list", "-o", "out", option, value).out
    assert (len(listed.splitlines()), FIRST.title in listed, RAIN.title in listed) == (2, True, True)


def test_epub_chapter_begins_with_where_it_is_from(reading: Command) -> None:
    page = book(reading).chapters[FIRST.title]
    head = next(page.iter("{*}header"))
    assert ["".join(line.itertext()) for line in head] == [
        FIRST.title, "公众号：阳台种菜记", "日期：2025-11-07 08:31", "标签：其他、阳台四季", "合集：阳台四季", "来源：我的清单",
        f"原文：{FIRST.address}",
    ]  # fmt: skip
    assert links_in(head) == [FIRST.address]
    assert "更正：十二月的香葱四天浇一次。" in words(page)
    assert {page.get("lang"), page.get("{http://www.w3.org/XML/1998/namespace}lang")} == {"zh-CN"}


def test_epub_language_of_article_is_that_of_its_post(three: Command) -> None:
    first = three.posts[0]
    first.write_text(first.read_text(encoding="utf-8").replace("---\n", "---\nlang: en-GB\n", 1), encoding="utf-8")
    second = three.posts[1]
    second.write_text(second.read_text(encoding="utf-8").replace("---\n", '---\nlang: "x\\"y"\n', 1), encoding="utf-8")
    assert [page.get("lang") for page in book(three).chapters.values()] == ["en-GB", "zh-CN", "zh-CN"]


def test_epub_links_lead_to_chapters_of_the_book(three: Command) -> None:
    read = book(three)
    assert links_in(read.chapters["测试 001"])[1:] == [read.spine[3], read.spine[4], numbered.address(9)]
    alone = book(three, numbered.address(1), numbered.address(2))
    assert links_in(alone.chapters["测试 001"])[1:] == [alone.spine[3], numbered.address(3), numbered.address(9)]


def test_epub_shared_picture_is_in_the_book_once(three: Command) -> None:
    read = book(three)
    shown = [image.get("src") for page in read.chapters.values() for image in page.iter("{*}img")]
    assert (len(shown), len(set(shown)), shown[0]) == (3, 2, shown[1])
    assert read.files[f"EPUB/{shown[0]}"] == numbered.picture_bytes(1)


def test_epub_file_begins_as_the_format_demands(three: Command) -> None:
    with zipfile.ZipFile(book(three).path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # not that of the export
        assert archive.testzip() is None
    assert book(three).path.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"


def test_epub_is_the_same_each_time_and_dated_by_the_last_capture(three: Command, world: World) -> None:
    first = book(three)
    (modified,) = [meta.text for meta in first.package.iter("{*}meta") if meta.get("property") == "dcterms:modified"]
    newest = max(row["archived"] for row in three("list", "-o", "out", "--json").outcomes)
    assert datetime.fromisoformat(str(modified)) == datetime.fromisoformat(newest).replace(microsecond=0)
    content = first.path.read_bytes()
    assert book(three).path.read_bytes() == content
    world.serve(numbered.address(2), numbered.article(2, words="又改了"))
    assert three.add(numbered.address(2)).counts == {"updated": 1}
    assert book(three).metadata("identifier") == first.metadata("identifier")
    assert book(three).path.read_bytes() != content


def test_epub_above_the_size_is_written_as_several_books(archiver: Command, world: World) -> None:
    for number in range(1, 5):
        body = numbered.article(
            number, words=f'<a href="{numbered.address(number % 4 + 1)}">下一篇</a>', pictures=[number]
        )
        world.serve(numbered.address(number), body)
        content = picture_of("png") + bytes(60_000 - len(picture_of("png")))
        for size in ("0", "640"):
            world.serve(f"{numbered.picture(number)}/{size}", pages.picture(content, "image/png"))
    archiver.add(*numbered.addresses(range(1, 5)))
    run = export(archiver, "--epub", "book.epub", "--max-size", "150kB", "--json")
    names = ["book-1.epub", "book-2.epub"]
    assert (run.code, run.outcome["files"], run.outcome["missing"]) == (0, names, [])
    assert run.outcome["remarks"] == ["book.epub: more than 0.15 MB, so it was written as 2 books"]
    assert "archiver: book.epub: more than 0.15 MB, so it was written as 2 books" in run.err
    parts = [Read.of(archiver.folder / name) for name in names]
    assert [part.path.stat().st_size < 150_000 for part in parts] == [True, True]
    assert [list(part.chapters) for part in parts] == [["测试 001", "测试 002"], ["测试 003", "测试 004"]]
    assert [part.metadata("title") for part in parts] == [["测试号（1/2）"], ["测试号（2/2）"]]
    assert links_in(parts[0].chapters["测试 001"])[1:] == [parts[0].spine[3]]
    assert links_in(parts[0].chapters["测试 002"])[1:] == [numbered.address(3)]
    assert not (archiver.folder / "book.epub").exists()
    assert len({part.metadata("identifier")[0] for part in parts}) == 2


def test_epub_as_very_many_books_is_refused(three: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "_MOST_BOOKS", 2)
    (three.folder / "a.csv").write_text("old")
    run = export(three, "--csv", "a.csv", "--epub", "book.epub", "--max-size", "1kB")
    assert (run.code, run.out, "3 books would be written" in run.err) == (2, "", True)
    assert sorted(path.name for path in three.folder.glob("*.*") if path.suffix in (".csv", ".epub", ".tmp")) == [
        "a.csv"
    ]
    assert (three.folder / "a.csv").read_text() == "old"


def test_epub_without_articles_is_not_written(three: Command) -> None:
    run = export(three, "--epub", "book.epub", "--account", "别的号")
    assert (run.code, run.out) == (0, "")
    assert "book.epub: no book was written, since no article was selected" in run.err
    assert not (three.folder / "book.epub").exists()


@pytest.mark.parametrize(("arguments", "said"), [
    (("--epub", "-"), "--epub needs a file"),
    (("--csv", "a.csv", "--max-size", "1GB"), "--max-size is for --epub"),
    (("--epub", "a.epub", "--csv", "./a.epub"), "two exports into one file"),
    (("--epub", "a.epub", "--max-size", "0MB"), "write a size as 300MB"),
    (("--epub", "a.epub", "--max-size", "300"), "write a size as 300MB"),
])  # fmt: skip
def test_epub_wrong_usage_is_exit_2(three: Command, arguments: tuple[str, ...], said: str) -> None:
    run = export(three, *arguments)
    assert (run.code, run.out, said in run.err) == (2, "", True)
    assert list(three.folder.glob("*.epub")) == []


def test_epub_what_is_lost_or_altered_is_named_and_left_out(three: Command) -> None:
    (three.folder / f"out/{numbered.picture_file(1)}").write_bytes(b"x" * len(numbered.picture_bytes(1)))
    (three.folder / f"out/{numbered.picture_file(2)}").unlink()
    three.posts[1].unlink()
    run = export(three, "--epub", "book.epub")
    assert run.code == 1
    assert run.err.count(f"out/{numbered.picture_file(1)}: is not the file that came") == 1
    assert f"out/{numbered.picture_file(2)}: cannot be read" in run.err
    assert "测试-002.md: cannot be read" in run.err
    read = Read.of(three.folder / "book.epub")
    assert "正文缺失" in words(read.chapters["测试 002"])
    assert [image for page in read.chapters.values() for image in page.iter("{*}img")] == []
    assert words(read.chapters["测试 003"]).count("图片、音频或视频没有保存") == 2


@pytest.mark.parametrize(
    "shown", ["link.png", "sub/secret.png", "sub%5Csecret.png", "..%5C..%5Csecret.png", "loop.png"]
)
def test_epub_holds_no_picture_from_outside_of_its_folder(three: Command, shown: str) -> None:
    folder, secret = three.folder / "out/postimg", three.folder / "secret.png"
    secret.write_bytes(picture_of("png transparent"))
    (folder / "sub").mkdir()
    for name in ("sub/secret.png", "sub\\secret.png", "..\\..\\secret.png", "link.png"):
        (folder / name).symlink_to(secret)
    (folder / "loop.png").symlink_to("loop.png")
    post = three.posts[0]
    post.write_text(
        f"{post.read_text(encoding='utf-8')}\n![]({{{{site.baseurl}}}}/postimg/{shown})\n", encoding="utf-8"
    )
    run = export(three, "--epub", "book.epub")
    assert (run.code, "leads out of the folder of pictures" in run.err) == (1, True)
    assert picture_of("png transparent") not in Read.of(three.folder / "book.epub").files.values()


def test_epub_sounds_are_links_to_the_article(archiver: Command, world: World) -> None:
    world.serve("https://res.wx.qq.com/voice/getvoice", pages.picture(b"ID3\x04" + bytes(20_000), "audio/mp3"))
    world.serve(numbered.address(1), numbered.article(1, words=VOICE))
    assert archiver.add(numbered.address(1)).outcome["outcome"] == "archived"
    assert list((archiver.folder / "out" / "media").iterdir())
    read = book(archiver)
    (page,) = read.chapters.values()
    assert links_in(page) == [numbered.address(1)] * 2
    assert "▶音频" in words(page)
    assert not any(name.endswith((".mp3", ".m4a")) for name in read.files)


@pytest.mark.parametrize("has_pillow", [True, False])
def test_epub_webp_is_converted_or_has_a_placeholder(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch, has_pillow: bool
) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=[1]))
    for size in ("0", "640"):
        world.serve(f"{numbered.picture(1)}/{size}", pages.picture(picture_of("webp"), "image/webp"))
    archiver.add(numbered.address(1))
    if not has_pillow:
        monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    run = export(archiver, "--epub", "book.epub")
    assert (run.code, "pip install 'archiver[epub]'" in run.err) == (0, not has_pillow)
    read = Read.of(archiver.folder / "book.epub")
    (image,) = read.chapters["测试 001"].iter("{*}img")
    if has_pillow:
        assert read.types[str(image.get("src"))] == "image/jpeg"
    else:
        (source,) = read.chapters["测试 001"].iter("{*}source")
        assert image.get("src") == "placeholder.svg"
        assert read.types[str(source.get("srcset"))] == source.get("type") == "image/webp"
        assert read.files[f"EPUB/{source.get('srcset')}"] == picture_of("webp")


@pytest.mark.epubcheck
def test_epub_of_hostile_pages_and_posts_is_valid(reading: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    for post in reading.posts[1:3]:
        post.write_text(f"{post.read_text(encoding='utf-8')}\n\n{BY_HAND}\n\n> {BY_HAND}\n", encoding="utf-8")
    (shown,) = (reading.folder / "out/postimg").glob("Rain.*")
    shown.write_bytes(picture_of("webp"))
    reading.catalogue.change("UPDATE media SET sha256 = '', size = ? WHERE path LIKE '%Rain%'", len(picture_of("webp")))
    shown.rename(shown.with_suffix(".png"))
    export(reading, "--epub", "book.epub")
    read = Read.of(reading.folder / "book.epub")
    assert any("placeholder" in name for name in read.files)
    for name in read.files:
        if name.endswith((".xhtml", ".svg")):
            for element in read.tree(name.removeprefix("EPUB/")).iter():
                check_harmless(element)
    assert epubcheck(read.path) == []


@pytest.mark.epubcheck
def test_epubcheck_sees_what_is_wrong_in_a_book(three: Command) -> None:
    read = book(three)
    broken = read.path.with_name("broken.epub")
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in read.files.items():
            wrong = b'<section><img src="https://a.example/x.png" alt=""/><p><h2>x</h2></p><ruby>x</ruby>'
            archive.writestr(name, content.replace(b"<section>", wrong))
    said = epubcheck(broken)
    assert any("RSC-006" in line for line in said)  # a remote resource
    assert any("h2" in line for line in said)
    assert any("ruby" in line for line in said)
