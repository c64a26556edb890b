"""Jekyll: posts in `_posts`, named by day and title, with the front matter of the Hux theme.

What Jekyll does with names, dates and front matter is described in docs/jekyll.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from urllib.parse import quote, unquote

from archiver.models import CHINA, Article
from archiver.writer.front_matter import dump_front_matter
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.metadata import provenance, site_values
from archiver.writer.names import IMAGES, MEDIA, number_in
from archiver.writer.profiles.base import SiteOptions

POSTS = "_posts"
PREFIX = "{{site.baseurl}}"
POST_URL = "{{site.baseurl}}/{year}/{month}/{day}/{slug}.html"

# Bytes of a post's file name: eCryptfs allows 143, and Windows 260 characters of the whole path.
LONGEST_POST = 120

# A `{word}` is replaced by what the article says. `front_matter:` of archiver.yml changes values, removes keys (null)
# and adds keys at the end.
FRONT_MATTER: Mapping[str, object] = {
    "layout": "post",
    "title": "{title}",
    "date": "{date}",
    "author": "转载",
    "header-img": "img/the-first.png",
    "catalog": False,
    "tags": ["其他"],
}

# Jekyll makes a URL by turning every run of characters other than letters, digits and these into `-`.
_KEPT_IN_URLS = frozenset("._~!$&'()+,;=@")
_KEPT_IN_NAMES = frozenset("._")  # of those, what neither a shell nor Windows minds
_DOTS = re.compile(r"-?\.\.+-?")
_PUBLISHED_AS_SLASH = re.compile(r"(?:\.\.)+")  # whatever stands around it
_USUAL_DAY = re.compile(r"\d{4}-\d\d-\d\d-", re.ASCII)  # as nearly everybody writes it
_POST_FILE = re.compile(r"(\d{2,4})-(\d{1,2})-(\d{1,2})-(.*)\.[^.]+\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JekyllProfile:
    """A site that Jekyll builds; see `Profile` for what each member is for."""

    site: SiteOptions = field(default_factory=SiteOptions)

    @property
    def name(self) -> str:
        """Return `jekyll`."""
        return "jekyll"

    @property
    def posts_directory(self) -> str:
        """Return `_posts`, the only directory that Jekyll reads posts from."""
        return POSTS

    @property
    def dialect(self) -> Dialect:
        """Return the dialect of every engine: a post stays right when a site moves from Jekyll to another."""
        return EVERY_ENGINE

    @property
    def media_prefix(self) -> str:
        """Return what stands before `/postimg/…`."""
        return PREFIX if self.site.media_prefix is None else self.site.media_prefix

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield `_posts/[folder/]YYYY-MM-DD-<slug>.md`, then the same with `<mid>-<idx>`, then with a digest.

        A collision is answered with the article's own numbers and never with a counter, so that the name does
        not depend on the order of archiving.
        """
        number = _article_number(article)
        where = f"{POSTS}/{folder}" if folder else POSTS
        for ending in ("", number, sha256(article.key.encode()).hexdigest()[:8]):
            yield f"{where}/{_file_name(article.title, day, ending, number)}"

    def media_url(self, path: str) -> str:
        """Return the prefix and the path, percent-encoded."""
        return f"{self.media_prefix}/{quote(path)}"

    def media_in(self, text: str) -> list[str]:
        """Return the paths of media behind this site's prefix, `{{ site.baseurl }}` or none."""
        return list(dict.fromkeys(unquote(path) for path in _media_links(self.media_prefix).findall(text)))

    def post_url(self, path: str) -> str:
        """Return the pattern with its {year}, {month}, {day} and {slug} as Jekyll publishes the post at `path`."""
        match = _POST_FILE.match(unicodedata.normalize("NFC", _last_part(path)))
        if match is None:
            return ""
        year, month, day = _day_of_match(match).split("-")
        slug = quote(_PUBLISHED_AS_SLASH.sub("/", _slug(match[4], _KEPT_IN_URLS)))
        parts = {"year": year, "month": month, "day": day, "slug": slug}
        pattern = POST_URL if self.site.post_url is None else self.site.post_url
        return re.sub(r"\{(year|month|day|slug)\}", lambda word: parts[word[1]], pattern)

    def front_matter(self, article: Article, captured: datetime, overrides: Mapping[str, object]) -> str:
        """Return the seven keys of the Hux theme in its order, what `overrides` adds, then `wechat:`."""
        day = _jekyll_date(article.published or captured)
        values = site_values({**FRONT_MATTER, **overrides}, article, day)
        return dump_front_matter({**values, "wechat": provenance(article, captured)})

    def published_key(self, path: str) -> str:
        """Return the day and the case-folded slug under which Jekyll publishes a file of `_posts`; '' if it does not.

        Of two posts that share it Jekyll silently keeps one.
        """
        match = _POST_FILE.match(unicodedata.normalize("NFC", _last_part(path)))
        if match is None:
            return ""
        return f"{_day_of_match(match)}-{_slug(match[4], _KEPT_IN_URLS).casefold()}"

    def published_key_start(self, path: str) -> str:
        """Return the day in the name of a file of `_posts`; '' for a name of another form."""
        file_name = _last_part(path)
        if _USUAL_DAY.match(file_name):
            return file_name[:10]
        match = _POST_FILE.match(file_name)
        return _day_of_match(match) if match else ""

    def ignores(self, name: str) -> bool:
        """Return whether Jekyll skips a name: editors' copies, hidden files, and our own unfinished ones."""
        return name.startswith(("_", ".", "#", "~")) or name.endswith("~")


