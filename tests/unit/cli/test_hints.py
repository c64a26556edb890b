"""Calls that messages propose repeat the options with which archiver was called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archiver.cli import hints


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    hints.remember(None, None)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("a list: `archiver batch list.txt`", "a list: `archiver batch list.txt -o 'my blog' --config a.yml`"),
        ("`archiver verify` or `archiver status`",
         "`archiver verify -o 'my blog' --config a.yml` or `archiver status -o 'my blog' --config a.yml`"),
        ("`archiver verify -o other`", "`archiver verify -o other --config a.yml`"),
        ("`archiver init` writes it", "`archiver init` writes it"),
        ("`archiver list --help` says it", "`archiver list --help` says it"),
        ("`archiver --help`", "`archiver --help`"),
        ("archiver: no call", "archiver: no call"),
    ],
)  # fmt: skip
def test_with_options_repeats_output_and_config(message: str, expected: str) -> None:
    hints.remember("my blog", "a.yml")
    assert hints.with_options(message) == expected


def test_with_options_of_a_call_without_any() -> None:
    hints.remember(None, "")
    assert hints.with_options("`archiver verify`") == "`archiver verify`"


@pytest.mark.parametrize(
    ("word", "typed"), [("a.txt", "a.txt"), ("微信号", "微信号"), ("a b", "'a b'"), ("$HOME", "'$HOME'"), ("", "''")]
)
def test_quoted_only_where_a_shell_needs_it(word: str, typed: str) -> None:
    assert hints.quoted(word) == typed
