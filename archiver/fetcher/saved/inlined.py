"""Find the images that the browser extension SingleFile wrote into a page.

SingleFile replaces the address in `src` by the image itself, as a `data:` URL. Images that a page shows several times
are in variables of the style sheet. The address on WeChat's CDN stays in `data-src`, and that of a background image in
`data-lazy-bgimg`. So the attributes of one tag tell which image belongs to an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from archiver import urls
from archiver.errors import FetchError
from archiver.extractor.passes.images import is_embedded_image
from archiver.extractor.passes.originals import image_in_style, image_variables
from archiver.fetcher.saved.data_url import decode_data_url
from archiver.fetcher.saved.tags import ORIGINAL_ADDRESS, background_attributes, image_attributes
from archiver.models import Download

_BACKGROUND = re.compile(r"url\(\s*+[\"']?+(data:image/[^\"'()\s]++)")


class InlinedImages:
    """The LocalMedia of a page in which SingleFile wrote the images themselves.

    The constructor takes `html`, the content of the page. It is not searched before the first call of `find`.
    """

    def __init__(self, html: bytes) -> None:
        self._html = html

    def find(self, address: str) -> Download | None:
        """Return the image for `address`, an address in the page; None if the page has no readable image for it."""
        image = self._images.get(urls.image_id(address)) or self._images.get(urls.media(address))
        try:
            found = decode_data_url(image) if image else None
        except FetchError:
            return None
        return found and Download(url=address, content=found.content, content_type=found.content_type)

    @cached_property
    def _images(self) -> dict[str, str]:
        """A dict from image ids, and addresses of images, to the images as `data:` URLs."""
        if b"data:image/" not in self._html:
            return {}
        found: dict[str, str] = {}
        for original, image in _inlined_images(self._html.decode("utf-8", "replace")):
            address = urls.media(original)
            for key in (urls.image_id(address), address):
                if key and is_embedded_image(image):
                    found.setdefault(key, image)
        return found


def _inlined_images(html: str) -> Iterator[tuple[str, str]]:
    """Yield (address on the CDN, image) for each `<img>`, and each tag with a background image, in `html`.

    The image is the `data:` URL in the tag or, if the tag names a variable of SingleFile, the one in this variable.
    The address or the image is '' if the tag has none.
    """
    variables = image_variables(html) if "--sf-img-" in html else {}
    for attributes in image_attributes(html):
        names = (*ORIGINAL_ADDRESS, "data-sf-original-src")
        original = next((attributes[name] for name in names if attributes.get(name)), "")
        source = attributes.get("src", "")
        in_style = image_in_style(attributes.get("style", ""), variables)
        yield original, source if is_embedded_image(source) else in_style
    for attributes in background_attributes(html):
        style = urls.unescape_entities(attributes.get("style", ""))
        shown = _BACKGROUND.search(style)
        yield attributes.get("data-lazy-bgimg", ""), image_in_style(style, variables) or (shown[1] if shown else "")
