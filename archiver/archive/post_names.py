"""What a new post is called, so that Jekyll publishes it over no other's, and who else's posts lie here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from archiver.archive.post_directories import PostDirectories
from archiver.archive.posts import Output
from archiver.catalogue import Catalogue
from archiver.catalogue.database import chunks
from archiver.models import Article
from archiver.writer.profiles.jekyll import JEKYLL


def name_of(article: Article, day: date, folder: str, output: Output, catalogue: Catalogue) -> str:
    """The name of an article's post: the one it has, or a new one in `folder` of `_posts`."""
    earlier = catalogue.articles.earlier(article)
    if earlier and (name := output.lasting_name(earlier.post, earlier.key)):
        return name

    return output.new_name(article, day, folder, others_at(output, catalogue))


def others_at(output: Output, catalogue: Catalogue) -> Callable[[str], list[str]]:
    """Return what gives the posts that the catalogue knows at one day and slug, anybody's."""

    def others(address: str) -> list[str]:
        foreign_posts = catalogue.foreign_posts.published_as(address)
        return catalogue.articles.posts_published_as(address) + [name for name in foreign_posts if output.has(name)]

    return others


def tell_folders(folders: PostDirectories, catalogue: Catalogue) -> None:
    """Tells the catalogue what lies in the folders of posts now, so that the next run need not list them.

    Nothing when a post that was written has no row: it would be neither ours nor a neighbour.
    """
    changed = folders.news()
    if not changed or catalogue.files.known_posts(folders.written) != set(folders.written):
        return
    unknown = [name for name in changed if name in folders.listed or name not in folders.told]
    listed = {name: _not_ours(folders.listed.get(name, []), catalogue) for name in unknown}
    catalogue.foreign_posts.keep(changed, folders.told, listed)


def _not_ours(posts: list[str], catalogue: Catalogue) -> dict[str, str]:
    """Those of `posts` that the catalogue does not know, each with its `published_as`."""
    ours = {name for chunk in chunks(posts) for name in catalogue.files.known_posts(chunk)}
    return {name: JEKYLL.published_key(name) for name in posts if name not in ours}
