"""The archive's folder: whole files, earlier posts found by their ids, a person's work left alone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archiver.archive import post_names
from archiver.archive.files import ArchiveFiles
from archiver.archive.unit_of_work import UnitOfWork
from archiver.context import Context
from archiver.errors import OutputError
from archiver.models import Article, Download, Media, Page, Post, RenderedPost, StoredCapture, Target
from archiver.models.job import Job
from archiver.settings import Settings
from archiver.storage import local, quarantine
from tests.support.pages import page_of
from tests.support.wechat.pictures import png

DAY = date(2020, 6, 17)
ARTICLE = Article(title="甲乙", account="号", biz="MzA3MDAwMDAwMA==", mid="2650000001", idx="1")
WITHOUT_IDS = replace(ARTICLE, biz="", mid="", idx="", body="<p>文</p>")
CAPTURE = StoredCapture(page=Page(source="", content=b"", captured=datetime(2026, 11, 20, tzinfo=UTC)), snapshot="")
NAME = "_posts/2020-06-17-甲乙.md"


def text(body: str = "正文", *, article: Article = ARTICLE, archived: str = "2026-11-20") -> str:
    ids = f'  biz: "{article.biz}"\n  mid: "{article.mid}"\n  idx: "{article.idx}"\n' if article.biz else ""
    key = "" if article.biz else f'  key: "{article.key}"\n'
    return f'---\ntitle: "{article.title}"\nwechat:\n{ids}{key}  archived: "{archived}"\n---\n\n{body}\n'


def saved(root: Path, body: str = "正文", *, article: Article = ARTICLE, force: bool = False, **words: str) -> str:
    """Return the outcome of archiving an article in a run of its own, its page captured on a day of no matter."""
    with unit_of_work(root, force=force) as unit:
        post = RenderedPost(text=text(body, article=article, **words), text_coverage=1, day=DAY)
        outcome = unit.commit(CAPTURE, article, {}, post, is_last=True)
    assert outcome is not None
    return outcome.outcome


@contextmanager
def unit_of_work(root: Path, **settings: Any) -> Iterator[UnitOfWork]:
    """Give the archive as one job sees it, in a run of its own."""
    with closing(Context(Settings(output=str(root), **settings))) as context:
        ports = context.ports(Job(target=Target(source="")))
        assert ports is not None
        assert isinstance(ports.archive, UnitOfWork)
        yield ports.archive


def name_of(root: Path, article: Article = ARTICLE, day: date = DAY) -> str:
    """Return the name that a run would give an article's post."""
    with unit_of_work(root) as unit:
        known = unit.archive.catalogue.articles.find(article)
        return post_names.post_name_of(article, known, day, "", unit.archive)


def files(root: Path) -> list[str]:
    """Everything but the archive's own things."""
    names = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.startswith(".archive/"))


def test_post_files_save_writes_one_file_and_returns_digest(tmp_path):
    written = ArchiveFiles(tmp_path).posts.save(Post(name=NAME, text=text()))
    assert (written.outcome, written.path) == ("archived", str(tmp_path / NAME))
    assert (tmp_path / NAME).read_text() == text()
    assert written.digest == sha256(text().encode()).hexdigest()
    assert files(tmp_path) == [NAME]


def test_commit_same_content_is_unchanged_and_not_rewritten(tmp_path):
    saved(tmp_path)
    before = (tmp_path / NAME).stat()
    assert saved(tmp_path, archived="2027-01-01") == "unchanged"
    assert (tmp_path / NAME).stat().st_mtime_ns == before.st_mtime_ns
    assert 'archived: "2026-11-20"' in (tmp_path / NAME).read_text()


def test_commit_crlf_line_endings_count_as_unchanged(tmp_path):
    saved(tmp_path)
    (tmp_path / NAME).write_bytes(text().replace("\n", "\r\n").encode())
    assert saved(tmp_path) == "unchanged"


