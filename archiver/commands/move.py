"""Move posts and media when archiver.yml names another profile than that for which the archive is laid out.

This is the first part of `rebuild --all`. Each post is rendered anew for the new profile from its snapshot.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256

from archiver import outcomes
from archiver.archive.layouts import former_addresses
from archiver.archive.moves import ArchiveMove, PlannedPost
from archiver.archive.post_styles import PostStyles
from archiver.archive.unit_of_work import UnitOfWork
from archiver.context import Context
from archiver.errors import ArchiverError, Exit, OutputError
from archiver.messages.message import message
from archiver.models import (
    Article,
    LocalFile,
    Media,
    MediaResults,
    Outcome,
    Post,
    RenderedPost,
    StoredCapture,
    Target,
    WriteResult,
)
from archiver.models.job import Job, JobKind
from archiver.models.layout import MoveResult, MoveSummary
from archiver.pipeline import archive_one
from archiver.ports import Ports
from archiver.writer.renderer import LinkedPost, PostStyle, ProfileRenderer

_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class MovingUnit(UnitOfWork):
    """A unit of work that renders a post for its new place, and leaves writing and recording to the move.

    `place` is the new path of the post, and `media_places` has the new path of each medium by its present one. After
    the job, `rendered` is the post.
    """

    place: str
    media_places: Mapping[str, str]
    rendered: RenderedPost | None = field(default=None, init=False)

    def find_media(self, media: Sequence[Media]) -> tuple[dict[str, LocalFile], dict[str, Media]]:
        """Return what UnitOfWork.find_media returns, with the new paths of the files."""
        found, missing = UnitOfWork.find_media(self, media)
        return {name: self._moved(file) for name, file in found.items()}, missing

    def fetch_once(self, medium: Media, fetch: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return what UnitOfWork.fetch_once returns, with the new path of the file."""
        result = UnitOfWork.fetch_once(self, medium, fetch)
        return self._moved(result) if isinstance(result, LocalFile) else result

    def _moved(self, file: LocalFile) -> LocalFile:
        return replace(file, path=self.media_places.get(file.path, file.path))

    def commit(
        self,
        capture: StoredCapture,  # noqa: ARG002 - as in UnitOfWork
        article: Article,
        media: MediaResults,
        post: RenderedPost,
        *,
        is_last: bool,  # noqa: ARG002
    ) -> Outcome | None:
        """Keep the rendered post; return the outcome that its article will have."""
        self.rendered = post
        self.written = WriteResult(
            outcome="updated", path=str(self.archive.root / self.place), digest=sha256(post.text.encode()).hexdigest(),
            post=Post(name=self.place, text=post.text),
        )  # fmt: skip
        return self._outcome(article, media, post)

    def commit_notice(self, capture: StoredCapture) -> Outcome:
        """Return the outcome of a page that holds no article, without recording it."""
        return outcomes.no_article(self.job.target, capture.page, capture.classification)


def plan_move(context: Context, *, is_forced: bool = False) -> MoveSummary | None:
    """Return what `move_files` would move; None if the archive is laid out for its profile, without leftovers.

    Raise ConfigError if the archive cannot change its profile, since it has an object storage.
    """
    if not context.archive.location.exists():
        return None
    context.archive.allows_other_layout = True
    move = ArchiveMove(context.archive, is_forced=is_forced)
    if not move.is_needed:
        return None
    return MoveSummary(
        former=move.present.profile, profile=move.wanted.profile,
        posts=len(move.plan.posts), media=len(move.plan.media),
    )  # fmt: skip


def move_files(context: Context, *, is_forced: bool = False, done: Callable[[int], None]) -> Iterator[MoveResult]:
    """Move posts and media to where the profile of the settings has them; yield a result for each, once all are moved.

    With the context of a dry run, nothing is moved. `done(1)` is called for each file. Posts that a person edited stay,
    unless `is_forced` is set. A call that was killed is finished by the next one. Raise Busy if another run works on
    the archive, and OutputError if a file cannot be written; then nothing has changed.
    """
    context.archive.allows_other_layout = True
    with ExitStack() as locks:
        if not context.is_dry:
            context.archive.files.prepare()
            context.archive.files.sweep(context.archive.catalogue.is_alive)
            locks.enter_context(context.archive.run_lock())
            locks.enter_context(context.archive.post_lock())
        move = ArchiveMove(context.archive, is_forced=is_forced)
        results = [result for post in [*move.plan.posts.values()] if (result := _move_post(context, move, post, done))]
        results += _move_media(move, done)
        if not context.is_dry:
            move.commit()
            results += move.delete_leftovers()
    yield from _left_posts(move, {result.key for result in results if result.outcome == "failed"})
    yield from results


