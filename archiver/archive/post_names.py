"""Choose names for new posts so that the site publishes no two posts at one address.

The user's own posts count, too: the catalogue records them as foreign posts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from archiver.archive.post_directories import PostDirectories
from archiver.archive.posts import PostFiles
from archiver.catalogue import Catalogue
from archiver.catalogue.database import chunks
from archiver.models import Article


def post_name_of(article: Article, day: date, folder: str, posts: PostFiles, catalogue: Catalogue) -> str:
    """Return the name of an article's post: the one it has, or a new one in the subfolder `folder` of `_posts`."""
    known = catalogue.articles.find(article)
    if known and (name := posts.current_name(known.post, known.key)):
        return name
    return posts.new_name(article, day, folder, recorded_posts_at(posts, catalogue))


def recorded_posts_at(posts: PostFiles, catalogue: Catalogue) -> Callable[[str], list[str]]:
    """Return a function that returns the recorded posts at an address, ours and the user's own."""

    def others(address: str) -> list[str]:
        foreign = catalogue.foreign_posts.published_as(address)
        return catalogue.articles.posts_published_as(address) + [name for name in foreign if posts.exists(name)]

    return others


def record_directories(directories: PostDirectories, catalogue: Catalogue) -> None:
    """Record the present content of the folders of posts, so that the next run need not list them.

    Record nothing when a post that this run wrote has no row in the catalogue: it would be taken for a foreign post.
    """
    changed = directories.changed()
    if not changed or catalogue.files.known_posts(directories.written) != set(directories.written):
        return
    unknown = [name for name in changed if name in directories.listed or name not in directories.recorded]
    listed = {name: _foreign_posts(directories.listed.get(name, []), directories, catalogue) for name in unknown}
    catalogue.foreign_posts.save(changed, directories.recorded, listed)


def _foreign_posts(posts: list[str], directories: PostDirectories, catalogue: Catalogue) -> dict[str, str]:
    """Return the posts that belong to no article of the catalogue, each with the address it is published at."""
    known = {name for chunk in chunks(posts) for name in catalogue.files.known_posts(chunk)}
    return {name: directories.profile.published_key(name) for name in posts if name not in known}
