"""The installed command, in processes of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.command import Command


@pytest.fixture
def archiver(archiver: Command) -> Command:
    """The installed command, whose network is `world`."""
    return replace(archiver, in_process=False)


@pytest.fixture
def offline(offline: Command) -> Command:
    """The installed command, whose proxy is a port where nobody listens."""
    return replace(offline, in_process=False)
