"""What a site of 10,000 articles costs: `python -m benchmarks.site [FOLDER] [ADDRESS]`.

Prints the CPU time of the first build for each article, of a build that changes nothing, and of one after an article
came; the files and megabytes of the site and of its search; and what some queries read of the index. The archive is
that of benchmarks/reader.py, whose articles have 2,500 characters, an album, three tags and a picture each. With
FOLDER, it is made there once and used again. With ADDRESS, the site has feeds.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zlib
from pathlib import Path

from archiver.app import Archiver, ArticleQuery
from archiver.search.shards import entries
from archiver.settings import Settings
from archiver.site.generator.generate import SiteRequest, SiteResult, generate_site
from benchmarks.reader import ARTICLES, COMMON, RARE, USUAL, archive_in

MOST_ENTRIES = 6  # that site/static/search.js asks the index for


def measured(root: Path, folder: Path, base_url: str) -> dict[str, object]:
    """The figures."""
    with Archiver(Settings(output=str(root))) as archive:
        newest = max(each.published for each in archive.list(ArticleQuery()) if each.published)
    first, written = _build(root, folder, ArticleQuery(until=newest), base_url)
    unchanged, kept = _build(root, folder, ArticleQuery(until=newest), base_url)
    assert kept.written == 0, kept
    more, changed = _build(root, folder, ArticleQuery(), base_url)
    assert changed.articles == written.articles + 1, changed
    return {
        "milliseconds an article": round(first / written.articles * 1000, 2),
        "seconds unchanged": round(unchanged, 2),
        "seconds one more": round(more, 2),
        "files one more": changed.written,
        "site": _size(folder),
        "index": _size(*(path for path in (folder / "search").iterdir() if path.name != "texts")),
        "texts": _size(folder / "search" / "texts"),
        "kilobytes of the index a query": {words: _read(folder, words) for words in _queries()},
    }


def _build(root: Path, folder: Path, query: ArticleQuery, base_url: str) -> tuple[float, SiteResult]:
    start = time.process_time()
    with Archiver(Settings(output=str(root))) as archive:
        result = generate_site(archive, SiteRequest(folder=folder, articles=query, base_url=base_url), lambda _: None)
    return time.process_time() - start, result


def _size(*folders: Path) -> dict[str, float]:
    """The number of files and their megabytes."""
    sizes = [
        path.stat().st_size
        for each in folders
        for path in (each.rglob("*") if each.is_dir() else [each])
        if path.is_file()
    ]
    return {"files": len(sizes), "megabytes": round(sum(sizes) / 1e6, 1)}


def _queries() -> list[str]:
    return [COMMON[0], COMMON, USUAL, RARE, USUAL + COMMON, USUAL + COMMON + RARE, "飞机大炮"]


def _read(folder: Path, words: str) -> float:
    """What a query reads of the shards, and the places of ten results in ten files."""
    asked = sorted(each for each in entries(words) if len(each) == min(2, len(words)))[:MOST_ENTRIES]
    index = folder / "search" / "index.json"
    total = index.stat().st_size
    for segment in json.loads(index.read_text())["segments"]:
        numbers = {zlib.crc32(entry.encode()) % segment["shards"] for entry in asked}
        total += sum((index.parent / segment["folder"] / f"{number}.bin").stat().st_size for number in numbers)
    return round((total + 10 * 64 * 14) / 1000, 1)


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        result = measured(archive_in(folder), Path(temporary) / "site", sys.argv[2] if len(sys.argv) > 2 else "")
    json.dump({"articles": ARTICLES} | result, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
