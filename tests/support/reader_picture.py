"""Take the READMEs' pictures of the reader: `./run python -m tests.support.reader_picture docs/_static`.

The archive in them is made of fixtures, with played pictures. Chromium takes the pictures.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.support.command import Command
from tests.support.paths import FIXTURES
from tests.support.reader import serving
from tests.support.reading import photo
from tests.support.wechat import Authority, World, pages, playing
from tests.support.wechat.world import PICTURES, Answer, Request

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH, HEIGHT = 1100, 760
LANGUAGES = {"en": "en", "zh-CN": "zh"}  # the locale of the browser, and the name of the picture
SHOWN = (
    "article--2025", "article--widgets-2026", "article--old-2018", "article--seed-2020", "article--svg-background-picture",
    "picture--2022", "share--card-2023", "text--2026", "article--nested-lists",
)  # fmt: skip
CHROMIUM = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()


@dataclass(slots=True)
class Pictured(World):
    """A world in which every picture exists."""

    def answer(self, request: Request) -> Answer:
        """Answer for a picture with one that depends on its address alone."""
        if request.host in PICTURES:
            return pages.picture(photo(zlib.crc32(request.path.encode()) % 97), "image/png")
        return World.answer(self, request)


def take_pictures(browser: Browser, folder: Path) -> list[Path]:
    """Write reader-en.png and reader-zh.png to `folder`; return their paths."""
    taken: list[Path] = []
    with TemporaryDirectory() as made, _archive(Path(made)) as command, serving(command) as reader:
        for locale, name in LANGUAGES.items():
            context = browser.new_context(locale=locale, viewport={"width": WIDTH, "height": HEIGHT})
            page = context.new_page()
            page.goto(reader.home, wait_until="load")
            taken.append(folder / f"reader-{name}.png")
            page.screenshot(path=taken[-1])
            context.close()
    return taken


@contextmanager
def _archive(folder: Path) -> Iterator[Command]:
    """Archive the fixtures in `out` of a folder; yield the command line there."""
    with playing(Pictured(), Authority(folder)) as environment:
        command = Command(folder=folder, environment=environment)
        sources = [str(FIXTURES / name / "page.html") for name in SHOWN]
        added = command("add", "--interval", "0", "-o", "out", *sources)
        assert added.code == 0, added.err
        yield command


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for path in take_pictures(chromium, Path(sys.argv[1])):
            sys.stdout.write(f"{path}\n")
        chromium.close()
