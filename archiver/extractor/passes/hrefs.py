"""Give each link the whole address to which it leads, in the attribute `href`."""

from __future__ import annotations

import re
from collections.abc import Callable

from archiver.extractor.passes.tree import Element
from archiver.extractor.relative_links import absolute_link

_WITH_HOST = re.compile(r"(?i:https?):/")  # true of most addresses; they need no base


def resolve_links(base: str) -> Callable[[Element], None]:
    """Return the pass that sets `href` of each `<a>` in a body to an absolute address.

    Links in drawings may have the address in `xlink:href` instead. If a link does not lead out of the page, its `href`
    becomes ''. Addresses that begin with `http:/` or `https:/` stay as they are. `base` is the address to which
    relative links of the page refer.
    """

    def resolve(body: Element) -> None:
        for anchor in body.iter("a"):
            href = anchor.get("href") or anchor.get("xlink:href")
            if not href:
                continue
            anchor.set("href", href if _WITH_HOST.match(href) else absolute_link(href, base))

    return resolve
