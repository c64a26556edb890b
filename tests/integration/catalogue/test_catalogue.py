"""The catalogue's schema, and what is told of one that cannot be used: one clear line, and nothing lost."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing import Queue
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from archiver.catalogue import Catalogue, Location, migration, schema, sqlite
from archiver.errors import DamagedCatalogue, OutputError
from archiver.models import ArticleRecord
from tests.support.command import Command, Run
from tests.support.wechat import PAGES, World, numbered

MIGRATIONS = Path(migration.__file__).parent / "migrations"
NUMBERS = range(12)
TURNS = 150


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlalchemy.Connection]:
    """An empty database."""
    engine = sqlite.open_engine(tmp_path / "empty.db")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_migrations_produce_current_schema(connection: sqlalchemy.Connection) -> None:
    migration.upgrade(connection)
    differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), schema.tables)
    assert differences == []


def test_migrations_head_is_schema_revision() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == schema.REVISION


def make_first(file: Path) -> None:
    """A catalogue that the archiver of 0001 made, with a row in each of the tables that changed."""
    file.parent.mkdir(parents=True)
    engine = sqlite.open_engine(file)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0001")
        for table, row in FIRST_ROWS.items():
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(sqlalchemy.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
    engine.dispose()


@pytest.mark.file
def test_migrations_from_first_schema_keep_rows(archiver: Command) -> None:
    make_first(archiver.folder / "out" / ".archive" / "catalogue.db")
    (archiver.folder / "out" / "_posts").mkdir()
    shown = archiver("show", "--json", "-o", "out", "b:1:1").outcome
    assert archiver.catalogue.rows("SELECT version_num FROM alembic_version") == [{"version_num": schema.REVISION}]
    for table, row in FIRST_ROWS.items():
        (now,) = archiver.catalogue.rows(f"SELECT * FROM {table}")
        assert row.items() <= now.items()
    article, (capture,), (medium,) = shown["article"], shown["captures"], shown["media"]
    assert (article["title"], article["digest"], article["taken_out"]) == ("题", "d" * 64, None)
    assert article["checked"] == article["state_seen"] == "2023-11-15T06:13:20+08:00"
    assert (capture["sha256"], capture["redacted"], capture["lost"]) == ("c" * 64, [], None)
    assert (medium["path"], medium["sha256"]) == ("postimg/P.png", "e" * 64)


FIRST_ROWS: dict[str, dict[str, object]] = {
    "articles": {
        "id": 7, "key": "b:1:1", "account": "号", "account_id": "gh_1", "title": "题", "type": "article",
        "url": "https://mp.weixin.qq.com/s/abc", "published": 1_600_000_000, "modified": None,
        "archived": 1_700_000_000, "state": "article", "state_seen": 1_700_000_000,
        "post": "_posts/2020-09-13-题.md", "published_as": "2020-09-13-题", "digest": "d" * 64, "source": "",
        "images_expected": 1, "images_saved": 1, "images_failed": 0, "share": 1.0, "warnings": "[]", "removed": "[]",
    },
    "media": {
        "id": 3, "name": "postimg/P", "stem": "postimg/P", "folded": "postimg/p", "path": "postimg/P.png", "size": 9,
        "sha256": "e" * 64, "reason": "", "tries": 0, "due": None,
    },
    "article_media": {"article_id": 7, "media_id": 3},
    "captures": {
        "id": 5, "article_id": 7, "url": "https://mp.weixin.qq.com/s/abc",
        "final_url": "https://mp.weixin.qq.com/s/abc", "status": 200, "headers": "[]", "captured": 1_700_000_000,
        "state": "article", "saved": 0, "sha256": "c" * 64, "size": 11,
    },
}  # fmt: skip


def _indexes(connection: sqlalchemy.Connection) -> dict[str, set[tuple[str, ...]]]:
    """The columns of each table's indexes, unique ones among them."""
    seen = sqlalchemy.inspect(connection)
    return {
        table: {tuple(map(str, index["column_names"])) for index in seen.get_indexes(table)}
        | {tuple(map(str, key["column_names"])) for key in seen.get_unique_constraints(table)}
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_produce_same_indexes_as_schema(connection: sqlalchemy.Connection, tmp_path: Path) -> None:
    migration.upgrade(connection)
    at_once = sqlite.open_engine(tmp_path / "at-once.db")
    with at_once.begin() as other:
        schema.tables.create_all(other)
        assert _indexes(connection) == _indexes(other)
    at_once.dispose()


@pytest.mark.parametrize(
    ("revision", "is_marked", "must_be_populated"),
    [
        ("0003", False, False),  # before 0004 no catalogue had the mark
        ("0004", False, True),
        ("0004", True, False),
        ("0006", False, True),  # the run that made it died before it added what lay there
        ("0006", True, False),
    ],
)
def test_migration_keeps_whether_catalogue_is_populated(
    tmp_path: Path, revision: str, is_marked: bool, must_be_populated: bool
) -> None:
    file = tmp_path / ".archive" / "catalogue.db"
    _make_empty(file, revision, is_marked)
    engine = sqlite.open_engine(file)
    assert sqlite.bring_up_to_date(engine, file) is must_be_populated
    assert sqlite.bring_up_to_date(engine, file) is must_be_populated
    engine.dispose()


def _make_empty(file: Path, revision: str, is_marked: bool) -> None:
    file.parent.mkdir()
    engine = sqlite.open_engine(file)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)
        if is_marked:
            connection.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()


