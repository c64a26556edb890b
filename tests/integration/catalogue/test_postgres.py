"""A catalogue on a PostgreSQL server: `catalogue: postgresql://…`. Most of it needs one: ARCHIVER_TEST_DB."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from archiver.catalogue import Catalogue, Location
from archiver.clock import utc_now
from archiver.errors import ConfigError
from archiver.settings import load
from tests.e2e.test_kill import ARTICLES, NUMBERS, _call, _check, _posts, _serve
from tests.integration.catalogue.test_catalogue import make_first
from tests.support import postgres
from tests.support.command import Command, Run
from tests.support.wechat import World, numbered

NOBODY = "postgresql://reader@127.0.0.1:9/archive"


# The setting


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://a:secret@h/d", "take the password out of the URL"),
        ("postgresql://a@h/d?password=secret", "take the password out of the URL"),
        ("postgresql://a:@h/d", "take the password out of the URL"),
        ("postgresql://a:secret/b@h/d", "take the password out of the URL"),
        ("postgresql://a:secret?b@h/d", "take the password out of the URL"),
        ("postgresql://a:secret#b@h/d", "take the password out of the URL"),
        ("postgresql://h/d#?password=secret", "take the password out of the URL"),
        ("mysql://h/d", "write postgresql://HOST/DATABASE"),
        ("catalogue.db", "write postgresql://HOST/DATABASE"),
    ],
)
def test_catalogue_setting_bad_url_error_hides_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        load({}, {"ARCHIVER_CATALOGUE": url}, tmp_path)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["postgresql://h/d", "postgres://a@h:5433/d?sslmode=verify-full", "postgresql:///d"])
def test_catalogue_setting_valid_url_accepted(tmp_path: Path, url: str) -> None:
    assert load({}, {"ARCHIVER_CATALOGUE": url}, tmp_path).catalogue == url


def with_catalogue(archiver: Command, url: str, *words: str) -> Run:
    """A call whose catalogue is at this URL."""
    return Command(folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_CATALOGUE": url})(*words)


ADD = ("add", "--interval", "0", "-o", "out")


def test_postgres_unreachable_server_is_temporary_failure(archiver: Command, world: World) -> None:
    run = with_catalogue(archiver, NOBODY, *ADD, *numbered.serve(world, (1,)))
    assert run.code == 75
    assert run.out == ""
    assert len(run.err.splitlines()) <= 2
    assert "127.0.0.1" in run.err
    assert "run the command again when the server can be reached" in run.err
    assert world.requests == []


def test_sqlite_catalogue_imports_no_postgres_modules(tmp_path: Path) -> None:
    code = "import sys, archiver.app, archiver.context, archiver.catalogue.sqlite; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    assert "archiver.catalogue.sqlite" in loaded.split()
    assert [name for name in loaded.split() if "postgres" in name or "psycopg" in name] == []


# With a server


needs_server = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")


@needs_server
def test_postgres_missing_database_is_config_error(archiver: Command, world: World) -> None:
    begin, _, options = postgres.SERVER.partition("?")
    url = f"{begin.rpartition('/')[0]}/nowhere-{os.getpid()}{'?' if options else ''}{options}"
    run = with_catalogue(archiver, url, *ADD, *numbered.serve(world, (1,)))
    assert run.code == 78
    assert "does not exist" in run.err
    assert world.requests == []


@needs_server
def test_postgres_database_of_other_archive_is_refused(archiver: Command, world: World) -> None:
    url = postgres.catalogue_of(archiver.folder / "out")
    assert with_catalogue(archiver, url, *ADD, *numbered.serve(world, (1,))).code == 0
    run = with_catalogue(archiver, url, "add", "--interval", "0", "-o", "other", *numbered.serve(world, (2,)))
    assert run.code == 78
    assert f"the catalogue of the archive in {archiver.folder / 'out'}" in run.err
    assert not list((archiver.folder / "other").glob("_posts/*"))
    assert with_catalogue(archiver, url, "verify", "-o", "out").code == 0


@needs_server
def test_postgres_moved_archive_keeps_catalogue(archiver: Command, world: World) -> None:
    url = postgres.catalogue_of(archiver.folder / "out")
    with_catalogue(archiver, url, *ADD, *numbered.serve(world, (1,)))
    (archiver.folder / "out").rename(archiver.folder / "moved")
    assert with_catalogue(archiver, url, "verify", "-o", "moved").code == 0
    assert numbered.key(1) in with_catalogue(archiver, url, "list", "--json", "-o", "moved").out


@needs_server
def test_postgres_copies_rows_from_sqlite_file(archiver: Command, world: World) -> None:
    addresses = numbered.serve(world, (1, 2))
    in_file = Command(folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_CATALOGUE": ""})
    assert in_file(*ADD, *addresses).code == 0
    assert in_file("rm", "--yes", "-o", "out", numbered.key(2)).code == 0
    before = in_file("list", "--json", "-o", "out").out
    shown = in_file("show", "--json", "-o", "out", numbered.key(1)).out
    url = postgres.catalogue_of(archiver.folder / "out")
    assert with_catalogue(archiver, url, "list", "--json", "-o", "out").out == before
    assert with_catalogue(archiver, url, "show", "--json", "-o", "out", numbered.key(1)).out == shown
    assert with_catalogue(archiver, url, *ADD, *numbered.serve(world, (3,))).code == 0  # rows are numbered on
    assert with_catalogue(archiver, url, *ADD, addresses[1]).code == 1  # still taken out
    assert with_catalogue(archiver, url, "verify", "-o", "out").code == 0


@needs_server
def test_postgres_copies_first_schema_sqlite_file(archiver: Command) -> None:
    make_first(archiver.folder / "out" / ".archive" / "catalogue.db")
    (archiver.folder / "out" / "_posts").mkdir()
    url = postgres.catalogue_of(archiver.folder / "out")
    shown = with_catalogue(archiver, url, "show", "--json", "-o", "out", "b:1:1").outcome
    assert shown["article"]["title"] == "题"
    assert [each["sha256"] for each in shown["captures"]] == ["c" * 64]
    assert [path.name for path in (archiver.folder / "out/.archive/backup").iterdir()] == ["catalogue-0001.db"]


@needs_server
def test_postgres_copies_rows_in_write_ahead_log(archiver: Command, world: World) -> None:
    in_file = Command(folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_CATALOGUE": ""})
    assert in_file(*ADD, *numbered.serve(world, (1,))).code == 0
    file = archiver.folder / "out" / ".archive" / "catalogue.db"
    with closing(sqlite3.connect(file)) as connection:  # it keeps the log from being written into the file
        connection.execute("INSERT INTO listings VALUES ('https://mp.weixin.qq.com/x', '题', 3, 1)")
        connection.commit()
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM listings").fetchall()
        url = postgres.catalogue_of(archiver.folder / "out")
        assert with_catalogue(archiver, url, "list", "-o", "out").code == 0
    with postgres.connected(url) as connection:
        assert connection.execute("SELECT count FROM listings").fetchall() == [(3,)]


@needs_server
def test_postgres_damaged_sqlite_file_copied_only_after_repair(archiver: Command, world: World) -> None:
    in_file = Command(folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_CATALOGUE": ""})
    assert in_file(*ADD, *numbered.serve(world, (1,))).code == 0
    file = archiver.folder / "out" / ".archive" / "catalogue.db"
    file.write_bytes(b"\xa5" * 8192)
    url = postgres.catalogue_of(archiver.folder / "out")
    run = with_catalogue(archiver, url, "list", "-o", "out")
    assert run.code == 73
    assert "take `catalogue:` out" in run.err
    assert in_file("verify", "--repair", "-o", "out").code == 0
    assert numbered.key(1) in with_catalogue(archiver, url, "list", "--json", "-o", "out").out


@needs_server
def test_postgres_repair_adds_articles_archived_without_server(archiver: Command, world: World) -> None:
    in_file = Command(folder=archiver.folder, environment={**archiver.environment, "ARCHIVER_CATALOGUE": ""})
    url = postgres.catalogue_of(archiver.folder / "out")
    assert with_catalogue(archiver, url, *ADD, *numbered.serve(world, (1,))).code == 0
    assert in_file(*ADD, *numbered.serve(world, (2,))).code == 0
    assert with_catalogue(archiver, url, "verify", "-o", "out").code == 1  # it says what the server does not know
    world.requests.clear()
    assert with_catalogue(archiver, url, "verify", "--repair", "--interval", "0", "-o", "out").code == 0
    assert world.requests == []
    listed = with_catalogue(archiver, url, "list", "--json", "-o", "out").outcomes
    assert {one["key"] for one in listed} == {numbered.key(1), numbered.key(2)}
    assert with_catalogue(archiver, url, "verify", "-o", "out").code == 0


@needs_server
def test_postgres_nul_character_is_replaced(tmp_path: Path) -> None:
    url = postgres.catalogue_of(tmp_path / "out")
    with closing(Catalogue(Location.in_archive(tmp_path / "out" / ".archive", url), utc_now)) as catalogue:
        catalogue.record_listing("https://mp.weixin.qq.com/a", "前\0后", 7)
        assert catalogue.last_listing("https://mp.weixin.qq.com/a") == 7
    with postgres.connected(url) as connection:
        assert connection.execute("SELECT title FROM listings").fetchall() == [("前\ufffd后",)]


RESTART = os.environ.get("ARCHIVER_TEST_DB_RESTART", "")  # a command that restarts the server


@pytest.mark.skipif(not RESTART, reason="needs ARCHIVER_TEST_DB_RESTART, a command (docs/development/testing.md)")
@pytest.mark.timeout(600)
def test_postgres_server_restart_loses_nothing(archiver: Command, world: World) -> None:
    _serve(world)
    archiver.write("list.txt", *numbered.addresses(NUMBERS))
    assert archiver(*_call("whole")).code == 0
    truth = _posts(archiver.folder / "whole")
    assert len(truth) == len(ARTICLES)
    codes = []
    for _ in range(3):
        batch = archiver.start(*_call("out"))
        while batch.poll() is None and not list((archiver.folder / "out").glob("_posts/*")):
            pass  # until it works
        subprocess.run(RESTART, shell=True, check=True, capture_output=True)
        _, said = batch.communicate(timeout=120)
        assert b"bug" not in said
        codes.append(batch.returncode)
    assert set(codes) <= {0, 75}
    assert archiver(*_call("out")).code == 0
    _check(archiver.folder / "out", truth)
