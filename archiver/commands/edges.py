"""The rooms at the edges of one archive, set up from its settings and lent to the pipeline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from archiver import urls
from archiver.archive.snapshots import Snapshots
from archiver.catalogue import FILE, Catalogue, Machine
from archiver.commands.adoption import posts_here
from archiver.commands.gate import MachineGate
from archiver.commands.wishes import NO_SOURCE, utc_now
from archiver.config import Settings, Source
from archiver.errors import Busy, InputError, TooLarge
from archiver.extractor import classify
from archiver.extractor.completeness import text_share
from archiver.extractor.redaction import redact, redact_address, redact_headers
from archiver.fetcher import Options, read_data, read_saved
from archiver.models import Article, Blob, Capture, Entry, Known, LocalFile, Media, Page, Post, State, Target
from archiver.pipeline import Rooms, Saved
from archiver.writer import Style, post_text
from archiver.writer.addresses import nowhere
from archiver.writer.disk import OWN, Output, Written
from archiver.writer.names import POSTS, media_name, post_address, published_as, safe_name

if TYPE_CHECKING:
    from archiver.fetcher import Fetcher

MEDIA_AT_ONCE = 6  # connections to the CDN, of all articles together


class Edges:
    """Fetcher, writer and catalogue of one archive, each made when it is first needed.

    `now` (aware) and `sleep` stand for the world. Close it: connections, and the run's name, are held.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings, self.now, self.sleep = settings, now, sleep
        self._open = ExitStack()
        self._making = threading.RLock()  # media are asked for by several threads
        self._names = threading.Lock()

    def close(self) -> None:
        """Closes what was opened."""
        self._open.close()

    def prepare(self) -> None:
        """Nothing, once it is known that the archive can be written; what died runs left unfinished goes."""
        Output(self.settings.output).prepare()
        if (self.own / FILE).exists():  # bad input must not leave an empty archive behind
            self.output.sweep(self.catalogue.is_alive)

    @cached_property
    def own(self) -> Path:
        """The folder of the archive's own things."""
        return Path(self.settings.output) / OWN

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; a new one begins with the posts that lie here already."""
        catalogue = Catalogue(self.own, self.now)
        self._open.callback(catalogue.close)
        if catalogue.open():
            catalogue.adopt(posts_here(Output(self.settings.output), self.now()))
        return catalogue

    @cached_property
    def output(self) -> Output:
        """The archive's folder, as this run writes to it."""
        return Output(self.settings.output, lambda: self.catalogue.run)

    @cached_property
    def snapshots(self) -> Snapshots:
        """The pages as they were received."""
        return Snapshots(Path(self.settings.output), self.output.write)

    @cached_property
    def gate(self) -> MachineGate:
        """What stands before WeChat's pages."""
        from platformdirs import user_state_path

        machine = Machine(user_state_path("archiver", appauthor=False) / "machine.db")
        self._open.callback(machine.close)
        return MachineGate(
            machine=machine, interval=self.settings.interval, cookies=self.settings.cookies,
            sleep=self.sleep, now=self.now,
        )  # fmt: skip

    @property
    def fetcher(self) -> Fetcher:
        """Made when something must be fetched: a run over saved pages loads no network code."""
        with self._making:
            return self._fetcher

    @cached_property
    def _fetcher(self) -> Fetcher:
        from archiver.fetcher import Fetcher

        options = Options(
            interval=self.settings.interval, proxy=self.settings.proxy, cookies=self.settings.cookies,
            image_limit=self.settings.media.image_max, connections=MEDIA_AT_ONCE, gate=self.gate,
        )  # fmt: skip
        return self._open.enter_context(Fetcher(options))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(MEDIA_AT_ONCE, thread_name_prefix="media")
        self._open.callback(pool.shutdown, wait=False, cancel_futures=True)
        return pool

    def rooms(self, source: Source = NO_SOURCE) -> Rooms:
        """The rooms for articles of one source, whose posts follow its options."""
        with self._making:
            pool, _ = self._pool, self.output
        return Rooms(
            get_page=self._get_page,
            keep=self._keep,
            wants=self._wants,
            get_media=self._get_media,
            find_media=self._find_media,
            save_media=self._save_media,
            recall=self._recall,
            convert=lambda article, files, captured: post_text(article, files, captured, self._style(article, source)),
            name_of=lambda article, day: self._name_of(article, day, source.folder),
            save_post=self._save_post,
            record=lambda entry: self._record(entry, source),
            writing=self._writing,
            share=text_share,
            each=pool.map,
        )

    def rooms_again(self, kept: Known, source: Source = NO_SOURCE) -> Rooms | None:
        """The rooms for an article whose page is here: its snapshot stands for the network. None without one."""
        captures = [one for one in self.catalogue.articles.captures(kept.key) if one.sha256]
        last = next((one for one in reversed(captures) if one.state is State.ARTICLE), None)
        if last is None:
            return None

        def get_page(target: Target) -> tuple[Page, Saved]:
            return self._page_of(target, last), _nothing_saved

        return replace(self.rooms(source), get_page=get_page, keep=lambda _page: last.sha256)

    def _page_of(self, target: Target, capture: Capture) -> Page:
        content = self.snapshots.read(capture.sha256)
        return Page(
            source=target.source, url=capture.url, final_url=capture.final_url, status=capture.status,
            headers=capture.headers, content=content, captured=capture.captured, saved=capture.saved,
            redacted=capture.redacted,
        )  # fmt: skip

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other `run` works on this archive; Busy when one does."""
        lock = FileLock(self.own / "run.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise Busy(
                "another run works on this archive: try again when it has ended", concerns=str(self.own)
            ) from error
        try:
            yield
        finally:
            lock.release()

    def catalogue_there(self) -> Catalogue:
        """The catalogue of an archive that is there; InputError when nothing was archived yet."""
        if not (Path(self.settings.output) / POSTS).is_dir():
            raise InputError("no such archive: name its folder with --output", concerns=self.settings.output)
        return self.catalogue

    def _get_page(self, target: Target) -> tuple[Page, Saved]:
        if not target.file:
            return _redacted(self.fetcher.page(target)), _nothing_saved
        saved = read_saved(target.file)
        return _redacted(saved.page), saved.media

    def _keep(self, page: Page) -> str:
        """The digest of the page as it was received; a saved page that holds no article lies there already."""
        wanted = self.settings.snapshots and not (page.saved and classify(page).state is not State.ARTICLE)
        return self.snapshots.keep(page.content).sha256 if wanted else ""

    def _wants(self, medium: Media) -> bool:
        return self.settings.media.save and self._limit(medium) > 0

    def _limit(self, medium: Media) -> int:
        media = self.settings.media
        return media.image_max if medium.kind == "image" else media.video_max

    def _get_media(self, medium: Media, address: str) -> Blob:
        if address.startswith("data:"):
            return read_data(address)
        limit = self._limit(medium)
        if medium.size > limit:
            raise TooLarge(f"{medium.size} bytes are more than the {limit} allowed", concerns=address)
        return self.fetcher.media(address, limit)

    def _find_media(self, media: Sequence[Media]) -> Mapping[str, LocalFile]:
        """What the catalogue knows and is still there; else what a run that died has left under that name."""
        stems, files = self.catalogue.media.claim(
            {media_name(medium): safe_name(media_name(medium)) for medium in media}
        )
        found = {name: file for name, file in files.items() if self.output.holds(file)}
        for name, stem in stems.items():
            if name not in found and (file := self.output.find_media(stem)):
                found[name] = file
        return found

    def _save_media(self, medium: Media, blob: Blob, extension: str) -> LocalFile:
        name = media_name(medium)
        stems, _ = self.catalogue.media.claim({name: safe_name(name)})
        return replace(self.output.save_media(stems[name], blob.content, extension), response=blob.response)

    def _recall(self, article: Article) -> Article:
        """The article by the short address that is known of it, when its page told only the long one.

        Short addresses are served to everybody, long ones meet the wall (trap T3): what was known is kept.
        """
        known = self.catalogue.articles.earlier(article)
        if known and urls.is_short(known.url) and not urls.is_short(article.url):
            return replace(article, url=known.url)
        return article

    def _name_of(self, article: Article, day: date, folder: str) -> str:
        earlier = self.catalogue.articles.earlier(article)
        if earlier and (name := self.output.lasting_name(earlier.post, earlier.key)):
            return name
        return self.output.new_name(article, day, folder, self.catalogue.articles.posts_published_as)

    def _save_post(self, article: Article, post: Post) -> Written:
        known = self.catalogue.articles.earlier(article)
        return self.output.save_post(post, recorded=known.digest if known else "", force=self.settings.force)

    def _record(self, entry: Entry, source: Source) -> None:
        if not entry.article and not entry.target.url:
            return  # a saved page without an article is known by nothing
        address = published_as(PurePosixPath(entry.post).name) if entry.post else ""
        self.catalogue.articles.record(entry, address, "" if source is NO_SOURCE else source.title)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One post at a time, of all processes, gets its name, its file and its row."""
        with self._names, FileLock(self.own / "posts.lock"):
            yield

    def _style(self, article: Article, source: Source) -> Style:
        """The options of the source that the article came by first hold, whoever reads it again."""
        settings, earlier = self.settings, self.catalogue.articles.earlier(article)
        source = next((one for one in settings.sources if earlier and one.title == earlier.source), source)
        own = {"tags": source.tags and list(source.tags), "author": source.author}
        return Style(
            front_matter=settings.front_matter | {key: value for key, value in own.items() if value is not None},
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            prefix=settings.site_prefix,
            post_of=self._post_of if settings.link_local else nowhere,
        )

    def _post_of(self, link: str) -> str:
        target = Target(source=link, url=urls.living(link))
        standing = self.catalogue.addresses.known([target]).get(target.url)
        name = standing.article.post if standing and standing.article else ""
        return post_address(name, self.settings.post_address) if name else ""


def _redacted(page: Page) -> Page:
    """The page without its reader's credentials: nothing behind this line ever sees them."""
    content, names = redact(page.content)
    return replace(
        page, url=redact_address(page.url), final_url=redact_address(page.final_url), content=content,
        headers=redact_headers(page.headers), redacted=names,
    )  # fmt: skip


def _nothing_saved(_address: str) -> None:
    """No medium lies beside a page from the network."""
