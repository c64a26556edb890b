"""Convert links without a host, such as `/s/…` and `?__biz=…`, to absolute addresses.

The forms of such links are described in docs/reference/wechat-format.md#links-without-a-host.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from archiver import urls
from archiver.extractor import scanner
from archiver.extractor.page import ParsedPage

# The address of an article without the part that says which article it is. Relative links lead to the same address from
# here as from the long address of any article (`/s?__biz=…`). So the address of the page itself is not needed.
ARTICLE = f"https://{urls.HOST}/s"

_IGNORED = re.compile(r"[\x00-\x1f\x7f]")  # browsers ignore these in an address
_PATH = re.compile(r"[^?#]*")  # of an address, with its host
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NAMES_HOST = re.compile(rf"{re.escape(urls.HOST)}[/?]")  # authors forget the scheme
# What the address of a file has of an address of WeChat. A browser that opens a saved page from a disk makes such
# addresses of relative links.
_IN_FILE = re.compile(
    r"(?i:file):[^?#]{0,2000}?((?:(?<=/)(?:s/[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])|s\?|mp/[\w/]{2,40}\?)|\?__biz=).*)"
)
# Relative addresses that are neither those of files beside a saved page nor of a web archive.
_OF_WECHAT = re.compile(r"/(?!web/[0-9])|\?|(?:\.{1,2}/){0,9}(?:s[/?]|mp/)")


def absolute_link(href: str, base: str = ARTICLE) -> str:
    """Return the address to which a link leads, in the form of urls.link; '' if it does not lead out of its page.

    Links that do not lead out are those to a place in the page (`#…`), to a file beside a saved page, and those with a
    scheme such as `javascript:`.

    Args:
        href: The address of the link as it is in the page.
        base: The address to which relative links of the page refer, see `base_of`.
    """
    address = _IGNORED.sub("", href).strip()
    if in_file := _IN_FILE.match(address):
        address, base = in_file[1], ARTICLE
    if _SCHEME.match(address):
        return urls.link(address)
    if address.startswith("#"):
        return ""
    address = _PATH.sub(lambda path: path[0].replace("\\", "/"), address, count=1)  # as browsers read it
    if _NAMES_HOST.match(address):
        address = f"//{address}"
    elif base == ARTICLE and not _OF_WECHAT.match(address):
        return ""
    try:
        link = urls.link(urljoin(base, address))
    except ValueError:  # an address such as `//[`
        return ""
    return "" if link == urls.link(base) else link  # only the query or the fragment may differ


def base_of(parsed: ParsedPage) -> str:
    """Return the address to which relative links of a page refer: that of its `<base>`, or ARTICLE if there is none."""
    if not parsed.has_outside_scripts("<base"):  # true of nearly all pages, and five times as fast
        return ARTICLE
    for tag in parsed.tag_index.select("base"):
        attributes = scanner.parse_tag_attributes(tag.removeprefix("<base").removesuffix(">"))
        if "href" in attributes:
            address = absolute_link(urls.original_address(urls.unescape_entities(attributes["href"]).strip()))
            return address if address.startswith("http") else ARTICLE
    return ARTICLE
