"""Render the text of a post from its article and saved files, as a profile wants it. Pure: the archive writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archiver.extractor.completeness import text_coverage
from archiver.models import CHINA, Article, MediaResults, RenderedPost, State
from archiver.writer.links import LinkResolver, files_by_url, no_post
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.escape import destination, escape
from archiver.writer.profiles.base import Profile

# What the source block says of the notice that stands where the article was.
STATE_IN_CHINESE = {
    State.DELETED: "已被发布者删除",
    State.VIOLATION: "因违规被删除",
    State.UNAVAILABLE: "无法查看",
    State.MIGRATED: "账号已迁移",
}

_LINK = re.compile(r"\[([^\]]*)\]\(\{url\}\)")
_EMPTY_FRONT_MATTER = "---\n---\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStyle:
    """How the owner of a site wants a post: what archiver.yml may change, and the archive's own links."""

    front_matter: Mapping[str, object] = field(default_factory=dict)  # values by key, None removes a key
    account_line: str = "转载：{account}"
    link_line: str = "来源：[微信公众号]({url})"
    gone_line: str = "原文已无法访问：{state}（{seen}）"  # once a notice stands where the article was
    post_path_of: Callable[[str], str] = no_post  # a link's target → the path of its post in the archive, '' for none


def default_style(_article: Article) -> PostStyle:
    """Return the style of a site whose archiver.yml changes nothing."""
    return PostStyle()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRenderer:
    """A renderer of articles for one profile, each in the style that `style_of` returns: sources may have their own."""

    profile: Profile
    style_of: Callable[[Article], PostStyle] = default_style

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article: front matter, the source block, the body; a newline at its end.

        `media` holds a file or the reason why there is none by the name of each medium (`names.media_name`); what has
        no file is shown by its own address. `captured` (aware) dates a post whose page does not.
        """
        style = self.style_of(article)
        front_matter = self.profile.front_matter(article, captured, style.front_matter)
        text = front_matter + self._blocks(article, media, style)
        is_usual = front_matter.startswith("---\n")  # else the source block would not be recognised
        return RenderedPost(
            text=text,
            text_coverage=text_coverage(article, text if is_usual else _EMPTY_FRONT_MATTER + text),
            day=(article.published or captured).astimezone(CHINA).date(),
        )

    def _blocks(self, article: Article, media: MediaResults, style: PostStyle) -> str:
        """Return the source block and the body, each after an empty line."""
        blocks = (source_block(article, style, self.profile), self._body(article, media, style))
        return "".join(f"\n{block}\n" for block in blocks if block)

    def _body(self, article: Article, media: MediaResults, style: PostStyle) -> str:
        links = LinkResolver(
            files=files_by_url(article, media),
            media_url=self.profile.media_url,
            post_url=lambda link: self._post_url(style.post_path_of(link)),
        )
        return body_markdown(article.body, links, self.profile.dialect)

    def _post_url(self, path: str) -> str:
        return self.profile.post_url(path) if path else ""


def source_block(article: Article, style: PostStyle, profile: Profile) -> str:
    """Return the quote that says where the post is from; a line that has nothing to say is left out."""
    name = escape(article.account, dialect=profile.dialect)
    account = style.account_line.replace("{account}", name) if article.account else ""
    template = style.link_line if article.url else _LINK.sub(r"\1", style.link_line)
    link = template.replace("{url}", destination(article.url))
    return "  \n".join(f"> {line}" for line in (account, link, _gone_line(article, style)) if line)


def _gone_line(article: Article, style: PostStyle) -> str:
    if article.gone is None:
        return ""
    seen = f"{article.gone.seen.astimezone(CHINA):%Y-%m-%d}"
    words = {"state": STATE_IN_CHINESE[article.gone.state], "seen": seen}
    return re.sub(r"\{(state|seen)\}", lambda word: words[word[1]], style.gone_line)
