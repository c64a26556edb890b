"""Catalogues of many articles, made in seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from archiver.catalogue import schema, sqlite
from archiver.models import CHINA
from tests.support.wechat import numbered

_BEGIN = 1_500_000_000  # the first article's day, in July 2017
_STEP = 1_728  # seconds: 50 articles a day


def fill(folder: Path, count: int, accounts: int) -> None:
    """Makes an archive in `out` whose catalogue has `count` articles, one in `accounts` of each; there are no files."""
    file = folder / "out" / ".archive" / "catalogue.db"
    file.parent.mkdir(parents=True)
    engine = sqlite.open_engine(file)
    sqlite.bring_up_to_date(engine, file)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (("articles", _articles(count, accounts)), ("addresses", _addresses(count))):
            connection.executemany(_insertion(table), rows)


def _insertion(table: str) -> str:
    """The statement that inserts a row; a column that rows do not have is left empty, as migrations leave it."""
    row = next({"articles": _articles(1, 1), "addresses": _addresses(1)}[table])
    columns = [column.name for column in schema.tables.tables[table].columns if column.name in row]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})"


def fill_whole(folder: Path, count: int) -> None:
    """The same with its files: a post and a picture for each article, their digests right."""
    fill(folder, count, accounts=100)
    root = folder / "out"
    for name in ("_posts", "postimg"):
        (root / name).mkdir()
    picture = numbered.picture_bytes(1)
    with closing(sqlite3.connect(root / ".archive" / "catalogue.db")) as connection, connection:
        for number in range(count):
            digest = _write(root / f"_posts/{_name(number)}.md", _post(number))
            connection.execute("UPDATE articles SET digest = ? WHERE id = ?", (digest, number + 1))
            name = f"postimg/{number:064}"
            row = (number + 1, name, name, name, f"{name}.png", len(picture), _write(root / f"{name}.png", picture))
            connection.execute(
                "INSERT INTO media (id, name, stem, folded, path, size, sha256, reason, tries, url, headers)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, '', '[]')", row,
            )  # fmt: skip
            connection.execute("INSERT INTO article_media VALUES (?, ?)", (number + 1, number + 1))


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return sha256(content).hexdigest()


def _post(number: int) -> bytes:
    """A post that says which article it is, and shows its picture."""
    biz, mid, idx = numbered.key(number).split(":")
    ids = f'  biz: "{biz}"\n  mid: "{mid}"\n  idx: "{idx}"\n'
    picture = f"![]({{{{site.baseurl}}}}/postimg/{number:064}.png)\n"
    return f'---\ntitle: "测试 {number}"\nwechat:\n{ids}---\n\n{"第一段。" * 100}\n\n{picture}'.encode()


def _articles(count: int, accounts: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        account = number % accounts
        yield {
            "id": number + 1, "key": numbered.key(number), "account": f"测试号 {account}",
            "account_id": f"gh_{account:012}", "title": f"测试 {number}", "type": "article",
            "url": numbered.address(number), "published": _BEGIN + number * _STEP, "modified": None,
            "archived": 1_700_000_000, "state": "article", "state_seen": 1_700_000_000,
            "checked": 1_700_000_000, "taken_out": None,
            "post": f"_posts/{_name(number)}.md", "published_as": _name(number),
            "digest": f"{number:064x}", "source": "", "images_expected": 3, "images_saved": 3, "images_failed": 0,
            "share": 1.0, "warnings": "[]", "removed": "[]",
        }  # fmt: skip


def _name(number: int) -> str:
    return f"{datetime.fromtimestamp(_BEGIN + number * _STEP, CHINA):%Y-%m-%d}-测试-{number}"


def _addresses(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {
            "url": numbered.address(number), "article_id": number + 1, "state": "article", "reason": "", "source": "",
            "first_seen": 1_700_000_000, "tried": 1_700_000_000, "tries": 0, "due": None, "owner": None,
        }  # fmt: skip
