"""Pictures with captions, as HTML and as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.models import LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.dialect import EVERY_ENGINE, Captions

ADDRESS = "https://a.b/1.png"
IMAGE = f'<img src="{ADDRESS}" alt="图">'
EMPHASIS = replace(EVERY_ENGINE, captions=Captions.EMPHASIS)


def figure(caption: str, image: str = IMAGE) -> str:
    return f"<figure><p>{image}</p><figcaption>{caption}</figcaption></figure>"


CAPTIONS = {  # the caption: in HTML, in Markdown
    "text": ("图一", "图一", "*图一*"),
    "marks": ("<strong>甲</strong>乙", "<strong>甲</strong>乙", "<em>**甲**乙</em>"),
    "a link": ('<a href="https://a.b/">甲</a>', '<a href="https://a.b/">甲</a>', "[*甲*](https://a.b/)"),
    "a break": ("甲<br>乙", "甲<br>乙", "*甲*  \n*乙*"),
    "signs": ("1. *a* {{b}} &lt;c&gt;", "1&#46; &#42;a&#42; &#123;&#123;b&#125;&#125; &#60;c&#62;", None),
}  # fmt: skip


@pytest.mark.parametrize(("caption", "in_html", "_"), CAPTIONS.values(), ids=CAPTIONS)
def test_figure_is_one_line_of_html(caption: str, in_html: str, _: str | None) -> None:
    expected = f'<figure><img alt="图" src="{ADDRESS}"><figcaption>{in_html}</figcaption></figure>'
    assert body_markdown(f"<p>前</p>{figure(caption)}<p>后</p>", LinkResolver()) == f"前\n\n{expected}\n\n后"


@pytest.mark.parametrize(("caption", "_", "in_markdown"), CAPTIONS.values(), ids=CAPTIONS)
def test_figure_with_emphasis(caption: str, _: str, in_markdown: str | None) -> None:
    written = body_markdown(f"<p>前</p>{figure(caption)}<p>后</p>", LinkResolver(), EMPHASIS)
    if in_markdown is None:
        assert written.startswith(f"前\n\n![图]({ADDRESS})\n\n*")
    else:
        assert written == f"前\n\n![图]({ADDRESS})\n\n{in_markdown}\n\n后"


def test_figure_with_a_file() -> None:
    files = {ADDRESS: LocalFile(path="postimg/1.png", size=9, sha256="")}
    expected = '<figure><img alt="图" src="/postimg/1.png"><figcaption>甲</figcaption></figure>'
    assert body_markdown(figure("甲"), LinkResolver(files=files)) == expected


def test_figure_in_a_quote() -> None:
    expected = f'> <figure><img alt="图" src="{ADDRESS}"><figcaption>甲</figcaption></figure>'
    assert body_markdown(f"<blockquote>{figure('甲')}</blockquote>", LinkResolver()) == expected


def test_figure_of_a_linked_picture() -> None:
    linked = f'<a href="https://a.b/">{IMAGE}</a>'
    expected = f'<figure><a href="https://a.b/"><img alt="图" src="{ADDRESS}"></a><figcaption>甲</figcaption></figure>'
    assert body_markdown(figure("甲", linked), LinkResolver()) == expected


def test_figure_in_an_oversized_body_is_kept() -> None:
    expected = f'<figure><img alt="图" src="{ADDRESS}"><figcaption>甲</figcaption></figure>\n\n乙乙'
    assert body_markdown(f"{figure('甲')}<p>{'乙' * 2_000_001}</p>", LinkResolver()).startswith(expected)
