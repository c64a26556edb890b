"""Times that differ by a second, as the catalogue stores them."""

from __future__ import annotations

import time


def wait_for_next_second() -> None:
    """Wait until later captures have a later time than those so far; times are stored in whole seconds."""
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.01)
