"""What the played hosts answer, and what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket
from threading import Event, Lock
from time import monotonic
from urllib.parse import urlsplit

from tests.support.wechat.pictures import HOTLINK_NOTICE

PAGES = "mp.weixin.qq.com"
PICTURES = ("mmbiz.qpic.cn", "wx.qlogo.cn", "res.wx.qq.com")
# Services that take news of a run: WeCom, DingTalk, Feishu, Bark, ServerChan, and one that takes JSON.
SERVICES = (
    "qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "api.day.app", "sctapi.ftqq.com", "news.example.org"
)  # fmt: skip
FEEDS = "reader.example.org"  # a service that keeps articles for later
HOSTS = (PAGES, *PICTURES, *SERVICES, FEEDS)
PATIENCE = 30  # seconds; a test that hangs ends here


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One response. `reset`: the connection breaks instead; `cut`: it breaks after that many bytes of the body;
    `delay`: the seconds until it begins; `talk` says all of it instead.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reset: bool = False
    cut: int | None = None
    delay: float = 0
    talk: Callable[[socket], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked; the names of its headers are in lower case."""

    method: str
    host: str
    path: str  # with its query
    headers: Mapping[str, str]
    body: bytes = b""
    time: float = field(default_factory=monotonic)  # seconds


_NOT_FOUND = Answer(status=404, headers=(("Content-Type", "text/plain"),), body=b"404 page not found")


@dataclass(slots=True)
class World:
    """The routes of a test, and the log of its requests and tunnels, in order."""

    requests: list[Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # hosts that the proxy does not know
    before: Callable[[Request], object] = lambda _request: None  # called with every request, as it comes
    _answers: dict[str, list[Answer]] = field(default_factory=dict)
    _wall: Answer | None = None
    _before_wall: int = 0  # pages that are still let through
    _turn: Lock = field(default_factory=Lock)
    _was_asked: Event = field(default_factory=Event)
    _answers_now: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        """Answers at once."""
        self._answers_now.set()

    def serve(self, address: str, *answers: Answer) -> None:
        """Answers `address` by each of `answers` once, then always by the last; without a query, whatever the query."""
        parts = urlsplit(address)
        query = f"?{parts.query}" if parts.query else ""
        self._answers[f"{parts.netloc}{parts.path}{query}"] = list(answers)

    @contextmanager
    def held(self) -> Iterator[Callable[[], bool]]:
        """Answers nothing as long as the context lasts; it gives what waits until somebody asks."""
        self._was_asked.clear()
        self._answers_now.clear()
        try:
            yield lambda: self._was_asked.wait(PATIENCE)
        finally:
            self._answers_now.set()

    def wall(self, answer: Answer | None, *, after: int = 0) -> None:
        """Shows `answer` for every page once `after` more were answered, as WeChat does to who asks too much."""
        self._wall, self._before_wall = answer, after

    def answer(self, request: Request) -> Answer:
        """The answer to a request, which is logged; a foreign Referer gets the CDN's notice."""
        self._was_asked.set()
        self._answers_now.wait(PATIENCE)
        with self._turn:
            self.requests.append(request)
            self.before(request)
            if request.host == PAGES and self._wall:
                if not self._before_wall:
                    return self._wall
                self._before_wall -= 1
            place = request.host + request.path
            turns = self._answers.get(place) or self._answers.get(place.partition("?")[0]) or [_NOT_FOUND]
            answer = turns.pop(0) if len(turns) > 1 else turns[0]
        referer = urlsplit(request.headers.get("referer", "")).hostname
        if request.host in PICTURES and referer not in (None, PAGES):
            return Answer(headers=(("Content-Type", "image/png"),), body=HOTLINK_NOTICE)
        return answer

    def asked(self, *hosts: str) -> list[str]:
        """The paths that were asked for of these hosts, without their queries."""
        return [request.path.partition("?")[0] for request in self.requests if request.host in hosts]

    def times(self, *hosts: str) -> list[float]:
        """When these hosts were asked, in seconds from some moment."""
        return [request.time for request in self.requests if request.host in hosts]
