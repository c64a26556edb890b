"""`--limit` and `--max-time`: what they leave is not begun, and stays due."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from archiver.outcomes import LEFT
from tests.inside import Inside
from tests.wechat import World, numbered


@pytest.mark.parametrize(("max_time", "asked"), [(0, 0), (1, 1), (2, 1), (3, 2), (60, 8)])
def test_no_page_is_let_go_after_the_end(archive: Inside, world: World, max_time: float, asked: int) -> None:
    """Several wait at the gate at once: it is there that they are let go."""
    named, archive.interval = numbered.serve(world, range(8)), 2
    begin = archive.now
    code, outcomes = archive.batch(*named, max_time=max_time)
    words = Counter((one.outcome, one.error, one.warnings) for one in outcomes)
    expected = {("archived", "", ()): asked, ("skipped", "", (LEFT,)): 8 - asked}
    assert (code, words) == (0, Counter({word: count for word, count in expected.items() if count}))
    assert (len(world.requests), len(archive.due)) == (asked, 8 - asked)
    assert archive.now - begin <= timedelta(seconds=max_time)  # and nobody waits for a page that is not asked for
    archive.now += timedelta(seconds=2)
    assert archive.batch(*named)[0] == 0
    assert (len(world.requests), archive.due) == (8, [])
