"""What the played hosts answer, and what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlsplit

from tests.wechat.pictures import HOTLINK_NOTICE

PAGES = "mp.weixin.qq.com"
PICTURES = ("mmbiz.qpic.cn", "wx.qlogo.cn", "res.wx.qq.com")
HOSTS = (PAGES, *PICTURES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One response. `reset`: the connection breaks instead; `cut`: it breaks after that many bytes of the body."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reset: bool = False
    cut: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked; the names of its headers are in lower case."""

    method: str
    host: str
    path: str  # with its query
    headers: Mapping[str, str]


_NOT_FOUND = Answer(status=404, headers=(("Content-Type", "text/plain"),), body=b"404 page not found")


@dataclass(slots=True)
class World:
    """The routes of a test, and the log of its requests and tunnels, in order."""

    requests: list[Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # hosts that the proxy does not know
    _answers: dict[str, list[Answer]] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def serve(self, address: str, *answers: Answer) -> None:
        """Answers `address` by each of `answers` once, then always by the last; without a query, whatever the query."""
        parts = urlsplit(address)
        query = f"?{parts.query}" if parts.query else ""
        self._answers[f"{parts.netloc}{parts.path}{query}"] = list(answers)

    def answer(self, request: Request) -> Answer:
        """The answer to a request, which is logged; a foreign Referer gets the CDN's notice (wechat-format §6.4)."""
        with self._turn:
            self.requests.append(request)
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
