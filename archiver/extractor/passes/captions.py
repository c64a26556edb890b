"""Tell the captions of pictures from paragraphs, by the styles of the page.

A caption is a paragraph right below a picture, centred and smaller than the text of the article, or a `<figcaption>` of
the page. See docs/reference/wechat-format.md#captions-of-pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archiver.document.model import Block
from archiver.document.text import plain_text
from archiver.extractor.passes.fonts import ARTICLE_SIZE, Font

_LEAST_DIFFERENCE = 1.0  # px by which a caption is smaller than the text of the article
_LONGEST = 120  # characters of a caption that only its style tells; a longer paragraph is text
# A picture that stands alone, perhaps in a link. One with a size is an icon, which has no caption.
_PICTURE = re.compile(r'(?:<a href="[^"]*">)?<img src="[^"]*" alt="[^"]*">(?:</a>)?')


class LineFonts:
    """The fonts of the lines of a body, which the builder of canonical HTML notes while it walks the tree."""

    def __init__(self) -> None:
        self._characters: dict[float, int] = {}  # size of text in px → number of characters of this size
        self._line: set[Font] = set()  # fonts of the current line
        self._fonts: dict[int, frozenset[Font]] = {}  # id of a block → fonts of its text

    def add(self, font: Font, text: str) -> None:
        """Note the font of a piece of text in the current line."""
        if not text.isspace():
            self._characters[font.size] = self._characters.get(font.size, 0) + len(text)
            self._line.add(font)

    def end_line(self, blocks: Sequence[Block]) -> None:
        """End the current line. `blocks` are the blocks that were made of it; of several no fonts are noted."""
        if len(blocks) == 1:
            self._fonts[id(blocks[0])] = frozenset(self._line)
        self._line.clear()

    def group_figures(self, containers: Iterable[Block]) -> None:
        """Replace each picture with a caption by a `<figure>`, among the direct children of `containers`."""
        usual = max(self._characters, key=self._characters.__getitem__, default=ARTICLE_SIZE)
        for container in containers:
            if len(container.children) > 1:
                container.children = list(self._grouped(container.children, usual - _LEAST_DIFFERENCE))

    def _grouped(self, blocks: Sequence[Block], largest: float) -> Iterator[Block]:
        """Yield `blocks`, and for a picture and its caption one `<figure>`.

        `largest` is the size in px that the text of a caption has at most.
        """
        picture: Block | None = None
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if picture is not None and self._is_caption(block, following, largest):
                yield Block("figure", children=[picture, Block("figcaption", html=block.html)])
                picture = None
                continue
            if picture is not None:
                yield picture
            is_picture = block.tag == "p" and _PICTURE.fullmatch(block.html) is not None
            picture = block if is_picture else None
            if not is_picture:
                yield block
        if picture is not None:
            yield picture

    def _is_caption(self, block: Block, following: Block | None, largest: float) -> bool:
        """Return True if `block`, which is right below a picture, is its caption.

        If the block that follows looks the same, both are lines of a text, such as a poem.
        """
        if block.tag != "p" or "<img" in block.html:
            return False
        if all(font.is_caption for font in self._of(block)):
            return bool(self._of(block))
        is_one_of_several = following is not None and self._is_small(following, largest)
        is_short = len(plain_text(block.html)) <= _LONGEST
        return is_short and self._is_small(block, largest) and not is_one_of_several

    def _is_small(self, block: Block, largest: float) -> bool:
        """Return True if all text of a block is centred and small."""
        fonts = self._of(block)
        return bool(fonts) and all(font.is_centered and font.size <= largest for font in fonts)

    def _of(self, block: Block) -> frozenset[Font]:
        return self._fonts.get(id(block), frozenset())
