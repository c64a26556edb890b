"""How a new post is called, so that the site publishes it over no other's, and whose other posts lie here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import PurePosixPath

from archiver.archive.post_directories import PostDirectories
from archiver.archive.posts import PostFiles
from archiver.catalogue import Catalogue
from archiver.catalogue.database import chunks
from archiver.models import Article
from archiver.writer.names import published_as


def name_of(article: Article, day: date, folder: str, posts: PostFiles, catalogue: Catalogue) -> str:
    """Return the name of an article's post: the one it has, or a new one in `folder` of `_posts`."""
    known = catalogue.articles.earlier(article)
    if known and (name := posts.current_name(known.post, known.key)):
        return name
    return posts.new_name(article, day, folder, others_at(posts, catalogue))


def others_at(posts: PostFiles, catalogue: Catalogue) -> Callable[[str], list[str]]:
    """Return what gives the posts that the catalogue knows at one day and slug, anybody's."""

    def others(address: str) -> list[str]:
        foreign = catalogue.foreign_posts.published_as(address)
        return catalogue.articles.posts_published_as(address) + [name for name in foreign if posts.exists(name)]

    return others


def record_directories(directories: PostDirectories, catalogue: Catalogue) -> None:
    """Record what lies in the folders of posts now, so that the next run need not list them.

    Nothing is recorded when a post that was written has no row: it would be neither ours nor a foreign one.
    """
    changed = directories.changed()
    if not changed or catalogue.files.known_posts(directories.written) != set(directories.written):
        return
    unknown = [name for name in changed if name in directories.listed or name not in directories.recorded]
    listed = {name: _foreign(directories.listed.get(name, []), catalogue) for name in unknown}
    catalogue.foreign_posts.keep(changed, directories.recorded, listed)


def _foreign(posts: list[str], catalogue: Catalogue) -> dict[str, str]:
    """Return those of `posts` that the catalogue does not know, each with its `published_as`."""
    known = {name for chunk in chunks(posts) for name in catalogue.files.known_posts(chunk)}
    return {name: published_as(PurePosixPath(name).name) for name in posts if name not in known}
