"""A server that plays given answers inside the process, and a clock that only sleeping moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from archiver.fetcher import Fetcher, FetcherOptions
from archiver.models import Page, Target

SHORT = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
WALL = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=t&target_url=x"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Pic1/0?wx_fmt=png"
NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
HTML = {"content-type": "text/html; charset=UTF-8"}
WHOLE = b"<html><body>text</body></html>"


class ScriptedServer:
    """A server that plays `answers` in order (the last one for ever), and a clock that only sleep moves."""

    def __init__(self, *answers: object, **options: object) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []
        self.slept: list[float] = []
        self.time = 1000.0
        self.options = FetcherOptions(**options)  # type: ignore[arg-type]

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.times.append(self.time)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert callable(answer)
        response = answer()
        assert isinstance(response, httpx.Response)
        return response

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def fetcher(self) -> Fetcher:
        server = self

        class Scripted(Fetcher):
            def _transport(self) -> httpx.BaseTransport:
                return httpx.MockTransport(server.handle)

        return Scripted(self.options, sleep=self.sleep, clock=lambda: self.time, now=lambda: NOW)

    def page(self, url: str = SHORT) -> Page:
        with self.fetcher() as fetcher:
            return fetcher.page(Target(source="as given", url=url))

    def media(self, url: str = PICTURE, limit: int | None = None) -> bytes:
        with self.fetcher() as fetcher:
            return fetcher.media(url, limit).content


def reply(status: int = 200, body: bytes = WHOLE, **headers: str) -> Callable[[], httpx.Response]:
    named = HTML | {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


def redirect(location: str, body: bytes = b"") -> Callable[[], httpx.Response]:
    return reply(302, body, location=location)
