"""Define the result of archiving one SOURCE, as commands report it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archiver.models.page import State
from archiver.models.page_format import FormatNote

OutcomeKind = Literal["archived", "updated", "unchanged", "failed", "skipped"]
HeldBy = Literal["", "record", "pause", "cool-down", "failure", "limit"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Images:
    """The numbers of images that an article has (`expected`), that were saved, and that could not be saved.

    Images with the same id are counted once.
    """

    expected: int = 0
    saved: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The result of archiving one SOURCE.

    `outcome` says what happened: `archived` (a new post was written), `updated`, `unchanged`, `skipped` or `failed`.
    `state` is the state of the page, None if no page was read. `url` is the article's address, and `published` its time
    of publication (ISO 8601). `post` is the path of its post, which begins with the path of the archive's folder; '' if
    it has none. `warnings` and `error` are messages for the user; `error` says what is wrong and what to do, or is ''.
    `code` names the kind of the error, '' if there is none: a state such as `deleted`, or an error's own code.
    `format_notes` are the signs in the page of a written post that WeChat has changed its format.
    `exit_code` is the exit code of the command if this is its only outcome. All fields except `exit_code` and `held_by`
    are the keys of the JSON line that `--json` prints.

    `held_by` says what kept the SOURCE from being archived, if its page was not the reason: a `record` of the
    catalogue, by which nothing is to be done; the `pause` until its next attempt; the `cool-down` after WeChat's wall;
    a `failure` that concerns all SOURCEs, such as a full disk; or a `limit` that the user set. '' stands for none.
    """

    source: str
    url: str = ""
    state: State | None = None  # None: no page was read
    outcome: OutcomeKind
    key: str = ""
    title: str = ""
    account: str = ""
    published: str = ""
    post: str = ""
    images: Images = field(default_factory=Images)
    warnings: tuple[str, ...] = ()
    error: str = ""
    code: str = ""
    format_notes: tuple[FormatNote, ...] = ()
    held_by: HeldBy = ""  # not in the JSON line
    exit_code: int = 0  # the command's exit code if this were its only outcome; not in the JSON line
