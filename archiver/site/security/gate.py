"""Refuse requests that this reader must not answer, and find out who sends the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from archiver.messages import translations
from archiver.site.rendering import language_of, render
from archiver.site.security.address import ReaderAddress
from archiver.site.security.api_token import ApiToken
from archiver.site.security.forms import RefusedBody, parse_fields, read_body
from archiver.site.security.passwords import LoginAttempts, PasswordCheck
from archiver.site.security.programs import CHALLENGE, ProgramLogins
from archiver.site.security.sessions import Sessions, Signer
from archiver.site.security.signed_media import SIGNATURE, SignedMedia

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
_LARGEST_HEAD = 16_384  # bytes of the address and the headers together
_READING = ("GET", "HEAD")
_CODES = {  # of refusals, in JSON, by their status
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "timeout", 413: "too_large", 415: "unsupported_type", 421: "misdirected", 429: "too_many_requests",
    431: "too_large", 500: "bug", 503: "unavailable",
}  # fmt: skip
_FOREIGN = ("cross-site", "same-site")  # `same-site` is another port of this machine, or another name of the domain
_FOLLOWED_LINK = ("GET", "navigate", "document")  # method, Sec-Fetch-Mode and Sec-Fetch-Dest
_PUBLIC = ("/static/", "/login")  # prefixes of what a login page needs
_MEDIA = "/media/"
_FEEDS = ("/feeds/", "/feeds.opml", "/opds", "/books/")  # prefixes of what programs read
_TOKEN_PATH = "/add"  # noqa: S105 - all that the token of a phone is good for


@dataclass(frozen=True, kw_only=True)
class Access:
    """What the reader knows of itself and of those who may use it. `password` is None if none is needed."""

    address: ReaderAddress = field(default_factory=ReaderAddress)
    password: PasswordCheck | None = None
    sessions: Sessions = field(default_factory=Sessions)
    attempts: LoginAttempts = field(default_factory=LoginAttempts)
    token: ApiToken = field(default_factory=ApiToken)
    signer: Signer = field(default_factory=Signer)

    @cached_property
    def programs(self) -> ProgramLogins:
        """The logins of programs that read feeds."""
        return ProgramLogins(self.attempts)

    @cached_property
    def media(self) -> SignedMedia:
        """The signed addresses of media."""
        return SignedMedia(self.signer, self.token)

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. It has the port, since browsers send cookies to all ports of a host."""
        return f"{'__Host-' if self.address.is_secure else ''}archiver-{self.address.port}"


