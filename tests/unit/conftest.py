"""Unit tests use neither processes nor sockets: they are fast, and they run on any machine."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def _neither_process_nor_socket() -> Iterator[None]:
    def refuse(*_arguments: object, **_named: object) -> None:
        pytest.fail("a unit test must use neither a process nor a socket: move it to tests/integration")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", refuse)
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "bind", refuse)
        if hasattr(os, "fork"):
            patch.setattr(os, "fork", refuse)
        yield
