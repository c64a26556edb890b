"""Whether a program has a document already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.site.conditional import entity_tag, http_date, is_unchanged

TAG = entity_tag("a", 1)
THEN = datetime(2026, 11, 27, 7, 0, 0, 999, tzinfo=UTC)
DATE = "Fri, 27 Nov 2026 07:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"if-none-match": TAG}, True),
        ({"if-none-match": TAG.removeprefix("W/")}, True),
        ({"if-none-match": f'"x", {TAG} ,W/"y"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": ""}, False),
        ({"if-none-match": TAG.strip('W/"')}, False),
        ({"if-none-match": '"x"', "if-modified-since": DATE}, False),  # RFC 9110, 13.1.3: the tag alone decides
        ({"if-modified-since": DATE}, True),
        ({"if-modified-since": "Fri, 27 Nov 2026 06:59:59 GMT"}, False),
        ({"if-modified-since": "Fri, 27 Nov 2026 07:00:01 GMT"}, True),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": "Fri, 27 Nov 2026 07:00:00 -0000"}, False),
        ({"if-modified-since": "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"}, False),
        ({"if-modified-since": "Fri, 99 Nov 2026 06:59:59 GMT"}, False),
    ],
)
def test_is_unchanged(headers: dict[str, str], expected: bool) -> None:
    assert is_unchanged(headers, TAG, DATE) is expected


def test_is_unchanged_unknown_time_needs_the_tag() -> None:
    assert not is_unchanged({"if-modified-since": DATE}, TAG)


def test_http_date_is_in_utc() -> None:
    assert http_date(THEN) == DATE
    assert http_date(THEN.astimezone(tz=None) + timedelta(hours=1)) == "Fri, 27 Nov 2026 08:00:00 GMT"


def test_entity_tag_differs_with_each_part() -> None:
    tags = {
        entity_tag(),
        entity_tag("a"),
        entity_tag("a", 1),
        entity_tag("a1"),
        entity_tag("a", "1"),
        entity_tag(["a", 1]),
    }
    assert len(tags) == 6
    assert all(tag.isascii() and tag.startswith('W/"') and tag.endswith('"') for tag in tags)