class Gate:
    """The middleware that lets a request in or refuses it.

    A request that changes something must come from a page of this reader: its `Origin` is the reader's, and its form
    has the token that only the reader's pages know. Or else it has no `Origin` and the token of a phone or a script.
    With a password, everything but the login page needs a session; feeds and books are also given for the password
    itself.

    Endpoints find in `request.state`: `fields`, the fields of the form; `form_token`, which every form needs that
    changes something; `session`, the session or ''; `is_device`, whether the request has the token of a phone; and
    `is_signed`, whether it has the signature of a medium.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on to the endpoints."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        refusal = self._refusal(request)
        if refusal is None and request.state.is_unknown_program:
            refusal = await self._refusal_of_program(request)
        if refusal is None:
            try:
                refusal = await self._refusal_of_body(request, receive)
            except ClientDisconnect:
                return
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a request that is refused because of its head, before its body is read."""
        headers, access, state = request.headers, self._access, request.state
        state.fields, state.session, state.form_token, state.is_device = {}, "", "", False
        state.is_unknown_program = False
        if _head_size(request) > _LARGEST_HEAD:
            return refuse(request, 431, "The address or the headers are too long.")
        host = headers.get("host", "")
        if not access.address.allows_host(host):
            return refuse(request, 421, "This is not a name of the reader. Start it with --base-url if it should be.")
        is_change = request.method not in _READING
        if is_change and self._is_foreign(headers, host):
            return refuse(request, 403, "The request comes from a page of another site.")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":  # another is for a proxy before the reader
            if not access.token.is_valid(token.strip()):
                return refuse(request, 401, "The token is not valid. Take the one of the page “From the phone”.")
            state.is_device = request.scope["path"] == _TOKEN_PATH
        return self._refusal_of_sender(request, is_change=is_change)

    def _refusal_of_sender(self, request: Request, *, is_change: bool) -> Response | None:
        access, state = self._access, request.state
        session = request.cookies.get(access.cookie, "") if access.password else ""
        if session and access.sessions.is_valid(session):
            state.session = session
        state.form_token = access.signer.sign(FORM_TOKEN, state.session)
        path = request.scope["path"]
        is_medium = path.startswith(_MEDIA)
        state.is_signed = is_medium and access.media.is_valid(path, request.query_params.get(SIGNATURE, ""))
        if not state.is_signed and _is_used_by_another_site(request):
            return refuse(request, 403, "The request comes from a page of another site.")
        if is_change and not state.is_device and "origin" not in request.headers:
            return refuse(request, 401, "A request that changes something needs a token.")
        if access.password is None or state.session or state.is_device or state.is_signed or path.startswith(_PUBLIC):
            return None
        if path.startswith(_FEEDS) and not is_change:
            state.is_unknown_program = True
            return None
        return self._ask_for_login(request, is_change=is_change)

    async def _refusal_of_program(self, request: Request) -> Response | None:
        """Return the answer to a program that wants a feed, unless it has the password."""
        password = self._access.password
        seconds = await self._access.programs.wait(request, password) if password else None
        if seconds is None:
            return None
        if seconds:
            answer = refuse(request, 429, "There were too many wrong passwords. Wait a little.")
            answer.headers["retry-after"] = str(seconds)
            return answer
        answer = refuse(request, 401, "Feeds and books need the password of the reader, with any name.")
        answer.headers["www-authenticate"] = CHALLENGE
        return answer

    def _ask_for_login(self, request: Request, *, is_change: bool) -> Response:
        """Return a page that leads to the login page.

        A redirect would not do: after a link on another site, browsers send the cookie of the session only with
        requests that a page of the reader itself makes.
        """
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        if is_change or path.startswith(_MEDIA):
            return refuse(request, 401, "You are not logged in, or no longer.")
        target = quote(path) + (f"?{query}" if query else "")
        return render(request, "entrance.html", status=401, login=f"/login?next={quote(target, safe='')}")

    async def _refusal_of_body(self, request: Request, receive: Receive) -> Response | None:
        """Read the body of a request that changes something; return the answer if it is refused because of that."""
        if request.method in _READING:
            return None
        state = request.state
        try:
            body = await read_body(request.headers, receive)
            state.fields = parse_fields(request.headers.get("content-type", ""), body)
        except RefusedBody as error:
            return refuse(request, error.status, str(error))
        given = state.fields.pop(FORM_TOKEN, "")
        if not state.is_device and not self._access.signer.is_valid(FORM_TOKEN, state.session, given):
            return refuse(request, 403, "This page is out of date. Go back, load it again, and send it once more.")
        return None

    def _is_foreign(self, headers: Headers, host: str) -> bool:
        """Return whether a page of another site sends the request, as far as the browser says."""
        origin = headers.get("origin")
        if origin is not None and not self._access.address.allows_origin(origin, host):
            return True
        return headers.get("sec-fetch-site", "") in _FOREIGN


def refuse(request: Request, status: int, reason: str) -> Response:
    """Return an error page, or a JSON object for a program. `reason` is one of the messages."""
    if wants_json(request):
        words = translations(language_of(request)).gettext(reason)
        return JSONResponse(
            {"message": words, "error": reason, "code": _CODES.get(status, "failed")}, status_code=status
        )
    return render(request, "error.html", status=status, number=status, reason=reason)


def wants_json(request: Request) -> bool:
    """Return whether a program asks, which gets a JSON object instead of a page."""
    return "json" in request.headers.get("accept", "") or bool(request.headers.get("authorization"))


def _is_used_by_another_site(request: Request) -> bool:
    """Return whether a page of another site asks for something, unless it only leads a person to a page of the reader.

    It could not see the answer, but the time that it takes tells what is archived, and each answer costs something.
    """
    headers = request.headers
    if headers.get("sec-fetch-site", "") not in _FOREIGN:
        return False
    is_link = (request.method, headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == _FOLLOWED_LINK
    return not is_link or request.scope["path"].startswith(_MEDIA)


def _head_size(request: Request) -> int:
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    return headers + len(request.scope.get("raw_path") or b"") + len(request.scope["query_string"])
