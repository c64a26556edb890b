"""pywb, a player of WARCs, as a process of its own on loopback (GPL: a tool, never imported)."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.request import urlopen

_PATIENCE = 60  # seconds until it must answer


@contextmanager
def playing_back(warc: Path, folder: Path) -> Iterator[str]:
    """The address under which a WARC's records are replayed: behind it `mp_/` or `id_/` and what is wanted."""
    (folder / "config.yaml").write_text("framed_replay: false", encoding="utf-8")
    for arguments in (["init", "c"], ["add", "c", warc]):
        subprocess.run([_tool("wb-manager"), *arguments], cwd=folder, check=True, capture_output=True)
    port = _free_port()
    call = [_tool("wayback"), "--bind", "127.0.0.1", "--port", str(port)]
    with (folder / "wayback.log").open("wb") as log:
        process = subprocess.Popen(call, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _await(process, port)
            yield f"http://127.0.0.1:{port}/c/"
        finally:
            process.kill()
            process.wait()


def replayed(address: str) -> tuple[int, bytes]:
    """Status and bytes of what a player answers."""
    with urlopen(address) as answer:
        return answer.status, answer.read()


def _tool(name: str) -> str:
    found = shutil.which(name)
    assert found
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the port is open; the process must live until then."""
    end = monotonic() + _PATIENCE
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            Event().wait(0.05)
        else:
            return
    raise AssertionError("pywb does not answer")
