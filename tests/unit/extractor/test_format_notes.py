"""What is new in the format of a page: each era with one name changed, and nothing on pages as they are."""

from __future__ import annotations

import pytest

from archiver.extractor import classify, extract, page_format
from archiver.models import State
from tests.support import eras
from tests.support.pages import article_html, page_of
from tests.support.paths import FIXTURES

PAGES = {
    "pages of 2017 to 2018": eras.page_2018(),
    "pages of 2019 to 2024, of 2020": eras.page_2020(),
    "pages of 2019 to 2024, of 2023": eras.page_2023(),
    "pages since 2025": eras.page_2025(),
    "pages since 2025, of 2026": eras.page_2026(),
    "video and picture posts of 2018 to 2022": eras.picture_post_2022(),
    "text posts since 2026-07": eras.text_post_2026(),
}


def notes(html: str, *, saved: bool = False) -> list[tuple[str, str]]:
    page = page_of(html, saved=saved)
    assert classify(page).state is State.ARTICLE
    return [(note.kind, note.detail) for note in extract(page).format_notes]


@pytest.mark.parametrize("era", PAGES)
def test_page_of_an_era_is_told_and_has_no_notes(era: str) -> None:
    found = page_format(page_of(PAGES[era]))
    assert (found.era, found.notes) == (era.partition(", ")[0], ())
    assert [field for field in found.fields if field.is_fallback] == []


