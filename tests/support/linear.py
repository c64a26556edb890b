"""How the time of a call grows with its input, in seconds of the processor: a busy machine changes these little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import AnyStr

_LENGTH = 200_000  # characters
SLOWEST = 2  # seconds


def repeated(unit: AnyStr) -> AnyStr:
    """Return a unit again and again.

    What takes quadratic time would take 20 thousand million steps for so long a text, which is far more than SLOWEST;
    what takes linear time takes a tenth of a second.
    """
    return unit * (_LENGTH // len(unit))


def cpu_seconds(call: Callable[..., object], *arguments: object) -> float:
    """Return how long a call takes."""
    begun = time.process_time()
    call(*arguments)
    return time.process_time() - begun


def is_linear(call: Callable[[object], object], small: object, large: object) -> bool:
    """Return whether a call takes at most ten times as long for an input of four times the size, in one of three tries.

    What is quadratic takes sixteen times as long in each of them.
    """
    return any(cpu_seconds(call, large) < 10 * (cpu_seconds(call, small) + 0.003) for _ in range(3))
