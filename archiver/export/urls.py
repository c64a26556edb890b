"""Find the addresses of media in pages, and make up addresses for WARC records that have none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

from archiver import urls
from archiver.models import LocalFile, Media
from archiver.writer.names import media_name

# Host of the made-up addresses. No server can have this name (RFC 2606), so they cannot be mistaken for real ones.
_OWN_HOST = "https://archiver.invalid"
_HOSTS = "|".join(re.escape(host) for host in urls.MEDIA_HOSTS)
_MEDIA_ADDRESS = re.compile(rf"//[\w.-]{{1,100}}(?:{_HOSTS})/[^\s\"'<>\\()#\x00-\x20]{{1,2000}}")


def readable_address(key: str) -> str:
    """Return the address that an export gives to the readable page of the article `key`.

    That is the plain HTML page that archiver makes of an article. The address is made up, since no server has the page.
    """
    return f"{_OWN_HOST}/article/{quote(key, safe=':=+')}"


def page_address(key: str) -> str:
    """Return a made-up address for a captured page without an address; `key` is the article's key."""
    return f"{_OWN_HOST}/page/{quote(key, safe=':=+')}"


def file_address(file: LocalFile) -> str:
    """Return a made-up address for a medium without an http(s) address; `file` is the medium's file in the archive."""
    return f"{_OWN_HOST}/{quote(file.path)}"


def is_http_address(address: str) -> bool:
    """Return whether an address begins with `http://` or `https://`.

    Web archive players can request only such addresses.
    """
    return address.startswith(("https://", "http://"))


def find_media_addresses(page: bytes) -> Iterator[tuple[str, str]]:
    """Yield (media name, address) for each address of a medium on WeChat's CDN that a page contains.

    With the addresses, an export stores each medium where the scripts of the page request it in a web archive player.
    The addresses keep all parameters from the page, even if the archive downloaded the medium from a shorter address.
    The scheme is always https; players do not distinguish it from http.

    `page` is the HTML of the page. The names are those of `names.media_name`.
    """
    # Addresses in a page are escaped for HTML, for JavaScript, or for both.
    text = unescape(unescape(page.decode(errors="replace").replace(r"\/", "/").replace(r"\x26", "&")))
    for rest in dict.fromkeys(_MEDIA_ADDRESS.findall(text)):
        address = f"https:{rest}"
        if plain := urls.media(address):
            yield media_name(Media(url=plain)), address
