"""What a post may hold, whatever its page was made to do: whole front matter, and nothing active."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag

from archiver.extractor import classify, extract
from archiver.models import Page, State
from archiver.writer.profiles.jekyll import JEKYLL
from archiver.writer.renderer import ProfileRenderer
from tests.support.engines import kramdown, liquid
from tests.support.pages import CAPTURED

PARAGRAPH, POST = 8_000, 60_000  # characters that kramdown reads in time: it is quadratic in a paragraph's length

# All that a post's HTML may hold: what the canonical body has words for, and what kramdown adds.
TAGS = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code table thead tbody tr th td hr div span a strong em del ins sup "
    "sub img br audio video ruby rp rt figure figcaption".split()
)
ATTRIBUTES = frozenset(
    "href src alt class id colspan rowspan start reversed type value controls preload poster style width height".split()
)
STYLED = re.compile(r"text-align: (?:left|right|center)|list-style-type:[a-z-]+")
# The last is a file of the folder beside a saved page.
ADDRESS = re.compile(r"https?://|mailto:|/blog/|data:image/|(?:\./)?(?!\.\./)[^:/?#]+/[^:/?#]+\Z")
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FRONT_MATTER = re.compile(r"\A(---\s*\n.*?\n?)^(?:(?:---|\.\.\.)\s*$\n?)", re.DOTALL | re.MULTILINE)  # Jekyll's own


def post_of(page: Page) -> str | None:
    """The post of a page, None when it is no article."""
    if classify(page).state is not State.ARTICLE:
        return None
    return ProfileRenderer(profile=JEKYLL).render(extract(page), {}, CAPTURED).text


def check(post: str) -> None:
    """Fails on a post that is broken or that could run."""
    head = FRONT_MATTER.match(post)
    assert head is not None
    read = yaml.safe_load(head[1].removeprefix("---\n"))
    assert read["wechat"]["archived"]
    body = post[head.end() :]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", post)
    if is_quick(body):
        assert list(_active(kramdown(body))) == []
    else:
        liquid(body)


def is_quick(body: str) -> bool:
    """Whether kramdown takes a body in time; of others Liquid alone is asked, which is what stops a build."""
    return len(body) < POST and max(map(len, body.split("\n\n"))) < PARAGRAPH


def _active(html: str) -> Iterator[str]:
    """What of a rendered post is neither text nor plain markup."""
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        if tag.name not in TAGS:
            yield f"<{tag.name}>"
        yield from (f'{tag.name} {name}="{_value(tag, name)}"' for name in tag.attrs if not _is_plain(tag, name))


def _is_plain(tag: Tag, name: str) -> bool:
    if name == "style":
        return STYLED.fullmatch(_value(tag, name)) is not None
    if name in ("href", "src", "poster"):
        return ADDRESS.match(_value(tag, name)) is not None
    return name in ATTRIBUTES


def _value(tag: Tag, name: str) -> str:
    value = tag[name]
    return value if isinstance(value, str) else " ".join(value)
