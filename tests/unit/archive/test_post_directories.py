"""The folders of posts: listed when somebody else changed one, and what the next run knows without a listing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from archiver.archive import post_names
from archiver.archive.files import ArchiveFiles
from archiver.archive.unit_of_work import UnitOfWork
from archiver.context import Context
from archiver.models import Article, Post, RenderedPost, StoredCapture, Target
from archiver.models.job import Job, SourceOptions
from archiver.settings import Settings
from tests.support.command import database_of
from tests.support.pages import page_of

DAY = date(2020, 6, 17)
ARTICLE = Article(title="甲乙", account="号", biz="MzA3MDAwMDAwMA==", mid="2650000001", idx="1")
LONG_AGO = 1_600_000_000  # seconds
SECOND = 1_000_000_000


def other(number: int, title: str) -> Article:
    return replace(ARTICLE, title=title, mid=f"265000{number:04}")


@contextmanager
def a_run(root: Path, folder: str = "", *, is_dry: bool = False) -> Iterator[UnitOfWork]:
    """One run of archiver's."""
    with closing(Context(Settings(output=str(root)), is_dry=is_dry)) as context:
        yield unit_of_work(context, folder)


def unit_of_work(context: Context, folder: str = "") -> UnitOfWork:
    """Return the archive as one job sees it."""
    ports = context.ports(Job(target=Target(source=""), source=SourceOptions(folder=folder)))
    assert ports is not None
    assert isinstance(ports.archive, UnitOfWork)
    return ports.archive


def archive(unit: UnitOfWork, article: Article, *, row: bool = True) -> str:
    """Return the name of an article's post, once it is written; without its row when the run dies in between."""
    ids = f'  biz: "{article.biz}"\n  mid: "{article.mid}"\n  idx: "{article.idx}"\n'
    text = f"---\nwechat:\n{ids}---\n"
    if row:
        capture = StoredCapture(page=page_of(""), snapshot="")
        unit.commit(capture, article, {}, RenderedPost(text=text, text_coverage=1, day=DAY), is_last=True)
        assert unit.written is not None
        assert unit.written.post is not None
        return unit.written.post.name
    with unit.archive.post_lock():
        known = unit.archive.catalogue.articles.find(article)
        name = post_names.post_name_of(article, known, DAY, unit.job.source.folder, unit.archive)
        unit.archive.files.posts.save(Post(name=name, text=text))
    return name


def added(root: Path, article: Article, folder: str = "") -> str:
    """The name of its post, archived in a run of its own."""
    with a_run(root, folder) as unit:
        return archive(unit, article)


def listed(root: Path) -> list[str]:
    """The folders that the next run would list."""
    with a_run(root) as unit:
        return list(unit.archive.files.posts.directories.listed)


def blog(root: Path, name: str) -> None:
    """A post that somebody writes."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def test_post_directories_unchanged_folders_are_not_listed_again(tmp_path):
    blog(tmp_path, "_posts/2020-06-17-mine.md")
    blog(tmp_path, "_posts/en/2020-06-17-mine.md")
    assert listed(tmp_path) == ["_posts", "_posts/en"]
    added(tmp_path, ARTICLE)
    assert listed(tmp_path) == []
    added(tmp_path, other(2, "丙"))
    added(tmp_path, other(3, "丁"), folder="en")
    assert listed(tmp_path) == []


def test_post_directories_folder_changed_again_is_listed_again(tmp_path):
    blog(tmp_path, "_posts/en/2020-06-17-mine.html")
    added(tmp_path, ARTICLE)
    blog(tmp_path, "_posts/en/2020-06-17-丙.html")
    assert added(tmp_path, other(2, "丙")) == "_posts/2020-06-17-丙-2650000002-1.md"
    assert listed(tmp_path) == []


def test_foreign_posts_own_posts_are_not_recorded(tmp_path):
    added(tmp_path, ARTICLE)
    blog(tmp_path, "_posts/2020-06-17-甲乙.html")
    added(tmp_path, other(2, "丙"))
    with a_run(tmp_path) as unit:
        assert unit.archive.catalogue.foreign_posts.published_as("2020-06-17-甲乙") == ["_posts/2020-06-17-甲乙.html"]


def test_post_directories_folder_time_has_microsecond_precision(tmp_path, monkeypatch):
    """Two changes in one tick of 4 ms leave one time: another's would not be seen."""
    monkeypatch.setattr("archiver.archive.post_directories.time.time_ns", lambda: 1_600_000_000_123_456_789)
    added(tmp_path, ARTICLE)
    assert (tmp_path / "_posts").stat().st_mtime_ns == 1_600_000_000_123_456_000


