"""Choose names for new posts so that no two posts are published at the same address.

Posts that the user wrote are considered, too: the catalogue records them as foreign posts.
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
    """Return the present name of an article's post, or a new name if it has no post yet.

    A new name begins with `day` and is in the subfolder `folder` of _posts.
    """
    known = catalogue.articles.find(article)
    if known and (name := posts.current_name(known.post, known.key)):
        return name
    return posts.new_name(article, day, folder, recorded_posts_at(posts, catalogue))


def recorded_posts_at(posts: PostFiles, catalogue: Catalogue) -> Callable[[str], list[str]]:
    """Return a function that takes a Profile.published_key and returns the recorded posts that have this key.

    These are posts of articles and posts that the user wrote.
    """

    def others(address: str) -> list[str]:
        foreign = catalogue.foreign_posts.published_as(address)
        return catalogue.articles.posts_published_as(address) + [name for name in foreign if posts.exists(name)]

    return others


def record_directories(directories: PostDirectories, catalogue: Catalogue) -> None:
    """Record the times of the folders of posts and the foreign posts in them, so that the next run need not list them.

    Record nothing if a post that this run wrote is not in the catalogue: it would be mistaken for a foreign post.
    """
    changed = directories.changed()
    if not changed or catalogue.files.known_posts(directories.written) != set(directories.written):
        return
    unknown = [name for name in changed if name in directories.listed or name not in directories.recorded]
    listed = {name: _foreign_posts(directories.listed.get(name, []), directories, catalogue) for name in unknown}
    catalogue.foreign_posts.save(changed, directories.recorded, listed)


def _foreign_posts(posts: list[str], directories: PostDirectories, catalogue: Catalogue) -> dict[str, str]:
    """Return those of `posts` that belong to no article in the catalogue, each with its Profile.published_key."""
    known = {name for chunk in chunks(posts) for name in catalogue.files.known_posts(chunk)}
    return {name: directories.profile.published_key(name) for name in posts if name not in known}
