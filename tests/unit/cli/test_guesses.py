"""Calls that newcomers guessed first, and what they are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from archiver.cli import guesses
from archiver.cli.main import app

COMMANDS = list(typer.main.get_group(app).commands)
ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"


@pytest.mark.parametrize(
    "word",
    [ADDRESS, "mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", f"【标题】 {ADDRESS}", "file:///tmp/a.html", "-", "a.MHTML",
     "https://example.org/", "saved/a page.html"],
)  # fmt: skip
def test_is_source_addresses_and_saved_pages(word: str) -> None:
    assert guesses.is_source(word)


@pytest.mark.parametrize("word", ["lsit", "list", "微信号", "addresses.txt", "a" * 5000, "a\0b", ""])
def test_is_source_other_words(word: str) -> None:
    assert not guesses.is_source(word)


def test_is_source_existing_file(tmp_path: Path) -> None:
    (tmp_path / "page").touch()
    assert guesses.is_source(str(tmp_path / "page"))
    assert not guesses.is_source(str(tmp_path))


@pytest.mark.parametrize(
    ("word", "command"),
    [("lsit", "list"), ("ad", "add"), ("bacth", "batch"), ("serach", "search"), ("stauts", "status"), ("docter", "doctor"),
     ("recheckk", "recheck"), ("SHOW", "show"), ("ls", "list"), ("download", "add"), ("delete", "rm"), ("web", "serve"),
     ("config", "init"), ("merge", "import")],
)  # fmt: skip
def test_unknown_command_names_the_similar_one(word: str, command: str) -> None:
    assert f"did you mean `archiver {command}`?" in str(guesses.unknown_command(word, COMMANDS))


def test_unknown_command_like_nothing_names_the_help() -> None:
    assert "`archiver --help`" in str(guesses.unknown_command("xyzzy", COMMANDS))


def test_other_words_lead_to_commands_and_are_none() -> None:
    assert set(guesses._OTHER_WORDS.values()) <= set(COMMANDS)
    assert not set(guesses._OTHER_WORDS) & set(COMMANDS)
    assert set(guesses._NOTHING_GIVEN) <= set(COMMANDS)


def test_option_before_command_is_placed_behind() -> None:
    error = guesses.option_before_command(["-o", "my blog", "add", "x"], COMMANDS)
    assert str(error) == "options stand behind the command: `archiver add -o 'my blog' x`"
    assert guesses.option_before_command(["-o", "blog", "x"], COMMANDS) is None


@pytest.mark.parametrize(
    ("command", "words", "call"),
    [
        ("list", ["微信号"], "`archiver list --account 微信号`"),
        ("list", ["微信号"], "`archiver search 微信号`"),
        ("list", ["a b"], "`archiver search 'a b'`"),
        ("run", ["addresses.txt"], "`archiver batch addresses.txt`"),
        ("status", [ADDRESS], f"`archiver add {ADDRESS}`"),
        ("history", ["x", "y"], "`archiver history --help`"),
    ],
)
def test_too_many_arguments_names_the_call(command: str, words: list[str], call: str) -> None:
    assert call in str(guesses.too_many_arguments(command, words))


def test_too_many_arguments_folder_is_an_archive(tmp_path: Path) -> None:
    assert str(guesses.too_many_arguments("verify", [str(tmp_path)])).endswith(f"`archiver verify -o {tmp_path}`")
