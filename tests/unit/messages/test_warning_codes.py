"""The codes of warnings and errors: one for each text, also for a stored one, and each in the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from archiver import errors
from archiver.messages.message import message
from archiver.messages.warning_codes import OTHER, WARNING_CODES, warning_code, warning_codes
from archiver.models import State
from tests.support.paths import ROOT

PAGE = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
TEXTS = (ROOT / "archiver/messages/locale/zh_CN/LC_MESSAGES/archiver.po").read_text(encoding="utf-8")


def error_classes(base: type[errors.ArchiverError] = errors.ArchiverError) -> Iterator[type[errors.ArchiverError]]:
    yield base
    for each in base.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from error_classes(each)


def documented(title: str) -> set[str]:
    section = PAGE.partition(f"### {title}\n")[2].partition("\n### ")[0].partition("|---|")[2]
    return {code for row in re.findall(r"^\| `.*", section, re.M) for code in re.findall(r"`([a-z_]+)`", row)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no publish time on the page: the post is dated by its capture", "no_publish_time"),
        ("the page says only “昨天”: dated 2026-05-01, counted back from its capture", "relative_publish_time"),
        ("the page has no title", "no_name"),
        ("left out, hidden text (3 ×): 甲", "left_out"),
        ("left out, hidden text", "left_out"),
        ("not saved, the post keeps the address (status 404 (gone)): https://mmbiz.qpic.cn/a", "media_not_saved"),
        ("not saved yet, the post keeps the address (a rest): 3 pictures or other media", "media_not_saved_yet"),
        ("the post shows 93.1% of the page's text: compare it with the page, and report it", "text_missing"),
        ("out/a.md was edited by hand and stays as it is; --force overwrites it", "edited_by_hand"),
        ("something that an older version said", "other"),
    ],
)
def test_warning_code_of_stored_text(text: str, code: str) -> None:
    assert warning_code(text) == code


def test_warning_code_of_message_within_others() -> None:
    inner = message("the album is not listed whole: {problem}", problem="an answer repeats what came before")
    line = message("{place}: {reason}", place="文章", reason=inner)
    whole = message("{source}: warning: {warning}", source="https://mp.weixin.qq.com/s/a", warning=line)
    assert warning_codes([inner, line, whole]) == ["album_not_whole"] * 3


def test_warning_code_is_not_that_of_a_text_in_a_value() -> None:
    said = message("left out, {reason}: {quote}", reason="hidden text", quote="the page has no title")
    assert [warning_code(said), warning_code(str(said))] == ["left_out", "left_out"]


def test_warning_codes_are_of_messages_that_exist() -> None:
    collected = re.sub(r'"\n"', "", TEXTS)
    for template in (template for templates in WARNING_CODES.values() for template in templates):
        assert f'msgid "{template}"' in collected


def test_error_codes_differ_from_each_other_and_from_states() -> None:
    codes = [each.code for each in error_classes() if each is not errors.NotAnArticle]
    assert len({*codes}) == len(codes)
    assert not {*codes} & {*State}
    assert errors.NotAnArticle("deleted").code == "deleted"


def test_codes_are_documented() -> None:
    own = {each.code for each in error_classes()} | {"not_due", "not_tried", "bug"}
    assert documented("Codes of errors") == own
    assert documented("Codes of warnings") == {*WARNING_CODES, OTHER}
