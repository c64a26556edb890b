"""Posts of ours that lie in an archive without a catalogue: made before there was one, or it was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from archiver.models import ENDS, Gone, Kept, State
from archiver.writer.disk import Output, key_in
from archiver.writer.frontmatter import read_front_matter
from archiver.writer.names import published_as


def posts_here(output: Output, now: datetime) -> Iterator[tuple[Kept, str]]:
    """Every post that says of which article it is, with its `published_as`.

    Without a digest: until its article is archived again and found the same, it counts as edited by hand.
    """
    for name, block in output.heads():
        key = key_in(block)
        if not key:
            continue
        front = read_front_matter(f"---\n{block}---\n")
        wechat = front["wechat"]
        assert isinstance(wechat, dict)
        gone = _gone(wechat.get("gone"), now)
        kept = Kept(
            key=key, url=str(wechat.get("url") or ""), title=str(front.get("title") or ""),
            account=str(wechat.get("account") or ""), type=str(wechat.get("type") or "article"),
            published=_time(wechat.get("published")), archived=_time(wechat.get("archived")) or now,
            state=gone.state if gone else State.ARTICLE, state_seen=gone.seen if gone else now, post=name,
        )  # fmt: skip
        yield kept, published_as(PurePosixPath(name).name)


def _gone(said: object, now: datetime) -> Gone | None:
    told = said if isinstance(said, dict) else {}
    state = str(told.get("state"))
    return Gone(state=State(state), seen=_time(told.get("seen")) or now) if state in ENDS else None


def _time(value: object) -> datetime | None:
    try:  # a person's editor may have put a space before the zone, as YAML allows
        time = datetime.fromisoformat(re.sub(r"\s+(?=[+\-Z]\S*\Z)", "", str(value)[:99]))
        return time if time.tzinfo and time.astimezone(UTC) else None
    except (ValueError, OverflowError):  # some zone's first or last day has no time in another zone
        return None
