"""Define what a page says about WeChat's format: its era, the places of its fields, and what is new in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoteKind = Literal["field", "member", "layout", "element", "data"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormatNote:
    """A sign in a page that WeChat has changed its format.

    `kind` says what is new:

    - `field`: a field does not stand where pages of this era have it;
    - `member`: an unknown member of the server's data has something that readers may see;
    - `layout`: the number of the page's layout, `item_show_type`, is unknown;
    - `element`: the body has an embedded element of an unknown kind;
    - `data`: the page has no data in a form of a known era.

    `detail` is a sentence without a full stop. It names nothing of the article, so pages with the same change have
    equal notes.
    """

    kind: NoteKind
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlace:
    """The place in a page where a field of the metadata was found, such as `msg_title`; '' if it was found nowhere.

    `is_fallback` is True if pages of this era have the field in another place.
    """

    field: str
    place: str
    is_fallback: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFormat:
    """The format of an article's page.

    `era` says which pages have this form, and when WeChat sent them; '' if the page is of no known era.
    """

    era: str
    fields: tuple[FieldPlace, ...]
    notes: tuple[FormatNote, ...] = ()
