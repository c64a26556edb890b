"""Tell which file of a site a page is, and link pages to each other by relative addresses. These are pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from archiver.site.links import PageLinks

FOLDERS: Mapping[str, str] = {
    "account": "accounts", "source": "sources", "tag": "tags", "album": "albums", "date": "dates",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaticLinks(PageLinks):
    """The relative addresses of the files of a site. `root` leads from the page to the folder of the site."""

    @classmethod
    def of_file(cls, file: str) -> StaticLinks:
        """Return the addresses to write in a file of the site, such as `accounts/0a1b.html`."""
        return cls("../" * file.count("/"))

    def page(self, path: str, **query: object) -> str:
        """Return the address of the page that the reader has at `path`."""
        return self.root + page_file(path, **query)

    def article(self, key: str, part: str = "", **_query: object) -> str:
        """Return the address of an article, or of one of its parts, `look` or `styled`."""
        return self.root + article_file(key, part)

    def media(self, path: str) -> str:
        """Return the address of a media file, whose path is relative to the archive's folder."""
        return self.root + quote(media_file(path))

    def feed(self, *subject: str, form: str = "atom", **_query: object) -> str:
        """Return the address of a feed, such as `feed("accounts", "南宁市反诈骗")`."""
        return self.root + feed_file(*subject, form=form)

    def static(self, name: str) -> str:
        """Return the address of a file of the reader's own, such as its style sheet."""
        return self.root + static_file(name)


def page_file(path: str, *, page: object = "", **query: object) -> str:
    """Return the file of the page that the reader has at `path`, such as `/` or `/accounts`.

    A list of articles has one condition in its query. Names of accounts and the like may have any characters, so their
    files have a digest for a name, which is the same on every system. `page` is the number of a part of a list, '' for
    the first one.
    """
    condition, value = next(((name, str(value)) for name, value in query.items() if value not in ("", None)), ("", ""))
    name = path.strip("/") or "index"
    if name.endswith(".opml"):
        return name
    if condition:
        name = f"{FOLDERS[condition]}/{value if condition == 'date' else _digest(value)}"
    return f"{name}{f'-page-{page}' if page not in ('', None) else ''}.html"


def article_file(key: str, part: str = "") -> str:
    """Return the file of an article, or of one of its parts."""
    return f"articles/{_digest(key)}{f'-{part}' if part else ''}.html"


def feed_file(kind: str, name: str = "", *, form: str = "atom", part: int = 0) -> str:
    """Return the file of a feed, or of its older part with this number, counted from the oldest one."""
    subject = f"{kind}/{_digest(name)}" if name else kind
    return f"feeds/{subject}{f'-{part}' if part else ''}.{form}"


def text_file(key: str) -> str:
    """Return the file of the words of an article, which the search reads."""
    return f"search/texts/{_digest(key)}.json"


def media_file(path: str) -> str:
    """Return the file of a medium, whose path is relative to the archive's folder."""
    return f"media/{path}"


def static_file(name: str) -> str:
    """Return the file of one of the reader's own, such as its style sheet."""
    return f"static/{name}"


@lru_cache(maxsize=100_000)  # each is asked for many times in a run
def _digest(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:20]
