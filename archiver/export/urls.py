"""The addresses under which media are looked for: as pages name them, and as our own readable pages do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

from archiver import urls
from archiver.models import LocalFile, Media
from archiver.writer.names import media_name

# RFC 2606: nobody has this host, so nothing under it claims to have come from one.
_OURS = "https://archiver.invalid"
_HOSTS = "|".join(re.escape(host) for host in urls.MEDIA_HOSTS)
_NAMED = re.compile(rf"//[\w.-]{{1,100}}(?:{_HOSTS})/[^\s\"'<>\\()#\x00-\x20]{{1,2000}}")


def readable_address(key: str) -> str:
    """Where the readable page of an article is replayed."""
    return f"{_OURS}/article/{quote(key, safe=':=+')}"


def page_address(key: str) -> str:
    """Where the page of an article is replayed that names no address of its own."""
    return f"{_OURS}/page/{quote(key, safe=':=+')}"


def file_address(file: LocalFile) -> str:
    """Where a medium is replayed that no address of its own is known of."""
    return f"{_OURS}/{quote(file.path)}"


def is_address(address: str) -> bool:
    """Whether a player can be asked for it."""
    return address.startswith(("https://", "http://"))


def named_in(page: bytes) -> Iterator[tuple[str, str]]:
    """The media of the CDN's that a page names: each one's name in the archive, and the address as it stands there.

    Its scripts ask for these very letters, and not for the reduced form by which the archive asked; whether by http or
    by https makes no difference to players.
    """
    # Escaped for HTML, for a script, and in one address of five for both.
    text = unescape(unescape(page.decode(errors="replace").replace(r"\/", "/").replace(r"\x26", "&")))
    for found in dict.fromkeys(_NAMED.findall(text)):
        address = f"https:{found}"
        if plain := urls.media(address):
            yield media_name(Media(url=plain)), address
