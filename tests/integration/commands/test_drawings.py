"""Drawings of a page as files of an archive: made without a network, by a name that is theirs, proven, and made again."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.support.command import Command
from tests.support.drawings import CHART, CURVE, LABELLED_DIAGRAM, MATHJAX
from tests.support.wechat import pages

BODY = f"<p>面积为 {MATHJAX}，单位平方米。</p><p>{LABELLED_DIAGRAM}</p><p>又是 {MATHJAX}。</p>"
KEY = "MzA5MDAwMDAwMQ==:2247480001:1"
NAME = re.compile(r"svg-[0-9a-f]{64}\.svg")


@pytest.fixture
def saved(offline: Command) -> Command:
    """The command, with the article of BODY in its archive."""
    (offline.folder / "page.html").write_bytes(pages.article(BODY).body)
    outcome = offline.add("page.html").outcome
    assert (outcome["outcome"], outcome["images"]) == ("archived", {"expected": 2, "saved": 2, "failed": 0})
    assert outcome["warnings"] == []
    return offline


def drawings(command: Command) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (command.folder / "out" / "postimg").iterdir()}


def post_of(command: Command) -> str:
    (post,) = command.posts
    return post.read_text(encoding="utf-8")


def test_add_saves_drawings_beside_the_post(saved: Command) -> None:
    files = drawings(saved)
    assert all(NAME.fullmatch(name) for name in files)
    shown = re.findall(r"!\[([^\]]*)\]\(\{\{site\.baseurl\}\}/postimg/([^)]*)\)", post_of(saved))
    assert [text for text, _ in shown] == ["", "播种 浇水", ""]
    assert {name for _, name in shown} == set(files)
    assert shown[0] == shown[2]
    assert "面积为 ![](" in post_of(saved)


def test_verify_proves_drawings(saved: Command) -> None:
    assert saved("verify", "--json", "-o", "out").code == 0
    name = next(iter(drawings(saved)))
    (saved.folder / "out" / "postimg" / name).write_bytes(b"<svg/>")
    run = saved("verify", "--json", "-o", "out")
    assert (run.code, [finding["path"] for finding in run.outcomes if "path" in finding]) == (1, [f"postimg/{name}"])


def test_rebuild_makes_the_same_bytes_without_a_network(saved: Command) -> None:
    post, files = post_of(saved), drawings(saved)
    for name in files:
        (saved.folder / "out" / "postimg" / name).unlink()
    assert saved("rebuild", "--all", "-o", "out").code == 0
    assert (post_of(saved), drawings(saved)) == (post, files)


@pytest.mark.parametrize("harm", ["lost", "altered"])
def test_repair_makes_a_drawing_again(saved: Command, harm: str) -> None:
    files = drawings(saved)
    for name in files:
        path = saved.folder / "out" / "postimg" / name
        path.unlink() if harm == "lost" else path.write_bytes(b"<svg/>")
    assert saved("verify", "--repair", "-o", "out").code == 0
    assert drawings(saved) == files
    assert saved("verify", "-o", "out").code == 0


def test_repair_knows_drawings_of_a_lost_catalogue(saved: Command) -> None:
    post, files = post_of(saved), drawings(saved)
    saved.catalogue.lose()
    assert saved("verify", "--repair", "-o", "out").code == 0
    assert (post_of(saved), drawings(saved)) == (post, files)
    assert saved("verify", "-o", "out").code == 0


def test_two_articles_show_one_file(saved: Command) -> None:
    (saved.folder / "other.html").write_bytes(pages.article(f"<p>另有 {MATHJAX}</p>", mid="2650000002").body)
    assert saved.add("other.html").outcome["images"]["saved"] == 1
    assert len(drawings(saved)) == 2
    (other,) = (post.read_text(encoding="utf-8") for post in saved.posts if "另有" in post.read_text(encoding="utf-8"))
    of_both = {name for name in drawings(saved) if name in other}
    assert len(of_both) == 1
    assert saved("rm", "--yes", "-o", "out", KEY).code == 0
    assert set(drawings(saved)) == of_both


def test_post_without_media_has_small_drawings_in_it(offline: Command) -> None:
    large = f"<svg viewBox='0 0 99 50'>{CURVE * 2_000}<text>年表</text></svg>"
    (offline.folder / "page.html").write_bytes(pages.article(f"<p>甲 {MATHJAX} 乙</p>{large}").body)
    assert offline.add("--no-media", "page.html").outcome["images"] == {"expected": 2, "saved": 0, "failed": 0}
    assert not (offline.folder / "out" / "postimg").exists()
    assert re.search(
        r'\n甲 <img src="data:image/svg\+xml;base64,[A-Za-z0-9+/=]+" alt=""> 乙\n\n年表\n', post_of(offline)
    )


def test_export_has_drawings_in_the_readable_page(saved: Command) -> None:
    pytest.importorskip("warcio")
    assert saved("export", "-o", "out", "--warc", "a.warc").code == 0
    with gzip.open(saved.folder / "a.warc") as archive:
        assert (
            archive.read().count(b'src="data:image/svg+xml;base64,') == 2 * 3
        )  # in the readable page, which is there twice


def test_recheck_of_a_page_with_drawings_finds_nothing_new(offline: Command) -> None:
    (offline.folder / "page.html").write_bytes(pages.article(f"<p>{CHART}</p>").body)
    assert offline.add("page.html").outcome["outcome"] == "archived"
    assert offline.add("page.html").outcome["outcome"] == "unchanged"
