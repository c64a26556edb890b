"""When all egresses stop, because several of them were blocked shortly after each other."""

from __future__ import annotations

import pytest

from archiver.egress_policy import WINDOW, shared_cooldown
from archiver.policy import HostState

NOW = 1_000_000.0
HALF_AN_HOUR = 1800.0


def blocked(seconds_ago: float, cooldown: float = HALF_AN_HOUR) -> HostState:
    return HostState(blocked_at=NOW - seconds_ago, cooldown=cooldown)


@pytest.mark.parametrize(
    ("egresses", "expected"),
    [
        ([], (0, 0)),
        ([HostState(), HostState()], (0, 0)),
        ([blocked(5), HostState()], (0, 0)),
        ([blocked(600), blocked(0), HostState()], (NOW + 1200, NOW)),
        ([blocked(601), blocked(0)], (0, 0)),
        ([blocked(601), blocked(300), blocked(0)], (NOW + 1500, NOW)),
        ([blocked(0, cooldown=60), blocked(5)], (NOW + 60, NOW)),
        ([blocked(1900), blocked(1500)], (0, 0)),  # the cool-down of the first one is over
    ],
)
def test_shared_cooldown_two_within_ten_minutes(egresses: list[HostState], expected: tuple[float, float]) -> None:
    assert WINDOW == 600
    assert shared_cooldown(egresses, 2, NOW) == expected


def test_shared_cooldown_limit_zero_never_and_one_always() -> None:
    assert shared_cooldown([blocked(1), blocked(2)], 0, NOW) == (0, 0)
    assert shared_cooldown([blocked(1), HostState()], 1, NOW) == (NOW - 1 + HALF_AN_HOUR, NOW - 1)
    assert shared_cooldown([blocked(1), blocked(2)], 3, NOW) == (0, 0)
