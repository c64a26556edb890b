"""Show an article as it looked in its page, with the pictures that the archive keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from archiver.archive.lookup import require_article
from archiver.archive.snapshot_pages import current_capture
from archiver.catalogue import Catalogue
from archiver.context import Context
from archiver.errors import InputError
from archiver.export.styled_html import styled_document
from archiver.extractor.styled import StyledPage, read_styled
from archiver.messages.message import message
from archiver.models import ArticleRecord, Capture, LocalFile, State
from archiver.models.reports import StyledArticle
from archiver.writer.names import media_name, safe_name

Place = Callable[[LocalFile], str]  # a media file of the archive → its address in the document, '' to leave it out


def styled(
    context: Context, name: str, capture: str | None, media_url: Callable[[str], str], *, dark: bool = False
) -> StyledArticle:
    """Return an article as it looked, see Archiver.styled."""
    catalogue = context.archive.require_catalogue()
    article = require_article(catalogue, name, context.settings)
    chosen = _capture(catalogue, article, capture)
    return styled_article(context, article, chosen, lambda file: media_url(file.path), dark=dark)


def styled_article(
    context: Context, article: ArticleRecord, capture: Capture, place: Place, *, dark: bool = False
) -> StyledArticle:
    """Return the HTML document of an article as a capture of it looks.

    `place` is called once with each media file that the document shows. Raise InputError if the capture's page is not
    stored or is damaged.
    """
    content = context.archive.files.snapshots.load(capture.sha256).content
    page = read_styled(capture.as_page(content, article.key))
    files = media_files(context, page)
    shown: dict[str, str] = {}

    def url_of(address: str) -> str:
        if address.startswith("data:") and address not in files:
            return address
        if address not in files:
            return ""
        file = files[address]
        if file.path not in shown:
            shown[file.path] = place(file)
        return shown[file.path]

    head = replace(page.article, url=article.url or page.article.url)
    html = styled_document(page, head, url_of, dark=dark)
    return StyledArticle(
        key=article.key, title=head.title, html=html, media=tuple(path for path, url in shown.items() if url)
    )


def media_files(context: Context, page: StyledPage) -> Mapping[str, LocalFile]:
    """Return the files that the archive has of a page's media, by their addresses in the page."""
    names = {medium.url: media_name(medium) for medium in page.media}
    _, files = context.archive.catalogue.media.find({name: safe_name(name) for name in names.values()})
    media = context.archive.files.media
    return {url: files[name] for url, name in names.items() if name in files and media.has(files[name])}


def shown_capture(catalogue: Catalogue, article: ArticleRecord) -> Capture:
    """Return the capture from which an article's post was made; raise InputError if its page is not stored."""
    capture = current_capture(catalogue.captures, article.key)
    if capture is None:
        raise InputError(message("its page is not kept, so how it looked is not known"), concerns=article.key)
    return capture


def _capture(catalogue: Catalogue, article: ArticleRecord, number: str | None) -> Capture:
    """Return the capture with this number among the article's captures, the oldest being 1; None: the shown one.

    Raise InputError if there is no such capture, if its page is not stored, or if it shows no article.
    """
    if number is None:
        return shown_capture(catalogue, article)
    captures = catalogue.captures.of_article(article.key)
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and 1 <= int(number) <= len(captures)):
        raise InputError(
            message("no such capture; they are numbered from 1 to {number}", number=len(captures)), concerns=number
        )
    capture = captures[int(number) - 1]
    if capture.state is not State.ARTICLE:
        raise InputError(message("holds no article: {state}", state=capture.state), concerns=f"capture {number}")
    if not capture.sha256 or capture.lost:
        raise InputError(message("its page was not kept"), concerns=f"capture {number}")
    return capture
