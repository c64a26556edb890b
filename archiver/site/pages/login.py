"""Let people in who know the password, and out again."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from archiver.site.rendering import render
from archiver.site.security.gate import Access
from archiver.site.security.sessions import LIFETIME


def show_login(request: Request) -> Response:
    """Return the login page, or lead on who has logged in or needs no password."""
    target = _own_path(request.query_params.get("next", "/"))
    if request.state.session or request.app.state.access.password is None:
        return RedirectResponse(target, status_code=303)
    return render(request, "login.html", target=target, problem="", seconds=0)


def log_in(request: Request) -> Response:
    """Check the password and begin a session, or say how long to wait for the next try."""
    access: Access = request.app.state.access
    fields = request.state.fields
    target = _own_path(fields.get("next", "/"))
    if access.password is None:
        return RedirectResponse(target, status_code=303)
    client = request.client.host if request.client else ""
    seconds = math.ceil(access.attempts.begin(client))
    if seconds:
        page = render(request, "login.html", status=429, target=target, problem="slow", seconds=seconds)
        page.headers["retry-after"] = str(seconds)
        return page
    if not access.password.accepts(fields.get("password", "")):
        return render(request, "login.html", status=401, target=target, problem="wrong", seconds=0)
    access.attempts.succeed(client)
    access.sessions.end(request.state.session)
    answer = RedirectResponse(target, status_code=303)
    answer.set_cookie(
        access.cookie, access.sessions.begin(), max_age=LIFETIME, secure=access.address.is_secure, httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer


def log_out(request: Request) -> Response:
    """End the session."""
    access: Access = request.app.state.access
    access.sessions.end(request.state.session)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(access.cookie, secure=access.address.is_secure, httponly=True, samesite="strict")
    answer.headers["clear-site-data"] = '"cache"'
    return answer


def _own_path(target: str) -> str:
    """Return `target` if it is an address of this reader, else `/`. Browsers take a backslash for a slash."""
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_own else "/"


ROUTES = [
    Route("/login", show_login, name="login"),
    Route("/login", log_in, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"], name="logout"),
]
