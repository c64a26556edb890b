"""Choose the form in which a book holds a picture, so that every reader of books can show it.

JPEG, PNG, GIF and SVG are formats that all know (core media types). SVG is written anew, without what it could load or
run. Other formats, mostly WebP, are converted by Pillow if that is installed (`archiver[epub]`). Without it, or where
Pillow cannot read them, they stay as they are, and a placeholder stands beside them for readers that do not know them.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath
from typing import TYPE_CHECKING

from archiver.extractor.svg import UndrawableError, redraw
from archiver.media_types import extension, mime_type

if TYPE_CHECKING:
    from PIL.Image import Image

PLACEHOLDER = "placeholder.svg"
_CORE = frozenset(("jpg", "png", "gif", "svg"))  # extensions of the core media types
_FOREIGN = frozenset(("webp", "avif", "heic", "bmp", "tif", "ico"))
_READERS = {"webp": "WEBP", "avif": "AVIF", "bmp": "BMP", "tif": "TIFF", "ico": "ICO"}  # Pillow's names
_MAX_PIXELS = 50_000_000  # of a picture that is converted, all its frames together
_QUALITY = 88  # of JPEG


@dataclass(frozen=True, kw_only=True, slots=True)
class BookPicture:
    """A picture as a book holds it: its bytes and its extension, such as `jpg`."""

    content: bytes
    ending: str

    @property
    def media_type(self) -> str:
        """The media type, such as `image/jpeg`."""
        return mime_type(self.ending)

    @property
    def is_foreign(self) -> bool:
        """Whether some readers cannot show the format."""
        return self.ending not in _CORE


def foreign_type(name: str) -> str:
    """Return the media type of a picture in a book whose format some readers cannot show; '' for any other."""
    return mime_type(PurePath(name).suffix[1:]) if is_converted(name) else ""


def is_converted(name: str) -> bool:
    """Return whether the picture in a file with this name has a format that is converted for a book."""
    return PurePath(name).suffix[1:] in _FOREIGN


def has_converter() -> bool:
    """Return whether Pillow is installed."""
    return find_spec("PIL") is not None


def book_picture(content: bytes) -> BookPicture | None:
    """Return a picture in the form in which a book holds it; None for bytes that are no picture or cannot be shown."""
    ending = extension(content)
    if ending == "svg":
        try:
            return BookPicture(content=redraw(content), ending="svg")
        except UndrawableError:
            return None
    if ending in _READERS and has_converter() and (converted := _converted(content, _READERS[ending])):
        return converted
    return BookPicture(content=content, ending=ending) if ending in _CORE | _FOREIGN else None


def _converted(content: bytes, form: str) -> BookPicture | None:
    """Return a picture as GIF if it moves, as PNG if it is transparent or exact, otherwise as JPEG; None on failure."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about large pictures, which are refused here, and about odd metadata
            with Image.open(io.BytesIO(content), formats=[form]) as image:
                frames = getattr(image, "n_frames", 1)
                if image.width * image.height > _MAX_PIXELS:
                    return None
                if frames > 1 and frames * image.width * image.height <= _MAX_PIXELS:
                    return _saved(image, "gif")
                return _saved(image, "jpg" if form == "WEBP" and _is_photograph(image, content) else "png")
    except Exception:  # noqa: BLE001 - Pillow raises errors of many types for broken pictures
        return None


def _is_photograph(image: Image, content: bytes) -> bool:
    """Return whether a WebP was compressed with loss, as photographs are, and is not transparent."""
    return image.mode == "RGB" and b"VP8L" not in content[:64]


def _saved(image: Image, ending: str) -> BookPicture:
    file = io.BytesIO()
    if ending == "gif":
        image.save(file, "GIF", save_all=True, loop=image.info.get("loop", 0))
    elif ending == "jpg":
        image.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    else:
        image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB").save(file, "PNG")
    return BookPicture(content=file.getvalue(), ending=ending)
