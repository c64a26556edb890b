"""Read the words that a post shows from its file, which archiver wrote and a person may have edited."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from archiver.models.origin import origin_of
from archiver.yaml_reader import BrokenYaml, read_strings

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_HIDDEN_HTML = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BREAKING_TAG = re.compile(
    r"</?(?:address|article|blockquote|br|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|tfoot"
    r"|th|thead|tr|ul)\b[^>]*>",
    re.IGNORECASE,
)
_READING_TAG = re.compile(r"<(/?)r([pt])>", re.IGNORECASE)
_READING = re.compile(r"<rp>[^<]*</rp>|<rt>([^<]*)</rt>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


@dataclass(frozen=True, kw_only=True, slots=True)
class PostText:
    """The title, the account's id, the tags, the albums and the text of a post.

    Each block of the text begins on a new line.
    """

    title: str
    account_id: str
    tags: tuple[str, ...]
    text: str
    albums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedPost:
    """A post, parsed: the values of its front matter, its mapping `wechat`, and the tokens of its Markdown.

    The tokens are without the block that names the source.
    """

    values: Mapping[str, object]
    origin: Mapping[str, object]
    tokens: Sequence[Token]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags in the front matter."""
        return _tags(self.values.get("tags"))

    @property
    def albums(self) -> tuple[str, ...]:
        """The titles of the albums of WeChat's that contain the article."""
        return _tags(self.origin.get("albums"))


def read_post(content: str) -> PostText:
    """Return the title, account id, tags and text of a post, given the content of its file.

    The text is what the Markdown shows, without what archiver adds: the front matter and the block that names the
    source.
    """
    post = parse_post(content)
    text = "\n".join(line for line in _lines(post.tokens) if line.strip())
    return PostText(
        title=str(post.values.get("title") or ""), account_id=str(post.origin.get("account_id") or ""), tags=post.tags,
        text=text, albums=post.albums,
    )  # fmt: skip


def parse_post(content: str) -> ParsedPost:
    """Return the parsed content of a post's file. A broken front matter counts as empty."""
    post, text = parse_front_matter(content)
    return replace(post, tokens=_without_source(_parser().parse(text), post.origin))


def parse_front_matter(content: str) -> tuple[ParsedPost, str]:
    """Return a post with its front matter parsed and without tokens, and the Markdown that was not parsed."""
    found = _FRONT_MATTER.match(content)
    values = _front_matter(found[1]) if found else {}
    post = ParsedPost(values, origin_of(values), ())
    return post, content[found.end() :] if found else content


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # the import takes a while, and most commands read no post

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _front_matter(lines: str) -> dict[str, object]:
    try:
        values = read_strings(lines)
    except BrokenYaml:  # a person's: the text is found all the same
        return {}
    return values if isinstance(values, dict) else {}


def _tags(value: object) -> tuple[str, ...]:
    """Return the tags in the front matter, which are a list, or words in one string, as Jekyll also allows."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(str(tag) for tag in value) if isinstance(value, list) else ()


def _without_source(tokens: Sequence[Token], origin: Mapping[str, object]) -> Sequence[Token]:
    """Return the tokens without the quote at the start that names the account and links to the article.

    `origin` is the mapping `wechat` of the front matter.
    """
    if not tokens or tokens[0].type != "blockquote_open":
        return tokens
    end = next(
        place
        for place, token in enumerate(tokens)
        if token.type == "blockquote_close" and token.level == tokens[0].level
    )
    inside = [child for token in tokens[:end] for child in token.children or ()]
    links = {str(child.attrs.get("href", "")) for child in inside if child.type == "link_open"}
    account = str(origin.get("account", ""))
    is_source = origin.get("url") in links or (
        not links and bool(account) and any(account in child.content for child in inside)
    )
    return tokens[end + 1 :] if is_source else tokens


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _inline_text(token.children or ())
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n")
        elif token.type == "html_block":
            yield html_text(token.content)


def _inline_text(tokens: Sequence[Token]) -> str:
    """Return the visible text of a paragraph or a heading. Alternative texts of images are not visible.

    Readings above characters (`<rt>`) stand behind the text, so that a word is found whose characters have them.
    """
    text: list[str] = []
    readings: list[str] = []
    parts = text
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "html_inline":
            if found := _READING_TAG.fullmatch(token.content):
                parts = text if found[1] else readings if found[2] == "t" else []
                readings.append(" ")
            parts.append("\n" if _BREAKING_TAG.fullmatch(token.content) else "")
        elif token.type != "image":
            parts.append(token.content)
    return " ".join(["".join(text), *"".join(readings).split()])


def html_text(markup: str) -> str:
    """Return the text that a piece of HTML in a post shows. Tags of blocks and table cells become line breaks.

    Readings above characters (`<rt>`) stand behind the text.
    """
    readings = "".join(f" {found}" for found in _READING.findall(markup) if found)
    markup = _READING.sub("", markup) if "<r" in markup else markup
    shown = _TAG.sub("", _BREAKING_TAG.sub("\n", _HIDDEN_HTML.sub("", markup)))
    return html.unescape(shown.strip("\n") + readings).strip("\n")
