"""The installed command, in processes of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.command import Command


@pytest.fixture
def installed(archiver: Command) -> Command:
    """The installed command, whose network is `world`: each call is a process, while `archiver` runs in the test's."""
    return replace(archiver, in_process=False)
