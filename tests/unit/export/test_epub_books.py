"""export/epub: how articles are divided, what a book is called, its cover, and the forms of its pictures."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from lxml import etree
from PIL import Image

from archiver.export.epub import pictures
from archiver.export.epub.cover import cover, wrapped
from archiver.export.epub.package import Book, contents, entries, old_contents
from archiver.export.epub.parts import Chapter, chapter_order, divide, picture_sizes
from archiver.export.epub.pictures import book_picture
from archiver.export.epub.titles import book_title
from archiver.models import CHINA, ArticleRecord
from archiver.models.requests import ArticleQuery, ExportRequest
from tests.support.books import picture_of

START = datetime(2024, 1, 1, 12, tzinfo=CHINA)


def chapter(
    number: int, *, account: str = "号", days: int | None = 0, size: int = 0, shown: dict[str, int] | None = None
) -> Chapter:
    record = ArticleRecord(
        key=f"b:{number}:1", url="", title=f"题{number}", account=account, archived=START, state_seen=START,
        published=None if days is None else START + timedelta(days=days),
    )  # fmt: skip
    return Chapter(article=record, size=size, pictures=shown or {})


def numbers(parts: list[list[Chapter]]) -> list[list[int]]:
    return [[int(each.article.key.split(":")[1]) for each in part] for part in parts]


def test_divide_fills_books_up_to_the_most() -> None:
    chapters = [chapter(number, size=40_000) for number in range(5)]
    assert numbers(divide(chapters, 100_000)) == [[0, 1], [2, 3], [4]]
    assert numbers(divide(chapters, 1_000_000)) == [[0, 1, 2, 3, 4]]
    assert divide([], 1) == []


def test_divide_counts_a_shared_picture_once_a_book() -> None:
    chapters = [chapter(number, shown={"postimg/a.png": 60_000}) for number in range(4)]
    assert numbers(divide(chapters, 100_000)) == [[0, 1, 2, 3]]
    apart = [chapter(number, shown={f"postimg/{number}.png": 60_000}) for number in range(3)]
    assert numbers(divide(apart, 100_000)) == [[0], [1], [2]]


def test_divide_counts_a_shared_picture_again_in_the_next_book() -> None:
    chapters = [chapter(number, size=30_000, shown={"postimg/a.png": 60_000}) for number in range(3)]
    assert numbers(divide(chapters, 100_000)) == [[0], [1], [2]]


def test_divide_too_large_chapter_is_a_book_of_its_own() -> None:
    chapters = [chapter(0, size=10), chapter(1, size=900_000), chapter(2, size=10)]
    assert numbers(divide(chapters, 100_000)) == [[0], [1], [2]]


def test_picture_sizes_leave_room_for_conversion() -> None:
    sizes = picture_sizes([("postimg/a.png", 1000), ("postimg/b.webp", 1000)])
    assert 1000 < sizes["postimg/a.png"] < 2000
    assert sizes["postimg/b.webp"] > 2 * sizes["postimg/a.png"]


def test_chapter_order_is_by_account_and_time_and_unknown_times_last() -> None:
    chapters = [
        chapter(1, account="乙"),
        chapter(2, days=None),
        chapter(3, days=5),
        chapter(4, days=1),
        chapter(5, days=None),
    ]
    records = sorted((each.article for each in chapters), key=chapter_order)
    assert [record.key for record in records] == ["b:1:1", "b:4:1", "b:3:1", "b:2:1", "b:5:1"]


@pytest.mark.parametrize(("query", "only", "chapters", "title"), [
    (ArticleQuery(), (), [chapter(1), chapter(2)], "号"),
    (ArticleQuery(), (), [chapter(1), chapter(2, account="乙"), chapter(3, account="乙")], "乙、号"),
    (ArticleQuery(), (), [chapter(n, account=f"号{n}") for n in range(5)], "号0、号1、号2 等 5 个公众号"),
    (ArticleQuery(), (), [chapter(1, account="")], "公众号不详"),
    (ArticleQuery(album="集\n一"), (), [chapter(1)], "集 一"),
    (ArticleQuery(account="gh_1", tag="菜"), (), [chapter(1)], "号 · #菜"),
    (ArticleQuery(source="清单", since=START), (), [chapter(1), chapter(2, days=3)], "清单（2024-01-01 – 2024-01-04）"),
    (ArticleQuery(), ("b:1:1",), [chapter(1)], "题1"),
])  # fmt: skip
def test_book_title_says_what_was_selected(
    query: ArticleQuery, only: tuple[str, ...], chapters: list[Chapter], title: str
) -> None:
    assert book_title(chapters, ExportRequest(files={}, articles=query, only=only)) == title


def test_contents_have_years_where_there_are_many_articles() -> None:
    few = [(chapter(number, days=number * 300), f"{number}.xhtml") for number in range(3)]
    assert [entry.text for entry in entries(few)] == ["2024-01-01 题0", "2024-10-27 题1", "2025-08-23 题2"]
    many = [(chapter(number, days=number * 60), f"{number}.xhtml") for number in range(13)] + [
        (chapter(13, days=None), "x.xhtml")
    ]
    found = entries(many)
    assert [(entry.text, len(entry.entries)) for entry in found] == [("2024", 7), ("2025", 6), ("日期不详", 1)]
    book = Book(title="书", chapters=[each for each, _ in many])
    points = etree.fromstring(old_contents(book, found)).findall(".//{*}navMap/{*}navPoint")
    assert [point.find("{*}content").get("src") for point in points] == ["0.xhtml", "7.xhtml", "x.xhtml"]
    assert b'href="0.xhtml" epub:type="bodymatter"' in contents(book, found)


def test_cover_shows_title_accounts_days_and_number() -> None:
    book = Book(title="集 <一>", number=1, total=2, chapters=[chapter(1), chapter(2, days=3, account="乙")])
    shown = [element.text for element in etree.fromstring(cover(book)).iter("{*}text")]
    assert shown == ["集 <一>（1/2）", "乙、号", "2024-01-01 – 2024-01-04", "2 篇文章"]


@pytest.mark.parametrize(("text", "width", "lines"), [
    ("一二三四五", 2, ["一二", "三四", "五"]),
    ("ab cdef", 2.5, ["ab", "cdef"]),
    ("一二三四五六七八", 2, ["一二", "三四", "五…"]),
    ("", 2, [""]),
])  # fmt: skip
def test_wrapped_lines_fit(text: str, width: float, lines: list[str]) -> None:
    assert wrapped(text, width, 3) == lines


@pytest.mark.parametrize(("kind", "ending", "form"), [
    ("jpeg", "jpg", "JPEG"), ("png", "png", "PNG"), ("gif", "gif", "GIF"), ("webp", "jpg", "JPEG"),
    ("webp transparent", "png", "PNG"), ("webp exact", "png", "PNG"), ("webp moving", "gif", "GIF"), ("bmp", "png", "PNG"),
])  # fmt: skip
def test_book_picture_has_form_that_all_readers_know(kind: str, ending: str, form: str) -> None:
    picture = book_picture(picture_of(kind))
    assert picture is not None
    assert (picture.ending, picture.is_foreign) == (ending, False)
    with Image.open(io.BytesIO(picture.content)) as shown, Image.open(io.BytesIO(picture_of(kind))) as original:
        assert (shown.format, shown.size) == (form, original.size)
        assert getattr(shown, "n_frames", 1) == getattr(original, "n_frames", 1)
        pairs = zip(
            shown.convert("RGBA").getpixel((100, 100)), original.convert("RGBA").getpixel((100, 100)), strict=True
        )
        assert all(abs(one - other) <= 8 for one, other in pairs)


def test_book_picture_core_types_stay_to_the_byte() -> None:
    for kind in ("jpeg", "png", "gif", "gif moving"):
        picture = book_picture(picture_of(kind))
        assert picture is not None
        assert picture.content == picture_of(kind)


def test_book_picture_svg_loads_nothing() -> None:
    picture = book_picture(picture_of("svg"))
    assert picture is not None
    assert picture.media_type == "image/svg+xml"
    assert b"a.example" not in picture.content
    assert b"<rect" in picture.content


def test_book_picture_without_pillow_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "has_converter", lambda: False)
    picture = book_picture(picture_of("webp"))
    assert picture is not None
    assert (picture.content, picture.media_type, picture.is_foreign) == (picture_of("webp"), "image/webp", True)


def tiff_with_empty_second_page() -> bytes:
    """Return a TIFF file whose directory says that a second one follows, which has no tags."""
    written = io.BytesIO()
    Image.new("RGB", (16, 16)).save(written, "TIFF")
    content = bytearray(written.getvalue())
    directory = int.from_bytes(content[4:8], "little")
    following = directory + 2 + 12 * int.from_bytes(content[directory : directory + 2], "little")
    content[following : following + 4] = len(content).to_bytes(4, "little")
    return bytes(content) + bytes(6)


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"text", picture_of("webp")[:60], tiff_with_empty_second_page()]
)
def test_book_picture_of_broken_file_is_none_or_as_it_is(content: bytes) -> None:
    picture = book_picture(content)
    assert picture is None or picture.content == content


def test_book_picture_huge_one_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_MAX_PIXELS", 1000)
    picture = book_picture(picture_of("webp"))
    assert picture is not None
    assert picture.content == picture_of("webp")
