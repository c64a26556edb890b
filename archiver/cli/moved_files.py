"""Ask about, run and print the move of posts and media with which `archiver rebuild --all` follows a new profile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.cli.language import phrase, said
from archiver.cli.output import agrees, discard_stdout, is_terminal, json_fields, print_json, print_line, print_message
from archiver.cli.progress import FileProgress
from archiver.errors import Exit, UsageError, combine_exit_codes
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import Archiver, MoveResult, MoveSummary

MOST_WITHOUT_QUESTION = 20  # files


@dataclass(kw_only=True)
class FileMover:
    """A mover of files that prints what it moves, as JSON if `as_json`. With `is_dry`, nothing is moved.

    After `move`, `exit_code` is the exit code, and `posts` are the keys of the articles whose posts were moved or stay.
    """

    summary: MoveSummary
    is_dry: bool
    as_json: bool
    exit_code: int = int(Exit.OK)
    posts: set[str] = field(default_factory=set)

    def may_move(self, *, is_agreed: bool) -> bool:
        """Return whether the files may be moved: the user agreed, or agrees now, or they are few.

        Raise UsageError if the user has to be asked, but there is no terminal.
        """
        count = self.summary.files
        if is_agreed or self.is_dry or count <= MOST_WITHOUT_QUESTION:
            return True
        if not is_terminal():
            raise UsageError(
                message(
                    "this moves {count} files: say that you mean it with --yes, or look first with --dry-run",
                    count=count,
                )
            )
        question = phrase(
            "Move {count} files, from the layout of {former} to that of {profile}?",
            count=count, former=self.summary.former, profile=self.summary.profile,
        )  # fmt: skip
        return agrees(question)

    def move(self, archive: Archiver) -> None:
        """Move the files, and print a line for each and a sum."""
        counts: Counter[tuple[str, str]] = Counter()
        with FileProgress() as progress:
            progress.plan(self.summary.files)
            is_closed = False
            for result in archive.move(is_dry=self.is_dry, done=progress.advance):
                progress.hide()
                counts[result.what, result.outcome] += 1
                self.exit_code = combine_exit_codes([self.exit_code, result.exit_code])
                if result.key:
                    self.posts.add(result.key)
                if not is_closed:
                    is_closed = not self._print(result)
        self._print_sum(counts)

    def _print(self, result: MoveResult) -> bool:
        """Print a result; return whether the reader of stdout still reads."""
        try:
            if self.as_json:
                print_json({name: value for name, value in json_fields(result).items() if name != "exit_code"})
            elif result.place:
                print_line(f"{result.path} -> {result.place}")
        except BrokenPipeError:  # the files are moved all the same
            discard_stdout()
            return False
        finally:
            if result.said:
                print_message(f"archiver: {result.path}: {said(result.said)}")
            for link in result.dead_links:
                print_message(
                    message("archiver: {path}: leads nowhere from now on: {link}", path=result.path, link=link)
                )
        return True

    def _print_sum(self, counts: Counter[tuple[str, str]]) -> None:
        values = {
            "former": self.summary.former, "profile": self.summary.profile,
            "posts": counts["post", "moved"], "media": counts["media", "moved"] + counts["media", "left"],
        }  # fmt: skip
        if self.is_dry:
            print_message(
                phrase("would be moved from {former} to {profile}: {posts} posts, {media} pictures", **values)
            )
        else:
            print_message(phrase("moved from {former} to {profile}: {posts} posts, {media} pictures", **values))
        if stays := counts["post", "left"] + counts["post", "failed"]:
            print_message(message("{count} posts stay where they are", count=stays))
        if copies := counts["media", "left"]:
            print_message(message("{count} pictures stay where they were as well", count=copies))