def test_commit_changed_archived_line_in_body_is_updated(tmp_path):
    saved(tmp_path, "正文\n  archived: 1\n完")
    assert saved(tmp_path, "正文\n  archived: 2\n完") == "updated"


def test_commit_edited_article_updates_post_under_first_name(tmp_path):
    saved(tmp_path)
    renamed = replace(ARTICLE, title="新题")
    assert name_of(tmp_path, renamed, date(2021, 1, 1)) == NAME
    assert saved(tmp_path, "新文", article=renamed) == "updated"
    assert saved(tmp_path, "又新") == "updated"
    assert files(tmp_path) == [NAME]


def test_commit_user_edited_post_is_overwritten_only_with_force(tmp_path):
    saved(tmp_path)
    edited = text("正文，我的批注")
    (tmp_path / NAME).write_text(edited)
    assert saved(tmp_path, "新文") == "skipped"
    assert (tmp_path / NAME).read_text() == edited
    assert saved(tmp_path, "新文", force=True) == "updated"
    assert saved(tmp_path, "更新") == "updated"


def test_commit_uncatalogued_post_is_skipped_unless_identical(tmp_path):
    saved(tmp_path)
    shutil.rmtree(tmp_path / ".archive")
    assert saved(tmp_path, "新文") == "skipped"
    assert saved(tmp_path) == "unchanged"  # which records it
    assert saved(tmp_path, "新文") == "updated"


def test_commit_user_renamed_post_is_found_by_ids(tmp_path):
    saved(tmp_path)
    (tmp_path / "_posts/sub").mkdir()
    (tmp_path / NAME).rename(tmp_path / "_posts/sub/2020-06-17-mine.md")
    assert name_of(tmp_path) == "_posts/sub/2020-06-17-mine.md"
    assert saved(tmp_path, "新文") == "updated"
    assert files(tmp_path) == ["_posts/sub/2020-06-17-mine.md"]


def test_post_name_numeric_ids_match_quoted_ids(tmp_path):
    (tmp_path / "_posts").mkdir()
    numbers = text().replace('"2650000001"', "2650000001").replace('idx: "1"', "idx: 1")
    (tmp_path / "_posts/2019-01-01-x.md").write_text(numbers)
    assert name_of(tmp_path) == "_posts/2019-01-01-x.md"


@pytest.mark.parametrize("changed", [{"biz": "MzB="}, {"mid": "26500000010"}, {"idx": "2"}])
def test_post_name_one_different_id_is_another_article(tmp_path, changed):
    saved(tmp_path)
    other = replace(ARTICLE, **changed)
    assert name_of(tmp_path, other) == f"_posts/2020-06-17-甲乙-{other.mid}-{other.idx}.md"


def test_commit_page_without_ids_is_found_by_key(tmp_path):
    saved(tmp_path, article=WITHOUT_IDS)
    assert saved(tmp_path, article=WITHOUT_IDS) == "unchanged"
    assert name_of(tmp_path, replace(WITHOUT_IDS, body="<p>他文</p>")) != NAME


def test_commit_capture_with_ids_adopts_post_without_ids(tmp_path):
    saved(tmp_path, article=WITHOUT_IDS)
    complete = replace(WITHOUT_IDS, biz=ARTICLE.biz, mid=ARTICLE.mid, idx=ARTICLE.idx)
    assert saved(tmp_path, article=complete) == "updated"
    assert files(tmp_path) == [NAME]
    assert saved(tmp_path, article=complete) == "unchanged"


@pytest.mark.parametrize(
    "content",
    [b"---\ntitle: x\n---\n2650000001 MzA3MDAwMDAwMA==\n", b"\xff\xfe\x00", b"---\nwechat: [\n---\n", b""],
    ids=["a post of somebody's", "no text", "broken front matter", "empty"],
)
def test_commit_foreign_post_is_never_overwritten(tmp_path, content):
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2020-06-17-甲乙.markdown").write_bytes(content)
    assert name_of(tmp_path) == "_posts/2020-06-17-甲乙-2650000001-1.md"
    saved(tmp_path, force=True)
    assert (tmp_path / "_posts/2020-06-17-甲乙.markdown").read_bytes() == content


