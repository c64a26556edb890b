"""Define what the command `doctor` finds out: checks of this machine, what came for a page, and what a report holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archiver.errors import Exit
from archiver.models.page import State
from archiver.models.page_format import FieldPlace, FormatNote

CheckState = Literal["ok", "attention"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReport:
    """What is known of the page for which the command asked, or which it read from a file.

    `source` is what the user gave, `url` the address of the page. `era`, `fields` and `notes` are those of PageFormat;
    they are empty for a page without an article. `reason` is the text of a notice or the title of the page.
    """

    source: str
    url: str
    state: State
    reason: str = ""
    captured: datetime
    era: str = ""
    fields: tuple[FieldPlace, ...] = ()
    notes: tuple[FormatNote, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """The result of one check. `message` is what was found, and `advice` what to do about it, '' if it is well.

    `page` is set only in the check of a page that came.
    """

    name: str
    state: CheckState = "ok"
    message: str
    advice: str = ""
    page: PageReport | None = None


def attention(name: str, message: str, advice: str) -> Check:
    """Return a check that needs a person."""
    return Check(name=name, state="attention", message=message, advice=advice)


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleMember:
    """A file in the report for the maintainers of archiver."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkup:
    """The result of the command `doctor`.

    `bundle` is the path of the report that was written; '' if none was asked for, or if the user did not agree to it.
    """

    checks: tuple[Check, ...]
    bundle: str = ""
    is_refused: bool = field(default=False)  # the user saw what the report would hold, and said no

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the checks that need a person."""
        return tuple(check.name for check in self.checks if check.state == "attention")

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command: FAILED if something needs a person or no report was written, else OK."""
        return Exit.FAILED if self.needs or self.is_refused else Exit.OK
