"""Messages: English sentences that remember how they are said in another language."""

from __future__ import annotations

import json
import pickle
import sqlite3
from datetime import date
from gettext import NullTranslations
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from archiver.credentials import redact_words
from archiver.messages.message import counted_message, joined_messages, message, translated
from archiver.messages.texts import Texts

CHINESE = {
    "there is no file {name}": "没有文件 {name}",
    "{count} of {whole} pictures saved": "{whole} 张图片已保存 {count} 张",
    "not due before {day:%d %b}: {reason}": "{day:%m月%d日} 之后再试：{reason}",
    "WeChat wants to see a person": "微信要求真人验证",
    ("{number} article left", "{number} articles left"): ("还有 {number} 篇文章",),
    "{first}, {rest}": "{first}，{rest}",
    "close": "关闭",
    "not saved ({reason}): {address}": "没有保存（{reason}）：{address}",
    "the folder {folder} cannot be written: {reason}": "无法写入文件夹 {folder}：{reason}",
    'POST {"text": "…"} to {address} with the token': '向 {address} 发送 {"text": "…"}',
    "a page with a single { brace that is no place": "一页",
    "the folder {folder} cannot be written: no space": "无法写入文件夹 {folder}：磁盘已满",
}


@pytest.fixture(scope="module")
def texts() -> Texts:
    catalog = Catalog(locale="zh_CN")
    for template, text in CHINESE.items():
        catalog.add(template, text)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    return Texts(BytesIO(compiled.getvalue()))


def test_message_is_its_english_text():
    sentence = message("there is no file {name}", name="a.html")
    assert sentence == "there is no file a.html"
    assert json.dumps([sentence]) == '["there is no file a.html"]'
    assert sqlite3.connect(":memory:").execute("select ?", (sentence,)).fetchone() == ("there is no file a.html",)


def test_message_translated(texts):
    assert translated(message("there is no file {name}", name="a.html"), texts) == "没有文件 a.html"


def test_message_translated_in_another_order(texts):
    sentence = message("{count} of {whole} pictures saved", count=3, whole=5)
    assert sentence == "3 of 5 pictures saved"
    assert translated(sentence, texts) == "5 张图片已保存 3 张"


def test_message_values_of_a_page_are_no_templates(texts):
    sentence = message("there is no file {name}", name="{name.__class__} %s")
    assert sentence == "there is no file {name.__class__} %s"
    assert translated(sentence, texts) == "没有文件 {name.__class__} %s"


def test_message_in_a_message_is_translated(texts):
    inner = message("WeChat wants to see a person")
    sentence = message("not due before {day:%d %b}: {reason}", day=date(2026, 3, 1), reason=inner)
    assert sentence == "not due before 01 Mar: WeChat wants to see a person"
    assert translated(sentence, texts) == "03月01日 之后再试：微信要求真人验证"


@pytest.mark.parametrize(("number", "english"), [(1, "1 article left"), (0, "0 articles left"), (2, "2 articles left")])
def test_counted_message_has_the_form_of_its_number(texts, number: int, english: str):
    sentence = counted_message("{number} article left", "{number} articles left", number)
    assert sentence == english
    assert translated(sentence, texts) == f"还有 {number} 篇文章"


def test_joined_messages_are_one_enumeration(texts):
    left = counted_message("{number} article left", "{number} articles left", 2)
    whole = joined_messages([left, "a.html", message("WeChat wants to see a person")])
    assert whole == "2 articles left, a.html, WeChat wants to see a person"
    assert translated(whole, texts) == "还有 2 篇文章，a.html，微信要求真人验证"
    assert joined_messages([]) == ""


def test_message_survives_another_process(texts):
    sentence = pickle.loads(pickle.dumps(message("there is no file {name}", name="a.html")))
    assert translated(sentence, texts) == "没有文件 a.html"


def test_translated_recognises_a_text_that_was_stored(texts):
    assert translated("there is no file a.html", texts) == "没有文件 a.html"
    assert translated("there was no file a.html", texts) == "there was no file a.html"


def test_translated_takes_the_template_with_most_words(texts):
    assert translated("the folder out cannot be written: no space", texts) == "无法写入文件夹 out：磁盘已满"
    assert translated("the folder out cannot be written: denied", texts) == "无法写入文件夹 out：denied"


def test_translated_recognises_a_message_in_a_stored_one(texts):
    stored = "the folder out cannot be written: WeChat wants to see a person"
    assert translated(stored, texts) == "无法写入文件夹 out：微信要求真人验证"


def test_translated_value_ends_where_its_parentheses_are_whole(texts):
    stored = "not saved (no answer (403): try again): https://a/b, https://a/c"
    assert translated(stored, texts) == "没有保存（no answer (403): try again）：https://a/b, https://a/c"
    assert translated("not saved (no answer): (a): b", texts) == "没有保存（no answer）：(a): b"


def test_translated_takes_a_stored_date_as_it_was_written(texts):
    stored = "not due before 01 Mar: WeChat wants to see a person"
    assert translated(stored, texts) == "01 Mar 之后再试：微信要求真人验证"


def test_translated_leaves_a_long_text_of_a_page(texts):
    """Every `cannot be written` may end one place and begin the other."""
    text = "the folder " + "cannot be written: " * 100_000
    assert translated(text, texts) == text


def test_translated_leaves_what_may_be_a_title(texts):
    assert translated("close", texts) == "close"


def test_translated_without_texts_is_english():
    assert translated(message("there is no file {name}", name="a"), NullTranslations()) == "there is no file a"
    assert translated("there is no file a", NullTranslations()) == "there is no file a"


def test_message_stays_one_where_nothing_is_redacted(texts):
    """`key` and `://` are looked at more closely, as they may belong to a credential."""
    sentence = message("there is no file {name}", name="https://host/keys.html")
    assert translated(redact_words(sentence), texts) == "没有文件 https://host/keys.html"
    assert redact_words(message("there is no file {name}", name="?pass_ticket=abc123")) == (
        "there is no file ?pass_ticket=REDACTED"
    )