def test_post_directories_new_archive_is_not_listed(tmp_path):
    added(tmp_path, ARTICLE)
    added(tmp_path, other(2, "丙"))
    assert listed(tmp_path) == []


def test_post_directories_new_own_folder_is_not_listed(tmp_path):
    added(tmp_path, ARTICLE)
    added(tmp_path, other(2, "丙"), folder="author")
    assert added(tmp_path, other(3, "甲乙"), folder="author") != "_posts/author/2020-06-17-甲乙.md"
    assert added(tmp_path, other(4, "丙")) != "_posts/2020-06-17-丙.md"
    assert listed(tmp_path) == []


@pytest.mark.parametrize("name", ["_posts/2020-06-17-丙.md", "_posts/2020-06-17-丙.html", "_posts/en/2020-06-17-丙.md"])
def test_new_name_avoids_address_of_foreign_post(tmp_path, name):
    added(tmp_path, ARTICLE)
    blog(tmp_path, name)
    assert added(tmp_path, other(2, "丙")) == "_posts/2020-06-17-丙-2650000002-1.md"


@pytest.mark.parametrize("name", ["_posts/2020-06-17-丙.html", "_posts/en/2020-06-17-丙.md"])
def test_new_name_avoids_foreign_post_recorded_earlier(tmp_path, name):
    blog(tmp_path, name)
    added(tmp_path, ARTICLE)
    assert listed(tmp_path) == []
    assert added(tmp_path, other(2, "丙")) == "_posts/2020-06-17-丙-2650000002-1.md"


def test_new_name_reuses_address_of_deleted_foreign_post(tmp_path):
    blog(tmp_path, "_posts/2020-06-17-丙.html")
    added(tmp_path, ARTICLE)
    (tmp_path / "_posts/2020-06-17-丙.html").unlink()
    assert added(tmp_path, other(2, "丙")) == "_posts/2020-06-17-丙.md"


def test_post_directories_foreign_post_during_run_is_found_next(tmp_path):
    added(tmp_path, ARTICLE)
    with a_run(tmp_path) as unit:
        archive(unit, other(2, "丙"))
        (tmp_path / "_posts/2020-06-17-丁.html").touch()
        archive(unit, other(3, "戊"))
    assert listed(tmp_path) == ["_posts"]
    assert added(tmp_path, other(4, "丁")) == "_posts/2020-06-17-丁-2650000004-1.md"


def test_post_directories_foreign_post_after_last_write_is_listed(tmp_path):
    with a_run(tmp_path) as unit:
        archive(unit, ARTICLE)
        (tmp_path / "_posts/2020-06-17-丁.html").touch()
    assert listed(tmp_path) == ["_posts"]


def test_post_directories_interleaved_runs_do_not_record_folder(tmp_path):
    added(tmp_path, ARTICLE)
    with a_run(tmp_path) as one, a_run(tmp_path) as two:
        archive(one, other(2, "丙"))
        archive(two, other(3, "丁"))
        archive(one, other(4, "戊"))
    assert listed(tmp_path) == ["_posts"]


