"""Add articles by paste: the box, what became of each pasted address, and the queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archiver.app import Archiver, QueueResult
from archiver.errors import InputError
from archiver.messages import Language, mark_message, translations
from archiver.site.rendering import language_of, render
from archiver.site.security.gate import refuse

_ADDED = mark_message("Added: %(number)s.")
_KNOWN = mark_message("There already: %(number)s.")
_NOT_ADDED = mark_message("Not added: %(number)s.")
_ORDER = (_ADDED, _KNOWN, _NOT_ADDED)
_SUMMARIES = {"queued": _ADDED, "waiting": _KNOWN, "archived": _KNOWN}
_MOST_SHOWN = 200  # addresses of the queue


def show_box(request: Request) -> Response:
    """Return the page with the box. The parameter `text` fills it in; nothing is added."""
    return render(request, "add.html", text=request.query_params.get("text", ""), result=None)


def add_text(request: Request) -> Response:
    """Put the addresses in a pasted text into the queue, and say what became of each. No page is requested here."""
    text = request.state.fields.get("text", "")
    if not text.strip():
        return refuse(request, 400, "There is no text to add: send it as `text`.")
    with Archiver(request.app.state.settings) as archive:
        result = archive.enqueue(text)
    if any(entry.status == "queued" for entry in result.entries) and request.app.state.fetching:
        request.app.state.fetching.wake()
    if request.state.is_device or "json" in request.headers.get("accept", ""):
        return JSONResponse({"message": _summary(result, language_of(request)), **asdict(result)})
    is_whole = all(entry.status in ("queued", "waiting", "archived") for entry in result.entries)
    return render(request, "add.html", text="" if result.entries and is_whole else text, result=result)


def _summary(result: QueueResult, language: Language) -> str:
    """Return what became of a text in a few words, for the notification of a phone."""
    gettext = translations(language).gettext
    counts = Counter(_SUMMARIES.get(entry.status, _NOT_ADDED) for entry in result.entries)
    if not counts:
        return gettext("This text has no address of an article.")
    return " ".join(gettext(words) % {"number": counts[words]} for words in _ORDER if counts[words])


def show_queue(request: Request) -> Response:
    """Return the page with the addresses that wait to be archived."""
    with Archiver(request.app.state.settings) as archive:
        try:
            waiting = list(islice(archive.queue(), _MOST_SHOWN + 1))
        except InputError:  # there is no archive yet
            waiting = []
    is_fetching = request.app.state.fetching is not None
    more = len(waiting) > _MOST_SHOWN
    return render(request, "queue.html", waiting=waiting[:_MOST_SHOWN], more=more, is_fetching=is_fetching)


ROUTES = [
    Route("/add", show_box, name="add"),
    Route("/add", add_text, methods=["POST"]),
    Route("/queue", show_queue, name="queue"),
]