JEKYLL = JekyllProfile()  # of a site that changes neither prefix nor addresses


@cache
def _media_links(prefix: str) -> re.Pattern[str]:
    """Return the pattern of a medium's address in Markdown or HTML, with its path as the only group."""
    folders = "|".join(map(re.escape, (IMAGES, MEDIA)))
    before = rf"(?:{re.escape(prefix)}|\{{\{{ ?site\.baseurl ?\}}\}})?"
    return re.compile(rf"""[("]{before}/((?:{folders})/[^\s()"'<>#?]+)""")


def _jekyll_date(time: datetime) -> str:
    """Return the one form that Jekyll reads alike in every time zone of the building machine."""
    return time.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S +0800")


def _last_part(path: str) -> str:
    return path.rpartition("/")[2]


def _day_of_match(match: re.Match[str]) -> str:
    """Return the day of a post as YYYY-MM-DD; a year of two digits is one of 1969 to 2068, as Ruby reads it."""
    year, month, day = map(int, match.group(1, 2, 3))
    century = 0 if len(match[1]) > 2 else 1900 if year > 68 else 2000
    return f"{century + year:04}-{month:02}-{day:02}"


def _article_number(article: Article) -> str:
    """Return `<mid>-<idx>`, or for a page that does not name itself the digits of its key."""
    return number_in(f":{article.mid}:{article.idx}" if article.mid and article.idx else article.key)


def _file_name(title: str, day: date, ending: str, fallback: str) -> str:
    head, tail = f"{day.isoformat()}-", (f"-{ending}" if ending else "") + ".md"
    slug = _DOTS.sub("-", _slug(unicodedata.normalize("NFC", title), _KEPT_IN_NAMES)).strip("-._")
    slug = _first_bytes(slug, LONGEST_POST - len(head) - len(tail)).rstrip("-._")
    if not slug:  # emoji, punctuation or nothing: Jekyll would publish `.html`
        return f"{head}{ending or fallback}.md"
    return f"{head}{slug}{tail}"


def _slug(text: str, kept: frozenset[str]) -> str:
    """Return `text` with a `-` for every run of characters that are neither letters, digits nor in `kept`."""
    characters = (char if char in kept or _is_letter(char) else "-" for char in text)
    return re.sub(r"-+", "-", "".join(characters)).strip("-")


def _is_letter(character: str) -> bool:
    r"""Return whether it is one of Ruby's \p{L} \p{M} \p{Nd}."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def _first_bytes(text: str, size: int) -> str:
    """Return the longest beginning of `text` of at most `size` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")
