"""What libraries and the system say, in Chinese: as a user reads it within a message of ours."""

from __future__ import annotations

import os
from errno import EACCES, ECONNREFUSED, EISDIR, EMFILE, ENOENT, ENOSPC, ENOTDIR, EROFS, ETIMEDOUT

import msgspec
import pytest

from archiver.messages import Language, translations
from archiver.messages.foreign import YAML_ERRORS, value_error
from archiver.messages.message import TranslatableText, message, translated
from archiver.yaml_reader import BrokenYaml, read_values

CHINESE = translations(Language.CHINESE)


class Values(msgspec.Struct, forbid_unknown_fields=True):
    number: float = 0
    switch: bool = False
    names: tuple[str, ...] = ()


@pytest.mark.parametrize("code", [EACCES, ECONNREFUSED, EISDIR, EMFILE, ENOENT, ENOSPC, ENOTDIR, EROFS, ETIMEDOUT])
def test_system_error_is_chinese_within_a_message(code: int) -> None:
    said = translated(message("cannot be read ({reason})", reason=os.strerror(code)), CHINESE)
    assert said.startswith("无法读取（")
    assert os.strerror(code) not in said


@pytest.mark.parametrize("text", ["sources: []\n  - list: a\n", "a: b: c", "\tx: 1", "x: [", 'x: "a', "x: a\n- b"])
def test_yaml_error_is_chinese(text: str) -> None:
    with pytest.raises(BrokenYaml) as raised:
        read_values(text)
    assert not any(word in translated(raised.value.args[0], CHINESE) for word in ("expected", "found", "allowed"))


def test_yaml_errors_are_all_translated() -> None:
    assert all(translated(each, CHINESE) != each for each in YAML_ERRORS)


@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        ({"number": "x"}, "Expected float, got str", "应是数字，却是文字"),
        ({"switch": "x"}, "Expected bool, got str", "应是开关值（true 或 false），却是文字"),
        ({"names": 3}, "Expected array, got int", "应是列表（每行以 - 开头），却是整数"),
    ],
)
def test_value_error_of_msgspec(values: dict[str, object], english: str, chinese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(values, Values, strict=False)
    said = value_error(str(raised.value).partition(" - at ")[0].replace("`", ""))
    assert (said, translated(said, CHINESE)) == (english, chinese)


@pytest.mark.parametrize(
    "text",
    ["Expected str of length >= 1", "Expected int >= 1", "Expected int <= 9", "Expected str matching regex '^a$'",
     "Invalid enum value 'x'"],
)  # fmt: skip
def test_value_error_known_forms_are_messages(text: str) -> None:
    said = value_error(text)
    assert isinstance(said, TranslatableText)
    assert said == text


def test_value_error_unknown_form_stays() -> None:
    assert value_error("Something new") == "Something new"
