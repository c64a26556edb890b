"""Make the addresses of the reader's pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from starlette.requests import Request

_KEPT = ":=+"  # characters of keys that need no escape in a path


@lru_cache(maxsize=8192)  # a list of feeds has thousands of names, each in two addresses
def _in_path(name: str) -> str:
    """Return a name as a part of a path."""
    return quote(name, safe="")


def _in_query(value: str) -> str:
    """Return a value as forms write it into a query."""
    return _in_path(value).replace("%20", "+")


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The addresses of the pages of a reader whose first page is at `root` plus `/`."""

    root: str = ""

    @classmethod
    def of(cls, request: Request) -> PageLinks:
        """Return the addresses for a request."""
        scope = request.scope  # below a mounted path, such as /static, `root_path` is that path
        return cls(str(scope.get("app_root_path", scope.get("root_path", ""))).rstrip("/"))

    @classmethod
    def absolute(cls, request: Request) -> PageLinks:
        """Return the addresses for a request with scheme and host, for readers outside of a browser.

        The host is that of `--base-url` if there is one, otherwise the one by which the request reached the reader.
        """
        base = request.app.state.access.address.base_url.rstrip("/")
        host = f"{request.url.scheme}://{request.headers['host']}"
        return cls((base or host) + cls.of(request).root)

    def page(self, path: str, **query: object) -> str:
        """Return the address of the page at `path`, such as `/search`, with those parts of a query that are not ''."""
        if not query:
            return f"{self.root}{path}"
        given = [f"{name}={_in_query(str(value))}" for name, value in query.items() if value not in ("", None)]
        return f"{self.root}{path}" + (f"?{'&'.join(given)}" if given else "")

    def article(self, key: str, part: str = "", **query: object) -> str:
        """Return the address of an article, or of one of its parts, such as `captures`."""
        return self.page(f"/articles/{quote(key, safe=_KEPT)}" + (f"/{part}" if part else ""), **query)

    def listing(self, **query: object) -> str:
        """Return the address of a list of articles, such as those of an account: `listing(account=…)`."""
        return self.page("/articles", **query)

    def media(self, path: str) -> str:
        """Return the address of a media file, whose path is relative to the archive's folder."""
        return f"{self.root}/media/{quote(path)}"

    def feed(self, *subject: str, form: str = "atom", **query: object) -> str:
        """Return the address of a feed, such as `feed("accounts", "南宁市反诈骗")`; of all articles: `feed("all")`."""
        return self.page(f"/feeds/{'/'.join(map(_in_path, subject))}.{form}", **query)

    def shelf(self, *subject: str, **query: object) -> str:
        """Return the address of a shelf of books, such as `shelf("accounts")`; by default the first."""
        return self.page("/".join(("/opds", *map(_in_path, subject))), **query)

    def book(self, *subject: str, period: str) -> str:
        """Return the address of a book, such as `book("accounts", "南宁市反诈骗", period="2025")`."""
        return self.page(f"/books/{'/'.join(map(_in_path, (*subject, period)))}.epub")

    def static(self, name: str) -> str:
        """Return the address of a file of the reader's own, such as its style sheet."""
        return f"{self.root}/static/{name}"
