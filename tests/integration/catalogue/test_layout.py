"""The layout of an archive and its former files: what a move records, and what a later one finds of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.catalogue import Catalogue, Location
from archiver.models import ArticleRecord, LocalFile
from archiver.models.layout import FormerFile, Layout, Move, MovedMedium, MovedPost, StayingPost

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OLD, NEW, POST = "a" * 64, "b" * 64, "_posts/2024-05-01-tea.md"
PICTURE = "c" * 64


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue with one article, whose post shows one picture."""
    (tmp_path / ".archive").mkdir()
    with closing(Catalogue(Location.in_archive(tmp_path / ".archive"), lambda: NOW)) as catalogue:
        catalogue.open()
        article = ArticleRecord(
            key="b:1:1", url="https://mp.weixin.qq.com/s/a", title="茶", account="号", post=POST, archived=NOW,
            state_seen=NOW, digest=OLD,
        )  # fmt: skip
        catalogue.recovered.add_posts([(article, "2024-05-01-tea")])
        catalogue.recovered.set_post_digest("b:1:1", OLD)
        file = LocalFile(path="postimg/p.png", size=1, sha256=PICTURE)
        catalogue.recovered.add_media(["b:1:1"], {"postimg/p": file})
        yield catalogue


def moved(before: str, after: str, profiles: tuple[str, str], digest: str, address: str = "") -> Move:
    """A move of the only article and its picture."""
    former = FormerFile(profile=profiles[0], path=before, sha256=digest, key="b:1:1", address=address)
    post = MovedPost(path=after, published_as="tea", digest=NEW, share=1, former=former)
    return Move(layout=Layout(profile=profiles[1]), posts=(post,))


def test_layout_recorded_again_replaces_the_first(catalogue: Catalogue) -> None:
    assert catalogue.layout.current() is None
    first = Layout(profile="jekyll", media_prefix="/a", post_url="/{slug}/", time_zone="Asia/Shanghai")
    catalogue.layout.record(first)
    assert catalogue.layout.current() == first
    catalogue.layout.record(Layout(profile="hugo"))
    assert catalogue.layout.current() == Layout(profile="hugo")


def test_move_sets_paths_and_keeps_former_files_as_leftovers(catalogue: Catalogue) -> None:
    move = moved(POST, "content/posts/tea.md", ("jekyll", "hugo"), OLD, "/2024/05/01/tea.html")
    picture = FormerFile(profile="jekyll", path="postimg/p.png", sha256=PICTURE)
    medium = MovedMedium(path="static/postimg/p.png", former=picture)
    catalogue.layout.move(Move(layout=move.layout, posts=move.posts, media=(medium,)))
    article = catalogue.articles.find_by_key("b:1:1")
    assert article is not None
    assert (article.post, article.digest, article.share) == ("content/posts/tea.md", NEW, 1)
    assert catalogue.articles.posts_published_as("tea") == ["content/posts/tea.md"]
    assert [file.path for file in catalogue.layout.saved_media()] == ["static/postimg/p.png"]
    assert catalogue.layout.leftovers() == [move.posts[0].former, picture]
    assert catalogue.layout.former_posts("b:1:1") == [move.posts[0].former]
    assert catalogue.layout.former_posts("b:2:1") == []
    assert [entry.key for entry in catalogue.search_queue.pending()] == ["b:1:1"]


def test_settle_forgets_media_and_remembers_posts(catalogue: Catalogue) -> None:
    former = FormerFile(profile="jekyll", path="postimg/p.png", sha256=PICTURE)
    move = moved(POST, "content/posts/tea.md", ("jekyll", "hugo"), OLD)
    medium = MovedMedium(path="static/postimg/p.png", former=former)
    catalogue.layout.move(Move(layout=move.layout, posts=move.posts, media=(medium,)))
    catalogue.layout.settle([POST])
    assert catalogue.layout.leftovers() == [former]
    catalogue.layout.settle(["postimg/p.png"])
    assert catalogue.layout.leftovers() == []
    assert [file.path for file in catalogue.layout.former_posts()] == [POST]


def test_move_back_makes_no_leftover_of_what_is_used_again(catalogue: Catalogue) -> None:
    """The former files still lay there, as after a kill."""
    there = moved(POST, "content/posts/tea.md", ("jekyll", "hugo"), OLD)
    picture = FormerFile(profile="jekyll", path="postimg/p.png", sha256=PICTURE)
    medium = MovedMedium(path="static/postimg/p.png", former=picture)
    catalogue.layout.move(Move(layout=there.layout, posts=there.posts, media=(medium,)))
    back = moved("content/posts/tea.md", POST, ("hugo", "jekyll"), NEW)
    other = FormerFile(profile="hugo", path="static/postimg/p.png", sha256=PICTURE)
    medium = MovedMedium(path="postimg/p.png", former=other)
    catalogue.layout.move(Move(layout=back.layout, posts=back.posts, media=(medium,)))
    assert catalogue.layout.leftovers() == [back.posts[0].former, other]
    assert [file.profile for file in catalogue.layout.former_posts()] == ["jekyll", "hugo"]


def test_former_posts_keep_the_order_of_the_first_moves(catalogue: Catalogue) -> None:
    path = POST
    for number, profiles in enumerate([("jekyll", "hugo"), ("hugo", "jekyll"), ("jekyll", "hexo")]):
        catalogue.layout.move(moved(path, f"{profiles[1]}/{number}.md", profiles, OLD))
        path = f"{profiles[1]}/{number}.md"
    found = [(file.profile, file.path) for file in catalogue.layout.former_posts()]
    assert found == [("jekyll", "jekyll/1.md"), ("hugo", "hugo/0.md")]


def test_move_of_posts_that_stay_changes_what_they_are_published_as(catalogue: Catalogue) -> None:
    former = FormerFile(profile="jekyll", path=POST, sha256=OLD, key="b:1:1", address="/2024/05/01/tea.html")
    stays = (StayingPost(published_as="", former=former),)
    catalogue.layout.move(Move(layout=Layout(profile="hugo"), stays=stays))
    assert catalogue.layout.former_posts("b:1:1") == [former]
    assert catalogue.layout.leftovers() == []
    assert catalogue.articles.posts_published_as("2024-05-01-tea") == []
    article = catalogue.articles.find_by_key("b:1:1")
    assert article is not None
    assert article.post == POST


def test_move_forgets_listings_of_folders(catalogue: Catalogue) -> None:
    catalogue.foreign_posts.save({"_posts": "1 1"}, {}, {"_posts": {"_posts/2024-05-01-own.md": "2024-05-01-own"}})
    catalogue.layout.move(Move(layout=Layout(profile="hugo")))
    assert catalogue.foreign_posts.recorded_folders() == {}
    assert catalogue.foreign_posts.published_as("2024-05-01-own") == []


def test_removal_forgets_former_posts(catalogue: Catalogue) -> None:
    catalogue.layout.move(moved(POST, "content/posts/tea.md", ("jekyll", "hugo"), OLD))
    catalogue.removals.begin("b:1:1")
    catalogue.removals.finish("b:1:1")
    assert catalogue.layout.former_posts() == []
    catalogue.removals.undo("b:1:1")
    assert catalogue.articles.find_by_key("b:1:1") is None