# Of each era what is renamed, the words for its field, and the place that has it as well ("" for none), after
# docs/reference/wechat-format.md#6-metadata.
_VARIABLES = [
    ("msg_title", "title", "#activity-name"), ("user_name", "account's id", ""), ("biz", "biz", ""), ("mid", "mid", ""),
    ("idx", "idx", ""), ("sn", "sn", ""), ("msg_source_url", "link to the original", ""), ("msg_link", "address", ""),
    ("_copyright_stat", "original or reprint", ""),
]  # fmt: skip
_ARTICLES = [
    *_VARIABLES, ("nickname", "account", "#js_name"), ("ct", "time", ""), ("msg_desc", "digest", "meta[description]"),
    ("msg_cdn_url", "cover", "meta[og:image]"), ("item_show_type", "layout", ""), ("author", "author", ""),
    ("og:title", "title for other sites", ""),
]  # fmt: skip
_DATA = [
    ("title", "title", "msg_title"), ("nick_name", "account", "nickname"), ("alias", "alias", ""),
    ("author", "author", ""), ("ori_create_time", "time", "ct"), ("desc", "digest", ""), ("cdn_url", "cover", ""),
    ("source_url", "link to the original", ""), ("link", "address", ""), ("copyright_info", "original or reprint", ""),
    ("item_show_type", "layout", ""), ("content_noencode", "text", ""), ("picture_page_info_list", "pictures", ""),
    ("hashtags", "hashtags", ""), ("ip_wording", "location", ""), ("claim_source", "statement", ""),
    ("is_pay_subscribe", "price", ""),
]  # fmt: skip
_WITH_MEMBERS = ("pages since 2025", "pages since 2025, of 2026")
_WORDS = ("title", "nick_name", "author", "desc", "cdn_url", "content_noencode")  # their values show something
RENAMED = {
    "pages of 2017 to 2018": [*_VARIABLES, ("nickname", "account", "#post-user"), ("ct", "time", "publish_time"), ("msg_desc", "digest", "")],
    "pages of 2019 to 2024, of 2020": _ARTICLES,
    "pages of 2019 to 2024, of 2023": _ARTICLES,
    "pages since 2025": _DATA,
    "pages since 2025, of 2026": _DATA,
    "video and picture posts of 2018 to 2022": [("d.title", "title", "meta[og:title]"), ("d.nick_name", "account", ""),
                                               ("d.biz", "biz", ""), ("d.ct", "time", "")],
    "text posts since 2026-07": [("d.nick_name", "account", ""), ("og:title", "title", ""), ("text_page_info", "text", "")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("era", "name", "field", "instead"),
    [pytest.param(era, *row, id=f"{era}-{row[0]}") for era, rows in RENAMED.items() for row in rows],
)
def test_renamed_field_is_named_with_its_place(era: str, name: str, field: str, instead: str) -> None:
    html = eras.renamed(PAGES[era], name)
    (kind, detail), *others = notes(html)
    assert kind == "field"
    has_new_name = era in _WITH_MEMBERS and name in _WORDS
    assert [other for other, _ in others] == ["member"] * has_new_name
    assert all(f"`cgiDataNew.{name}_new`" in other for _, other in others)
    assert detail.startswith(f"the {field} is not in `")
    assert name in detail
    assert detail.endswith(f"read from `{instead}`" if instead else "nothing else is read in its place")


def test_ids_of_server_data_may_stand_in_variables() -> None:
    html = PAGES["pages since 2025"]
    for name in ("bizuin", "mid", "idx", "sn"):
        html = html.replace(f"\n{name}: ", f"\n{name}_new: ")
    assert notes(html) == []


@pytest.mark.parametrize("era", ["pages since 2025", "pages since 2025, of 2026"])
def test_renamed_server_data_is_noted(era: str) -> None:
    html = PAGES[era].replace("cgiDataNew", "pageDataNew")
    assert notes(html) == [("data", "the server's data is in the page, but not as `cgiDataNew`")]


def test_member_that_cannot_be_read_counts_as_missing() -> None:
    html = PAGES["pages since 2025"].replace("title: JsDecode('题目')", "title: decode2(题目)")
    ((kind, detail),) = notes(html)
    assert (kind, detail.endswith("read from `msg_title`")) == ("field", True)


@pytest.mark.parametrize("era", ["pages of 2019 to 2024, of 2023", "pages since 2025"])
def test_renamed_body_is_noted(era: str) -> None:
    html = PAGES[era].replace("js_content", "js_text")
    assert [detail.partition(", where")[0] for _, detail in notes(html)] == ["the text is not in `#js_content`"]


def test_unknown_layout_is_noted() -> None:
    html = PAGES["pages since 2025"].replace("item_show_type: '0'", "item_show_type: '23'")
    assert notes(html) == [("layout", "`item_show_type` is 23, a layout that is not known")]


def test_unknown_element_of_body_is_noted_once() -> None:
    card = '<mp-common-hologram data-title="全息"></mp-common-hologram>'
    html = PAGES["pages since 2025"].replace("<p>正文的一段话。</p></div>", f"<p>正文。</p>{card}{card}</div>")
    assert notes(html) == [
        ("element", "the body has an embedded element `mp-common-hologram`, which is not known")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "is_noted"),
    [
        ("'新的内容'", True),
        ("[{ card: { words: '第二层' } }]", True),
        ("{ pic: 'https://mmbiz.qpic.cn/mmbiz_png/x/0' }", True),
        ("'<p>text</p>'", True),
        ("''", False),
        ("'12' * 1", False),
        ("'a_flag'", False),
        ("[]", False),
    ],
)
def test_unknown_member_is_noted_if_readers_may_see_it(value: str, is_noted: bool) -> None:
    html = PAGES["pages since 2025"].replace("copyright_info:", f"second_body: {value}, copyright_info:")
    said = "`cgiDataNew.second_body` is not known and has words or pictures that readers may see"
    assert notes(html) == ([("member", said)] if is_noted else [])


def test_page_without_data_is_noted_if_a_server_sent_it() -> None:
    html = article_html()
    assert [kind for kind, _ in notes(html)] == ["data"]
    assert notes(html, saved=True) == []


def test_processed_copy_has_no_notes_about_fields() -> None:
    html = PAGES["pages of 2019 to 2024, of 2023"]
    for name in ("msg_desc", "msg_cdn_url", "msg_source_url", "msg_link", "_copyright_stat", "user_name"):
        html = eras.renamed(html, name)
    assert notes(html) == []


def test_notes_are_bounded() -> None:
    members = ", ".join(f"new_{number}: '文字'" for number in range(100))
    html = PAGES["pages since 2025"].replace("copyright_info:", f"{members}, copyright_info:")
    assert len(notes(html)) == 20


NOTED = {"article--no-publish-time": "the time is not in `ct`", "article--widgets-2026": "`mp-common-seedmap`"}


@pytest.mark.parametrize("folder", sorted(FIXTURES.iterdir()), ids=lambda folder: folder.name)
def test_fixture_has_only_notes_that_are_true(folder) -> None:
    page = page_of((folder / "page.html").read_text(encoding="utf-8"))
    found = [note.detail for note in extract(page).format_notes]
    said = NOTED.get(folder.name)
    assert len(found) == (1 if said else 0)
    assert all(said in detail for detail in found)
