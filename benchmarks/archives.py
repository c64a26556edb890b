"""Catalogues of many articles, made in seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archiver.catalogue import opening, schema
from tests.wechat import numbered


def fill(folder: Path, count: int, accounts: int) -> None:
    """Makes an archive in `out` whose catalogue has `count` articles; there are no posts."""
    file = folder / "out" / ".archive" / "catalogue.db"
    file.parent.mkdir(parents=True)
    engine = opening.open_engine(file)
    opening.bring_up_to_date(engine, file)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (("articles", _articles(count, accounts)), ("addresses", _addresses(count))):
            columns = schema.tables.tables[table].columns.keys()
            marks = ", ".join(f":{column}" for column in columns)
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _articles(count: int, accounts: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        account = number % accounts
        yield {
            "id": number + 1, "key": numbered.key(number), "account": f"测试号 {account}",
            "account_id": f"gh_{account:012}", "title": f"测试 {number}", "type": "article",
            "url": numbered.address(number), "published": 1_684_904_904 + number, "modified": None,
            "archived": 1_700_000_000, "state": "article", "state_seen": 1_700_000_000,
            "checked": 1_700_000_000, "taken_out": None,
            "post": f"_posts/2023-05-24-测试-{number}.md", "published_as": f"2023-05-24-测试-{number}",
            "digest": f"{number:064x}", "source": "", "images_expected": 3, "images_saved": 3, "images_failed": 0,
            "share": 1.0, "warnings": "[]", "removed": "[]",
        }  # fmt: skip


def _addresses(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {
            "url": numbered.address(number), "article_id": number + 1, "state": "article", "reason": "", "source": "",
            "first_seen": 1_700_000_000, "tried": 1_700_000_000, "tries": 0, "due": None, "owner": None,
        }  # fmt: skip