# A catalogue that cannot be used


@pytest.fixture
def archive(archiver: Command, world: World) -> Path:
    """The folder of an archive of twelve articles, of which `list.txt` names one more."""
    for number in NUMBERS:
        world.serve(numbered.address(number), numbered.article(number, pictures=(number,)))
        numbered.serve_picture(world, number)
    named = archiver.write("list.txt", *numbered.addresses(NUMBERS))
    assert archiver.batch(named).counts == {"archived": len(NUMBERS)}
    archiver.write("list.txt", *numbered.addresses([*NUMBERS, 99]))
    world.serve(numbered.address(99), numbered.article(99))
    world.requests.clear()
    return archiver.folder / "out"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _published(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in _contents(folder).items() if not name.startswith(".archive/")}


def _is_one_line(run: Run, *words: str) -> bool:
    return run.out == "" and len(run.err.splitlines()) == 1 and all(word in run.err for word in words)


COMMANDS = {
    "batch": ("batch", "--interval", "0", "-o", "out", "list.txt"),
    "add": ("add", "--interval", "0", "-o", "out", numbered.address(99)),
    "list": ("list", "-o", "out"),
    "status": ("status", "-o", "out"),
}


@pytest.mark.parametrize("call", COMMANDS.values(), ids=COMMANDS)
def test_catalogue_newer_schema_refused_and_unchanged(
    archiver: Command, world: World, archive: Path, call: tuple[str, ...]
) -> None:
    archiver.catalogue.change("UPDATE alembic_version SET version_num = '9999'")
    before = _contents(archive)
    run = archiver(*call)
    assert run.code == 73
    assert _is_one_line(run, archiver.catalogue.name, "newer archiver", "9999")
    assert _contents(archive) == before
    assert world.requests == []


DAMAGES = {"no database": (0, 100), "its first table": (100, 4096 - 100), "all of it": (0, None)}


@pytest.mark.file
@pytest.mark.parametrize(("start", "length"), DAMAGES.values(), ids=DAMAGES)
def test_catalogue_damaged_file_one_line_error(
    archiver: Command, world: World, archive: Path, start: int, length: int | None
) -> None:
    file = archiver.catalogue.file
    content = file.read_bytes()
    end = start + length if length is not None else len(content)
    file.write_bytes(content[:start] + b"\xa5" * (end - start) + content[end:])
    before = _contents(archive)
    run = archiver(*COMMANDS["batch"])
    assert run.code == 73
    assert _is_one_line(run, "catalogue.db", "damaged", "archiver verify --repair -o out")
    assert _contents(archive) == before
    assert world.requests == []


@pytest.mark.file
def test_catalogue_damage_message_suggests_working_repair(archiver: Command, world: World, archive: Path) -> None:
    before = _published(archive)
    archiver.catalogue.file.write_bytes(b"\xa5" * 8192)
    said = archiver.batch("list.txt").err
    advice = re.search(r"`archiver ([^`]*)`", said)
    assert advice
    assert archiver(*advice[1].split()).code == 0
    assert archiver("verify", "-o", "out").code == 0
    run = archiver.batch("list.txt")
    assert (run.code, run.counts) == (0, {"archived": 1, "skipped": len(NUMBERS)})
    assert before.items() <= _published(archive).items()


def test_batch_lost_catalogue_recovered_from_posts(archiver: Command, world: World, archive: Path) -> None:
    before = _published(archive)
    archiver.catalogue.lose()
    run = archiver.batch(archiver.write("list.txt", *numbered.addresses(NUMBERS)))
    assert (run.code, run.counts) == (0, {"skipped": len(NUMBERS)})
    assert world.asked(PAGES) == []
    assert _published(archive) == before
    listed = archiver("list", "-o", "out", "--json").outcomes
    assert sorted(one["key"] for one in listed) == sorted(map(numbered.key, NUMBERS))


