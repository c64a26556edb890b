"""Readings, blanks, check boxes and list numbers that somebody made to be slow are read in time."""

from __future__ import annotations

import time

import pytest

from tests.support.bodies import markdown

SLOWEST = 5.0  # seconds of processor time for one body
MANY, DEEP = 10_000, 300
BORDER = '<span style="border-bottom:1px solid">'

SLOW = {
    "readings": "<p><ruby>" + "梨<rt>lí</rt>" * MANY + "</ruby></p>",
    "readings that do not end": "<p><ruby>" + "梨<rp>(<rt>lí<rp>)" * (MANY // 2) + "</ruby></p>",
    "readings of one base": "<p><ruby>梨" + "<rt>lí</rt>" * MANY + "</ruby></p>",
    "readings in a reading": "<p><ruby>梨<rt>" + "<rt>lí</rt>x" * MANY + "</ruby></p>",
    "bases, then readings": "<p><ruby>" + "<rb>梨</rb>" * MANY + "<rt>lí</rt>" * MANY + "</ruby></p>",
    "ruby in ruby": "<p>" + "<ruby>" * DEEP + "<b>梨</b>子" * MANY + "<rt>x</rt></ruby>" * DEEP + "</p>",
    "items": "<ol type=a>" + "<li value=9>甲" * MANY + "</ol>",
    "items without a number": "<ol><li>甲" + '<li style="list-style:none">乙' * MANY + "</ol>",
    "empty items": "<ol reversed>" + "<li></li><li>甲</li>" * (MANY // 2) + "</ol>",
    "items far from their list": "<ol>" + "<section>" * DEEP + "<li>甲</li>" * MANY + "</section>" * DEEP + "</ol>",
    "lists in lists": ("<ol type=a><li>" * 150 + "甲" + "</ol>" * 150) * (MANY // DEEP),
    "check boxes of one item": "<ul><li>" + "<input type=checkbox>" * MANY + "<p>甲</p></li></ul>",
    "check boxes before blocks": "<ul>"
    + ("<li><input type=checkbox>" + "<div>" * 100 + "甲" + "</div>" * 100 + "</li>") * (MANY // 100)
    + "</ul>",
    "blanks": "<p>甲" + "<u>&nbsp;&nbsp;</u><u><b>&nbsp;&nbsp;</b></u>" * (MANY // 2) + "</p>",
    "a long blank": "<p>甲<u>" + "&nbsp; " * 200_000 + "</u></p>",
    "lines without a blank": "<p>" + "<u>&nbsp;</u><br>" * MANY + "</p>",
    "borders in a line": "<p>" + f"{BORDER}&nbsp;&nbsp;&nbsp;</span>" * MANY + "甲</p>",
    "borders in borders": ("<p>" + BORDER * DEEP + "&nbsp;&nbsp;" + "</span>" * DEEP + "甲</p>") * (MANY // DEEP),
    "a list style that never ends": "<ol style='list-style:" + '"a' * 4_000 + "url(" * 4_000 + "'><li>甲</ol>",
}


@pytest.mark.parametrize("html", SLOW.values(), ids=SLOW)
def test_body_slow_lines_are_written_in_time(html: str) -> None:
    started = time.process_time()
    markdown(html)
    assert time.process_time() - started < SLOWEST
