"""Draw the cover of a book: its title, accounts, days and number of articles on a coloured ground.

It is an SVG file, so that no font is needed here: each reader sets the text in its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from archiver.export.epub.package import COVER, Book, page, xhtml
from archiver.export.epub.titles import list_accounts
from archiver.export.epub.xml import Element, append, document, new_root

_SVG = "http://www.w3.org/2000/svg"
_WIDTH, _HEIGHT, _MARGIN = 600, 800, 60
_GROUND, _INK, _LINE = "#2f4858", "#ffffff", "#86bbb1"


def cover(book: Book) -> bytes:
    """Return the picture of the cover."""
    root = _drawing(_WIDTH, _HEIGHT)
    append(root, "title", book.full_title)
    append(root, "rect", width=str(_WIDTH), height=str(_HEIGHT), fill=_GROUND)
    bottom = _append_lines(root, wrapped(book.full_title, (_WIDTH - 2 * _MARGIN) / 48, 5), 170, 48)
    append(root, "rect", x=str(_MARGIN), y=str(bottom + 8), width="120", height="6", fill=_LINE)
    accounts = list_accounts(book.chapters)
    below = [] if accounts in book.title else wrapped(accounts, (_WIDTH - 2 * _MARGIN) / 26, 3)
    below += [*filter(None, [book.days]), f"{len(book.chapters)} 篇文章"]
    _append_lines(root, below, bottom + 76, 26)
    return document(root)


def cover_page(book: Book) -> bytes:
    """Return the page that shows the picture of the cover."""
    root, body = page(book.full_title)
    append(append(body, "div", class_="cover"), "img", src=COVER, alt=book.full_title)
    return xhtml(root)


def placeholder() -> bytes:
    """Return the picture that stands in for another one whose format a reader cannot show."""
    root = _drawing(600, 90)
    append(root, "rect", width="600", height="90", fill="#eeeeee")
    append(
        root, "text", "此阅读器不能显示这张图片的格式", x="300", y="54", fill="#666666", text_anchor="middle",
        font_size="24", font_family="sans-serif",
    )  # fmt: skip
    return document(root)


def _drawing(width: int, height: int) -> Element:
    size = {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height)}
    return new_root(_SVG, "svg", size)


def _append_lines(root: Element, lines: Sequence[str], top: float, size: int) -> float:
    """Append lines of text; return the place of the baseline after the last one."""
    for line in lines:
        append(
            root, "text", line, x=str(_MARGIN), y=str(round(top)), fill=_INK, font_size=str(size),
            font_family="sans-serif",
        )  # fmt: skip
        top += size * 1.4
    return round(top - size)


def wrapped(text: str, width: float, most: int) -> list[str]:
    """Return a text as at most `most` lines of `width` ems; the last one ends with … if the text is longer.

    A line ends after a Chinese character or a space, or within a word that fills it alone.
    """
    lines, line, used = [], "", 0.0
    for character in text:
        wide = _ems(character)
        if used + wide > width:
            kept, space, word = line.rpartition(" ")
            if not space or not character.isascii() or not word.isascii():
                kept, word = line, ""
            lines.append(kept.rstrip())
            line = word
            used = sum(map(_ems, word))
        line, used = line + character, used + wide
    lines.append(line.strip())
    return [*lines[: most - 1], f"{lines[most - 1][:-1]}…"] if len(lines) > most else lines


def _ems(character: str) -> float:
    """Return about how wide a character is, in ems."""
    return (
        1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.0 if unicodedata.combining(character) else 0.56
    )