def _move_post(
    context: Context, move: ArchiveMove, post: PlannedPost, done: Callable[[int], None]
) -> MoveResult | None:  # fmt: skip
    """Render and write one post; return its result, or None if it is among the posts that stay."""
    job = Job(target=Target(source=post.article.key, url=post.article.url), kind=JobKind.REBUILD, article=post.article)
    error = copy = ""
    try:
        ports = context.ports(job)
        assert ports is not None
        unit = _moving_unit(ports, move, post)
        outcome = archive_one(job, replace(ports, archive=unit, renderer=_renderer(context, move, post, job)))
        error = outcome.error
        if unit.rendered:
            copy = move.write_post(post, unit.rendered.text, unit.rendered.text_coverage)
    except OutputError:
        raise
    except ArchiverError as failure:
        unit, error = None, str(failure.args[0])
    except Exception as bug:  # noqa: BLE001 - a bug that one page shows must not cost the others
        _log.error("%s: a bug", post.article.key, exc_info=True)
        unit, error = None, outcomes.bug(job.target, bug).error
    done(1)
    if unit and unit.rendered:
        said = message("what was at {place} is {copy} now", place=post.place, copy=copy) if copy else ""
        return MoveResult(
            what="post", outcome="moved", path=post.path, place=post.place, key=post.article.key, said=said
        )  # fmt: skip
    move.leave(post, error)
    return MoveResult(
        what="post", outcome="failed", path=post.path, key=post.article.key, said=error, exit_code=Exit.FAILED
    )  # fmt: skip


def _moving_unit(ports: Ports, move: ArchiveMove, post: PlannedPost) -> MovingUnit:
    unit = ports.archive
    assert isinstance(unit, UnitOfWork)
    return MovingUnit(
        archive=unit.archive, job=unit.job, media=unit.media, options=unit.options, now=unit.now,
        place=post.place, media_places=move.media_places,
    )  # fmt: skip


def _renderer(context: Context, move: ArchiveMove, post: PlannedPost, job: Job) -> ProfileRenderer:
    styles, places = PostStyles(context.archive, context.settings, job.source), move.places
    earlier = [*context.archive.catalogue.layout.former_posts(post.article.key)]
    if all(file.profile != post.former.profile for file in earlier):
        earlier.append(post.former)
    addresses = former_addresses(earlier, context.archive.profile, post.place, post.article.published)

    def style_of(article: Article) -> PostStyle:
        style = styles.style_of(article)

        def post_of(link: str) -> LinkedPost | None:
            linked = style.post_of(link)
            place = places.get(linked.path, linked.path) if linked else ""
            return replace(linked, path=place) if linked and place else None

        return replace(style, post_of=post_of, former_addresses=addresses)

    return ProfileRenderer(profile=context.archive.profile, style_of=style_of)


def _move_media(move: ArchiveMove, done: Callable[[int], None]) -> Iterator[MoveResult]:
    for path, medium in move.plan.media.items():
        move.copy_medium(medium)
        texts = ", ".join(sorted(move.shown.get(path, ())))
        said = message("shown by {texts}, so it stays there as well", texts=texts) if texts else ""
        yield MoveResult(what="media", outcome="left" if said else "moved", path=path, place=medium.path, said=said)
        done(1)


def _left_posts(move: ArchiveMove, failed: Collection[str]) -> Iterator[MoveResult]:
    for key, post in move.plan.left.items():
        if key in failed:
            continue
        yield MoveResult(
            what="post", outcome="left", path=post.path, key=key, said=post.said, dead_links=move.dead_links(post)
        )  # fmt: skip
