"""Archiver.styled: an article as it looked, with the pictures that the archive keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver import Archiver, InputError, Settings
from tests.support.command import Command
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png

ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
KEY = "MzA5MDAwMDAwMQ==:2247480001:1"
BODY = (
    '<section style="background-color:#ffe;text-align:center"><p style="color:rgb(255, 0, 0);font-size:20px">红字</p>'
    '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/Kept/640?wx_fmt=png" data-w="240" style="width:50%">'
    '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/Lost/640?wx_fmt=png"></section>'
)


@pytest.fixture
def archive(archiver: Command, world: World) -> Path:
    """An archive with one article, of whose two pictures one came."""
    world.serve(ADDRESS, pages.article(BODY, title="红与黄"))
    world.serve("https://mmbiz.qpic.cn/mmbiz_png/Kept/0?wx_fmt=png", pages.picture(png(), "image/png"))
    world.serve("https://mmbiz.qpic.cn/mmbiz_png/Kept/640?wx_fmt=png", pages.picture(png(), "image/png"))
    run = archiver.add(ADDRESS)
    assert run.outcome["outcome"] == "archived", run.err
    return archiver.folder / "out"


def test_styled_document_has_look_heading_and_kept_pictures(archive: Path) -> None:
    with Archiver(Settings(output=str(archive))) as archiver:
        styled = archiver.styled(KEY)
    assert (styled.key, styled.title, styled.media) == (KEY, "红与黄", ("postimg/Kept.png",))
    assert (
        '<section style="background-color:#ffe;text-align:center"><p style="color:rgb(255, 0, 0);font-size:20px">红字'
        in styled.html
    )
    assert '<img src="postimg/Kept.png" alt="" style="width:50%">' in styled.html
    assert f'<a href="{ADDRESS}">' in styled.html
    assert "<h1>红与黄</h1>" in styled.html
    assert "mmbiz.qpic.cn/mmbiz_png/Lost" not in styled.html.replace(
        '<a href="https://mmbiz.qpic.cn/mmbiz_png/Lost', ""
    )


def test_styled_media_url_writes_its_addresses(archive: Path) -> None:
    with Archiver(Settings(output=str(archive))) as archiver:
        styled = archiver.styled(ADDRESS, media_url=lambda path: f'/media/{path}?a=1&b="')
    assert '<img src="/media/postimg/Kept.png?a=1&amp;b=%22" alt=""' in styled.html
    assert styled.media == ("postimg/Kept.png",)


def test_styled_chosen_capture_shows_that_page(archive: Path, archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article("<p>后来的字</p>", title="红与黄"))
    assert archiver.add(ADDRESS).outcome["outcome"] == "updated"
    with Archiver(Settings(output=str(archive))) as opened:
        assert "后来的字" in opened.styled(KEY).html
        assert "红字" in opened.styled(KEY, capture="1").html
        assert "后来的字" in opened.styled(KEY, capture="2").html
        for wrong in ("0", "3", "x", "²", ""):
            with pytest.raises(InputError, match="no such capture"):
                opened.styled(KEY, capture=wrong)


def test_styled_without_stored_page_raises_input_error(archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article(BODY))
    archiver.write("archiver.yml", "snapshots: false")
    assert archiver.add("--no-media", ADDRESS).outcome["outcome"] == "archived"
    with Archiver(Settings(output=str(archiver.folder / "out"))) as opened:
        with pytest.raises(InputError, match="not kept"):
            opened.styled(KEY)
        with pytest.raises(InputError, match="not in this archive"):
            opened.styled("MzA5MDAwMDAwMQ==:1:1")


def test_styled_is_light_unless_dark_is_asked_for(archive: Path) -> None:
    with Archiver(Settings(output=str(archive))) as archiver:
        assert "prefers-color-scheme" not in archiver.styled(KEY).html
        assert "prefers-color-scheme: dark" in archiver.styled(KEY, dark=True).html
