"""Addresses for records in a WARC: those by which pages request media, and invented ones for other records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

from archiver import urls
from archiver.models import LocalFile, Media
from archiver.writer.names import media_name

# Nobody can own this host (RFC 2606), so a record under it does not claim to come from a server.
_OWN_HOST = "https://archiver.invalid"
_HOSTS = "|".join(re.escape(host) for host in urls.MEDIA_HOSTS)
_MEDIA_ADDRESS = re.compile(rf"//[\w.-]{{1,100}}(?:{_HOSTS})/[^\s\"'<>\\()#\x00-\x20]{{1,2000}}")


def readable_address(key: str) -> str:
    """Return the address of an article's readable page."""
    return f"{_OWN_HOST}/article/{quote(key, safe=':=+')}"


def page_address(key: str) -> str:
    """Return an address for an article's page that has none."""
    return f"{_OWN_HOST}/page/{quote(key, safe=':=+')}"


def file_address(file: LocalFile) -> str:
    """Return an address for a medium that has none."""
    return f"{_OWN_HOST}/{quote(file.path)}"


def is_http_address(address: str) -> bool:
    """Return whether players can request this address."""
    return address.startswith(("https://", "http://"))


def find_media_addresses(page: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name in the archive and the address of every medium of the CDN in a page.

    The address has all parameters that the page gives it, since the page's scripts request it so; the archive may have
    downloaded the medium by a shorter one. It always begins with https:, which players do not distinguish from http:.
    """
    # Addresses are escaped for HTML, for a script, or for both.
    text = unescape(unescape(page.decode(errors="replace").replace(r"\/", "/").replace(r"\x26", "&")))
    for rest in dict.fromkeys(_MEDIA_ADDRESS.findall(text)):
        address = f"https:{rest}"
        if plain := urls.media(address):
            yield media_name(Media(url=plain)), address
