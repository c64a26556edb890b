"""Decide when no machine may request a page, because WeChat blocked several of the addresses for requests.

An egress is an address from which requests are sent. Machines with different egresses can share a catalogue; each
egress then has its own rate limit and its own cool-downs (policy.py). These functions are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archiver.policy import HostState, cooldown_end

WINDOW = 600.0  # seconds within which blocks of several egresses count as one refusal of all of them


def shared_cooldown(egresses: Iterable[HostState], limit: int, now: float) -> tuple[float, float]:
    """Return (end, begin) of the cool-down of all egresses together; (0, 0) if there is none at the time `now`.

    `egresses` has the state that each egress recorded for the same host. If at least `limit` of them are in a cool-down
    and these began within WINDOW seconds, no egress may request a page until fewer than `limit` of them are left. The
    last of these cool-downs began at `begin`. All times are in seconds since 1970. If `limit` is 0, there is no such
    cool-down.
    """
    cooling = sorted((host for host in egresses if cooldown_end(host, now)), key=lambda host: host.blocked_at)
    groups = (cooling[first : first + limit] for first in range(len(cooling) - limit + 1)) if limit else ()
    return max((_end(group, now) for group in groups if _is_one_refusal(group)), default=(0.0, 0.0))


def _is_one_refusal(group: Sequence[HostState]) -> bool:
    """Return whether these cool-downs, sorted by their begin, began shortly after each other."""
    return group[-1].blocked_at - group[0].blocked_at <= WINDOW


def _end(group: Sequence[HostState], now: float) -> tuple[float, float]:
    """Return when the first of these cool-downs ends, and when the last of them began."""
    return min(cooldown_end(host, now) for host in group), group[-1].blocked_at