def test_foreign_posts_save_does_not_overwrite_newer_listing(tmp_path):
    with a_run(tmp_path) as unit:
        foreign_posts = unit.archive.catalogue.foreign_posts
        foreign_posts.save({"_posts": "1"}, {}, {"_posts": {}})
        foreign_posts.save({"_posts": "5"}, {}, {"_posts": {"_posts/2020-06-17-丙.md": "2020-06-17-丙"}})
        foreign_posts.save({"_posts": "9"}, {"_posts": "1"}, {})
        assert foreign_posts.recorded_folders() == {"_posts": "5"}
        foreign_posts.save({"_posts": "9"}, {"_posts": "5"}, {})
        assert foreign_posts.recorded_folders() == {"_posts": "9"}


def test_post_directories_coarse_folder_times_are_not_recorded(tmp_path, monkeypatch):
    """FAT keeps even seconds: two changes in them look like one."""
    added(tmp_path, ARTICLE)
    kept = os.utime

    def coarse(path: Path, *, ns: tuple[int, int]) -> None:
        kept(path, ns=(ns[0] // (2 * SECOND) * 2 * SECOND,) * 2)

    monkeypatch.setattr("archiver.archive.post_directories.os.utime", coarse)
    added(tmp_path, other(2, "丙"))
    assert listed(tmp_path) == ["_posts"]


def test_post_directories_unsettable_folder_time_is_not_recorded(tmp_path, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("it is another's")

    monkeypatch.setattr("archiver.archive.post_directories.os.utime", refused)
    monkeypatch.setattr("archiver.archive.post_directories.time.time_ns", lambda: LONG_AGO * SECOND)
    added(tmp_path, ARTICLE)
    assert listed(tmp_path) == ["_posts"]


def test_post_directories_stamp_folder_before_listing(tmp_path, monkeypatch):
    """What is written while it is listed is seen by the next run, though in the same tick as what was written before."""
    (tmp_path / "_posts").mkdir()
    walk, number = os.walk, count()
    stamp, stamps = LONG_AGO * SECOND, list[int]()
    monkeypatch.setattr("archiver.archive.post_directories.time.time_ns", lambda: stamp)

    def while_somebody_writes(folder: Path) -> Iterator[object]:
        here = list(walk(folder))
        stamps.append(folder.stat().st_mtime_ns)
        (tmp_path / f"_posts/2020-06-17-{next(number)}.md").touch()
        return iter(here)

    monkeypatch.setattr("archiver.archive.post_directories.os.walk", while_somebody_writes)
    added(tmp_path, ARTICLE)
    monkeypatch.undo()
    assert stamps[-1] == stamp
    assert listed(tmp_path) == ["_posts"]


def test_post_directories_symlinked_folder_is_not_followed(tmp_path):
    """Nor does Jekyll; one that leads to its own folder has no end."""
    blog(tmp_path, "_posts/en/2020-06-17-mine.md")
    for name in ("_posts/en/a", "_posts/en/b"):
        (tmp_path / name).symlink_to(tmp_path / "_posts", target_is_directory=True)
    assert listed(tmp_path) == ["_posts", "_posts/en"]


def test_post_directories_unreadable_folder_is_listed_again(tmp_path, monkeypatch):
    (tmp_path / "_posts").mkdir()
    monkeypatch.setattr("archiver.archive.post_directories.os.walk", lambda _: iter(()))
    added(tmp_path, ARTICLE)
    monkeypatch.undo()
    assert listed(tmp_path) == ["_posts"]


def test_new_name_reuses_post_of_killed_run_without_row(tmp_path):
    added(tmp_path, ARTICLE)
    dead = Context(Settings(output=str(tmp_path)))
    name = archive(unit_of_work(dead), other(2, "丙"), row=False)
    dead.archive.catalogue.close()  # a run that dies closes nothing else
    assert added(tmp_path, other(2, "丙")) == name
    assert [path.name for path in sorted((tmp_path / "_posts").iterdir())] == ["2020-06-17-丙.md", "2020-06-17-甲乙.md"]


def test_post_directories_post_without_row_is_listed_next_run(tmp_path):
    """The catalogue could not be written: the next article of that title and day must not be taken for this one."""
    added(tmp_path, ARTICLE)
    with a_run(tmp_path) as unit:
        name = archive(unit, other(2, "丙"), row=False)
    assert listed(tmp_path) == ["_posts"]
    assert added(tmp_path, other(3, "丙")) == "_posts/2020-06-17-丙-2650000003-1.md"
    assert added(tmp_path, other(2, "丙")) == name


def test_new_name_avoids_file_added_after_listing(tmp_path):
    added(tmp_path, ARTICLE)
    with a_run(tmp_path) as unit:
        assert unit.archive.files.posts.directories.listed == {}
        (tmp_path / "_posts/2020-06-17-丙.md").touch()
        assert archive(unit, other(2, "丙")) == "_posts/2020-06-17-丙-2650000002-1.md"


def test_post_directories_restored_folder_time_is_detected(tmp_path):
    added(tmp_path, ARTICLE)
    was = (tmp_path / "_posts").stat().st_mtime_ns
    blog(tmp_path, "_posts/2020-06-17-丙.html")
    os.utime(tmp_path / "_posts", ns=(was, was))
    assert added(tmp_path, other(2, "丙")) == "_posts/2020-06-17-丙-2650000002-1.md"


def test_new_name_lists_folders_before_asking_catalogue(tmp_path):
    """What another run tells in between is in the one or in the other."""
    files = ArchiveFiles(tmp_path)
    asked = []

    def others(_address: str) -> list[str]:
        asked.append("listed" in vars(files.posts.directories))
        return []

    files.posts.new_name(ARTICLE, DAY, "", others)
    assert asked == [True]


def test_post_directories_run_of_many_posts_records_no_listing(tmp_path):
    with a_run(tmp_path) as unit:
        for number in range(8):
            archive(unit, other(number, f"题{number}"))
    assert listed(tmp_path) == []
    with a_run(tmp_path) as unit:
        for number in range(8, 17):
            archive(unit, other(number, f"题{number}"))
    assert listed(tmp_path) == ["_posts"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are no text")
@pytest.mark.parametrize("name", [b"_posts/2020-06-17-caf\xe9.md", b"_posts/caf\xe9/2020-06-17-mine.md"])
def test_post_directories_non_utf8_name_is_listed_again(tmp_path, name):
    blog(tmp_path, os.fsdecode(name))
    added(tmp_path, ARTICLE)
    assert "_posts" in listed(tmp_path)


def test_post_directories_corrupt_catalogue_does_not_stop_run(tmp_path):
    with a_run(tmp_path) as unit:
        archive(unit, ARTICLE)
        unit.archive.catalogue.close()
        catalogue = database_of(tmp_path)
        catalogue.lose()
        catalogue.file.write_bytes(b"no database")
    assert (tmp_path / "_posts/2020-06-17-甲乙.md").is_file()


def test_post_directories_dry_run_records_no_listing(tmp_path):
    blog(tmp_path, "_posts/2020-06-17-mine.md")
    Context(Settings(output=str(tmp_path))).archive.catalogue.close()
    with a_run(tmp_path, is_dry=True) as unit:
        names = [archive(unit, other(number, "丙")) for number in (1, 2)]
    assert names == ["_posts/2020-06-17-丙.md", "_posts/2020-06-17-丙-2650000002-1.md"]
    assert listed(tmp_path) == ["_posts"]


def test_new_name_without_catalogue_lists_all_folders(tmp_path):
    blog(tmp_path, "_posts/2020-06-17-甲乙.html")
    assert (
        ArchiveFiles(tmp_path).posts.new_name(ARTICLE, DAY, "", lambda _: [])
        == "_posts/2020-06-17-甲乙-2650000001-1.md"
    )
