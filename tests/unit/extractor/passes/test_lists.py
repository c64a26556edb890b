"""Numbers of list items in the canonical body: docs/reference/wechat-format.md#numbers-of-list-items."""

from __future__ import annotations

import pytest

from archiver.document.model import Block
from archiver.extractor.passes.lists import settle_numbers


def written(numbers: list[str]) -> tuple[dict[str, str], list[str]]:
    block = Block("ol", children=[Block("li", {"value": number} if number else {}) for number in numbers])
    settle_numbers([block])
    return block.attributes, [item.attributes.get("value", "") for item in block.children]


@pytest.mark.parametrize(
    ("numbers", "attributes", "values"),
    [
        ("1 2 3", {}, "- - -"),
        ("1", {}, "-"),
        ("4 5", {"start": "4"}, "- -"),
        ("0 1", {"start": "0"}, "- -"),
        ("3 2 1", {"reversed": "reversed"}, "- - -"),
        ("9 8", {"reversed": "reversed", "start": "9"}, "- -"),
        ("1 3 4", {}, "- 3 -"),
        ("1 1", {}, "- 1"),
        ("5 3 2 1", {"reversed": "reversed", "start": "5"}, "- 3 - -"),
        ("7", {"start": "7"}, "-"),
    ],
)
def test_settle_numbers_leaves_what_has_to_be_said(numbers: str, attributes: dict[str, str], values: str) -> None:
    assert written(numbers.split()) == (attributes, [value.strip("-") for value in values.split()])


def test_settle_numbers_content_outside_items_is_counted_by_place() -> None:
    assert written(["", "1", "2"]) == ({}, ["", "", ""])


def test_settle_numbers_list_without_items_stays_empty() -> None:
    assert written([]) == ({}, [])
