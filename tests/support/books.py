"""EPUB books, read back and checked, and pictures of every kind that an article may show."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zlib import crc32

from lxml import etree
from PIL import Image

from tests.support.wechat import Answer, Request, World
from tests.support.wechat.pages import picture
from tests.support.wechat.world import PICTURES

EPUBCHECK = Path("/usr/share/java/epubcheck.jar")
HREF, TITLE = "{*}head/{*}title", "{*}a"


@dataclass(frozen=True)
class Read:
    """A book as a zip file holds it."""

    path: Path
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Read:
        """Read a book."""
        with zipfile.ZipFile(path) as archive:
            return cls(path, {entry.filename: archive.read(entry) for entry in archive.infolist()})

    def tree(self, name: str) -> etree._Element:
        """The root of an XML document in the book."""
        return etree.fromstring(self.files[f"EPUB/{name}"])

    @property
    def package(self) -> etree._Element:
        """The package document."""
        return self.tree("package.opf")

    def metadata(self, name: str) -> list[str]:
        """What the package says of the book by a name of Dublin Core."""
        return [str(element.text) for element in self.package.iter(f"{{*}}{name}")]

    @property
    def types(self) -> dict[str, str]:
        """The media types of the manifest, by file."""
        return {item.get("href", ""): item.get("media-type", "") for item in self.package.iter("{*}item")}

    @property
    def spine(self) -> list[str]:
        """The files in the order of reading."""
        names = {item.get("id"): item.get("href", "") for item in self.package.iter("{*}item")}
        return [names[reference.get("idref")] for reference in self.package.iter("{*}itemref")]

    @property
    def chapters(self) -> dict[str, etree._Element]:
        """The chapters by their titles, in order."""
        pages = [self.tree(name) for name in self.spine if name not in ("cover.xhtml", "contents.xhtml")]
        return {str(page.findtext("{*}head/{*}title")): page for page in pages}

    def contents(self) -> list[object]:
        """The contents: texts of entries, with the list of the entries below them."""
        lists = next(self.tree("contents.xhtml").iter("{*}nav")).find("{*}ol")
        assert lists is not None
        return _listed(lists)


def _listed(lists: etree._Element) -> list[object]:
    found: list[object] = []
    for item in lists:
        inner = item.find("{*}ol")
        text = "".join(item[0].itertext())
        found.append(text if inner is None else (text, _listed(inner)))
    return found


def words(element: etree._Element) -> str:
    """All text in an element, without white space."""
    return "".join("".join(element.itertext()).split())


def epubcheck(*paths: Path) -> list[str]:
    """What epubcheck says of books: errors, warnings and what is fatal."""
    found = []
    for path in paths:
        report = path.with_suffix(".json")
        subprocess.run(
            ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-jar", EPUBCHECK, path, "--json", report],
            capture_output=True, check=False, timeout=250,
        )  # fmt: skip
        said = json.loads(report.read_text(encoding="utf-8"))
        for message in said["messages"]:
            if message["severity"] in ("FATAL", "ERROR", "WARNING"):
                where = [f"{place['path']}:{place['line']}" for place in message["locations"][:3]]
                found.append(f"{message['severity']} {message['ID']} {message['message']} {where}")
        assert said["checker"]["nFatal"] + said["checker"]["nError"] + said["checker"]["nWarning"] == len(found)
    return found


@cache
def picture_of(kind: str) -> bytes:
    """A picture of a kind: the name of a format, with what is special about it."""
    if kind == "svg":
        return (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 384"><style>.a{fill:#246}</style>'
            b'<rect class="a" width="640" height="384"/><image href="https://a.example/x.png" width="9" height="9"/></svg>'
        )
    name, _, special = kind.partition(" ")
    is_clear = special == "transparent"
    first = Image.new("RGBA" if is_clear else "RGB", (640, 384), (36, 70, 104, 0) if is_clear else (36, 70, 104))
    first.paste((200, 180, 90), (40, 40, 200, 200))
    file = io.BytesIO()
    if special == "moving":
        second = first.rotate(180)
        first.save(file, name.upper(), save_all=True, append_images=[second], duration=200)
    else:
        first.save(file, name.upper(), **({"lossless": True} if special == "exact" else {}))
    return file.getvalue()


KINDS = (
    "jpeg", "png", "gif", "webp", "svg", "webp transparent", "webp exact", "webp moving", "gif moving", "bmp",
)  # fmt: skip


class Gallery(World):
    """A world whose hosts of pictures have a picture at every address, of each of KINDS by turns."""

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        if request.host not in PICTURES:
            return super().answer(request)
        stem = request.path.partition("?")[0].rpartition("/")[0]
        return picture(picture_of(KINDS[crc32(stem.encode()) % len(KINDS)]), "image/jpeg")
