"""The lists of a reader: catalogue/browsing.py, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archiver.app import BrowseRequest
from archiver.catalogue import Catalogue, Location
from archiver.models import CHINA
from tests.support.command import Command
from tests.support.reading import Story, photo, picture
from tests.support.wechat import World, pages

DAYS = ("2024-12-31 23:59", "2025-01-01 00:00", "2025-01-01 00:00", "2025-06-15 12:00", "2025-06-16 07:59")
ACCOUNTS = ("阳台种菜记", "江边农事", "阳台种菜记", "阳台种菜记", "江边农事")
STORIES = [
    Story(number=number, title=f"第{number}篇", account=account, day=day, body=f"<p>{number}</p>" + (picture("Cabbage") if number == 4 else ""))
    for number, (day, account) in enumerate(zip(DAYS, ACCOUNTS, strict=True), 1)
]  # fmt: skip
ONE, TWO, THREE, FOUR, FIVE = (story.key for story in STORIES)


@pytest.fixture
def archive(archiver: Command, world: World) -> Command:
    """An archive of STORIES and of one article that was removed."""
    removed = Story(number=9, title="拿掉的", day="2025-03-03 03:03", body="<p>9</p>")
    for story in (*STORIES, removed):
        world.serve(story.address, pages.page(story.html))
    for size in ("0", "640"):
        world.serve(f"https://mmbiz.qpic.cn/mmbiz_png/Cabbage/{size}?wx_fmt=png", pages.picture(photo(1), "image/png"))
    archiver.add(*(story.address for story in (*STORIES, removed)))
    assert archiver("rm", "-o", "out", "--yes", removed.key).code == 0
    return archiver


@pytest.fixture
def catalogue(archive: Command) -> Iterator[Catalogue]:
    location = Location.in_archive(archive.folder / "out" / ".archive")
    opened = Catalogue(location, lambda: datetime.now(UTC))
    yield opened
    opened.close()


def keys(catalogue: Catalogue, **conditions: object) -> list[str]:
    return [record.key for record in catalogue.browsing.newest(BrowseRequest(**conditions))]  # type: ignore[arg-type]


def test_newest_parts_are_the_whole_in_order(catalogue: Catalogue) -> None:
    assert keys(catalogue) == [FIVE, FOUR, THREE, TWO, ONE]
    parts = [keys(catalogue, offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert parts == [[FIVE, FOUR], [THREE, TWO], [ONE], []]
    assert catalogue.browsing.count(BrowseRequest(offset=4, limit=2)) == 5


def latest(catalogue: Catalogue, keys: set[str] | None = None, **conditions: object) -> list[str]:
    request = BrowseRequest(**conditions)  # type: ignore[arg-type]
    return [each.article.key for each in catalogue.browsing.latest(request, keys)]


def come_in(archive: Command, key: str, captured: int, received: int | None) -> None:
    """Let the page of an article be captured and received at these times, in seconds since 1970."""
    article = "(SELECT id FROM articles WHERE key = ?)"
    changes = "UPDATE captures SET captured = ?, received = ? WHERE article_id ="
    assert archive.catalogue.change(f"{changes} {article}", captured, received, key) == 1
    assert archive.catalogue.change("UPDATE articles SET archived = ? WHERE key = ?", captured, key) == 1


def test_latest_is_what_came_in_last_whatever_its_age(archive: Command, catalogue: Catalogue) -> None:
    times = {ONE: (5_000, 5_000), TWO: (1_000, 9_000), THREE: (3_000, 3_000), FOUR: (7_000, None), FIVE: (3_000, 3_000)}
    for key, (captured, received) in times.items():
        come_in(archive, key, captured, received)
    in_order = [TWO, FOUR, ONE, FIVE, THREE]  # TWO was saved by a browser long before it was added
    assert latest(catalogue) == in_order
    assert [latest(catalogue, offset=offset, limit=2) for offset in (0, 2, 4, 6)] == [
        [TWO, FOUR],
        [ONE, FIVE],
        [THREE],
        [],
    ]
    assert latest(catalogue, account="江边农事") == [TWO, FIVE]
    assert latest(catalogue, {THREE, ONE, TWO}) == [TWO, ONE, THREE]
    assert latest(catalogue, {THREE, ONE, TWO}, offset=1, limit=1) == [ONE]
    assert latest(catalogue, set()) == []
    kept = [each.kept.timestamp() for each in catalogue.browsing.latest(BrowseRequest())]
    assert kept == [9_000, 7_000, 5_000, 3_000, 3_000]


def test_last_change_is_the_latest_of_all(archive: Command, catalogue: Catalogue) -> None:
    for key in (ONE, TWO, THREE, FOUR, FIVE):
        come_in(archive, key, 1_000, 2_000)
    archive.catalogue.change("UPDATE captures SET received = 2000")
    archive.catalogue.change("UPDATE articles SET archived = 1000, state_seen = 1000, taken_out = NULL")
    for change, expected in (
        (None, 2_000),
        (f"UPDATE articles SET state_seen = 3000 WHERE key = '{ONE}'", 3_000),
        (f"UPDATE articles SET taken_out = 4000 WHERE key = '{TWO}'", 4_000),
        (f"UPDATE articles SET archived = 5000 WHERE key = '{FIVE}'", 5_000),
    ):
        if change:
            archive.catalogue.change(change)
        changed = catalogue.browsing.last_change()
        assert changed is not None
        assert changed.timestamp() == expected


def test_newest_conditions(catalogue: Catalogue) -> None:
    assert keys(catalogue, account="江边农事") == [FIVE, TWO]
    year = datetime(2025, 1, 1, tzinfo=CHINA)
    assert keys(catalogue, since=year) == [FIVE, FOUR, THREE, TWO]
    assert keys(catalogue, until=year) == [ONE]
    assert keys(catalogue, state="deleted") == []
    assert keys(catalogue, undated=True) == []
    assert [record.title for record in catalogue.browsing.newest(BrowseRequest(state="taken-out"))] == ["拿掉的"]


def test_newest_undated_articles_come_last(catalogue: Catalogue, archive: Command) -> None:
    archive.catalogue.change("UPDATE articles SET published = NULL WHERE key = ?", FIVE)
    assert keys(catalogue) == [FOUR, THREE, TWO, ONE, FIVE]
    assert keys(catalogue, undated=True) == [FIVE]
    assert catalogue.browsing.by_day().undated == 1


def test_neighbours_of_the_same_account_even_in_the_same_second(catalogue: Catalogue) -> None:
    def around(key: str) -> tuple[str | None, str | None]:
        found = catalogue.browsing.neighbours(key)
        return (found.earlier and found.earlier.key, found.later and found.later.key)

    assert [around(key) for key in (ONE, THREE, FOUR)] == [(None, THREE), (ONE, FOUR), (THREE, None)]
    assert around(TWO) == (None, FIVE)
    assert around("nothing:1:1") == (None, None)


def test_by_account_and_by_day_count_what_is_kept(catalogue: Catalogue) -> None:
    assert [(group.name, group.count, group.latest) for group in catalogue.browsing.by_account()] == [
        ("阳台种菜记", 3, datetime(2025, 6, 15, 12, tzinfo=CHINA)),
        ("江边农事", 2, datetime(2025, 6, 16, 7, 59, tzinfo=CHINA)),
    ]
    days = [(date(2025, 6, 16), 1), (date(2025, 6, 15), 1), (date(2025, 1, 1), 2), (date(2024, 12, 31), 1)]
    assert list(catalogue.browsing.by_day().days) == days
    assert catalogue.browsing.by_source() == []


def test_with_keys_keeps_the_order_and_leaves_out_unknown_ones(catalogue: Catalogue) -> None:
    records = catalogue.browsing.with_keys([TWO, "nothing:1:1", FIVE, ONE])
    assert [record.key for record in records] == [TWO, FIVE, ONE]


def test_first_pictures_are_large_enough(catalogue: Catalogue) -> None:
    every = [ONE, TWO, THREE, FOUR, FIVE]
    assert catalogue.browsing.first_pictures(every, 1_000) == {FOUR: "postimg/Cabbage.png"}
    assert catalogue.browsing.first_pictures(every, 10_000_000) == {}


def test_articles_at_urls_and_by_published_names(catalogue: Catalogue, archive: Command) -> None:
    addresses = [STORIES[0].address, "https://mp.weixin.qq.com/s/unknown"]
    assert catalogue.browsing.articles_at(addresses) == {STORIES[0].address: ONE}
    post = next(Path(path) for path in archive.posts if "第1篇" in path.name)
    assert catalogue.browsing.articles_published_as([post.stem, "2000-01-01-x"]) == {post.stem: ONE}


def test_articles_with_stored_pages_and_with_lost_media(archive: Command, world: World, catalogue: Catalogue) -> None:
    assert catalogue.browsing.with_stored_pages() == {ONE, TWO, THREE, FOUR, FIVE}
    assert catalogue.browsing.with_lost_media() == set()
    unserved = Story(number=8, title="缺图", day="2025-03-04 03:03", body="<p>8</p>" + picture("Lost"))
    world.serve(unserved.address, pages.page(unserved.html))
    archive("add", "-o", "out", unserved.address)
    assert catalogue.browsing.with_lost_media() == {unserved.key}
