"""Article + saved files → the text of its post. Pure; disk.py writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archiver.models import CHINA, Article, State, StoredFiles
from archiver.writer.front_matter import front_matter
from archiver.writer.links import LinkResolver, nowhere
from archiver.writer.markdown.escape import destination, escape

# What a reader is told of the notice that stands where the article was.
GONE_IN_CHINESE = {
    State.DELETED: "已被发布者删除",
    State.VIOLATION: "因违规被删除",
    State.UNAVAILABLE: "无法查看",
    State.MIGRATED: "账号已迁移",
}

_LINK = re.compile(r"\[([^\]]*)\]\(\{url\}\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStyle:
    """How a site wants its posts: what its owner may change in archiver.yml."""

    front_matter: Mapping[str, object] = field(default_factory=dict)  # over the default profile's keys
    account_line: str = "转载：{account}"
    link_line: str = "来源：[微信公众号]({url})"
    gone_line: str = "原文已无法访问：{state}（{seen}）"  # once a notice stands where the article was
    prefix: str = "{{site.baseurl}}"  # stands before /postimg/…
    post_of: Callable[[str], str] = nowhere  # where the archive's own post of a link's target is published


def post_text(article: Article, files: StoredFiles, captured: datetime, style: PostStyle) -> str:
    """The whole post: front matter, the source block, the article's body; a newline at its end."""
    parts = (source_block(article, style), body_markdown(article, files, style))
    return front_matter(article, style.front_matter, captured) + "".join(f"\n{part}\n" for part in parts if part)


def body_markdown(article: Article, files: StoredFiles, style: PostStyle) -> str:
    """The body as Markdown; media of `files` by the style's prefix and their path, the others by their own address."""
    return markdown_of(article.body, files, style)


def markdown_of(body: str, files: StoredFiles, style: PostStyle) -> str:
    """The Markdown of a canonical body, for who has no more of the article."""
    from archiver.writer.markdown.blocks import (
        body_markdown as convert,  # markdownify and bs4: only when a body is read
    )

    return convert(body, LinkResolver(files=files, prefix=style.prefix, post_of=style.post_of))


def source_block(article: Article, style: PostStyle) -> str:
    """The quote that says where the post is from, in the seed's form; a line that has nothing to say is left out."""
    account = style.account_line.replace("{account}", escape(article.account)) if article.account else ""
    template = style.link_line if article.url else _LINK.sub(r"\1", style.link_line)
    link = template.replace("{url}", destination(article.url))
    return "  \n".join(f"> {line}" for line in (account, link, _gone(article, style)) if line)


def _gone(article: Article, style: PostStyle) -> str:
    if article.gone is None:
        return ""
    words = {"state": GONE_IN_CHINESE[article.gone.state], "seen": f"{article.gone.seen.astimezone(CHINA):%Y-%m-%d}"}
    return re.sub(r"\{(state|seen)\}", lambda word: words[word[1]], style.gone_line)