def test_batch_refresh_lost_catalogue_refetches_no_image(archiver: Command, world: World, archive: Path) -> None:
    before = _published(archive)
    archiver.catalogue.lose()
    run = archiver.batch("--refresh", archiver.write("list.txt", *numbered.addresses(NUMBERS)))
    assert (run.code, run.counts) == (0, {"unchanged": len(NUMBERS)})
    assert len(world.requests) == len(world.asked(PAGES)) == len(NUMBERS)
    assert _published(archive) == before
    for row in archiver.catalogue.rows("SELECT path, sha256 FROM media"):
        assert sha256((archive / row["path"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.file
def test_catalogue_read_only_file_can_be_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions hold nobody who is root, as in CI: what the system says of them is played."""
    monkeypatch.setattr(sqlite.os, "access", lambda *_: False)
    before = _contents(archive)
    file = archive / ".archive" / "catalogue.db"
    engine = sqlite.open_engine(file)
    assert not sqlite.bring_up_to_date(engine, file)
    with engine.connect().execution_options(reads=True) as connection:
        assert connection.execute(sqlalchemy.text("SELECT count(*) FROM articles")).scalar() == len(NUMBERS)
    with pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"), engine.begin() as connection:
        connection.execute(sqlalchemy.text("DELETE FROM captures"))
    engine.dispose()
    assert _contents(archive) == before


# A disk that takes nothing


def test_batch_output_is_file_one_line_error(archiver: Command, world: World) -> None:
    archiver.write("out", "in the way")
    archiver.write("list.txt", numbered.address(1))
    run = archiver(*COMMANDS["batch"])
    assert run.code == 73
    assert _is_one_line(run, "out")
    assert world.requests == []


def test_batch_dot_archive_is_file_one_line_error(archiver: Command, world: World) -> None:
    (archiver.folder / "out").mkdir()
    (archiver.folder / "out" / ".archive").write_text("in the way")
    archiver.write("list.txt", numbered.address(1))
    run = archiver(*COMMANDS["batch"])
    assert run.code == 73
    assert _is_one_line(run, ".archive")
    assert world.requests == []


LIMITS = (0, 8_192, 60_000, 90_000, 120_000, 200_000)  # bytes: none of the catalogue fits … all but its growth does


@pytest.mark.file
@pytest.mark.parametrize("limit", LIMITS)
def test_batch_full_disk_reported_and_next_run_completes(archiver: Command, world: World, limit: int) -> None:
    numbers = range(40)
    for number in numbers:
        world.serve(numbered.address(number), numbered.article(number, pictures=(number,)))
        numbered.serve_picture(world, number)
    archiver.write("list.txt", *numbered.addresses(numbers))
    full = archiver(*COMMANDS["batch"], largest_file=limit)
    assert full.code == 73
    table = re.compile(r"(archived|failed|skipped|pictures)  .*\d")
    troubles = [line for line in full.err.splitlines() if not table.fullmatch(line)]
    assert troubles
    assert all("out/" in line or "machine.db" in line or "not asked" in line for line in troubles), full.err
    assert "Traceback" not in full.err
    assert "bug" not in full.err
    after = archiver.batch("list.txt")
    assert after.code == 0
    assert {outcome["key"] for outcome in after.outcomes} == {numbered.key(number) for number in numbers}
    assert len(archiver.posts) == len(numbers)
    _assert_whole(archiver)


def _assert_whole(archiver: Command) -> None:
    folder, catalogue = archiver.folder / "out", archiver.catalogue
    rows = catalogue.rows("SELECT post AS path, digest AS sha256 FROM articles")
    rows += catalogue.rows("SELECT path, sha256 FROM media")
    assert [row for row in rows if sha256((folder / row["path"]).read_bytes()).hexdigest() != row["sha256"]] == []
    assert {row["path"] for row in rows} == set(_published(folder))
    assert list(folder.glob(".archive/unfinished/*")) == []


def test_catalogue_non_numeric_time_raises_damaged_catalogue(tmp_path: Path) -> None:
    """Rechecks are chosen from times of every article: one that archiver cannot have written is no bug of its own."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    article = ArticleRecord(
        key="a:1:1", url="https://mp.weixin.qq.com/s/a", title="", account="", post="_posts/2020-01-01-a.md",
        archived=now - timedelta(days=9), state_seen=now, digest="0" * 64,
    )  # fmt: skip
    with closing(Catalogue(Location(file=tmp_path / "catalogue.db"), lambda: now)) as catalogue:
        catalogue.recovered.add_posts([(article, "")])
        assert [found.key for found in catalogue.articles.due_for_recheck(86_400.0, 1)] == ["a:1:1"]
        with closing(sqlite3.connect(tmp_path / "catalogue.db")) as database, database:
            database.execute("UPDATE articles SET checked = 'soon'")
        with pytest.raises(DamagedCatalogue, match="a row cannot be read"):
            catalogue.articles.due_for_recheck(86_400.0, 1)


def _open_again_and_again(folder: Path, together: threading.Barrier, failed: Queue[str]) -> None:
    for turn in range(TURNS):
        catalogue = Catalogue(Location.in_archive(folder / f"{turn}"), lambda: datetime.now(UTC))
        together.wait(60)
        try:
            catalogue.open()
        except OutputError as error:
            failed.put(str(error))
        catalogue.close()


def test_catalogue_created_by_two_processes_at_once(tmp_path: Path) -> None:
    """Of two that turn a database to WAL at once SQLite fails one without waiting: in 12 of 300 openings."""
    processes = multiprocessing.get_context("spawn")
    together, failed = processes.Barrier(2), processes.Queue()
    both = [processes.Process(target=_open_again_and_again, args=(tmp_path, together, failed)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert [failed.get() for _ in range(failed.qsize())] == []
