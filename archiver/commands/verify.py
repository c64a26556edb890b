"""What of an archive is not as its catalogue has it: files, links, strays, the database itself. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath

from archiver.archive.snapshots import Snapshots
from archiver.archive.strays import files_below, is_younger, lots_of, own_files
from archiver.archive.verify import Check, Links, check_medium, check_page, check_post, checked
from archiver.catalogue import Catalogue
from archiver.models import Finding, Holding
from archiver.storage.local import OWN
from archiver.writer.disk import Output
from archiver.writer.names import IMAGES, MEDIA, POSTS

_LOT = 500  # paths that the catalogue is asked about together
_THREADS = max(4, os.cpu_count() or 1)  # some wait for the disk while others hash


def _nothing(_count: int) -> None:
    """Reports nothing."""


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """An archive and its catalogue, of all articles or of those with these `keys`; `looked` learns of each file."""

    root: Path
    catalogue: Catalogue
    prefix: str  # what posts write before the paths of their pictures
    keys: Collection[str] | None = None
    looked: Callable[[int], None] = _nothing
    output: Output = field(init=False)

    def __post_init__(self) -> None:
        """Its folder, read."""
        object.__setattr__(self, "output", Output(self.root))

    def everything(self) -> Iterator[Finding]:
        """All there is to find: what others are made from comes first."""
        yield from self.faults()
        yield from self.pages()
        yield from self.media()
        yield from self.posts()
        yield from self.strays()

    def faults(self) -> Iterator[Finding]:
        """What the database finds wrong with itself; one article has none of its own."""
        if self.keys is None:
            for said in self.catalogue.holdings.faults():
                yield Finding(problem="database", what="catalogue", path=f"{OWN}/catalogue.db", said=said)

    def pages(self) -> Iterator[Finding]:
        """Snapshots that are missing or damaged, each once however many captures it has."""
        snapshots = Snapshots(self.root, self.output.write)
        told: set[str] = set()
        named = (
            replace(one, path=snapshots.path(one.sha256).relative_to(self.root).as_posix())
            for one in self.catalogue.holdings.pages(self.keys)
        )
        for finding in self._found(named, partial(check_page, snapshots)):
            if finding.path not in told:
                told.add(finding.path)
                yield finding

    def media(self) -> Iterator[Finding]:
        """Pictures, sounds and films that are missing or altered."""
        holdings = self.catalogue.holdings
        check = partial(check_medium, self.root)
        for finding in self._found(holdings.media(self.keys), check):
            fresh = (one for one in holdings.media([finding.key]) if one.path == finding.path)
            yield from self._again(finding, fresh, check)

    def posts(self) -> Iterator[Finding]:
        """Posts that are missing or altered, and files they show that nobody has."""
        holdings = self.catalogue.holdings
        check = partial(check_post, self.root, Links(self.root, (IMAGES, MEDIA), self.prefix))
        for finding in self._found(holdings.posts(self.keys), check):
            yield from self._again(finding, map(self._where_it_is, holdings.posts([finding.key])), check)

    def strays(self) -> Iterator[Finding]:
        """Files that nobody knows; one article has none of its own."""
        if self.keys is not None:
            return
        since = self.catalogue.others_since()
        for path in self._unknown():
            if not is_younger(self.root, path, since):
                yield Finding(problem="stray", what="file", path=path, said="the catalogue does not know it")

    def _found(self, holdings: Iterable[Holding], check: Check) -> Iterator[Finding]:
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="verify") as pool:
            for _, findings in checked(holdings, check, pool):
                self.looked(1)
                yield from findings

    def _again(self, finding: Finding, holdings: Iterable[Holding], check: Check) -> Iterator[Finding]:
        """What is found by looking once more: another run may have written the file meanwhile, or be at it."""
        if finding.problem == "altered" and is_younger(self.root, finding.path, self.catalogue.others_since()):
            return
        for found in chain.from_iterable(map(check, holdings)):
            is_told_of_itself = found.problem == "link" and self.catalogue.holdings.owners(found.path)
            if (finding.problem != "link" or found == finding) and not is_told_of_itself:
                yield found

    def _where_it_is(self, post: Holding) -> Holding:
        """A post by the name that a person gave it since."""
        return replace(post, path=self.output.lasting_name(post.path, post.key))

    def _unknown(self) -> Iterator[str]:
        holdings = self.catalogue.holdings
        for folder in (IMAGES, MEDIA):
            for lot in lots_of(files_below(self.root, folder), _LOT):
                yield from _without(lot, holdings.known_media(lot))
        for lot in lots_of(own_files(self.root, OWN), _LOT):
            digests = {path: PurePosixPath(path).name.partition(".")[0] for path in lot}
            known = holdings.known_pages(set(digests.values()))
            yield from (path for path in lot if digests[path] not in known or path != self._page(digests[path]))
        for lot in lots_of(files_below(self.root, POSTS), _LOT):
            yield from filter(self._is_of_nobody, _without(lot, holdings.known_posts(lot)))

    def _page(self, digest: str) -> str:
        return Snapshots(self.root, self.output.write).path(digest).relative_to(self.root).as_posix()

    def _is_of_nobody(self, name: str) -> bool:
        """Whether a post says it is ours and is not; a blogger's own is none of our business."""
        key = self.output.key_of(name) if (self.root / name).is_file() else ""
        kept = self.catalogue.articles.get(key) if key else None
        if kept is None or kept.taken_out:
            return bool(key)
        return self.output.lasting_name(kept.post, key) != name


def _without(paths: Iterable[str], known: set[str]) -> Iterator[str]:
    return (path for path in paths if path not in known)
