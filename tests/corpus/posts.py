"""The posts that `archiver add` writes of the corpus, and what Markdown engines make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.corpus.pages import CorpusPage
from tests.support.command import Command

_SOURCE_END = "\n\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What became of a page: the state it was found in and, of an article, the post."""

    state: str
    facts: dict[str, Any] = field(default_factory=dict)
    body: str = ""  # Markdown below the lines that name the source


def archive(pages: list[CorpusPage], folder: Path) -> dict[str, Post]:
    """Run `archiver add` once over all pages, without the network, and return what became of each by its name."""
    command = Command(folder=folder, environment={"HTTPS_PROXY": "http://127.0.0.1:9"})  # nobody listens there
    run = command.add("--no-media", *(page.file for page in pages))
    if run.code not in (0, 1):  # 1: a page was no article
        raise RuntimeError(run.err)
    return {Path(outcome["source"]).stem: _post(outcome, folder) for outcome in run.outcomes}


def read_post(text: str, state: str = "article") -> Post:
    """Return a post from its file's text; the quote at its head, which names the source, is not the article's."""
    _, front, body = text.split("---\n", 2)
    head, _, body = body.lstrip().partition(_SOURCE_END)
    if not head.startswith("> "):
        raise ValueError(f"a post begins with its source, not with {head[:80]!r}")
    facts = yaml.safe_load(front)
    wechat = facts["wechat"]
    return Post(
        state=state,
        body=body,
        facts={
            "title": facts["title"],
            "account": wechat.get("account", ""),
            "author": wechat.get("author", ""),
            "published": wechat.get("published", ""),
        },
    )


def _post(outcome: dict[str, Any], folder: Path) -> Post:
    if not outcome["post"]:
        return Post(state=outcome["state"])
    return read_post((folder / outcome["post"]).read_text(encoding="utf-8"), outcome["state"])
