"""The played WeChat of a fleet: articles with pictures, and what each egress asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.support.wechat import Authority, World, numbered, pages, playing
from tests.support.wechat.world import PAGES, Request

SHARED = 90  # a picture that every article shows


@dataclass(frozen=True, kw_only=True, slots=True)
class Egress:
    """An address from which requests are sent: its name, its proxy, and what was asked through it."""

    name: str
    world: World
    environment: Mapping[str, str]

    @property
    def gaps(self) -> list[float]:
        """The seconds between two requests for pages."""
        return [later - earlier for earlier, later in pairwise(sorted(self.world.times(PAGES)))]


@dataclass(kw_only=True, slots=True)
class Played:
    """All egresses; their worlds answer alike, and each has a log and a verification wall of its own."""

    count: int
    pictures: int
    egresses: list[Egress] = field(default_factory=list)

    @classmethod
    @contextmanager
    def of(cls, folder: Path, *, count: int, pictures: int, egresses: int) -> Iterator[Played]:
        """Play `count` articles with so many pictures of their own, for so many egresses."""
        whole, authority = World(), Authority(folder)
        found = cls(count=count, pictures=pictures)
        for number in range(count):
            own = range(1_000 + number * pictures, 1_000 + (number + 1) * pictures)
            shown = (*own, SHARED) if pictures else ()
            whole.serve(numbered.address(number), numbered.article(number, pictures=shown))
            for picture in own:
                numbered.serve_picture(whole, picture)
        numbered.serve_picture(whole, SHARED)
        with ExitStack() as opened:
            for number in range(egresses):
                world = World(_answers=whole._answers)
                environment = opened.enter_context(playing(world, authority))
                found.egresses.append(Egress(name=f"egress-{number + 1}", world=world, environment=environment))
            yield found

    @property
    def addresses(self) -> list[str]:
        """The addresses of all articles."""
        return numbered.addresses(range(self.count))

    @property
    def requests(self) -> list[Request]:
        """All requests through all egresses."""
        return [request for egress in self.egresses for request in egress.world.requests]

    @property
    def pages(self) -> Counter[str]:
        """How often each page was asked for."""
        return Counter(request.path for request in self.requests if request.host == PAGES)

    def forget(self) -> None:
        """Clear the logs."""
        for egress in self.egresses:
            egress.world.requests.clear()

    def block(self, egress: Egress, *, after: int = 0) -> None:
        """Show the verification page to an egress, after so many more pages."""
        egress.world.wall(pages.wall(), after=after)
