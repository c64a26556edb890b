"""What only Obsidian reads: embeds, wiki links and callouts, and the way back."""

from __future__ import annotations

import pytest

from archiver.writer.obsidian_syntax import obsidian_line, obsidian_tags, portable_markdown

CARD = '<div class="wechat-card">'
LINES = {  # portable Markdown, what Obsidian reads
    "a picture": ("![](attachments/postimg/a.png)", "![[attachments/postimg/a.png]]"),
    "a picture with a text": ("甲![乙 丙](attachments/postimg/a%20b.png)", "甲![[attachments/postimg/a b.png|乙 丙]]"),
    "a small picture": (
        '<img src="attachments/postimg/a.png" alt="" width="20" height="21">', "![[attachments/postimg/a.png|20x21]]"
    ),
    "a picture of the web": ("![](https://a.example/postimg/a.png)",) * 2,
    "a link": ("见[前\\[文\\]](https://a.example/)",) * 2,
    "a link to a post": ("见[前文](WeChat/a%20b.md)。", "见[[WeChat/a b|前文]]。"),
    "a link with bold text": ("见[**前**文](WeChat/a.md)",) * 2,
    "a link with brackets": ("见[\\[前\\]](WeChat/a.md)",) * 2,
    "in a table": ("| ![甲](attachments/postimg/a.png) | [乙](WeChat/a.md) |",
                   "| ![[attachments/postimg/a.png\\|甲]] | [[WeChat/a\\|乙]] |"),
    "in code": ("`![](attachments/postimg/a.png)`",) * 2,
    "a card": (f"{CARD}<strong>甲</strong><br>乙</div>", "> [!wechat] <strong>甲</strong>\n> 乙"),
    "a card in a list": (f"- {CARD}甲<br>乙</div>", "- > [!wechat] 甲\n  > 乙"),
    "a card with a link": (f'> {CARD}<a href="https://a.example/">甲&#91;</a></div>',
                           "> > [!wechat] [甲&#91;](https://a.example/)"),
    "a card with a picture": (f'{CARD}<img alt="" src="attachments/postimg/a.png"><br>甲</div>',
                              "> [!wechat] ![[attachments/postimg/a.png]]\n> 甲"),
    "a card with a linked picture": (
        f'{CARD}<a href="https://a.example/?a=1&amp;b"><img alt="" src="attachments/postimg/a.png"></a><br>甲</div>',
        "> [!wechat] [![[attachments/postimg/a.png]]](https://a.example/?a=1&amp;b)\n> 甲"),
    "a card with a sound": (
        f'{CARD}<audio controls preload="none" src="attachments/media/a.mp3"></audio><br>甲</div>',
        "> [!wechat] ![[attachments/media/a.mp3]]\n> 甲"),
    "a card with a film": (f'{CARD}<video controls preload="none" src="attachments/media/a.mp4"></video><br>甲</div>',
                           "> [!wechat] ![[attachments/media/a.mp4]]\n> 甲"),
}  # fmt: skip


@pytest.mark.parametrize(("portable", "native"), LINES.values(), ids=LINES)
def test_obsidian_line_and_back(portable: str, native: str) -> None:
    written = obsidian_line(portable, "attachments", "WeChat")
    assert written == native
    assert portable_markdown(f"一\n\n{written}\n\n```\n![[x]]\n```").replace(' alt=""', "") == (
        f"一\n\n{portable}\n\n```\n![[x]]\n```".replace(' alt=""', "")
    )


def test_obsidian_link_over_picture_and_words_of_a_card_is_one_for_each_line() -> None:
    inside = '<img alt="" src="attachments/postimg/a.png"><br>视频'
    written = obsidian_line(f'{CARD}<a href="https://a.example/">{inside}</a></div>', "attachments", "WeChat")
    link = "](https://a.example/)"
    assert written == f"> [!wechat] [![[attachments/postimg/a.png]]{link}\n> [视频{link}"


def test_obsidian_recording_in_a_line_is_played_elsewhere() -> None:
    for name, tag in (("a.mp3", "audio"), ("a.mp4", "video")):
        player = f'<{tag} controls preload="none" src="attachments/media/{name}"></{tag}>'
        assert portable_markdown(f"听![[attachments/media/{name}]]") == f"听{player}"


def test_obsidian_picture_text_that_would_be_a_size_is_left_out() -> None:
    for text in ("300", "300x200"):
        assert obsidian_line(f"![{text}](attachments/a.png)", "attachments", "WeChat") == "![[attachments/a.png]]"


def test_obsidian_tags_are_made_fitting() -> None:
    assert obsidian_tags(["其他", "a b", "2024", "#x#", "a/b", "……", "其他"]) == ["其他", "a-b", "_2024", "x", "a/b"]