def test_post_name_taken_url_gets_id_suffix(tmp_path):
    saved(tmp_path)
    assert name_of(tmp_path, replace(ARTICLE, idx="2")) == "_posts/2020-06-17-甲乙-2650000001-2.md"


def test_commit_post_of_interrupted_run_is_found_again(tmp_path):
    ArchiveFiles(tmp_path).posts.save(Post(name=NAME, text=text()))
    (tmp_path / ".archive").mkdir(exist_ok=True)
    other = replace(ARTICLE, mid="1", title="别的")
    saved(tmp_path, article=other)  # there is a catalogue, which does not know the post
    assert saved(tmp_path) == "unchanged"
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("leftover", ["_posts/.0123.tmp", "_posts/2020-06-17-甲乙.md~", "_posts/#2020-06-17-甲乙.md"])
def test_post_name_ignores_temporary_and_editor_files(tmp_path, leftover):
    (tmp_path / "_posts").mkdir()
    (tmp_path / leftover).write_text(text())
    assert name_of(tmp_path) == NAME


def test_media_write_returns_path_size_and_digest(tmp_path):
    file = ArchiveFiles(tmp_path).media.write("postimg/abc.jpg", b"bytes")
    assert (file.path, file.size, file.sha256) == ("postimg/abc.jpg", 5, sha256(b"bytes").hexdigest())
    assert (tmp_path / "postimg/abc.jpg").read_bytes() == b"bytes"


def test_add_media_ids_differing_by_case_get_two_files(tmp_path):
    media = [Media(url=f"https://mmbiz.qpic.cn/mmbiz_png/{name}/640?wx_fmt=png") for name in ("aBc", "abC")]
    for _ in range(2):
        with unit_of_work(tmp_path) as unit:
            for medium in media:
                if unit.find_media([medium])[1]:
                    unit.add_media(medium, Download(url=medium.url, content=png(240, ord(medium.url[-18]))), "png")
            found, _ = unit.find_media(media)
    names = [path.name for path in (tmp_path / "postimg").iterdir()]
    assert len({name.lower() for name in names}) == len(names) == 2
    assert "aBc.png" in names
    assert (tmp_path / found["postimg/abC"].path).read_bytes() == png(240, ord(media[1].url[-18]))


