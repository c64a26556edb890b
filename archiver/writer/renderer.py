"""Render the text of a post from an article and its saved files, as the site's profile requires, without any I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archiver.extractor.completeness import text_coverage
from archiver.models import CHINA, Article, LocalFile, Media, MediaResults, RenderedPost, State
from archiver.writer.aliases import with_aliases
from archiver.writer.links import LinkResolver, files_by_url
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.escape import destination, escape
from archiver.writer.names import media_name
from archiver.writer.profiles.base import Profile

# The text of the source block for each notice that replaces an article on WeChat.
STATE_IN_CHINESE = {
    State.DELETED: "已被发布者删除",
    State.VIOLATION: "因违规被删除",
    State.UNAVAILABLE: "无法查看",
    State.MIGRATED: "账号已迁移",
}

_LINK = re.compile(r"\[([^\]]*)\]\(\{url\}\)")
_EMPTY_FRONT_MATTER = "---\n---\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedPost:
    """A post of the archive to which another post links: its path, and when its article was published."""

    path: str
    published: datetime | None = None


def no_post(_link: str) -> None:
    """Return None for the address of any link: "the archive has no post for this link"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStyle:
    """The style of a post: the parts that archiver.yml can change, and the links to other posts of the archive.

    Four parts are lines of the source block. This is the quote above the body that tells where the article came from.

    Args:
        front_matter: Changes to the front matter of the profile, key to value; None removes a key.
        account_line: The line that names the account, with the placeholder {account}.
        link_line: The line that links to the article on WeChat, with the placeholder {url}.
        statement_line: The line that is added if the author states something about the content, such as 内容由AI生成,
            with the placeholder {statement}.
        gone_line: The line that is added if WeChat shows a notice in place of the article, such as "deleted by the
            publisher". Placeholders: {state} for what the notice says, {seen} for the day when it was seen.
        post_of: Takes the address of a link. Returns the post of the archive to which the link leads; None if there is
            no such post.
        former_addresses: Where the post was on the site before, for another profile; see aliases.py.
    """

    front_matter: Mapping[str, object] = field(default_factory=dict)
    account_line: str = "转载：{account}"
    link_line: str = "来源：[微信公众号]({url})"
    statement_line: str = "作者提示：{statement}"
    gone_line: str = "原文已无法访问：{state}（{seen}）"
    post_of: Callable[[str], LinkedPost | None] = no_post
    former_addresses: tuple[str, ...] = ()


def default_style(_article: Article) -> PostStyle:
    """Return the default style of posts, which applies if archiver.yml changes nothing.

    It is the same for every article.
    """
    return PostStyle()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRenderer:
    """A renderer of articles as posts for the kind of site that `profile` represents.

    `style_of` takes an article and returns the style of its post. Styles can differ, since archiver.yml can set tags
    and an author for each group of articles (such as an album) that it lists.
    """

    profile: Profile
    style_of: Callable[[Article], PostStyle] = default_style

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article: front matter, source block and body, with a newline at its end.

        The source block is a quote that names the account and links to the article.

        Args:
            article: The article.
            media: Maps the name of each medium (`names.media_name`) to its file, or to the reason why there is none.
                Without a file, images and audio keep their original address, and a video is replaced by its poster
                image.
            captured: When the page was captured, with a time zone. It is the date of the post if the page has no date.
        """
        style = self.style_of(article)
        overrides = with_aliases(style.front_matter, self.profile.name, style.former_addresses)
        front_matter = self.profile.front_matter(
            article, captured, overrides, header_image=_saved_cover(article, media)
        )
        text = front_matter + self.profile.native(self._blocks(article, media, style))
        is_usual = front_matter.startswith("---\n")  # else the source block would not be recognised
        shown = self.profile.portable(text if is_usual else _EMPTY_FRONT_MATTER + text)
        return RenderedPost(
            text=text,
            text_coverage=text_coverage(article, shown),
            day=(article.published or captured).astimezone(CHINA).date(),
        )

    def _blocks(self, article: Article, media: MediaResults, style: PostStyle) -> str:
        """Return the text of a post below its front matter: the source block and the body, as Markdown.

        The source block is a quote that names the account and links to the article. Before each of the two is an empty
        line. A part without text is omitted.
        """
        blocks = (source_block(article, style, self.profile), self._body(article, media, style))
        return "".join(f"\n{block}\n" for block in blocks if block)

    def _body(self, article: Article, media: MediaResults, style: PostStyle) -> str:
        links = LinkResolver(
            files=files_by_url(article, media),
            media_url=self.profile.media_url,
            post_url=lambda link: self._post_url(style.post_of(link)),
        )
        return body_markdown(article.body, links, self.profile.dialect)

    def _post_url(self, post: LinkedPost | None) -> str:
        return self.profile.post_url(post.path, post.published) if post else ""


def _saved_cover(article: Article, media: MediaResults) -> str:
    """Return the path of the file of an article's cover; '' if it was not saved."""
    file = media.get(media_name(Media(url=article.cover))) if article.cover else None
    return file.path if isinstance(file, LocalFile) else ""


def source_block(article: Article, style: PostStyle, profile: Profile) -> str:
    """Return the source block of a post: a Markdown quote that names the article's account and links to the article.

    A third line has the author's statement about the content, if there is one. If WeChat shows a notice in place of the
    article ("deleted by the publisher"), a last line says so. If the account is unknown, its line is left out. If the
    article has no address, the link becomes plain text. `style` provides the wording of the lines; `profile` provides
    the template syntax to escape in texts of the page.
    """
    name = escape(article.account, dialect=profile.dialect)
    account = style.account_line.replace("{account}", name) if article.account else ""
    template = style.link_line if article.url else _LINK.sub(r"\1", style.link_line)
    link = template.replace("{url}", destination(article.url))
    statement = escape(article.statement, dialect=profile.dialect)
    stated = style.statement_line.replace("{statement}", statement) if article.statement else ""
    return "  \n".join(f"> {line}" for line in (account, link, stated, _gone_line(article, style)) if line)


def _gone_line(article: Article, style: PostStyle) -> str:
    if article.gone is None:
        return ""
    seen = f"{article.gone.seen.astimezone(CHINA):%Y-%m-%d}"
    words = {"state": STATE_IN_CHINESE[article.gone.state], "seen": seen}
    return re.sub(r"\{(state|seen)\}", lambda word: words[word[1]], style.gone_line)
