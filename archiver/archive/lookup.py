"""Find articles by what people name them by: a key, an address, or the file of a post."""

from __future__ import annotations

from pathlib import Path

from archiver import urls
from archiver.catalogue import Catalogue
from archiver.errors import InputError, NotWeChat
from archiver.models import ArticleRecord, Target, UrlRecord
from archiver.writer.names import POSTS


def require_article(catalogue: Catalogue, name: str, output: str) -> ArticleRecord:
    """Return the article of a key, an address or the file of a post. `output`: the archive's folder.

    Raise InputError when there is none, or a person took it out.
    """
    article = require_known(catalogue, name, output)
    if article.taken_out:
        said = f"taken out on {article.taken_out:%Y-%m-%d} (archiver rm --undo {article.key})"
        raise InputError(said, concerns=name)
    return article


def require_known(catalogue: Catalogue, name: str, output: str) -> ArticleRecord:
    """Return the article of a name, also one that was taken out; raise InputError when there is none."""
    if article := find_article(catalogue, name, output):
        return article
    raise unknown_article(name)


def find_article(catalogue: Catalogue, name: str, output: str) -> ArticleRecord | None:
    """Return the article of a key, an address or the file of a post, None when there is none."""
    article = catalogue.articles.get(name) or _by_post(catalogue, name, output)
    record = None if article else find_url(catalogue, name)
    return catalogue.articles.get(record.article.key) if record and record.article else article


def find_url(catalogue: Catalogue, name: str) -> UrlRecord | None:
    """Return what is known of an address, None when that is nothing or the name is no address."""
    try:
        target = urls.parse(name)
    except NotWeChat:
        return None
    return catalogue.urls.known([Target(source=name, url=target.url)]).get(target.url)


def unknown_article(name: str) -> InputError:
    """Return the error that says how articles are named."""
    said = "not in this archive: give an article's key (archiver list), its address, or the file of its post"
    return InputError(said, concerns=name)


def _by_post(catalogue: Catalogue, name: str, output: str) -> ArticleRecord | None:
    path = Path(name)
    if path.suffix != ".md":
        return None
    for root in (Path(output), Path(output).resolve()):
        if path.is_relative_to(root):
            return catalogue.articles.at(path.relative_to(root).as_posix())
    return catalogue.articles.at(path.as_posix()) or catalogue.articles.at(f"{POSTS}/{path.name}")
