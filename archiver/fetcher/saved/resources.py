"""Find the media of a page that was saved with its media in one file, such as .mhtml or .webarchive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from archiver import urls
from archiver.models import Download, LocalMedia


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A file that was saved with a page: its address on the web, its type, and a function that returns its content."""

    address: str
    content_type: str
    read: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedFile:
    """The contents of a file with a page and its media: the page, its address, when it was saved, and the media.

    `page` is in UTF-8 if the file declares its encoding. `url` is '' and `date` is None if they are not in the file.
    """

    page: bytes  # in UTF-8 if the file declares the page's encoding
    url: str  # address of the page, '' if it is not noted
    date: datetime | None  # when the page was saved; None: it is not noted
    local_media: LocalMedia


class ResourceMedia:
    """The LocalMedia of a page that was saved together with `resources`.

    On WeChat's CDN, an image has a different address for each size, but one id, which all these addresses contain. So
    an image is looked up by its id first, and then by its address.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources: dict[str, Resource] = {}  # by image id and by media address
        for resource in resources:
            address = urls.media(resource.address)
            for key in (urls.image_id(address), address):
                if key:
                    self._resources.setdefault(key, resource)

    def find(self, address: str) -> Download | None:
        """Return the medium for `address`, an address in the page; None if it was not saved."""
        found = self._resources.get(urls.image_id(address)) or self._resources.get(urls.media(address))
        if found is None:
            return None
        return Download(url=address, content=found.read(), content_type=found.content_type)


@dataclass(frozen=True, slots=True)
class CombinedMedia:
    """The LocalMedia of a page whose media were saved in several places.

    The `places` are tried in order, and each medium is taken from the first one that has it.
    """

    places: tuple[LocalMedia, ...]

    def find(self, address: str) -> Download | None:
        """Return the medium for `address`, an address in the page; None if it was not saved."""
        return next(filter(None, (place.find(address) for place in self.places)), None)
