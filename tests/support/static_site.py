"""A site of files, served as any web space would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from archiver.app import Archiver, ArticleQuery
from archiver.settings import Settings
from archiver.site.generator.generate import SiteRequest, SiteResult, generate_site


def write_site(archive: Path, folder: Path, *, base_url: str = "", lang: str = "zh-CN", **query: str) -> SiteResult:
    """Write the site of an archive."""
    with Archiver(Settings(output=str(archive), lang=lang)) as opened:
        request = SiteRequest(folder=folder, articles=ArticleQuery(**query), base_url=base_url)
        return generate_site(opened, request, lambda _: None)


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """The address of a server of the files of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
