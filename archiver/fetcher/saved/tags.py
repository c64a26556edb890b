"""Read the attributes of the image tags in a saved page.

No tree of the page is built, and the time is linear in its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ORIGINAL_ADDRESS = ("data-src", "data-original", "data-original-src", "_src")  # attributes with the address on the CDN

_IMAGE = re.compile(r"<img(?=[\s/])", re.I)
_BACKGROUND = re.compile(r"<[a-z][a-z0-9]*+(?=[^<>]*?\sdata-lazy-bgimg)", re.I)
# Both expressions need linear time. They have no possessive groups, which CPython before 3.11.5 matches wrongly.
_TAG = re.compile(r"""[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*""")
_ATTRIBUTE = re.compile(r"""[\s"']([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")


def image_attributes(html: str) -> Iterator[dict[str, str]]:
    """Yield a dict from attribute name to value for each <img> tag in `html`.

    Names are in lower case. Entities in values, such as `&amp;`, are not decoded.
    """
    return _attributes(html, _IMAGE)


def background_attributes(html: str) -> Iterator[dict[str, str]]:
    """Yield the attributes, as image_attributes does, of each tag with the attribute `data-lazy-bgimg`."""
    return _attributes(html, _BACKGROUND)


def _attributes(html: str, opening: re.Pattern[str]) -> Iterator[dict[str, str]]:
    for rest in opening.split(html)[1:]:
        tag = _TAG.match(rest)
        attributes = _ATTRIBUTE.findall(tag[0] if tag else "")
        yield {name.lower(): double or single or bare for name, double, single, bare in reversed(attributes)}
