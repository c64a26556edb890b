"""Posts that are too long to be shown whole: what the text view and the feeds give instead, and what that costs."""

from __future__ import annotations

import json
import re
import threading
from html import unescape
from pathlib import Path

import pytest

from archiver.commands import readable
from archiver.export.post_html import PostAddresses
from archiver.search.post_text import ParsedPost
from tests.support.books import Read, words
from tests.support.command import Command
from tests.support.reading import Reader

PARAGRAPHS = 200_000  # of one letter each, which makes 1 MB


@pytest.fixture
def post(output: Path) -> Path:
    """The post of the archive, with its front matter and nothing else."""
    [path] = (output / "_posts").iterdir()
    path.write_text(path.read_text().partition("---\n\n")[0] + "---\n\n")
    return path


def lengthen(post: Path, paragraphs: int) -> None:
    post.write_text(post.read_text() + "字\n\n" * paragraphs)


def entry(output: Path) -> dict[str, str]:
    """The entry of the only article of a feed."""
    [found] = json.loads(Reader(output).get("/feeds/all.json", language="en").content)["items"]
    return dict(found)


def article(output: Path, language: str = "en") -> str:
    """The page of the only article, as text."""
    reader = Reader(output)
    [address] = set(re.findall(r'href="(/articles/[^"?/]+)"', reader.get("/").text))
    return reader.get(unescape(address), language=language).text


@pytest.mark.parametrize(("language", "words"), [("en", "only the beginning of its text"), ("zh-CN", "只显示开头")])
def test_text_view_of_a_large_post_is_its_beginning(output: Path, post: Path, language: str, words: str) -> None:
    post.write_text(post.read_text() + "<i>开头</i>\n\n")
    lengthen(post, PARAGRAPHS)
    page = article(output, language)
    assert len(page) < 100_000
    assert words in page
    assert re.search(r"<pre>\s*&lt;i&gt;开头&lt;/i&gt;", page)
    assert re.search(r'class="notice">[^\n]*<a href="/articles/[^"]+/look">', page)
    assert "南宁市反诈骗" in page


def test_text_view_shows_a_long_post_whole(output: Path, post: Path) -> None:
    lengthen(post, 20_000)
    post.write_text(post.read_text() + "末尾\n")
    page = article(output)
    assert "<p>末尾</p>" in page
    assert "only the beginning" not in page


@pytest.mark.parametrize("paragraphs", [PARAGRAPHS, 40_000])  # too long to be rendered, and too long when it is
def test_feed_gives_the_summary_of_a_large_post(output: Path, post: Path, paragraphs: int) -> None:
    lengthen(post, paragraphs)
    found = entry(output)
    assert len(found["content_html"]) < 2_000
    assert "This text is too long for a feed." in found["content_html"]
    assert f'href="{found["url"]}"' in found["content_html"]
    assert found["summary"] == "今年以来，南宁市公安局向电信网络诈骗违法犯罪发起全面攻势——"
    assert found["summary"] in found["content_html"]


def test_large_posts_are_rendered_one_at_a_time(output: Path, post: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post.write_text(post.read_text() + "字" * 120_000)
    both = threading.Barrier(2, timeout=1)
    met: list[bool] = []

    def rendered(_post: ParsedPost, _addresses: PostAddresses) -> str:
        try:
            both.wait()
            met.append(True)
        except threading.BrokenBarrierError:
            met.append(False)
        return "<p>字</p>"

    monkeypatch.setattr(readable, "post_html", rendered)
    threads = [threading.Thread(target=article, args=(output,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert met == [False, False]


def test_book_has_a_large_post_whole(output: Path, post: Path) -> None:
    post.write_text(post.read_text() + f"{'字' * 1000}\n\n" * 600 + "末尾\n")
    run = Command(folder=output.parent, environment={}, in_process=True)("export", "-o", "out", "--epub", "book.epub")
    assert run.code == 0, run.err
    chapters = "".join(map(words, Read.of(output.parent / "book.epub").chapters.values()))
    assert chapters.count("字" * 1000) == 600
    assert "末尾" in chapters
