"""Bases with their readings as runs, and as canonical HTML."""

from __future__ import annotations

import pytest

from archiver.document.html import read_line, render_line
from archiver.document.model import Run
from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from archiver.extractor.passes.oversized import plain_html
from archiver.extractor.passes.ruby import RubyReader

LI = "<ruby>梨<rp>(</rp><rt>lí</rt><rp>)</rp></ruby>"


def test_read_line_is_inverse_of_render_line_for_readings() -> None:
    runs = [Run("a"), Run("<b>", frozenset(("strong",)), "https://a.example/u", reading="x & y"), Run("c")]
    assert read_line(render_line(runs)) == runs


def test_ruby_reader_replaces_base_and_reading_by_one_run() -> None:
    reader, line = RubyReader(), [Run("甲")]
    reader.enter("ruby", line)
    line.append(Run("梨"))
    reader.enter("rt", line)
    line.append(Run(" lí "))
    reader.leave("rt", line)
    reader.leave("ruby", line)
    assert line == [Run("甲"), Run("梨", reading="lí")]


def test_ruby_reader_ignores_reading_outside_of_ruby() -> None:
    reader, line = RubyReader(), [Run("甲")]
    reader.enter("rt", line)
    reader.leave("rt", line)
    assert line == [Run("甲")]


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>甲<ruby>梨<rt>lí</rt></ruby>乙</p>", f"<p>甲{LI}乙</p>"),
        ("<p><ruby>梨<rt>lí</rt></ruby><ruby>梨<rt>lí</rt></ruby></p>", f"<p>{LI}{LI}</p>"),
        ("<p><ruby>https://a.example/b<rt>lí</rt></ruby></p>", f"<p>{LI.replace('梨', 'https://a.example/b')}</p>"),
    ],
)
def test_clean_reading_is_in_canonical_html(html: str, body: str) -> None:
    cleaned = clean(RawBody(html=html))
    assert (cleaned.html, cleaned.lost_characters) == (body, 0)


def test_plain_html_reading_stands_in_parentheses() -> None:
    ruby = "<p>甲<ruby>梨<rp>（</rp><rt>lí</rt><rp>）</rp></ruby><RUBY><rb>子</rb><RT class=a>zi</RT></RUBY></p>"
    assert plain_html(ruby) == "<p>甲梨(lí)子(zi)</p>"
