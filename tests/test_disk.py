"""The archive's folder: whole files, earlier posts found by their ids, a person's work left alone (ARCHITECTURE)."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from archiver.errors import OutputError
from archiver.models import Article, Media, Post
from archiver.writer import disk
from archiver.writer.disk import Output

DAY = date(2020, 6, 17)
ARTICLE = Article(title="甲乙", account="号", biz="MzA3MDAwMDAwMA==", mid="2650000001", idx="1")
WITHOUT_IDS = replace(ARTICLE, biz="", mid="", idx="", body="<p>文</p>")
NAME = "_posts/2020-06-17-甲乙.md"


def text(body: str = "正文", *, article: Article = ARTICLE, archived: str = "2026-11-20") -> str:
    ids = f'  biz: "{article.biz}"\n  mid: "{article.mid}"\n  idx: "{article.idx}"\n' if article.biz else ""
    key = "" if article.biz else f'  key: "{article.key}"\n'
    return f'---\ntitle: "{article.title}"\nwechat:\n{ids}{key}  archived: "{archived}"\n---\n\n{body}\n'


def saved(root: Path, body: str = "正文", *, force: bool = False, archived: str = "2026-11-20") -> str:
    """The outcome of archiving ARTICLE in a run of its own."""
    output = Output(root)
    post = Post(name=output.name_of(ARTICLE, DAY), text=text(body, archived=archived))
    return output.save_post(post, force=force).outcome


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_post_and_its_digest_are_all_that_is_written(tmp_path):
    written = Output(tmp_path).save_post(Post(name=NAME, text=text()))
    assert (written.outcome, written.path) == ("archived", str(tmp_path / NAME))
    assert (tmp_path / NAME).read_text() == text()
    assert files(tmp_path) == [".archive/posts/2020-06-17-甲乙.md.sha256", NAME]


def test_sha256sum_can_check_the_recorded_digests(tmp_path):
    saved(tmp_path)
    records = [str(path) for path in (tmp_path / ".archive/posts").iterdir()]
    subprocess.run(["sha256sum", "--check", "--strict", *records], cwd=tmp_path, check=True, capture_output=True)


def test_the_same_content_is_unchanged_and_not_rewritten_though_captured_later(tmp_path):
    saved(tmp_path)
    before = (tmp_path / NAME).stat()
    assert saved(tmp_path, archived="2027-01-01") == "unchanged"
    assert (tmp_path / NAME).stat().st_mtime_ns == before.st_mtime_ns
    assert 'archived: "2026-11-20"' in (tmp_path / NAME).read_text()


def test_line_ends_that_git_changed_are_no_change(tmp_path):
    saved(tmp_path)
    (tmp_path / NAME).write_bytes(text().replace("\n", "\r\n").encode())
    assert saved(tmp_path) == "unchanged"


def test_the_word_archived_in_the_text_counts(tmp_path):
    saved(tmp_path, "正文\n  archived: 1\n完")
    assert saved(tmp_path, "正文\n  archived: 2\n完") == "updated"


def test_an_article_edited_by_its_author_is_updated_under_its_first_name(tmp_path):
    saved(tmp_path)
    output = Output(tmp_path)
    renamed = replace(ARTICLE, title="新题")
    name = output.name_of(renamed, date(2021, 1, 1))
    assert name == NAME
    assert output.save_post(Post(name=name, text=text("新文", article=renamed))).outcome == "updated"
    assert saved(tmp_path, "又新") == "updated"


def test_a_post_that_a_person_edited_is_not_overwritten_without_force(tmp_path):
    saved(tmp_path)
    edited = text("正文，我的批注")
    (tmp_path / NAME).write_text(edited)
    assert saved(tmp_path, "新文") == "skipped"
    assert (tmp_path / NAME).read_text() == edited
    assert saved(tmp_path, "新文", force=True) == "updated"
    assert saved(tmp_path, "更新") == "updated"


def test_a_post_without_a_record_is_taken_for_a_persons_unless_it_is_what_we_would_write(tmp_path):
    saved(tmp_path)
    (record,) = (tmp_path / ".archive/posts").iterdir()
    record.unlink()
    assert saved(tmp_path, "新文") == "skipped"
    assert saved(tmp_path) == "unchanged"  # which records it
    assert saved(tmp_path, "新文") == "updated"


def test_a_post_that_a_person_renamed_is_found_by_its_ids(tmp_path):
    saved(tmp_path)
    (tmp_path / "_posts/sub").mkdir()
    (tmp_path / NAME).rename(tmp_path / "_posts/sub/2020-06-17-mine.md")
    assert Output(tmp_path).name_of(ARTICLE, DAY) == "_posts/sub/2020-06-17-mine.md"


def test_ids_that_a_formatter_wrote_as_numbers_are_the_same_ids(tmp_path):
    (tmp_path / "_posts").mkdir()
    numbers = text().replace('"2650000001"', "2650000001").replace('idx: "1"', "idx: 1")
    (tmp_path / "_posts/2019-01-01-x.md").write_text(numbers)
    assert Output(tmp_path).name_of(ARTICLE, DAY) == "_posts/2019-01-01-x.md"


@pytest.mark.parametrize("changed", [{"biz": "MzB="}, {"mid": "26500000010"}, {"idx": "2"}])
def test_an_article_is_another_when_one_of_its_ids_is(tmp_path, changed):
    saved(tmp_path)
    other = replace(ARTICLE, **changed)
    assert Output(tmp_path).name_of(other, DAY) == f"_posts/2020-06-17-甲乙-{other.mid}-{other.idx}.md"


def test_a_page_without_ids_is_found_by_its_key(tmp_path):
    output = Output(tmp_path)
    output.save_post(Post(name="_posts/2020-06-18-甲乙.md", text=text(article=WITHOUT_IDS)))
    assert Output(tmp_path).name_of(WITHOUT_IDS, DAY) == "_posts/2020-06-18-甲乙.md"
    assert output.name_of(replace(WITHOUT_IDS, body="<p>他文</p>"), DAY) == NAME


def test_a_later_capture_that_has_the_ids_adopts_the_post_of_one_that_had_none(tmp_path):
    Output(tmp_path).save_post(Post(name="_posts/2020-06-18-甲乙.md", text=text(article=WITHOUT_IDS)))
    complete = replace(WITHOUT_IDS, biz=ARTICLE.biz, mid=ARTICLE.mid, idx=ARTICLE.idx)
    assert Output(tmp_path).name_of(complete, DAY) == "_posts/2020-06-18-甲乙.md"


@pytest.mark.parametrize(
    "content",
    [b"---\ntitle: x\n---\n2650000001 MzA3MDAwMDAwMA==\n", b"\xff\xfe\x00", b"---\nwechat: [\n---\n", b""],
    ids=["a post of somebody's", "no text", "broken front matter", "empty"],
)
def test_a_post_that_is_not_ours_is_never_touched(tmp_path, content):
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2020-06-17-甲乙.markdown").write_bytes(content)
    output = Output(tmp_path)
    name = output.name_of(ARTICLE, DAY)
    assert name == "_posts/2020-06-17-甲乙-2650000001-1.md"
    output.save_post(Post(name=name, text=text()), force=True)
    assert (tmp_path / "_posts/2020-06-17-甲乙.markdown").read_bytes() == content


def test_two_posts_of_one_run_do_not_take_one_url(tmp_path):
    output = Output(tmp_path)
    output.save_post(Post(name=output.name_of(ARTICLE, DAY), text=text()))
    assert output.name_of(replace(ARTICLE, idx="2"), DAY) == "_posts/2020-06-17-甲乙-2650000001-2.md"


@pytest.mark.parametrize("leftover", ["_posts/.0123.tmp", "_posts/2020-06-17-甲乙.md~", "_posts/#2020-06-17-甲乙.md"])
def test_what_a_killed_process_or_an_editor_left_is_no_post(tmp_path, leftover):
    (tmp_path / "_posts").mkdir()
    (tmp_path / leftover).write_text(text())
    assert Output(tmp_path).name_of(ARTICLE, DAY) == NAME


def picture(image_id: str) -> Media:
    return Media(url=f"https://mmbiz.qpic.cn/mmbiz_png/{image_id}/640?wx_fmt=png")


def test_a_picture_is_saved_under_its_id_with_the_type_of_its_bytes(tmp_path):
    file = Output(tmp_path).save_media(picture("abc"), b"bytes", "jpg")
    assert (file.path, file.size, file.sha256) == ("postimg/abc.jpg", 5, sha256(b"bytes").hexdigest())
    assert (tmp_path / "postimg/abc.jpg").read_bytes() == b"bytes"


def test_a_picture_that_lies_here_is_found_whatever_its_extension(tmp_path):
    file = Output(tmp_path).save_media(picture("abc"), b"bytes", "gif")
    assert Output(tmp_path).find_media(picture("abc")) == file
    assert Output(tmp_path).find_media(picture("abcd")) is None


def test_an_empty_file_is_no_picture(tmp_path):
    (tmp_path / "postimg").mkdir()
    (tmp_path / "postimg/abc.gif").touch()
    assert Output(tmp_path).find_media(picture("abc")) is None


def test_ids_that_differ_only_by_case_are_two_files_everywhere_and_in_every_run(tmp_path):
    for _ in range(2):
        output = Output(tmp_path)
        for image_id in ("aBc", "abC"):
            if output.find_media(picture(image_id)) is None:
                output.save_media(picture(image_id), image_id.encode(), "png")
    names = [path.name for path in (tmp_path / "postimg").iterdir()]
    assert len({name.lower() for name in names}) == len(names) == 2
    assert "aBc.png" in names
    assert (tmp_path / Output(tmp_path).find_media(picture("abC")).path).read_bytes() == b"abC"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    saved(tmp_path)
    before = files(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as raised:
        saved(tmp_path, "新文")
    assert str(tmp_path / NAME) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert files(tmp_path) == before
    assert (tmp_path / NAME).read_text() == text()


def test_the_post_is_recorded_only_when_it_is_written(tmp_path, monkeypatch):
    written: list[str] = []
    monkeypatch.setattr(disk, "_write", lambda path, _content: written.append(path.name))
    Output(tmp_path).save_post(Post(name=NAME, text=text()))
    assert written == ["2020-06-17-甲乙.md", "2020-06-17-甲乙.md.sha256"]


@pytest.mark.parametrize("blocked", ["", "_posts", "postimg", "media", ".archive"])
def test_a_folder_that_cannot_be_written_is_found_beforehand(tmp_path, blocked):
    root = tmp_path / "out"
    (root / blocked).parent.mkdir(parents=True, exist_ok=True)
    (root / blocked).write_text("a file")
    with pytest.raises(OutputError) as raised:
        Output(root).prepare()
    assert str(root / blocked) in str(raised.value)
    assert "--output" in str(raised.value)


def test_a_folder_below_a_file_is_found_beforehand(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        Output(tmp_path / "file/out").prepare()


def test_preparing_leaves_nothing_behind(tmp_path):
    Output(tmp_path / "a/b").prepare()
    assert list(tmp_path.iterdir()) == []


def test_preparing_keeps_what_is_there(tmp_path):
    saved(tmp_path)
    before = files(tmp_path)
    Output(tmp_path).prepare()
    assert files(tmp_path) == before


SHORT, LONG = (
    "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv",
    "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=1",
)


def recalled(root: Path, *, known: str, told: str) -> str:
    head, _, body = text().partition("wechat:\n")
    Output(root).save_post(Post(name=NAME, text=f'{head}wechat:\n  url: "{known}"\n{body}'))
    return Output(root).recall(replace(ARTICLE, url=told)).url


def test_t3_the_short_address_that_an_earlier_post_names_is_not_forgotten(tmp_path):
    assert recalled(tmp_path, known=SHORT, told=LONG) == SHORT


def test_a_short_address_that_the_page_tells_is_taken(tmp_path):
    assert recalled(tmp_path, known=LONG, told=SHORT) == SHORT


def test_an_article_without_an_earlier_post_is_as_its_page_tells_it(tmp_path):
    assert Output(tmp_path).recall(replace(ARTICLE, url=LONG)).url == LONG


@pytest.mark.parametrize(
    "link",
    [SHORT, "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=1&sn=ab"],
    ids=["its short address", "its ids"],
)
def test_the_post_of_a_links_target_is_found(tmp_path, link):
    head, _, body = text().partition("wechat:\n")
    Output(tmp_path).save_post(Post(name=NAME, text=f'{head}wechat:\n  url: "{SHORT}"\n{body}'))
    assert Output(tmp_path).post_of(link) == NAME


def test_a_link_to_no_article_of_the_archive_has_no_post(tmp_path):
    Output(tmp_path).save_post(Post(name="_posts/2020-01-01-x.md", text="---\ntitle: mine\n---\n"))
    saved(tmp_path)
    assert Output(tmp_path).post_of("https://mp.weixin.qq.com/s?__biz=MzA=&mid=1&idx=1") == ""
    assert Output(tmp_path).post_of("https://mp.weixin.qq.com/mp/homepage?hid=1") == ""
