"""Choose names for new posts so that no two posts are published at the same address.

Posts that the user wrote are considered, too: the catalogue records them as foreign posts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from archiver.archive.post_directories import PostDirectories
from archiver.archive.posts import PostFiles
from archiver.catalogue import Catalogue
from archiver.catalogue.database import chunks
from archiver.models import Article, ArticleRecord

if TYPE_CHECKING:
    from archiver.archive.archive import Archive


def post_name_of(article: Article, known: ArticleRecord | None, day: date, folder: str, archive: Archive) -> str:
    """Return the path of an article's present post, or a new path if the article has no post yet.

    `known` is the article's record, None if it has none. A new path is in `folder`, a subfolder of the folder of posts;
    '' means the folder of posts itself. The file name begins with `day`.
    """
    posts = archive.files.posts
    if known and (name := posts.current_name(known.post, known.key)):
        return name
    return posts.new_name(article, day, folder, recorded_posts_at(posts, archive.catalogue))


def recorded_posts_at(posts: PostFiles, catalogue: Catalogue) -> Callable[[str], list[str]]:
    """Return a function that finds the posts in the catalogue that the site publishes at an address.

    The function is used to see whether a name is still free. It takes the Profile.published_name of a post, which
    stands for the post's address on the site. It returns the paths of all posts with this published name. Posts that
    the user wrote are included if their files still exist.
    """

    def others(address: str) -> list[str]:
        foreign = catalogue.foreign_posts.published_as(address)
        return catalogue.articles.posts_published_as(address) + [name for name in foreign if posts.exists(name)]

    return others


def record_directories(directories: PostDirectories, catalogue: Catalogue) -> None:
    """Record the listings of new and changed folders of posts, so that the next run need not list these folders.

    Two things are recorded in the catalogue for each folder: its times (mtime and ctime), and its foreign posts, which
    the user wrote. Record nothing if this run wrote a post that is not in the catalogue: it would be taken for a
    foreign post.
    """
    changed = directories.changed()
    if not changed or catalogue.files.known_posts(directories.written) != set(directories.written):
        return
    unknown = [name for name in changed if name in directories.listed or name not in directories.recorded]
    listed = {name: _foreign_posts(directories.listed.get(name, []), directories, catalogue) for name in unknown}
    catalogue.foreign_posts.save(changed, directories.recorded, listed)


def _foreign_posts(posts: list[str], directories: PostDirectories, catalogue: Catalogue) -> dict[str, str]:
    """Return the foreign posts among `posts`: those that belong to no article in the catalogue. The user wrote them.

    `posts` are paths. The result maps the path of each foreign post to its Profile.published_name, which stands for its
    address on the site: `_posts/2024-05-01-Tea.md` -> `2024-05-01-tea`.
    """
    known = {name for chunk in chunks(posts) for name in catalogue.files.known_posts(chunk)}
    return {name: directories.profile.published_name(name) for name in posts if name not in known}
