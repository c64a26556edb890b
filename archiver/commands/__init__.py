"""Archiver: one method per command; it puts the rooms together and lends them to the pipeline."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from archiver import outcomes, urls
from archiver.config import Settings
from archiver.errors import ArchiverError, Exit, TooLarge, UsageError
from archiver.fetcher import Options, read_data, read_saved
from archiver.models import Blob, Media, Outcome, Page, Target
from archiver.pipeline import Rooms, Saved, archive_one
from archiver.writer import Style, post_text
from archiver.writer.addresses import nowhere
from archiver.writer.disk import Output
from archiver.writer.names import post_address

if TYPE_CHECKING:
    from archiver.fetcher import Fetcher

_log = logging.getLogger(__name__)

AT_ONCE = 6  # media of one article; pages come one by one

_HALTS: dict[int, str] = {  # after these a run asks for no further page
    Exit.TRY_LATER: "WeChat showed its wall; try again later",
    Exit.CANNOT_WRITE: "the archive cannot be written",
}

Report = Callable[[str], None]


def _silent(_what: str) -> None:
    """Reports nothing."""


class Archiver:
    """An archive and what can be done with it; a context manager that closes its connections."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._open = ExitStack()
        self._made: Fetcher | None = None
        self._making = Lock()

    def __enter__(self) -> Archiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, sources: Iterable[str], report: Report = _silent) -> Iterator[Outcome]:
        """How each SOURCE ended, in their order, as soon as it is known.

        OutputError before anything is fetched when the archive cannot be written. After a wall no other
        page is asked for in this run, saved pages still are read; after a failure to write, nothing is.
        """
        self._output.prepare()
        halt: Outcome | None = None
        for source in sources:
            report(source)
            outcome = self._add_one(source, halt)
            halt = halt or (outcome if outcome.exit_code in _HALTS else None)
            yield outcome

    def _add_one(self, source: str, halt: Outcome | None) -> Outcome:
        target = Target(source=source)
        try:
            target = _target(source)
            if halt and (target.url or halt.exit_code == Exit.CANNOT_WRITE):
                return outcomes.not_asked(target, _HALTS[halt.exit_code], halt.exit_code)
            return archive_one(target, self._rooms)
        except ArchiverError as error:
            return outcomes.failed(source, "", error)
        except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
            _log.debug("%s: a bug", source, exc_info=True)
            return outcomes.bug(target, error)

    @cached_property
    def _output(self) -> Output:
        return Output(self.settings.output)

    @property
    def _fetcher(self) -> Fetcher:
        """Made when something must be fetched: a run over saved pages loads no network code."""
        with self._making:  # media are asked for by several threads
            if self._made is None:
                from archiver.fetcher import Fetcher

                options = Options(
                    interval=self.settings.interval, proxy=self.settings.proxy, cookies=self.settings.cookies,
                    image_limit=self.settings.media.image_max, connections=AT_ONCE,
                )  # fmt: skip
                self._made = self._open.enter_context(Fetcher(options))
            return self._made

    @cached_property
    def _rooms(self) -> Rooms:
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="media")
        self._open.callback(pool.shutdown, wait=False, cancel_futures=True)
        return Rooms(
            get_page=self._get_page,
            wants=self._wants,
            get_media=self._get_media,
            find_media=self._output.find_media,
            save_media=self._output.save_media,
            recall=self._output.recall,
            convert=lambda article, files, captured: post_text(article, files, captured, self._style),
            name_of=self._output.name_of,
            save_post=lambda post: self._output.save_post(post, force=self.settings.force),
            each=pool.map,
        )

    def _get_page(self, target: Target) -> tuple[Page, Saved]:
        if not target.file:
            return self._fetcher.page(target), _nothing_saved
        saved = read_saved(target.file)
        return saved.page, saved.media

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
        return self._fetcher.media(address, limit)

    @cached_property
    def _style(self) -> Style:
        settings = self.settings
        return Style(
            front_matter=settings.front_matter,
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            prefix=settings.site_prefix,
            post_of=self._post_of if settings.link_local else nowhere,
        )

    def _post_of(self, link: str) -> str:
        name = self._output.post_of(link)
        return post_address(name, self.settings.post_address) if name else ""


def _nothing_saved(_address: str) -> None:
    """No medium lies beside a page from the network."""


def _target(source: str) -> Target:
    """What a SOURCE names: an address, unless a file is called so (wget names folders after hosts)."""
    if not source.strip():
        raise UsageError("an empty SOURCE: give an address, or a page saved by a browser")
    if urls.looks_like_address(source) and not os.path.exists(source):  # noqa: PTH110 - Path.exists raises
        return urls.parse(source)
    return Target(source=source, file=source)