def test_commit_disk_full_keeps_old_post_without_leftovers(tmp_path, monkeypatch):
    saved(tmp_path)
    before = files(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as raised:
        saved(tmp_path, "新文")
    assert str(tmp_path / NAME) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert files(tmp_path) == before
    assert (tmp_path / NAME).read_text() == text()


@pytest.mark.parametrize("blocked", ["", "_posts", "postimg", "media", ".archive"])
def test_prepare_file_in_place_of_folder_is_output_error(tmp_path, blocked):
    root = tmp_path / "out"
    (root / blocked).parent.mkdir(parents=True, exist_ok=True)
    (root / blocked).write_text("a file")
    with pytest.raises(OutputError) as raised:
        ArchiveFiles(root).prepare()
    assert str(root / blocked) in str(raised.value)
    assert "--output" in str(raised.value)


def test_prepare_folder_below_a_file_is_output_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        ArchiveFiles(tmp_path / "file/out").prepare()


def test_prepare_missing_folder_leaves_nothing_behind(tmp_path):
    ArchiveFiles(tmp_path / "a/b").prepare()
    assert list(tmp_path.iterdir()) == []


def test_prepare_existing_archive_keeps_its_files(tmp_path):
    saved(tmp_path)
    before = files(tmp_path)
    ArchiveFiles(tmp_path).prepare()
    assert files(tmp_path) == before


SHORT, LONG = (
    "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv",
    "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=1",
)


def recalled(root: Path, *, known: str, told: str) -> str:
    saved(root, article=replace(ARTICLE, url=known))
    with unit_of_work(root) as unit:
        return unit.resolve(replace(ARTICLE, url=told), page_of("")).article.url


def test_resolve_keeps_short_url_of_earlier_post(tmp_path):
    assert recalled(tmp_path, known=SHORT, told=LONG) == SHORT


def test_resolve_takes_short_url_of_new_page(tmp_path):
    assert recalled(tmp_path, known=LONG, told=SHORT) == SHORT


def test_sweep_removes_temporary_files_of_dead_runs_only(tmp_path):
    ArchiveFiles(tmp_path).prepare()
    unfinished = tmp_path / ".archive/unfinished"
    unfinished.mkdir(parents=True)
    for name in ("dead-1.tmp", "alive-1.tmp", "dead-1.txt"):
        (unfinished / name).touch()
    ArchiveFiles(tmp_path).sweep(lambda run: run == "alive")
    assert sorted(path.name for path in unfinished.iterdir()) == ["alive-1.tmp", "dead-1.txt"]


def test_media_write_dry_run_writes_nothing(tmp_path):
    assert ArchiveFiles(tmp_path, is_dry=True).media.write("postimg/abc.jpg", b"bytes").path == "postimg/abc.jpg"
    assert list(tmp_path.iterdir()) == []


def test_new_name_all_names_taken_uses_key_digest(tmp_path):
    """Nobody's files have the articles' digests in their names, unless they want to."""
    files = ArchiveFiles(tmp_path)
    digest = sha256(ARTICLE.key.encode()).hexdigest()[:8]
    name = files.posts.new_name(ARTICLE, DAY, "", lambda _address: ["_posts/another.md"])
    assert name == f"_posts/2020-06-17-甲乙-{digest}.md"


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder on another disk than the test's own."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("this system has no second disk that anybody may write to")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_move_aside_moves_media_from_another_disk(tmp_path, other_disk):
    (tmp_path / "postimg").symlink_to(other_disk)
    file = ArchiveFiles(tmp_path).media.write("postimg/abc.jpg", b"bytes")
    assert (other_disk / "abc.jpg").read_bytes() == b"bytes"
    place = quarantine.move_aside(tmp_path, file.path)
    assert (tmp_path / place).read_bytes() == b"bytes"
    assert list(other_disk.iterdir()) == []


def test_quarantine_same_name_gets_number_suffix(tmp_path):
    (tmp_path / "a.md").write_text("1")
    assert quarantine.copy_aside(tmp_path, "a.md") == ".archive/lost/a.md"
    assert quarantine.move_aside(tmp_path, "a.md") == ".archive/lost/a.md.2"
    assert (quarantine.copy_aside(tmp_path, "a.md"), quarantine.move_aside(tmp_path, "a.md")) == ("", "")
    assert files(tmp_path) == []


def test_move_aside_permission_denied_is_output_error(tmp_path, monkeypatch):
    (tmp_path / "a.md").write_text("1")

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OutputError, match=r"cannot be put aside \(Permission denied\)") as raised:
        quarantine.move_aside(tmp_path, "a.md")
    assert str(tmp_path / "a.md") in str(raised.value)
    assert (tmp_path / "a.md").read_text() == "1"


def test_prepare_folder_removed_by_another_run_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both try whether the new archive can be written; the first takes the folder away when the second is at it."""
    root, trial = tmp_path / "out", tempfile.TemporaryFile
    root.mkdir()

    def taken_away(**words: object) -> object:
        root.rmdir()
        return trial(**words)

    monkeypatch.setattr(tempfile, "TemporaryFile", taken_away)
    ArchiveFiles(root).prepare()
    assert list(tmp_path.iterdir()) == []
