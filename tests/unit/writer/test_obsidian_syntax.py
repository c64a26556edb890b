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
}  # fmt: skip


@pytest.mark.parametrize(("portable", "native"), LINES.values(), ids=LINES)
def test_obsidian_line_and_back(portable: str, native: str) -> None:
    written = obsidian_line(portable, "attachments", "WeChat")
    assert written == native
    assert portable_markdown(f"一\n\n{written}\n\n```\n![[x]]\n```").replace(' alt=""', "") == (
        f"一\n\n{portable}\n\n```\n![[x]]\n```".replace(' alt=""', "")
    )


def test_obsidian_player_of_the_archive_is_embedded() -> None:
    card = f'{CARD}<video controls preload="none" src="attachments/media/a.mp4"></video><br>甲</div>'
    assert obsidian_line(card, "attachments", "WeChat") == "> [!wechat] ![[attachments/media/a.mp4]]\n> 甲"


def test_obsidian_picture_text_that_would_be_a_size_is_left_out() -> None:
    for text in ("300", "300x200"):
        assert obsidian_line(f"![{text}](attachments/a.png)", "attachments", "WeChat") == "![[attachments/a.png]]"


def test_obsidian_tags_are_made_fitting() -> None:
    assert obsidian_tags(["其他", "a b", "2024", "#x#", "a/b", "……", "其他"]) == ["其他", "a-b", "_2024", "x", "a/b"]
