"""Define the profile of Jekyll: posts in `_posts` named by day and title, front matter for the Hux theme.

docs/reference/jekyll.md describes how Jekyll handles names, dates and front matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import quote

from archiver.models import CHINA, Article
from archiver.writer.front_matter import dump_front_matter
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.metadata import provenance, site_values
from archiver.writer.profiles.base import COVER, NO_HEADER, SiteOptions
from archiver.writer.profiles.file_names import article_number, post_file_name, slug_of
from archiver.writer.profiles.media_folders import MediaFolders, name_in_address, names_in
from archiver.writer.profiles.post_urls import filled_pattern, parts_in_address

POSTS = "_posts"
PREFIX = "{{site.baseurl}}"
POST_URL = "{{site.baseurl}}/{year}/{month}/{day}/{slug}.html"

# Default values. `{word}` is replaced by that property of the article. `front_matter:` of archiver.yml can change
# values, remove keys (null) and add keys at the end.
FRONT_MATTER: Mapping[str, object] = {
    "layout": "post",
    "title": "{title}",
    "date": "{date}",
    "author": "转载",
    "header-img": "img/the-first.png",
    "catalog": False,
    "tags": ["其他"],
}

# In URLs, Jekyll replaces each sequence of characters other than letters, digits and these by one `-`.
_KEPT_IN_URLS = frozenset("._~!$&'()+,;=@")
_PUBLISHED_AS_SLASH = re.compile(r"(?:\.\.)+")  # in any context
_USUAL_DAY = re.compile(r"\d{4}-\d\d-\d\d-", re.ASCII)  # the form of nearly all posts
_POST_FILE = re.compile(r"(\d{2,4})-(\d{1,2})-(\d{1,2})-(.*)\.[^.]+\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JekyllProfile:
    """The profile of sites that are built with Jekyll; see `Profile` for the purpose of each member."""

    site: SiteOptions = field(default_factory=SiteOptions)

    @property
    def name(self) -> str:
        """The name of the profile in archiver.yml, `jekyll`."""
        return "jekyll"

    @property
    def posts_directory(self) -> str:
        """The directory `_posts`, the only one from which Jekyll reads posts."""
        return POSTS

    @property
    def media_directories(self) -> tuple[str, ...]:
        """The directories `postimg` and `media`, which Jekyll copies to the site."""
        return _FOLDERS.directories

    @property
    def dialect(self) -> Dialect:
        """The template syntax of all known engines, not only that of Jekyll.

        Text is escaped for all of them, so that posts can be moved from Jekyll to another generator.
        """
        return EVERY_ENGINE

    @property
    def draft(self) -> Mapping[str, object]:
        """The key `published`, False."""
        return {"published": False}

    @property
    def site_files(self) -> Mapping[str, str]:
        """No files."""
        return {}

    @property
    def media_prefix(self) -> str:
        """The part of a medium's address before `/postimg/…` or `/media/…`.

        This is the option of the site, or `{{site.baseurl}}` by default.
        """
        return PREFIX if self.site.media_prefix is None else self.site.media_prefix

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield three possible paths for the post of an article, the best first; see Profile.post_paths.

        1. `_posts/<folder>/YYYY-MM-DD-<slug>.md`, with `day` and the slug of the title.
        2. The same with `-<mid>-<idx>` after the slug: WeChat's ids, or the digest in the article's key if it has no
           ids.
        3. The same with a digest of the whole key after the slug.

        If the title has no letters or digits, there is no slug, and the first path equals the second. A counter is not
        used: the path would depend on the order in which articles are archived.
        """
        number = article_number(article)
        where = f"{POSTS}/{folder}" if folder else POSTS
        for ending in ("", number, sha256(article.key.encode()).hexdigest()[:8]):
            yield f"{where}/{post_file_name(article.title, f'{day.isoformat()}-', ending, number)}"

    def media_path(self, name: str) -> str:
        """Return `name` itself: files of media lie where their names say."""
        return _FOLDERS.path_of(name)

    def media_name(self, path: str) -> str:
        """Return `path` itself; '' if it is not below `postimg` or `media`."""
        return _FOLDERS.name_of(path)

    def media_url(self, path: str) -> str:
        """Return the address of the media file at `path`: the prefix, `/` and the percent-encoded path."""
        return f"{self.media_prefix}/{quote(path)}"

    def media_in(self, text: str) -> list[str]:
        """Return the paths of the media files that a post shows, each once; `text` is the text of the post.

        The addresses in the post may begin with the prefix of this site, with `{{ site.baseurl }}`, or with neither.
        """
        return names_in(text, (self.media_prefix, PREFIX, "{{ site.baseurl }}"))

    def medium_at(self, address: str) -> str:
        """Return the path of the media file at `address`; '' if this is not an address of one, see Profile.medium_at.

        The address may begin with the prefix of this site, with `{{site.baseurl}}`, or with neither.
        """
        return name_in_address(address, (self.media_prefix, PREFIX, ""))

    def post_url(self, path: str, published: datetime | None = None) -> str:
        """Return the address of the post at `path`, made from the `post_url` pattern of the site.

        The placeholders {year}, {month}, {day} and {slug} get the values under which Jekyll publishes the post. The day
        is that in the file name. On a site with a time zone it is that of `published` in this zone, as Jekyll has it.
        Return '' if Jekyll does not publish the file.
        """
        match = _POST_FILE.match(unicodedata.normalize("NFC", _last_part(path)))
        if match is None:
            return ""
        year, month, day = _day_of_match(match).split("-")
        if published and self.site.time_zone:
            year, month, day = published.astimezone(self.site.time_zone).strftime("%Y-%m-%d").split("-")
        slug = quote(_PUBLISHED_AS_SLASH.sub("/", slug_of(match[4], _KEPT_IN_URLS)))
        parts = {"year": year, "month": month, "day": day, "slug": slug}
        return filled_pattern(self.post_url_pattern, parts)

    @property
    def post_url_pattern(self) -> str:
        """The pattern of a post's address: the option of the site, or that of Jekyll's default permalink."""
        return POST_URL if self.site.post_url is None else self.site.post_url

    def published_name_at(self, address: str) -> str:
        """Return the published name of the post at `address`, such as `2024-05-31-title`; '' for another address."""
        parts = parts_in_address(address, self.post_url_pattern)
        named = [parts.get(word, "") for word in ("year", "month", "day", "slug")]
        return "-".join(named).casefold() if all(named) else ""

    def native(self, markdown: str) -> str:
        """Return `markdown` itself: Jekyll shows HTML in a post."""
        return markdown

    def portable(self, text: str) -> str:
        """Return `text` itself: Jekyll's own syntax in a post is in comments, or in addresses."""
        return text

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        """Return the front matter of a post: seven keys of the Hux theme, those added by `overrides`, and `wechat:`.

        The seven are layout, title, date, author, header-img, catalog and tags. `overrides` can also change them, or
        remove them (None). `captured`, the time at which the page was captured, is the date of the post if the article
        has none. `header_image` is the file that the theme shows above the post, '' for none.
        """
        day = _jekyll_date(article.published or captured)
        values = site_values({**self.keys, **self.header_keys(header_image), **overrides}, article, day)
        return dump_front_matter({**self.finished(values), "wechat": provenance(article, captured)})

    @property
    def keys(self) -> Mapping[str, object]:
        """The front matter, key to value; see `FRONT_MATTER`."""
        return FRONT_MATTER

    def header_keys(self, cover: str) -> Mapping[str, object]:
        """Return the key of the header image; `cover` is the path of the article's cover, '' if it was not saved."""
        chosen = self.site.header_image
        if chosen is None:
            return {}
        return {"header-img": cover or None if chosen == COVER else None if chosen == NO_HEADER else chosen}

    def finished(self, values: dict[str, object]) -> dict[str, object]:
        """Return the keys of the front matter as the theme needs them."""
        return values

    def published_name(self, path: str) -> str:
        """Return `YYYY-MM-DD-<slug>`, the day and the case-folded slug under which Jekyll publishes the file at `path`.

        Return '' if Jekyll does not publish the file as a post. If two posts have the same published name, Jekyll
        publishes only one of them, without a warning.
        """
        match = _POST_FILE.match(unicodedata.normalize("NFC", _last_part(path)))
        if match is None:
            return ""
        return f"{_day_of_match(match)}-{slug_of(match[4], _KEPT_IN_URLS).casefold()}"

    def published_name_start(self, path: str) -> str:
        """Return the first ten characters of `published_name(path)`: the day in the file name, as YYYY-MM-DD.

        Return '' if the file name is not that of a post.
        """
        file_name = _last_part(path)
        if _USUAL_DAY.match(file_name):
            return file_name[:10]
        match = _POST_FILE.match(file_name)
        return _day_of_match(match) if match else ""

    def ignores(self, name: str) -> bool:
        """Return whether Jekyll ignores a name: one that begins with `_`, `.`, `#` or `~`, or ends with `~`."""
        return name.startswith(("_", ".", "#", "~")) or name.endswith("~")


_FOLDERS = MediaFolders()
JEKYLL = JekyllProfile()  # for a site with the default options


def _jekyll_date(time: datetime) -> str:
    """Return `time` in China's time zone and with its offset, such as `2024-07-18 10:05:00 +0800`.

    Jekyll reads this format alike in every time zone of the build machine.
    """
    return time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S +0800")


def _last_part(path: str) -> str:
    return path.rpartition("/")[2]


def _day_of_match(match: re.Match[str]) -> str:
    """Return the day in the file name of a post as YYYY-MM-DD: `24-7-8-title.md` gives `2024-07-08`.

    `match` is the match of the file name with the pattern `_POST_FILE`; its groups 1 to 3 are year, month and day. A
    year of two digits is read as one of 1969 to 2068, as Ruby does.
    """
    year, month, day = map(int, match.group(1, 2, 3))
    century = 0 if len(match[1]) > 2 else 1900 if year > 68 else 2000
    return f"{century + year:04}-{month:02}-{day:02}"
