"""messages/preference.py: which language a browser or a setting asks for (RFC 9110, 12.5.4)."""

from __future__ import annotations

import pytest

from archiver.messages import Language
from archiver.messages.preference import accepted_language, language_named, language_of_terminal

EN, ZH = Language.ENGLISH, Language.CHINESE


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("en-GB,en;q=0.9,zh;q=0.8", EN),
        ("en;q=0.5, zh-TW;q=0.7", ZH),
        ("fr, de;q=0.9, zh;q=0.1", ZH),
        ("zh;q=0, en;q=0.1", EN),
        ("EN", EN),
        ("zh_Hans", ZH),
        ("en;q=nan, zh;q=0.1", ZH),
        ("en;q=2, zh;q=0.1", ZH),
        ("*", None),
        ("fr", None),
        ("", None),
        (";;,,q=1", None),
    ],
)
def test_accepted_language_highest_weight_of_a_known_language(header: str, language: Language | None) -> None:
    assert accepted_language(header) is language


@pytest.mark.parametrize(
    ("name", "language"),
    [("zh", ZH), ("zh_CN.UTF-8", ZH), ("zh-Hant-HK", ZH), ("en_US", EN), ("C", None), ("", None), ("enx", None)],
)
def test_language_named_by_its_primary_tag(name: str, language: Language | None) -> None:
    assert language_named(name) is language


@pytest.mark.parametrize(
    ("environment", "setting", "language"),
    [
        ({}, "", Language.ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, "", Language.CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "", Language.ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "", Language.ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "", Language.CHINESE),
        ({"LC_ALL": "C.UTF-8", "ARCHIVER_LANG": "zh"}, "", Language.CHINESE),
        ({"LC_ALL": "C.UTF-8"}, "zh", Language.CHINESE),
        ({"LANG": "zh_CN.UTF-8"}, "en", Language.ENGLISH),
        ({"ARCHIVER_LANG": "en"}, "zh", Language.ENGLISH),
        ({"ARCHIVER_LANG": "xx", "LANG": "zh_TW"}, "", Language.CHINESE),
    ],
)
def test_language_of_terminal(environment: dict[str, str], setting: str, language: Language) -> None:
    assert language_of_terminal(environment, setting) is language
