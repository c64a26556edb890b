"""Take in the posts of an archive that is laid out for another profile: they are written anew from their pages.

A post of Hugo is no post of Jekyll, so it is not copied. Its page was imported before, and gives the post as the
profile of our archive has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from archiver.archive.other import OtherArchive
from archiver.archive.post_merger import PostMerger
from archiver.archive.post_styles import chosen_options
from archiver.archive.recovery import archived_time_in
from archiver.archive.snapshot_pages import current_capture
from archiver.commands.rebuild import rebuild_one
from archiver.context import Context
from archiver.messages.message import message
from archiver.models import ArticleRecord, MergeOutcome, MergeResult
from archiver.models.job import SourceOptions


@dataclass(frozen=True, kw_only=True)
class PostTranslator:
    """A translator of the posts of another archive into posts of our profile.

    `merger` merges posts of the same profile; the translator uses what does not depend on the profile. `changed` is an
    ordered set (a dict without values) of the keys of articles whose posts the caller makes again afterwards, so that
    links lead to posts that were written later. `written` has the keys of the posts that the translator wrote.
    """

    context: Context
    other: OtherArchive
    merger: PostMerger
    changed: dict[str, None]
    written: set[str] = field(default_factory=set)

    def merge(self, name: str, key: str) -> MergeResult:
        """Write our post of the article of a post in the other archive, unless we have one; return the result.

        `name` is the path of the other post, `key` the key of its article. Two kinds of posts are conflicts and copied
        to .archive/conflicts: those that a person edited, or perhaps edited, since their pages do not give the edits;
        and those whose pages were not kept. Of the former, our post is still made from the page.
        """
        known = self.merger.our_record(key)
        key = known.key if known else key
        if self.merger.stays_out(key):
            return MergeResult(what="post", outcome="skipped", path=name, key=key, said=message("taken out here"))
        place = self._our_post(known)
        is_new = not place
        if is_new and not self.context.is_dry and self._has_page(key):
            if shown := archived_time_in(self.other.files.posts.read_text(name)):
                self.context.archive.catalogue.recovered.set_archived(key, shown)
            written = rebuild_one(self.context, key, source=self._options(name)).outcome
            if written.outcome == "failed":
                return MergeResult(what="post", outcome="failed", path=name, key=key, said=written.error)
            place = Path(written.post).relative_to(self.context.archive.name).as_posix()
            self.written.add(key)
        if self.context.settings.link_local:
            self.changed[key] = None
        if said := self._conflict(name, key):
            copy = self.merger.keep_conflict(name, key)
            return MergeResult(what="post", outcome="conflict", path=name, key=key, said=said, place=copy)
        outcome: MergeOutcome = "imported" if is_new else "unchanged"
        return MergeResult(what="post", outcome=outcome, path=name, key=key, place=place)

    def _our_post(self, known: ArticleRecord | None) -> str:
        """Return the path of our post of an article; '' if its file does not exist."""
        posts = self.context.archive.files.posts
        name = posts.current_name(known.post, known.key) if known and known.post else ""
        return name if name and posts.exists(name) else ""

    def _has_page(self, key: str) -> bool:
        return current_capture(self.context.archive.catalogue.captures, key) is not None

    def _options(self, name: str) -> SourceOptions:
        """Return the folder, the tags and the draft mark of the post `name` of the other archive."""
        posts = self.other.files.posts
        folder = PurePosixPath(name).parent.relative_to(self.other.files.profile.posts_directory).as_posix()
        return chosen_options(posts.front_matter_of(name), "" if folder == "." else folder)

    def _conflict(self, name: str, key: str) -> str:
        """Return why the post `name` of the other archive cannot be made from a page; '' if it can."""
        profile = self.other.files.profile.name
        is_edited = self.other.is_edited(name, key)
        if is_edited:
            return message("edited by hand there, for `{profile}`: the post here is that of the page", profile=profile)
        if not (self.other.has_page(key) if self.context.is_dry else self._has_page(key)):
            return message("written for `{profile}`, and its page is not kept there", profile=profile)
        if is_edited is None:
            return message(
                "perhaps edited by hand there, for `{profile}`: the post here is that of the page", profile=profile
            )
        return ""
