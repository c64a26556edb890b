"""Define what is worth telling the user after a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NewsKind = Literal["need", "gone", "archived", "updated"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewsItem:
    """One piece of news: an article that was archived, was updated or is gone, or a matter that needs a person.

    `reason` is the state of a page that is gone (State), or the kind of a matter (NeedKind); of such a matter, `title`
    says what it is and what to do. `post` is the path of the article's post. Empty fields are unknown.
    """

    kind: NewsKind
    title: str = ""
    account: str = ""
    url: str = ""
    post: str = ""
    reason: str = ""
