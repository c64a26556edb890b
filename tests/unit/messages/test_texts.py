"""The Chinese texts: whole, compiled, in Chinese, and with the places of the English ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from archiver.messages import Language, translations
from tests.support.paths import ROOT

babel = pytest.importorskip("babel.messages.pofile", reason="needs Babel (see pyproject.toml)")

Message = pytest.importorskip("babel.messages.catalog").Message
FILE = ROOT / "archiver/messages/locale/zh_CN/LC_MESSAGES/archiver.po"
WITHOUT_CHINESE = {
    "{day} {time}",
    "{first}，{rest}",
    "{version}，Python {python}，{system}",
}  # texts that are the same in every language
PLACE = re.compile(r"%\(\w+\)s|\{\w+")


def _tool() -> ModuleType:
    loader = SourceFileLoader("messages_tool", str(ROOT / ".ci/messages"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


TOOL = _tool()
with FILE.open("rb") as _stream:
    TEXTS = [message for message in babel.read_po(_stream) if message.id]


def ids_of(message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def texts_of(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_texts_are_those_of_all_messages_of_the_package():
    """After a change of a message: `./run .ci/messages`, and give it a text."""
    updated = TOOL.updated(FILE)
    assert {message.id for message in updated if message.id} == {message.id for message in TEXTS}
    assert TOOL.untranslated(updated) == []


def _literals() -> Iterator[tuple[Path, str]]:
    """The texts that the package's modules give to the functions of messages, with their files."""
    names = {name for name in TOOL.KEYWORDS if name not in ("refuse", "RefusedBody")}
    for file in (ROOT / "archiver").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield from ((file, each.value) for each in node.args[:2] if isinstance(each, ast.Constant))


def test_texts_are_of_every_call_also_within_f_strings():
    """Babel does not look into f-strings: such a message would stay English without a word."""
    known = {id_ for message in TEXTS for id_ in ids_of(message)}
    literals = [*_literals()]
    assert len(literals) > 1000
    assert [(file.name, text) for file, text in literals if isinstance(text, str) and text not in known] == []


def test_compiled_texts_are_those_of_the_source():
    with FILE.open("rb") as stream:
        compiled = TOOL.mo_bytes(babel.read_po(stream, locale="zh_CN"))
    is_current = FILE.with_suffix(".mo").read_bytes() == compiled  # pytest would show the bytes of both
    assert is_current, "archiver.mo is older than archiver.po: call ./run .ci/messages"


def faults_of(message) -> Iterator[str]:
    """What is wrong with a text: its places, words that are not Chinese, or ASCII punctuation after Chinese."""
    places = {place for text in ids_of(message) for place in PLACE.findall(text)}
    for text in texts_of(message):
        has_words = re.search(r"[a-z]", re.sub(r"\{\w+[^}]*\}|%\(\w+\)s", "", text))
        if has_words and not re.search(r"[\u4e00-\u9fff]", text) and text not in WITHOUT_CHINESE:
            yield f"not in Chinese: {text}"
        if set(PLACE.findall(text)) != places:
            yield f"other places than the message: {text}"
        plain = re.sub(r"(\{\w+):[^}]*", r"\1", text)  # how a value is written
        if re.search(r"%(?!\(\w+\)s|%)", plain):
            yield f"a percent sign alone: {text}"
        if re.search(r"[\u4e00-\u9fff][,;:!?]|[\u4e00-\u9fff]\.(?!\w)", plain):
            yield f"ASCII punctuation after Chinese: {text}"


def test_texts_are_chinese_and_have_the_places_of_their_messages():
    assert len(TEXTS) > 1_000
    assert [fault for message in TEXTS for fault in faults_of(message)] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("{a} of {b}", "{a}共"), ("a file", "a file"), ("a, b", "甲,乙"), ("an end", "结束."), ("half", "50% 的")],
)
def test_faults_of_a_text_are_found(english: str, chinese: str):
    assert len(list(faults_of(Message(english, chinese)))) == 1


def test_translations_give_the_texts():
    chinese = translations(Language.CHINESE)
    assert chinese.gettext("Newest articles") == "最新文章"
    assert chinese.ngettext("%(number)s article", "%(number)s articles", 1) == "%(number)s 篇"
    english = translations(Language.ENGLISH)
    assert english.ngettext("%(number)s article", "%(number)s articles", 2) == "%(number)s articles"
