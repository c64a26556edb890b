"""Show how articles come from a phone, or from another browser, to the reader."""

from __future__ import annotations

import socket
from contextlib import closing

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archiver.site.rendering import render
from archiver.site.security.address import ReaderAddress
from archiver.site.security.gate import Access

_BOOKMARKLET = (
    "javascript:void window.open('{url}add?text='+encodeURIComponent(document.title+'\\n'+location.href),'_blank')"
)


def show_phone(request: Request) -> Response:
    """Return the page with the QR code of the reader's address, and the recipes for phones and browsers."""
    return _page(request, token="")


def show_token(request: Request) -> Response:
    """Return the same page with the token, or with a new one if the field `renew` is there."""
    access: Access = request.app.state.access
    return _page(request, token=access.token.renew() if "renew" in request.state.fields else access.token.show())


def _page(request: Request, token: str) -> Response:
    access: Access = request.app.state.access
    url = _reachable_url(access.address, request.headers["host"])
    code = segno.make(url, error="m").svg_inline(border=3, dark="#000", light="#fff", omitsize=True) if url else ""
    own = request.url.replace(path="/", query="").components
    here = access.address.base_url.rstrip("/") or f"{own.scheme}://{own.netloc}"
    answer = render(
        request, "phone.html", url=url, code=code, token=token, bookmarklet=_BOOKMARKLET.format(url=f"{here}/"),
        is_fetching=request.app.state.fetching is not None,
    )  # fmt: skip
    answer.headers["cache-control"] = "no-store"
    return answer


def _reachable_url(address: ReaderAddress, host: str) -> str:
    """Return the address at which a phone reaches the reader, '' if only this machine does.

    `host` is the header `Host` of the request: the name by which somebody reached the reader just now.
    """
    if address.is_local:
        return ""
    if address.base_url or not address.listens_everywhere:
        return address.public_url
    if not ReaderAddress(host=host.rpartition(":")[0].strip("[]")).is_local:
        return f"http://{host}/"
    network = _network_address()
    return ReaderAddress(host=network, port=address.port).public_url if network else ""


def _network_address() -> str:
    """Return this machine's own address in its network, '' if it has none. Nothing is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as unused:
        try:
            unused.connect(("192.0.2.1", 9))  # an address of documentation: the system only chooses the way to it
            return str(unused.getsockname()[0])
        except OSError:
            return ""


ROUTES = [
    Route("/phone", show_phone, name="phone"),
    Route("/phone/token", show_token, methods=["POST"], name="phone-token"),
]
