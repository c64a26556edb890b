"""Write what the page "Search" of a site reads: an index in segments of small files, and the words of each article.

The segments are made of the articles in the order in which they came into the archive: closed ones of CLOSED articles,
and three of what came since, each of which has a multiple of one of SIZES. So an article that comes changes the last
one alone, and seldom a larger one, and a query reads few of them. The folder of a segment is called by a digest of what
it is made of: a browser never mixes two versions, and the same archive gives the same files.

- `search/index.json` names the folders of the segments, with the numbers of their articles and shards.
- `search/…/0.bin` and so on are the shards; archiver/search/shards.py describes them. The articles of a segment are
  numbered from 0, the newest first.
- `search/…/places-0.bin` and so on have PLACES articles each, in the order of their numbers: ten bytes of which the
  name of the article's files is made, and the time of publication in seconds since 1970, in four bytes.
- `search/texts/….json` has the words of an article, and what a list shows of it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from archiver.models import ArticleRecord
from archiver.models.browsing import SearchableText
from archiver.site.generator.addresses import article_file, page_file, text_file
from archiver.site.generator.folder import SiteFile, SiteFolder
from archiver.site.generator.pages import SitePages
from archiver.site.generator.selection import digest_of, newest_first
from archiver.site.words import Words

Member = TypeVar("Member")

INDEX = "search/index.json"
CLOSED = 8192
SIZES = (512, 32, 1)
PLACES = 64
ACCOUNT = "@"  # stands before the name of an account in its entry; no entry of a text begins with it
MAX_ACCOUNT = 40  # characters of a name in an entry
_SHARD_SIZES = 2_048, 4_096  # bytes; a query reads one shard of each segment for each of its entries
_FORM = 2  # of all these files
_LATEST = 2**32 - 1


def segments(articles: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """Yield the articles of each segment, given those of the site in the order in which they came."""
    end = 0
    while len(articles) - end >= CLOSED:
        yield articles[end : end + CLOSED]
        end += CLOSED
    for size in SIZES:
        begin, end = end, len(articles) - (len(articles) - end) % size
        if end > begin:
            yield articles[begin:end]


@dataclass(frozen=True, kw_only=True)
class SiteSearch:
    """The files of the search of a site."""

    pages: SitePages
    folder: SiteFolder

    def write(self) -> None:
        """Write the files that are not there yet."""
        stamps = self.pages.selection.stamps
        present = [each.article for each in self.pages.selection.arrivals if stamps.get(each.article.key)]
        self.folder.plan([INDEX, *(text_file(each.key) for each in present)])
        described = [self._write_segment(newest_first(members)) for members in segments(present)]
        content = json.dumps({"segments": described}, separators=(",", ":")).encode()
        self.folder.write(INDEX, content, SiteFile(inputs=digest_of(content)))

    def _write_segment(self, members: Sequence[ArticleRecord]) -> dict[str, object]:
        """Write the files of a segment and the words of its articles, and return its description."""
        stamps = self.pages.selection.stamps
        states = [
            digest_of(_FORM, each.key, stamps[each.key], each.title, each.account, each.published) for each in members
        ]
        segment = digest_of(states)[:20]
        inputs = [f"{state}-{self.pages.language}" for state in states]
        missing = [
            (each, made_of) for each, made_of in zip(members, inputs, strict=True)
            if not self._is_kept(text_file(each.key), made_of)
        ]  # fmt: skip
        shards = self._kept_shards(segment)
        wanted = members if shards is None else [each for each, _ in missing]
        texts = {text.key: text for text in self.pages.archive.reader.searchable([each.key for each in wanted])}
        if shards is None:
            shards = self._write_shards(segment, members, texts)
        for each, made_of in missing:
            content = self._text(each, texts.get(each.key))
            self.folder.write(text_file(each.key), content, SiteFile(inputs=made_of))
        return {"folder": segment, "articles": len(members), "shards": shards}

    def _is_kept(self, name: str, inputs: str) -> bool:
        file = self.folder.current(name, inputs)
        if file:
            self.folder.keep(name, file)
        return file is not None

    def _kept_shards(self, segment: str) -> int | None:
        """Return the number of shards of a segment that is there already, and keep its files; None if one is not."""
        names = self.folder.names(f"search/{segment}/")
        if not names or not all(self._is_kept(name, segment) for name in names):
            return None
        return sum(not PurePosixPath(name).name.startswith("places-") for name in names)

    def _write_shards(self, segment: str, members: Sequence[ArticleRecord], texts: dict[str, SearchableText]) -> int:
        reader = self.pages.archive.reader
        found = (
            {*reader.entries(texts[each.key]), account_entry(each.account)} if each.key in texts else ()
            for each in members
        )
        smallest, largest = _SHARD_SIZES
        shards = reader.shards(found, max(smallest, min(2 * len(members), largest)))
        files = {f"search/{segment}/{number}.bin": shard for number, shard in enumerate(shards)}
        for number in range(0, len(members), PLACES):
            places = b"".join(map(_place, members[number : number + PLACES]))
            files[f"search/{segment}/places-{number // PLACES}.bin"] = places
        self.folder.plan(files)
        for name, content in files.items():
            self.folder.write(name, content, SiteFile(inputs=segment))
        return len(shards)

    def _text(self, article: ArticleRecord, text: SearchableText | None) -> bytes:
        """Return the words of an article, and what a list shows of it; nothing if its post cannot be read."""
        if text is None:
            return b"{}"
        published = article.published
        values = {
            "title": article.title, "words": text.title, "account": article.account,
            "listing": page_file("/articles", account=article.account) if article.account else "",
            "time": published.isoformat() if published else "",
            "day": Words(self.pages.language).formats.date(published) if published else "", "changes": text.changes,
        }  # fmt: skip
        given = {name: value for name, value in values.items() if value} | {"text": text.text}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def account_entry(account: str) -> str:
    """Return the entry of an account in the index."""
    return ACCOUNT + account[:MAX_ACCOUNT].encode(errors="replace").decode()


def _place(article: ArticleRecord) -> bytes:
    name = PurePosixPath(article_file(article.key)).stem
    seconds = int(article.published.timestamp()) if article.published else 0
    return bytes.fromhex(name) + struct.pack(">I", max(0, min(seconds, _LATEST)))
