"""What `verify` finds, set right: pages and media are asked for again, posts made again, and nothing is deleted.

Pages come first, then media, then posts, each from what was set right before. Whatever is killed in between, the
same call goes on: a file is put aside before the catalogue is told, and the catalogue before anything is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from archiver.backoff import TERMINAL
from archiver.commands.batch import Batch
from archiver.commands.edges import Edges
from archiver.commands.rooms import last_good, rooms_offline
from archiver.commands.verify import Inspection
from archiver.commands.wishes import NO_SOURCE, Job, Wish
from archiver.errors import ArchiverError, Exit, InputError
from archiver.models import Finding, Kept, Outcome, State, Target
from archiver.pipeline import archive_one
from archiver.storage.quarantine import copy_aside, move_aside

_NOT_KEPT = "its page is not kept or lost, so that it cannot be made again"
_GONE = TERMINAL | {State.UNAVAILABLE}  # what stands there now: the page will not come again
_BEYOND = (
    "not repaired: move the catalogue (and its -wal and -shm) away, a new one is made from the posts that are here"
)


@dataclass(frozen=True, kw_only=True)
class Repair:
    """An archive, what is wrong with it, and the means to set that right."""

    edges: Edges
    inspection: Inspection

    def everything(self) -> Iterator[Finding]:
        """Each finding, with whether it is set right and how. All are known before anything is touched."""
        looking = self.inspection
        yield from (_ended(one, _BEYOND, repaired=False) for one in looking.faults())
        pages, media, posts = list(looking.pages()), list(looking.media()), list(looking.posts())
        asked = self._read_again([*self._without_page(pages), *self._without_medium(media)])
        yield from (self._guarded(one, partial(self._judge_page, asked=asked.get(one.key))) for one in pages)
        yield from map(self._judge_medium, media)
        yield from self._make_posts(posts, asked)
        for one in list(looking.strays()):
            yield self._guarded(one, lambda stray: _ended(self._move(stray), repaired=True))

    def _without_page(self, pages: list[Finding]) -> Iterator[str]:
        """The articles whose shown page is lost, another nobody can bring back; the damaged files moved."""
        for number, one in enumerate(pages):
            pages[number] = self._guarded(one, self._move)
            shown = self.edges.catalogue.captures.shown(one.key)
            if shown and shown.sha256 == _digest(one.path):
                yield one.key

    def _judge_page(self, finding: Finding, asked: Outcome | None) -> Finding:
        digest = _digest(finding.path)
        if self._is_whole(digest):
            return _ended(finding, "the same page came again", repaired=True)
        came = asked is not None and asked.state is State.ARTICLE and asked.outcome != "failed"
        if asked and not came and asked.state not in _GONE:  # a wall or an outage says nothing of the page
            return _ended(finding, f"it did not come: {asked.error}", repaired=False, asked=asked)
        self.edges.catalogue.holdings.lose_page(digest)
        why = f": {asked.error}" if asked and asked.error else ""
        return _ended(finding, "its page was read again" if came else f"noted as lost{why}", repaired=came)

    def _without_medium(self, media: list[Finding]) -> Iterator[str]:
        """The articles that show a medium which is lost; the damaged files moved."""
        holdings = self.edges.catalogue.holdings
        for number, one in enumerate(media):
            media[number] = moved = self._guarded(one, self._move)
            if moved.repaired is None:
                yield from holdings.owners(one.path)
                holdings.lose_medium(one.path)

    def _judge_medium(self, finding: Finding) -> Finding:
        """What does not come is due, and posts link to WeChat's until it has come."""
        if finding.repaired is not None:
            return finding
        path, reason = self.edges.catalogue.holdings.medium(finding.path)
        if path and (self.inspection.root / path).is_file():
            return _ended(finding, "fetched again", repaired=True)
        return _ended(finding, f"it did not come ({reason}) and stays due", repaired=False)

    def _make_posts(self, posts: list[Finding], asked: Mapping[str, Outcome]) -> Iterator[Finding]:
        """Posts are made again, a copy of what lies there kept; without their pages they stay as they are."""
        bare = {one.key for one in posts if last_good(self.edges.catalogue.captures, one.key) is None}
        ended = {**asked, **self._read_again(bare - asked.keys())}
        for one in posts:
            yield self._guarded(one, partial(self._make_post, asked=ended.get(one.key)))

    def _make_post(self, finding: Finding, asked: Outcome | None) -> Finding:
        kept = self.edges.catalogue.articles.get(finding.key)
        rooms = rooms_offline(self.edges, kept) if kept else None
        if kept is None or rooms is None:
            came = asked is not None and asked.outcome == "archived"
            return _ended(finding, "archived again" if came else _NOT_KEPT, repaired=came, asked=asked)
        target = Target(source=kept.key, url=kept.url)
        rooms.get_page(target)  # proven before anything is done to the post
        place = copy_aside(self.inspection.root, finding.path) if finding.problem == "altered" else ""
        if place:
            rooms = replace(rooms, save_post=lambda _article, post: self.edges.output.restore_post(post))
        outcome = archive_one(target, rooms)
        if outcome.outcome == "failed":
            return _ended(finding, outcome.error, repaired=False)
        return _ended(finding, f"what was there is {place} now" if place else "", "made again", repaired=True)

    def _move(self, finding: Finding) -> Finding:
        place = move_aside(self.inspection.root, finding.path)
        return replace(finding, said=f"{finding.said}; it is {place} now") if place else finding

    def _read_again(self, keys: Iterable[str]) -> dict[str, Outcome]:
        """How each of these articles ended that was read again, from its snapshot where that is whole."""
        kept = (self.edges.catalogue.articles.get(key) for key in dict.fromkeys(keys) if key)
        jobs = [job for one in kept if one and (job := self._job(one))]
        batch = Batch(self.edges, Wish(refresh=True, retry=True, retry_gone=True))
        return {outcome.source: outcome for outcome in batch.archive(jobs)}

    def _job(self, kept: Kept) -> Job | None:
        source = next((one for one in self.edges.settings.sources if one.title == kept.source), NO_SOURCE)
        target = Target(source=kept.key, url=kept.url)
        last = last_good(self.edges.catalogue.captures, kept.key)
        if last and self._is_whole(last.sha256):
            return Job(target=target, source=source, again=kept)
        return Job(target=target, source=source) if kept.url else None

    def _is_whole(self, digest: str) -> bool:
        try:
            self.edges.snapshots.read(digest)
        except InputError:
            return False
        return True

    def _guarded(self, finding: Finding, work: Callable[[Finding], Finding]) -> Finding:
        if finding.repaired is not None:
            return finding
        try:
            return work(finding)
        except ArchiverError as error:
            return _ended(finding, str(error), repaired=False)


def _ended(finding: Finding, *said: str, repaired: bool, asked: Outcome | None = None) -> Finding:
    """The finding with what became of it, when its page was `asked` for."""
    code = Exit.OK if repaired else (asked and asked.exit_code) or Exit.FAILED
    return replace(finding, said="; ".join(filter(None, (finding.said, *said))), repaired=repaired, exit_code=code)


def _digest(path: str) -> str:
    return PurePosixPath(path).name.partition(".")[0]
