"""Find articles by the name that a user gives: a key, an address, or the path of a post."""

from __future__ import annotations

from pathlib import Path

from archiver import urls
from archiver.catalogue import Catalogue
from archiver.errors import InputError, NotWeChat
from archiver.messages.message import message
from archiver.models import ArticleRecord, Target, UrlRecord
from archiver.settings import Settings
from archiver.writer.profiles import SiteOptions, get_profile


def require_article(catalogue: Catalogue, name: str, settings: Settings) -> ArticleRecord:
    """Return the article that `name` identifies: its key, its address, or the path of its post.

    Raise InputError if the archive has no such article, or if the article was removed.
    """
    article = require_known(catalogue, name, settings)
    if article.taken_out:
        said = message(
            "taken out on {taken_out:%Y-%m-%d} (`archiver rm --undo {key}`)",
            taken_out=article.taken_out,
            key=article.key,
        )
        raise InputError(said, concerns=name)
    return article


def require_known(catalogue: Catalogue, name: str, settings: Settings) -> ArticleRecord:
    """Return the article that `name` identifies: its key, its address, or the path of its post.

    A removed article is returned, too. Raise InputError if the catalogue has no such article.
    """
    if article := find_article(catalogue, name, settings):
        return article
    raise unknown_article(name)


def find_article(catalogue: Catalogue, name: str, settings: Settings) -> ArticleRecord | None:
    """Return the article that `name` identifies: its key, its address, or the path of its post.

    A removed article is returned, too. Return None if the catalogue has no such article.
    """
    article = catalogue.articles.find_by_key(name) or _by_post(catalogue, name, settings)
    record = None if article else find_url(catalogue, name)
    return catalogue.articles.find_by_key(record.article.key) if record and record.article else article


def find_url(catalogue: Catalogue, name: str) -> UrlRecord | None:
    """Return the catalogue's record of the address `name`; None if there is none or `name` is not a WeChat address."""
    try:
        target = urls.parse_target(name)
    except NotWeChat:
        return None
    return catalogue.urls.find([Target(source=name, url=target.url)]).get(target.url)


def unknown_article(name: str) -> InputError:
    """Return the error for a name that matches no article. Its message says how articles are named.

    If the name is an incomplete address of WeChat's, the message says what is missing: a shell may have cut it at `&`.
    """
    said: str = message(
        "not in this archive: give an article's key (`archiver list`), its address, or the file of its post"
    )
    if urls.HOST in name and urls.looks_like_address(name):
        try:
            urls.parse_target(name)
        except NotWeChat as error:
            said = str(error.args[0])
    return InputError(said, concerns=name)


def _by_post(catalogue: Catalogue, name: str, settings: Settings) -> ArticleRecord | None:
    path = Path(name)
    if path.suffix != ".md":
        return None
    for root in (Path(settings.output), Path(settings.output).resolve()):
        if path.is_relative_to(root):
            return catalogue.articles.find_by_post(path.relative_to(root).as_posix())
    directory = get_profile(settings.profile, SiteOptions()).posts_directory
    names = (path.as_posix(), f"{directory}/{path.name}")
    return next((article for name in names if (article := catalogue.articles.find_by_post(name))), None)
